"""Cases are tried on a server, one after the other."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from contract_tests.provider.caller import Caller
from contract_tests.provider.case import Case, Cost, Shared
from contract_tests.provider.sending import NoAnswer
from contract_tests.provider.verdict import Grade, Verdict, grade
from contract_tests.provider.visit import DOCUMENTED, Difference, Ended, Shelf, Untried, Visit

NOT_SPENT = "it may be charged; --spend tries it, too"


class KitError(RuntimeError):
    """The kit itself made a mistake; the server is not to blame."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Which cases are tried, and which are not, with the reason."""

    tried: tuple[Case, ...]
    untried: tuple[tuple[Case, str], ...] = ()

    @property
    def requests(self) -> int:
        """How many requests it makes at most."""
        return sum(case.requests for case in self.tried) + sum(one.requests for one in self._shared())

    @property
    def charged(self) -> int:
        """How many of them are charged at most."""
        return sum(case.charged for case in self.tried) + sum(one.charged for one in self._shared())

    @property
    def refused(self) -> int:
        """How many cases show a right key with what has to be refused."""
        return sum(1 for case in self.tried if case.cost is Cost.REFUSED)

    def _shared(self) -> Iterable[Shared]:
        return {one.name: one for case in self.tried for one in case.shares}.values()


def plan(cases: Sequence[Case], *, spend: bool, no_keys: str = "") -> Plan:
    """What is tried. `no_keys` says why there are no right keys, where there are none."""
    reasons = {
        case: (no_keys if case.cost is not Cost.NOTHING else "")
        or (NOT_SPENT if case.cost is Cost.CHARGED and not spend else "")
        for case in cases
    }
    return Plan(
        tried=tuple(case for case in cases if not reasons[case]),
        untried=tuple((case, reason) for case, reason in reasons.items() if reason),
    )


def verdicts(chosen: Plan, caller: Caller) -> Iterator[Verdict]:
    """The verdicts of the cases, as they come, and of those that are not tried. Raises KitError."""
    shelf = Shelf()
    for case in chosen.tried:
        yield _tried(case, caller, shelf)
    for case, reason in chosen.untried:
        yield Verdict(case=case, grade=Grade.UNTRIED, reason=reason)


def _tried(case: Case, caller: Caller, shelf: Shelf) -> Verdict:
    visit: Visit[Caller] = Visit(case=case, caller=caller, shelf=shelf)
    began, sent, reason = time.monotonic(), caller.sender.count, ""
    try:
        case.check(visit)
    except Ended:
        pass
    except NoAnswer as failure:
        visit.differences.append(_unanswered(case, failure))
    except Untried as why:
        reason = str(why)
    except Exception as error:
        # Where an answer is not as its schema has it, which was noted, nothing can be relied on.
        reason = _of_flawed(case, shelf)
        if not visit.differences and not reason:
            raise KitError(f"{case.id}: {''.join(traceback.format_exception(error))}") from error
    found = grade(visit.differences)
    return Verdict(
        case=case,
        grade=Grade.UNTRIED if reason and found is Grade.AGREES else found,
        differences=tuple(dict.fromkeys(_without_keys(one, caller) for one in visit.differences)),
        readings=tuple(dict.fromkeys(visit.readings)),
        reason=reason,
        requests=caller.sender.count - sent,
        seconds=time.monotonic() - began,
    )


def _of_flawed(case: Case, shelf: Shelf) -> str:
    """Why a case cannot look at what it shares; empty where nothing is wrong with that."""
    flawed = [one.name for one in case.shares if one.name in shelf.flawed]
    return f"{' and '.join(flawed)}, which it looks at, is not as it has to be" if flawed else ""


def _without_keys(one: Difference, caller: Caller) -> Difference:
    hide = caller.hide
    return replace(
        one, request=hide(one.request), at=hide(one.at), expected=hide(one.expected), got=hide(one.got)
    )


def _unanswered(case: Case, failure: NoAnswer) -> Difference:
    return Difference(
        request=failure.request,
        at="answer",
        expected="one",
        got=str(failure),
        source=case.source,
        evidence=DOCUMENTED,
    )
