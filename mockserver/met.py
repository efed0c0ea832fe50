"""What was met of the catalogue, noted while requests pass: in their sandbox, and on the whole server.

A note is made once, of the first time; after that a request costs a look. It outlives the journal's entries.
A sandbox's notes go when it is reset or dropped, the server's stay.

What a client was not told does not count: an answer that nobody was there to take, or that a damage spoiled.
What a fault brought about counts as that, until an honest request brings it about as well. A sandbox's
settings are its world, not faults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from mockserver import catalogue
from mockserver.catalogue import Kind, Trigger
from mockserver.damage.table import DAMAGES
from mockserver.journal import Draft
from mockserver.state.interface import State

TABLE = "met"
"""Records by provider and operation: who brought each behaviour about."""
DOOMED = "met.doomed"
"""The failures that faults made work end in. Such work may be asked about later, in exchanges that no fault
struck; so they count as a fault's from then on."""
SERVER = "server"
"""The space of what was met in any sandbox, or in none."""
ELSEWHERE = "elsewhere"
"""The operation of requests for a path or method that is not documented."""
UNHEARD = ".callback.refused"
"""How the one behaviour ends that is met by saying nothing."""
BY_REQUEST, BY_FAULT = Trigger.REQUEST.value, Trigger.FAULT.value

K = TypeVar("K")


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """A behaviour was met at an operation: by an honest request, or only by a fault."""

    provider: str
    operation: str
    behaviour: str
    by: Trigger


def note(state: State, sandbox: str | None, draft: Draft, *, answered: bool) -> None:
    """Note what an exchange met, in a sandbox or in none; `answered` says whether the other side was there to
    take the answer, or to give one to a callback."""
    if draft.faults:
        if sandbox is not None:
            _doom(state, sandbox, draft)
        if any(_spoils(fault) for fault in draft.faults):
            return
    met = draft.behaviours if answered else _unheard(draft)
    spaces = (SERVER,) if sandbox is None else (SERVER, sandbox)
    key = f"{draft.provider} {draft.operation or ELSEWHERE}"
    # Where a sandbox has it, the server has it, too: there it is written first.
    known = state.read(spaces[-1], TABLE, key) or {}
    for behaviour in met:
        if known.get(behaviour) != BY_REQUEST:
            break
    else:
        return
    forced = _forced(draft)
    forced += [behaviour for behaviour in met if state.read(spaces[-1], DOOMED, behaviour)]
    causes = {behaviour: BY_FAULT if behaviour in forced else BY_REQUEST for behaviour in met}
    for space in spaces:
        _write(state, space, key, causes)


def meetings(state: State, space: str) -> Iterator[Meeting]:
    """What was met in a sandbox, by its id, or on the whole SERVER."""
    for key in state.keys(space, TABLE):
        provider, operation = key.split(" ", 1)
        record: Mapping[str, str] = state.read(space, TABLE, key) or {}
        for behaviour, by in record.items():
            yield Meeting(provider=provider, operation=operation, behaviour=behaviour, by=Trigger(by))


def _spoils(fault: str) -> bool:
    """Whether a client got something else than the provider's answer."""
    damage = DAMAGES.get(fault)
    return damage is not None and (damage.ends or bool(damage.spoils))


def _unheard(draft: Draft) -> list[str]:
    return [behaviour for behaviour in draft.behaviours if behaviour.endswith(UNHEARD)]


def _doom(state: State, sandbox: str, draft: Draft) -> None:
    for fault in draft.faults:
        if _is_failure(draft.provider, fault):
            state.write(sandbox, DOOMED, fault, True)


def _is_failure(provider: str, behaviour: str) -> bool:
    known = catalogue.load(provider)
    return behaviour in known and known[behaviour].kind is Kind.FAILURE


def _forced(draft: Draft) -> list[str]:
    """What faults brought about: what they struck with, and what came with an error of their making."""
    forced: list[str] = []
    refused = False
    for behaviour in draft.behaviours:
        struck = behaviour in draft.faults
        refused = refused or (struck and not _is_failure(draft.provider, behaviour))
        if struck or refused:
            forced.append(behaviour)
    return forced


def _write(state: State, space: str, key: str, causes: Mapping[str, str]) -> None:
    def change(record: dict[str, str] | None) -> tuple[dict[str, str] | None, None]:
        return joined(record or {}, causes) or None, None

    known = state.read(space, TABLE, key) or {}
    if joined(known, causes) != known:
        state.update(space, TABLE, key, change)


def joined(some: Mapping[K, str], more: Mapping[K, str]) -> dict[K, str]:
    """Causes by what they caused, of two notes: an honest request counts before a fault."""
    return {**some, **{what: by for what, by in more.items() if some.get(what) != BY_REQUEST}}
