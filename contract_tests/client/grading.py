"""Cases are played, many at a time, and every one gets a grade."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contract_tests.adapters.base import Unimplemented
from contract_tests.adapters.session import Outcome
from contract_tests.client.case import Case, Grade, Level
from contract_tests.client.stage import KEPT, Stage
from contract_tests.client.thumbnails import Thumbnail, thumbnails
from contract_tests.client.workers import unordered
from contract_tests.client.world import Failed, Remark, World, worst
from mockserver.contract import rules
from mockserver.contract.rules import Rule
from mockserver.exchange import Exchange

JOBS = 8
"""Cases at the same time: most of the time of most clients is spent waiting."""
SHOWN = 40
"""Exchanges of a case that are kept for the report, the last ones."""


class KitError(RuntimeError):
    """The kit itself made a mistake while it played a case; the client is not to blame."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How a client did in a case, why, and what there is to see."""

    case: Case
    grade: Grade
    remarks: tuple[Remark, ...]
    seconds: float
    outcomes: tuple[Outcome, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    story: str = ""
    """A script that replays what went wrong, where the case had found it by itself."""
    pictures: tuple[Thumbnail, ...] = ()


def verdicts(stage: Stage, cases: Sequence[Case], *, jobs: int = JOBS) -> Iterator[Verdict]:
    """The verdicts of cases as they come, then those of the rules over everything that the client did."""
    yield from unordered(lambda case: graded(stage, case), cases, jobs=jobs)
    for rule in rules.of(stage.provider):
        yield _of_rule(stage, rule)


def graded(stage: Stage, case: Case) -> Verdict:
    """Play a case. Raises KitError for a mistake of the kit."""
    began = time.monotonic()
    with stage.world(case) as world:
        try:
            case.check(world)
        except Failed as failure:
            world.remarks.append(Remark(grade=Grade.FAIL, text=str(failure)))
        except Unimplemented as reason:
            world.remarks.append(Remark(grade=Grade.UNIMPLEMENTED, text=str(reason)))
        except Exception as error:
            raise KitError(f"{case.id}: {''.join(traceback.format_exception(error))}") from error
        return _verdict(world, time.monotonic() - began, pictures=stage.pictures)


def _verdict(world: World, seconds: float, *, pictures: bool) -> Verdict:
    return Verdict(
        case=world.case,
        grade=worst(world.remarks),
        remarks=tuple(dict.fromkeys(world.remarks)),
        seconds=seconds,
        outcomes=tuple(world.outcomes),
        exchanges=(world.seen or tuple(world.sandbox.journal))[-SHOWN:],
        story=world.story,
        pictures=thumbnails(world.outcomes) if pictures else (),
    )


def case_of(rule: Rule, provider: str) -> Case:
    """A rule as a case, which is not played by itself but over all that the client did."""
    return Case(
        id=rule.id,
        level=Level(rule.level.value),
        provider=provider,
        title=rule.title,
        about=rule.sentence,
        source=rule.source,
        check=lambda world: None,
    )


def _of_rule(stage: Stage, rule: Rule) -> Verdict:
    # Cases end in any order; what is shown of them does not depend on it.
    breaches = sorted(stage.breaches.get(rule.id, []), key=lambda breach: breach.case)[:KEPT]
    bad = Grade.FAIL if rule.level is rules.Level.MUST else Grade.NON_STRICT
    remarks = [
        Remark(grade=bad, text=f"in {breach.case}: {'; '.join(breach.finding.evidence)}")
        for breach in breaches
    ]
    if not stage.calls:
        remarks.append(Remark(grade=Grade.UNIMPLEMENTED, text="the client sent no request"))
    return Verdict(
        case=case_of(rule, stage.provider),
        grade=worst(remarks),
        remarks=tuple(remarks),
        seconds=0.0,
        exchanges=tuple(one for breach in breaches for one in breach.exchanges),
    )
