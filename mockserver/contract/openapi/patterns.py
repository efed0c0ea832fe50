"""Patterns and descriptions of values as they are sent.

The journal shows a secret by its first characters and an ellipsis, so a pattern of what it shows has
alternatives with an ellipsis, and a description may tell of it. On the wire there is nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ELLIPSIS = "…"
ASIDE = re.compile(r"[,;] (?:of which )?the journal shows [^.;]*")
TOKEN = re.compile(
    r"(?P<open>\((?:\?(?:[:=!]|<[=!]))?)|(?P<close>\))|(?P<bar>\|)|(?P<count>[*+?]|\{\d+(?:,\d*)?\})"
    r"|(?P<atom>\\.|\[(?:\\.|[^\]\\])*\]|.)",
    re.DOTALL,
)


def as_sent(pattern: str) -> str:
    """A pattern without the alternatives that only what the journal shows can match.

    Raises ValueError when nothing is left, or parentheses are not balanced."""
    if ELLIPSIS not in pattern:
        return pattern
    tokens = TOKEN.finditer(pattern)
    left, end = _alternatives(tokens)
    if left is None or end:
        raise ValueError(f"nothing but what a journal shows matches {pattern!r}")
    return left


def without_asides(description: str) -> str:
    """A description without what it tells of the journal."""
    return ASIDE.sub("", description)


def _alternatives(tokens: Iterator[re.Match[str]]) -> tuple[str | None, str]:
    """The branches that are left up to the end of a group, None for none, and what ended it."""
    branches: list[list[str] | None] = [[]]
    for token in tokens:
        if token["close"]:
            return _joined(branches), token[0]
        if token["bar"]:
            branches.append([])
            continue
        branch, text = branches[-1], token[0]
        if token["open"]:
            inside, end = _alternatives(tokens)
            text = ELLIPSIS if inside is None else f"{text}{inside}{end}"
            if inside is not None and branch is not None:
                branch.append(text)
                continue
        if branch is None:
            continue
        if token["count"] and branch and branch[-1] == ELLIPSIS:
            branch.pop()
            if text not in "?*":
                branches[-1] = None
        else:
            branch.append(text)
    return _joined(branches), ""


def _joined(branches: list[list[str] | None]) -> str | None:
    left = [branch for branch in branches if branch is not None and ELLIPSIS not in branch]
    return "|".join(map("".join, left)) if left else None
