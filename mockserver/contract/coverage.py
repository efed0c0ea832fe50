"""Which of the documented behaviours were met, per provider and operation.

Two things are counted apart, since a share over both would say little: behaviours that an honest request can
bring about, and those that only a fault can. Of the former, one that was met only by a fault is not met: a
client that was tested with the fault has not shown that it can run into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from mockserver import catalogue, interface
from mockserver.catalogue import Behaviour, Kind, Trigger
from mockserver.met import SERVER, Meeting, meetings
from mockserver.sandbox import Sandbox
from mockserver.state.interface import State


class Standing(StrEnum):
    """How a behaviour of the catalogue stands."""

    MET = "met"
    FORCED = "only by a fault"
    """A request can bring it about, but only a fault did."""
    NOT_MET = "not met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of some behaviours were met, or only by a fault though a request can bring them about."""

    met: int = 0
    forced: int = 0
    of: int = 0

    @property
    def not_met(self) -> int:
        """How many were met in no way."""
        return self.of - self.met - self.forced

    @property
    def share(self) -> float:
        """The part that was met, from 0 to 1; of nothing, all."""
        return self.met / self.of if self.of else 1.0

    def __add__(self, other: Count) -> Count:
        return Count(met=self.met + other.met, forced=self.forced + other.forced, of=self.of + other.of)

    def as_data(self) -> dict[str, int]:
        """As plain data."""
        return {"met": self.met, "only_by_fault": self.forced, "not_met": self.not_met, "of": self.of}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One behaviour, and at which operations it was met, by what."""

    behaviour: Behaviour
    met: Mapping[str, Trigger] = field(hash=False)

    @property
    def standing(self) -> Standing:
        """Whether it was met in a way that its cause allows."""
        if not self.met:
            return Standing.NOT_MET
        honest = Trigger.REQUEST in self.met.values() or self.behaviour.cause.by is Trigger.FAULT
        return Standing.MET if honest else Standing.FORCED

    def as_data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        one = self.behaviour
        return {
            "id": one.id,
            "kind": one.kind.value,
            "summary": one.summary,
            "provenance": {"kind": one.provenance.kind.value, "sources": list(one.provenance.sources)},
            "cause": {"by": one.cause.by.value, "how": one.cause.how},
            "standing": self.standing.value,
            "met": {operation: by.value for operation, by in self.met.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCoverage:
    """The behaviours of one provider, in the order of its catalogue."""

    provider: str
    title: str
    rows: tuple[Row, ...]
    operations: Mapping[str, int] = field(hash=False)
    """How many behaviours were met at each operation; the documented ones first, in their order."""

    def __getitem__(self, behaviour_id: str) -> Row:
        """The row of a behaviour, by its id with or without the provider. Raises UnknownBehaviour."""
        wanted = catalogue.load(self.provider)[behaviour_id].id
        return next(row for row in self.rows if row.behaviour.id == wanted)

    @property
    def by_request(self) -> Count:
        """Of the behaviours that a request can bring about."""
        return count(self.caused(Trigger.REQUEST))

    @property
    def by_fault(self) -> Count:
        """Of those that only a fault can bring about."""
        return count(self.caused(Trigger.FAULT))

    @property
    def called(self) -> bool:
        """Whether anything was met at all."""
        return any(row.met for row in self.rows)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of its behaviours, in the order of the catalogue."""
        return tuple(dict.fromkeys(row.behaviour.kind for row in self.rows))

    def caused(self, by: Trigger) -> tuple[Row, ...]:
        """The rows of the behaviours that have such a cause."""
        return tuple(row for row in self.rows if row.behaviour.cause.by is by)

    def standing(self, standing: Standing, by: Trigger) -> tuple[Row, ...]:
        """The rows that stand so, of the behaviours that have such a cause."""
        return tuple(row for row in self.caused(by) if row.standing is standing)

    def as_data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            "title": self.title,
            "by_request": self.by_request.as_data(),
            "by_fault": self.by_fault.as_data(),
            "operations": dict(self.operations),
            "behaviours": [row.as_data() for row in self.rows],
        }


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What was met, of all providers; several, such as those of parallel test runs, can be `merged`.

    A request whose credential belongs to no sandbox meets a behaviour of the server, but of no sandbox."""

    meetings: frozenset[Meeting] = frozenset()

    @classmethod
    def of_sandbox(cls, sandbox: Sandbox) -> Coverage:
        """Of a sandbox, since it was minted or last reset."""
        return cls.of_state(sandbox.state, sandbox.id)

    @classmethod
    def of_state(cls, state: State, space: str = SERVER) -> Coverage:
        """Of a whole server, or of a space of its state: everything since its start."""
        return cls(meetings=frozenset(meetings(state, space)))

    @classmethod
    def merged(cls, *coverages: Coverage) -> Coverage:
        """What was met in any of them; where a fault did it in one and a request in another, the request."""
        met = {meeting for coverage in coverages for meeting in coverage.meetings}
        honest = {_place(meeting) for meeting in met if meeting.by is Trigger.REQUEST}
        return cls(
            meetings=frozenset(one for one in met if one.by is Trigger.REQUEST or _place(one) not in honest)
        )

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Coverage:
        """What `as_data` made. Raises KeyError and ValueError for anything else."""
        return cls(
            meetings=frozenset(
                Meeting(provider=name, operation=operation, behaviour=row["id"], by=Trigger(by))
                for name, provider in data["providers"].items()
                for row in provider["behaviours"]
                for operation, by in row["met"].items()
            )
        )

    @cached_property
    def providers(self) -> tuple[ProviderCoverage, ...]:
        """By provider, each with all its behaviours."""
        return tuple(_of_provider(name, self.meetings) for name in catalogue.providers())

    def __getitem__(self, provider: str) -> ProviderCoverage:
        """That of one provider. Raises LookupError when there is no such provider."""
        catalogue.load(provider)
        return next(one for one in self.providers if one.provider == provider)

    def __iter__(self) -> Iterator[ProviderCoverage]:
        return iter(self.providers)

    @property
    def by_request(self) -> Count:
        """Of all behaviours that a request can bring about."""
        return sum((one.by_request for one in self.providers), Count())

    @property
    def by_fault(self) -> Count:
        """Of all that only a fault can bring about."""
        return sum((one.by_fault for one in self.providers), Count())

    def as_data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            "by_request": self.by_request.as_data(),
            "by_fault": self.by_fault.as_data(),
            "providers": {one.provider: one.as_data() for one in self.providers},
        }

    def __str__(self) -> str:
        return self.text()

    def text(self, *, missing: bool = True) -> str:
        """For a terminal, at most 100 columns wide; with what is `missing` and how to cause it."""
        from mockserver.contract import coverage_text

        return coverage_text.text(self, missing=missing)

    def html(self) -> str:
        """One page that needs nothing else."""
        from mockserver.contract import coverage_page

        return coverage_page.html(self)


def count(rows: Iterable[Row]) -> Count:
    """How many rows stand how."""
    stands = Counter(row.standing for row in rows)
    return Count(met=stands[Standing.MET], forced=stands[Standing.FORCED], of=stands.total())


def _place(meeting: Meeting) -> tuple[str, str, str]:
    return meeting.provider, meeting.operation, meeting.behaviour


def _of_provider(name: str, met: Iterable[Meeting]) -> ProviderCoverage:
    known = catalogue.load(name)
    own = [one for one in met if one.provider == name and one.behaviour in known]
    by_behaviour: dict[str, dict[str, Trigger]] = {behaviour.id: {} for behaviour in known}
    for meeting in sorted(own, key=lambda one: one.operation):
        by_behaviour[meeting.behaviour][meeting.operation] = meeting.by
    documented = dict.fromkeys(_operations(name), 0)
    return ProviderCoverage(
        provider=name,
        title=known.title,
        rows=tuple(Row(behaviour=one, met=by_behaviour[one.id]) for one in known),
        operations={**documented, **dict(sorted(Counter(one.operation for one in own).items()))},
    )


def _operations(provider: str) -> Iterator[str]:
    """The operations at which something can be met."""
    yield from (call.operation for call in interface.load(provider).calls)
    if "callback.delivered" in catalogue.load(provider):
        yield "callback"
