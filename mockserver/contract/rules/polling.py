"""Checks of polling: a client stops when a task has ended, and asks no faster than it may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mockserver.contract.reading import arrived, links
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.pace import elapsed, ended, pause, waited
from mockserver.contract.rules.rule import Breach, Numbered
from mockserver.exchange import Exchange
from mockserver.faults import RESULT

PROVIDER = "picwish"
QUERY = "query"
STATE = f"{PROVIDER}.state."
DONE = "1"
ENDED = frozenset({DONE, "-1", "-2", "-3", "-5", "-7", "-8"})
FURTHER, FURTHER_WHEN_DONE = 2, 3
"""Queries of a task after the answer that it has ended, each after a rest, that are no chance: one may be
another worker's. A task that is done may be looked at once more for fresh links."""
AT_ONCE = 8
"""The same without any rest: as many may ask side by side, each for itself."""
REST = 0.2
"""Seconds between two queries of which nobody can say that they were on their way together."""
SOON = 12.0
"""Seconds after which a task is looked at again, rather than polled: clients poll each second, or back off to
ten."""
WINDOW = 0.9
"""A little less than the second that a rate is counted in, since nobody's second begins with another's."""


def goes_on(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
    """A task that has ended is queried again and again, and its links are not used meanwhile.

    Answers that got lost, or that say nothing of the task, are no reason to stop, and none to go on."""
    runs: dict[str, list[Numbered]] = defaultdict(list)
    given: dict[str, str] = {}
    for at, exchange in exchanges:
        task = _task(exchange)
        if exchange.operation == RESULT and exchange.path in given:
            yield from _too_many(runs.pop(given[exchange.path], []))
        elif task and _has_ended(exchange) and not _was_on_its_way(runs[task], exchange):
            if runs[task] and (elapsed(runs[task][-1][1], exchange) or 0.0) > SOON:
                yield from _too_many(runs.pop(task))
            runs[task].append((at, exchange))
            given |= dict.fromkeys((path for path, _ in links(exchange)), task)
    for run in runs.values():
        yield from _too_many(run)


def _task(exchange: Exchange) -> str:
    """The task that a query asks for; empty for another request."""
    return str(exchange.fields.get("task_id", "")) if exchange.operation == QUERY else ""


def _state(exchange: Exchange) -> str:
    return next((one.removeprefix(STATE) for one in exchange.behaviours if one.startswith(STATE)), "")


def _has_ended(exchange: Exchange) -> bool:
    return _state(exchange) in ENDED and arrived(exchange)


def _was_on_its_way(run: Sequence[Numbered], exchange: Exchange) -> bool:
    return bool(run) and exchange.received_at < ended(run[0][1])


def _too_many(run: Sequence[Numbered]) -> Iterator[Breach]:
    if not run:
        return
    state = _state(run[0][1])
    further = FURTHER_WHEN_DONE if state == DONE else FURTHER
    rests = sum(_rested(former, later) for (_, former), (_, later) in pairwise(run))
    if rests >= further or len(run) > AT_ONCE:
        times = f"{len(run) - 1} more queries of the task followed"
        yield Breach(
            exchanges=tuple(at for at, _ in run), evidence=(f"state {state} was answered, and {times}",)
        )


def _rested(former: Exchange, later: Exchange) -> bool:
    """Whether one came some time after the answer to another, in real time or in that of the sandbox."""
    return max(later.received_at - ended(former), pause(former, later) or 0.0) >= REST


def hammers(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
    """A task is queried faster than the QPS allows. Where there is no QPS, or the task's plan counts queries
    rather than time, a test does not mean its client to wait."""
    limit = context.setting(PROVIDER, "qps")
    if not isinstance(limit, int) or context.setting(PROVIDER, "polls") is not None:
        return
    tasks: dict[str, list[Numbered]] = defaultdict(list)
    for at, exchange in exchanges:
        if task := _task(exchange):
            tasks[task].append((at, exchange))
    for queries in tasks.values():
        fast = _fastest(queries, limit + 2)
        if fast is not None:
            seconds, numbers = fast
            evidence = (
                f"{len(numbers)} queries of a task in {seconds:.2f} s; {limit} requests a second may come"
            )
            yield Breach(exchanges=numbers, evidence=(evidence,))


def _fastest(queries: Sequence[Numbered], count: int) -> tuple[float, tuple[int, ...]] | None:
    """The shortest time in which so many queries in a row came, if it is shorter than WINDOW, and which."""
    gaps = [waited(one, other) for (_, one), (_, other) in pairwise(queries)]
    known = [float("inf") if gap is None else gap for gap in gaps]
    times = [
        (sum(known[start : start + count - 1]), tuple(at for at, _ in queries[start : start + count]))
        for start in range(len(queries) - count + 1)
    ]
    shortest = min(times, default=None)
    return shortest if shortest and shortest[0] < WINDOW else None
