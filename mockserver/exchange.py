"""One request with its response, as a journal keeps it, and what all journals have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OUTGOING = "callback"
"""The operation of an exchange in which the mock server is the client."""
LONGEST_PATH, LONGEST_NOTE = 120, 400
"""Characters of a path and of a note in the line that tells of an exchange."""
NONE_YET = "no exchange yet; requests without a sandbox are in server.strangers"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFacts:
    """A file as it was received: sizes in bytes and pixels, digest is SHA-256 in hex."""

    field: str
    filename: str | None
    content_type: str | None
    size: int
    digest: str
    format: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request with its response. `at` is sandbox time, `received_at` real time, both unix seconds.

    `headers`, `query` and `fields` are what was received, without its secrets. `response` has the
    `content_type` and `size` in bytes of what was answered, and its `text` where that is short.
    `status` is None when nobody was there any more to take an answer. `behaviours` are the ids of the
    documented behaviours that were met, `faults` those of the behaviours and damages that struck by a fault
    rule, in order, `explanation` says why a signature was refused, and `notes` tell in English what a client
    should look at. `milliseconds` are those until the whole answer is out, a delay by a fault included.

    What a callback posted is in its `fields`: the JSON object, or another text as `body`; `response` is that
    of its receiver, of which the status alone is known.

    As a string it is one line: status, method, path, behaviour, faults, time, and the first note.
    """

    provider: str
    operation: str | None
    sandbox: str | None
    at: float
    received_at: float
    milliseconds: float
    method: str
    path: str
    scheme: str
    http_version: str
    query: str
    headers: Sequence[Sequence[str]]
    fields: Mapping[str, Any]
    files: Sequence[FileFacts]
    status: int | None
    response_headers: Sequence[Sequence[str]]
    response: Mapping[str, Any]
    behaviours: Sequence[str]
    faults: Sequence[str]
    explanation: Mapping[str, Any] | None
    notes: Sequence[str]

    @property
    def fault(self) -> str | None:
        """The first of the faults, or None."""
        return self.faults[0] if self.faults else None

    @property
    def refused(self) -> bool:
        """Whether it ended in an error, or without an answer."""
        return self.status is None or self.status >= 400

    def __str__(self) -> str:
        status = "-" if self.status is None else str(self.status)
        told = [f"{status} {self.method} {_clipped(self.path, LONGEST_PATH)}"]
        if self.behaviours:
            # A refusal is the last that is met; a success the first, and its options follow.
            foremost = self.behaviours[-1 if self.refused else 0]
            others = len(self.behaviours) - 1
            told.append(f"{foremost} +{others}" if others else foremost)
        if self.faults:
            told.append(f"fault {', '.join(self.faults)}")
        told.append(f"{self.milliseconds:.1f} ms")
        note = f": {_clipped(self.notes[0], LONGEST_NOTE)}" if self.notes else ""
        return _printable("  ".join(told) + note)

    def __repr__(self) -> str:
        return f"<Exchange {self}>"


class Exchanges(Sequence[Exchange]):
    """The exchanges of a journal, newest last. As a string it is a line for each of them, with its index."""

    @property
    @abstractmethod
    def dropped(self) -> int:
        """How many exchanges went to keep within the bounds."""

    @property
    def last(self) -> Exchange:
        """The newest exchange. Raises IndexError when there is none."""
        return self[-1]

    def __str__(self) -> str:
        lines = [f"{number:>3}  {exchange}" for number, exchange in enumerate(self)]
        if self.dropped:
            lines.insert(0, f"{self.dropped} older exchanges were dropped")
        return "\n".join(lines) or "no exchange yet"


def absent(index: int, kept: int) -> IndexError:
    """What a journal of so many exchanges raises for an index that none of them has."""
    return IndexError(f"there is no exchange {index}; the journal has {kept}" if kept else NONE_YET)


def _clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _printable(text: str) -> str:
    """A client chooses the path; what it could do to a terminal is left out."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
