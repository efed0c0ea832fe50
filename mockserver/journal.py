"""What was received and what was answered: one exchange per request, in a bounded journal.

Bodies are not kept, only facts about them: fields, and for a file its size, digest and dimensions. An
entry is stored as JSON text, so its size is known and twenty thousand of them cost nothing but bytes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, overload

import orjson

from mockserver.state.interface import State

LOG = "journal"
MAX_ENTRIES = 1000
MAX_BYTES = 4 * 1024 * 1024
MAX_ENTRY = 256 * 1024
"""Bytes of one entry; a longer one, or one that nests deeper than MAX_DEPTH, is kept without its content."""
MAX_DEPTH = 200
MAX_TEXT = 2048
"""Characters of one field or of an answer that are kept; the rest is told by its length."""


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

    `status` is None when nobody was there any more to take an answer. `behaviours` are the ids of the
    documented behaviours that were met, `fault` is the one that a fault rule caused, `explanation` says
    why a signature was refused, and `notes` tell in English what a client should look at.
    """

    provider: str
    operation: str | None
    sandbox: str | None
    at: float
    received_at: float
    milliseconds: float
    method: str
    path: str
    query: str
    headers: Sequence[Sequence[str]]
    fields: Mapping[str, Any]
    files: Sequence[FileFacts]
    status: int | None
    response_headers: Sequence[Sequence[str]]
    response: Mapping[str, Any]
    behaviours: Sequence[str]
    fault: str | None
    explanation: Mapping[str, Any] | None
    notes: Sequence[str]


def shortened(value: str) -> str:
    """A text as the journal keeps it: whole when short, else its beginning and its length."""
    return value if len(value) <= MAX_TEXT else f"{value[:80]}… ({len(value)} characters)"


def redacted(secret: str) -> str:
    """Enough of a credential to recognise it by, and no more."""
    return f"{secret[:6]}… ({len(secret)} characters)" if len(secret) > 8 else "…"


@dataclass(kw_only=True, slots=True)
class Draft:
    """An exchange while it happens; the provider fills it in and `entry` makes the journal's line."""

    provider: str
    method: str
    path: str
    query: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    operation: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    files: list[FileFacts] = field(default_factory=list)
    behaviours: list[str] = field(default_factory=list)
    fault: str | None = None
    explanation: Mapping[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    received_at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)

    def entry(
        self,
        *,
        sandbox: str | None,
        at: float,
        status: int | None,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        media_type: str | None = None,
    ) -> bytes:
        """The finished exchange as one line of JSON."""
        response: dict[str, Any] = {"content_type": media_type, "size": len(body)}
        if len(body) <= MAX_TEXT and media_type == "application/json":
            response["text"] = body.decode(errors="replace")
        line = {
            "provider": self.provider,
            "operation": self.operation,
            "sandbox": sandbox,
            "at": at,
            "received_at": self.received_at,
            "milliseconds": round((time.perf_counter() - self.started) * 1000, 3),
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "fields": self.fields,
            "files": self.files,
            "status": status,
            "response_headers": headers,
            "response": response,
            "behaviours": self.behaviours,
            "fault": self.fault,
            "explanation": self.explanation,
            "notes": self.notes,
        }
        entry = _encoded(line)
        if entry is None or len(entry) > MAX_ENTRY:
            entry = _encoded(_without_content(line))
            assert entry is not None
        return entry


def _encoded(line: Mapping[str, Any]) -> bytes | None:
    """As JSON text; None when it nests too deeply or has a number that is too long to be written."""
    try:
        # Copied: orjson's own bytes keep the room that they were written into, eight times what they need.
        return bytes(memoryview(orjson.dumps(line)))
    except TypeError:  # such as a lone surrogate, or an integer of more than 64 bits, in a client's JSON
        if _nests_deeper(line, MAX_DEPTH):
            return None
    try:
        return json.dumps(line, default=asdict).encode()
    except ValueError:
        return None


def _nests_deeper(value: Any, levels: int) -> bool:
    containers = [value]
    for _ in range(levels):
        inner = (one.values() if isinstance(one, Mapping) else one for one in containers)
        containers = [one for each in inner for one in each if isinstance(one, Mapping | list | tuple)]
    return bool(containers)


def _without_content(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entry without what a client can make as long as it likes."""
    note = "too long or too deeply nested for the journal: no query, headers, fields, files, explanation"
    return {
        **line,
        "method": shortened(line["method"]),
        "path": shortened(line["path"]),
        "query": "",
        "headers": [],
        "fields": {},
        "files": [],
        "explanation": None,
        "notes": [*map(shortened, line["notes"]), note],
    }


def _parsed(entry: bytes) -> Exchange:
    line = json.loads(entry)
    line["files"] = tuple(FileFacts(**facts) for facts in line["files"])
    return Exchange(**line)


class Journal(Sequence[Exchange]):
    """The exchanges of one sandbox, newest last. Bounded by entries and bytes; `dropped` counts the rest."""

    def __init__(self, state: State, space: str) -> None:
        self._state = state
        self._space = space

    def append(self, entry: bytes) -> None:
        """Add a line made by `Draft.entry`."""
        self._state.append(self._space, LOG, entry, max_entries=MAX_ENTRIES, max_bytes=MAX_BYTES)

    @property
    def dropped(self) -> int:
        """How many exchanges went to keep within the bounds."""
        return self._state.entries(self._space, LOG).dropped

    @property
    def last(self) -> Exchange:
        """The newest exchange. Raises IndexError when there is none."""
        try:
            return self[-1]
        except IndexError:
            raise IndexError("no exchange yet; requests without a sandbox are in server.strangers") from None

    def __len__(self) -> int:
        return len(self._state.entries(self._space, LOG).entries)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Exchange]: ...
    def __getitem__(self, index: int | slice) -> Exchange | Sequence[Exchange]:
        entries = self._state.entries(self._space, LOG).entries
        if isinstance(index, slice):
            return [_parsed(entry) for entry in entries[index]]
        return _parsed(entries[index])

    def __iter__(self) -> Iterator[Exchange]:
        return map(_parsed, self._state.entries(self._space, LOG).entries)
