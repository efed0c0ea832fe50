"""Which cases are wanted, by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from contract_tests.client.case import Case
from contract_tests.client.registry import Kit
from mockserver import nearest


class UnknownCase(LookupError):
    """There is no case with such an id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """The cases of a kit that are played, and the ids of those, and of the rules, that are told of."""

    kit: Kit
    cases: Sequence[Case]
    shown: frozenset[str]

    @property
    def listed(self) -> tuple[Case, ...]:
        """What is told of, in order."""
        return tuple(case for case in (*self.kit.cases, *self.kit.rules) if case.id in self.shown)


def select(kits: Sequence[Kit], patterns: Sequence[str]) -> tuple[Selection, ...]:
    """What patterns such as `PIC-STATE-05` or `pic-state-*` select; all where there are none.

    Where only rules are wanted, all cases are played, since rules judge what a client does in these.
    Raises UnknownCase."""
    for pattern in patterns:
        if not _matching(_all(kits), [pattern]):
            raise UnknownCase(_unknown(pattern, [case.id for case in _all(kits)]))
    found = (_of(kit, patterns) for kit in kits)
    return tuple(one for one in found if one.shown)


def known(case_id: str, kits: Sequence[Kit]) -> str:
    """The id of a case or rule, in any case of its letters. Raises UnknownCase."""
    ids = [case.id for case in _all(kits)]
    if case_id.upper() not in ids:
        raise UnknownCase(_unknown(case_id, ids))
    return case_id.upper()


def _of(kit: Kit, patterns: Sequence[str]) -> Selection:
    if not patterns:
        return Selection(kit=kit, cases=kit.cases, shown=frozenset(case.id for case in _all([kit])))
    cases, rules = _matching(kit.cases, patterns), _matching(kit.rules, patterns)
    return Selection(
        kit=kit,
        cases=cases or kit.cases,
        shown=frozenset(case.id for case in (*cases, *rules)),
    )


def _all(kits: Iterable[Kit]) -> list[Case]:
    return [case for kit in kits for case in (*kit.cases, *kit.rules)]


def _matching(cases: Iterable[Case], patterns: Iterable[str]) -> tuple[Case, ...]:
    wanted = [pattern.upper() for pattern in patterns]
    return tuple(case for case in cases if any(fnmatchcase(case.id, one) for one in wanted))


def _unknown(pattern: str, ids: Sequence[str]) -> str:
    near = nearest.name(pattern, ids)
    hint = f"did you mean {near}?" if near else "mockserver check --list has them all"
    return f"there is no case {pattern!r:.100}; {hint}"
