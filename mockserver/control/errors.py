"""What a control call answers when it cannot do as asked: one sentence, where, and what is possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockserver import nearest
from mockserver.catalogue import UnknownBehaviour
from mockserver.damage.options import FaultError, shown
from mockserver.sandbox import SandboxDropped
from mockserver.settings import SettingError

MOST_NAMED = 40
"""Names that one sentence may list."""
LONGEST_AT = 120
"""Characters of where something is wrong."""


class Refused(Exception):
    """A call that is not done. `kind` says what is wrong in one word, for programs."""

    def __init__(
        self,
        status: int,
        text: str,
        *,
        kind: str,
        at: str = "",
        possible: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind
        self.at = at[:LONGEST_AT]
        self.possible = tuple(possible)
        self.headers = dict(headers or {})

    @property
    def content(self) -> dict[str, Any]:
        """The answer, as plain data."""
        return {
            "error": str(self),
            "kind": self.kind,
            "at": self.at or None,
            "possible": list(self.possible),
        }


def refusal(error: Exception, within: str = "", *, possible: Sequence[str] = ()) -> Refused:
    """The answer to a mistake that something below has found: an error of the Python interface, in its words.

    `within` is the part of the body that it was made in, such as `settings`, and `possible` what could be
    there, where the error does not know. Raises what is no such error."""
    at = str(getattr(error, "at", ""))
    where = ".".join(part for part in (within, at) if part)
    possible = tuple(getattr(error, "possible", possible))
    for known, (status, kind) in KINDS.items():
        if type(error) is known:
            return Refused(status, str(error), kind=kind, at=where, possible=possible)
    raise error


KINDS: Mapping[type[Exception], tuple[int, str]] = {
    SandboxDropped: (404, "sandbox"),
    SettingError: (422, "setting"),
    FaultError: (422, "fault"),
    UnknownBehaviour: (422, "behaviour"),
    LookupError: (422, "provider"),
    ValueError: (422, "value"),
}
"""HTTP status and kind by the very class of an error: a KeyError is a mistake of ours."""


def unknown(what: str, name: str, names: Iterable[str], *, at: str = "", kind: str = "field") -> Refused:
    """The refusal of a name that does not exist; it says which ones are near, and which ones there are."""
    known = sorted(names)
    close = near(name, known)
    there = f"did you mean {' or '.join(close)}? There" if close else "there"
    listed = f"{there} are {', '.join(known[:MOST_NAMED]) or 'none'}"
    return Refused(422, f"unknown {what} {shown(name)}; {listed}", kind=kind, at=at, possible=known)


def near(name: str, names: Sequence[str]) -> list[str]:
    """The names that somebody may have meant who wrote this one, the nearest first."""
    return nearest.like(name, names, most=3)
