"""What came of a verification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contract_tests.provider.running import Plan
from contract_tests.provider.verdict import Grade, Verdict
from contract_tests.provider.visit import Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What came of it at one provider. `untried` are behaviours that no case is about, by the reason."""

    provider: str
    plan: Plan
    verdicts: tuple[Verdict, ...]
    untried: Mapping[str, tuple[str, ...]]

    @property
    def requests(self) -> int:
        """How many were sent."""
        return sum(one.requests for one in self.verdicts)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return sum(one.seconds for one in self.verdicts)

    @property
    def readings(self) -> Counter[Reading]:
        """Which readings of the documents were seen, and in how many cases."""
        return Counter(reading for one in self.verdicts for reading in one.readings)

    def of(self, *grades: Grade) -> Iterator[Verdict]:
        """The verdicts of some grades."""
        return (one for one in self.verdicts if one.grade in grades)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a verification: of which server, `about` which in a sentence, and when, in unix seconds.
    An interrupted one has fewer verdicts than cases."""

    url: str
    about: str
    made_at: float
    parts: tuple[Part, ...]
    interrupted: bool = False

    @property
    def counts(self) -> dict[Grade, int]:
        """How many cases got each grade."""
        found = Counter(one.grade for part in self.parts for one in part.verdicts)
        return {grade: found[grade] for grade in Grade}

    @property
    def requests(self) -> int:
        """How many were sent."""
        return sum(part.requests for part in self.parts)

    def differs(self, *, strict: bool = False) -> bool:
        """Whether the server differs; a strict look counts what the documents leave open, too."""
        return bool(self.counts[Grade.DIFFERS] or (strict and self.counts[Grade.OPEN]))
