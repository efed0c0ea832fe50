"""The callbacks of a sandbox: what a provider owes its client when a task has ended, and what became of it.

They are delivered by `courier`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from mockserver import redaction
from mockserver.clock import Due
from mockserver.state.interface import State

TABLE = "callbacks"
LIMIT = 5000
"""Callbacks that one sandbox remembers; of more, the oldest that are no longer pending go first."""


class Standing(StrEnum):
    """What became of a callback."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    UNDELIVERED = "undelivered"
    """The server ended first, which was reported."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Callback:
    """One callback. `due_at` is sandbox time in unix seconds, None while nobody knows when, and `next_at` is
    when the next attempt is made, None when there will be none or nobody knows; `about` says what it is
    about, in the provider's own terms; `last` is what the last attempt met: a status or a reason."""

    id: str
    provider: str
    url: str
    due_at: float | None
    next_at: float | None = None
    about: Mapping[str, Any]
    attempts: int = 0
    standing: Standing = Standing.PENDING
    last: str | None = None


class Callbacks(Sequence[Callback]):
    """The callbacks of one sandbox, in the order in which they were promised."""

    def __init__(self, state: State, space: str) -> None:
        self._state = state
        self._space = space

    def add(self, callback: Callback) -> None:
        """Remember one."""
        self._state.write(self._space, TABLE, callback.id, _record(callback))
        surplus = len(self) - LIMIT
        if surplus > 0:
            ended = (one.id for one in self if one.standing is not Standing.PENDING)
            for callback_id in list(islice(ended, surplus)):
                self._state.remove(self._space, TABLE, callback_id)

    def find(self, callback_id: str) -> Callback | None:
        """The callback of an id, or None when the sandbox has forgotten it."""
        record = self._state.read(self._space, TABLE, callback_id)
        return None if record is None else _callback(callback_id, record)

    def change(self, callback_id: str, **changes: Any) -> None:
        """Write down what happened to one that is still remembered."""

        def changed(record: dict[str, Any] | None) -> tuple[dict[str, Any] | None, None]:
            return (record and {**record, **changes}), None

        self._state.update(self._space, TABLE, callback_id, changed)

    def due(self) -> Iterator[Due]:
        """When the next attempts are made."""
        for one in self:
            if one.standing is Standing.PENDING and one.next_at is not None:
                yield Due(at=one.next_at, what=f"{one.provider} calls back to {one.url}")

    def __len__(self) -> int:
        return len(self._state.keys(self._space, TABLE))

    def __iter__(self) -> Iterator[Callback]:
        found = map(self.find, self._state.keys(self._space, TABLE))
        return (callback for callback in found if callback is not None)

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]

    def __repr__(self) -> str:
        told = [f"{one.provider} to {redaction.url(one.url)}, {one.standing.value}" for one in self]
        return f"<Callbacks: {'; '.join(told) or 'none'}>"


def _record(callback: Callback) -> dict[str, Any]:
    return {
        "provider": callback.provider,
        "url": callback.url,
        "due_at": callback.due_at,
        "next_at": callback.next_at,
        "about": callback.about,
        "attempts": callback.attempts,
        "standing": callback.standing.value,
        "last": callback.last,
    }


def _callback(callback_id: str, record: Mapping[str, Any]) -> Callback:
    return Callback(**{**record, "id": callback_id, "standing": Standing(record["standing"])})


def told(body: bytes) -> dict[str, Any]:
    """What a callback's body says, as the journal keeps fields: a JSON object, or another text as `body`."""
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    fields = content if isinstance(content, dict) else {"body": body.decode(errors="replace")}
    return {name: _short(value) for name, value in fields.items()}


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_short(one) for one in value]
    return redaction.shortened(value) if isinstance(value, str) else value
