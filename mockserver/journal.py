"""What was received and what was answered: one exchange per request, in a bounded journal.

Bodies are not kept, only facts about them: fields, and for a file its size, digest and dimensions. An
entry is stored as JSON text, so its size is known and twenty thousand of them cost nothing but bytes. What
must not be read there is hidden when the entry is made: see `redaction`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, overload

import orjson

from mockserver import har, nearest, redaction
from mockserver.exchange import NONE_YET, OUTGOING, Exchanges, absent
from mockserver.exchange import Exchange as Exchange
from mockserver.exchange import FileFacts as FileFacts
from mockserver.redaction import MAX_TEXT as MAX_TEXT
from mockserver.redaction import redacted as redacted
from mockserver.redaction import shortened as shortened
from mockserver.state.interface import State

LOG = "journal"
MAX_ENTRIES = 1000
MAX_BYTES = 4 * 1024 * 1024
MAX_ENTRY = 256 * 1024
"""Bytes of one entry; a longer one, or one that nests deeper than MAX_DEPTH, is kept without its content."""
MAX_DEPTH = redaction.MAX_LEVELS
TEXT_TYPES = frozenset({"application/json", "application/xml"})
"""Answers of these, and of any type of text, are kept where they are short."""


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
    faults: list[str] = field(default_factory=list)
    explanation: Mapping[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    received_at: float = field(default_factory=time.time)
    started: float = field(default_factory=time.perf_counter)
    scheme: str = "http"
    http_version: str = "1.1"

    def entry(
        self,
        *,
        sandbox: str | None,
        at: float,
        status: int | None,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        media_type: str | None = None,
        held: float = 0.0,
    ) -> bytes:
        """The finished exchange as one line of JSON; its answer is held back for `held` seconds yet."""
        try:
            fields = redaction.value("", self.fields)
        except redaction.NestsTooDeeply:
            fields = None
        received = self.operation != OUTGOING
        names = nearest.header_names(self.provider if received else "", [name for name, _ in self.headers])
        line = {
            "provider": self.provider,
            "operation": self.operation,
            "sandbox": sandbox,
            "at": at,
            "received_at": self.received_at,
            "milliseconds": int((time.perf_counter() - self.started + held) * 1_000_000) / 1000,
            "method": self.method,
            "path": redaction.url(self.path) if "://" in self.path else self.path,
            "scheme": self.scheme,
            "http_version": self.http_version,
            "query": self.query and redaction.query(self.query),
            "headers": redaction.headers(self.headers, secret=names.secret),
            "fields": fields,
            "files": self.files,
            "status": status,
            "response_headers": redaction.headers(headers),
            "response": _answer(body, media_type),
            "behaviours": self.behaviours,
            "faults": self.faults,
            "explanation": self.explanation and redaction.explanation(self.explanation),
            "notes": self._noted(names.misspelt) if self.notes or names.misspelt else [],
        }
        entry = None if fields is None else _encoded(line)
        if entry is None or len(entry) > MAX_ENTRY:
            entry = _encoded(_without_content(line))
            assert entry is not None
        return redaction.entry(entry)

    def _noted(self, misspelt: Mapping[str, str]) -> list[str]:
        """The notes, with one for each misspelt header that none of them names."""
        unread = [
            f"the header {shortened(sent)} is not read; the nearest documented one is {documented}"
            for sent, documented in misspelt.items()
            if not any(sent in note for note in self.notes)
        ]
        return [redaction.answer(note) for note in (*self.notes, *unread)]


def _answer(body: bytes, media_type: str | None) -> Mapping[str, Any]:
    answer: dict[str, Any] = {"content_type": media_type, "size": len(body)}
    kind = (media_type or "").partition(";")[0]
    if len(body) <= MAX_TEXT and (kind in TEXT_TYPES or kind.startswith("text/")):
        answer["text"] = redaction.answer(body.decode(errors="replace"))
    return answer


def _encoded(line: Mapping[str, Any]) -> bytes | None:
    """As JSON text; None when it nests too deeply or has a number that is too long to be written."""
    try:
        # Copied: orjson's own bytes keep the room that they were written into, eight times what they need.
        return bytes(memoryview(orjson.dumps(line)))
    except TypeError:  # such as a lone surrogate, or an integer of more than 64 bits, in a client's JSON
        if nests_deeper(line, MAX_DEPTH):
            return None
    try:
        return json.dumps(line, default=asdict).encode()
    except ValueError:
        return None


def nests_deeper(value: Any, levels: int) -> bool:
    """Whether something that JSON can hold nests deeper than so many levels; found without recursion."""
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


def read(entry: bytes) -> Exchange:
    """The exchange of a line made by `Draft.entry`."""
    line = json.loads(entry)
    line["files"] = tuple(FileFacts(**facts) for facts in line["files"])
    return Exchange(**line)


class Observer(Protocol):
    """Somebody who is told of exchanges as they enter a journal: of those with a status that it wants."""

    def wants(self, status: int | None) -> bool:
        """Whether it shall be told; an exchange that nobody wants is not even read."""

    def __call__(self, exchange: Exchange) -> None: ...


class Journal(Exchanges):
    """The exchanges of one sandbox, newest last. Bounded by entries and bytes; `dropped` counts the rest."""

    def __init__(self, state: State, space: str) -> None:
        self._state = state
        self._space = space

    def append(self, entry: bytes) -> None:
        """Add a line made by `Draft.entry`."""
        self._state.append(self._space, LOG, entry, max_entries=MAX_ENTRIES, max_bytes=MAX_BYTES)

    def clear(self) -> None:
        """Forget all exchanges, and how many were dropped."""
        self._state.empty(self._space, LOG)

    @property
    def dropped(self) -> int:
        """How many exchanges went to keep within the bounds."""
        return self._state.entries(self._space, LOG).dropped

    def har(self) -> dict[str, Any]:
        """All of it as a HAR 1.2, for `json.dump`: see `mockserver.har`."""
        from importlib.metadata import version  # which takes longer to import than all of this package

        return har.log(self, version=version(har.CREATOR))

    def __len__(self) -> int:
        return len(self._state.entries(self._space, LOG).entries)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Exchange]: ...
    def __getitem__(self, index: int | slice) -> Exchange | Sequence[Exchange]:
        entries = self._state.entries(self._space, LOG).entries
        if isinstance(index, slice):
            return [read(entry) for entry in entries[index]]
        try:
            return read(entries[index])
        except IndexError:
            raise absent(index, len(entries)) from None

    def __iter__(self) -> Iterator[Exchange]:
        return map(read, self._state.entries(self._space, LOG).entries)

    def __repr__(self) -> str:
        count = len(self)
        return f"<Journal: {count} exchanges, the last {self.last}>" if count else f"<Journal: {NONE_YET}>"


def enter(journal: Journal, entry: bytes, observer: Observer | None, status: int | None) -> None:
    """Write an exchange, a line made by `Draft.entry`, into a journal, and tell an observer that wants it."""
    journal.append(entry)
    if observer is not None and observer.wants(status):
        observer(read(entry))
