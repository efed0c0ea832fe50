"""Whether a text is one of the names that a client gave: the rules similar, absolute and default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SIMILARITY = 75
"""Percent of similarity from which on two texts are taken for the same."""
LONGEST = 500
"""Characters of the longest text that is compared by distance; a longer one must be equal."""


class Rule(StrEnum):
    """How a name is compared. `default` is `similar`."""

    SIMILAR = "similar"
    ABSOLUTE = "absolute"
    DEFAULT = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """One item of watermarkNames or excludeKeywords."""

    value: str
    rule: Rule = Rule.DEFAULT

    def matches(self, word: str) -> bool:
        """Whether a text that was read in the picture is meant; an unknown one, "", never is."""
        if not word:
            return False
        return word == self.value if self.rule is Rule.ABSOLUTE else similar(word, self.value)


def matches_any(word: str, names: Sequence[Name]) -> bool:
    """Whether a text is meant by at least one name."""
    return any(name.matches(word) for name in names)


def similar(one: str, other: str) -> bool:
    """Whether the similarity, (1 - distance / longer length) * 100, is at least SIMILARITY."""
    from rapidfuzz.distance import Levenshtein

    longer = max(len(one), len(other))
    if one == other or longer > LONGEST:
        return one == other
    most = longer * (100 - SIMILARITY) // 100
    return Levenshtein.distance(one, other, score_cutoff=most) <= most
