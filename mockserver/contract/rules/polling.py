"""Checks of polling: a client stops when a task has ended, and asks no faster than it may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mockserver.contract.reading import links
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.pace import elapsed, ended
from mockserver.contract.rules.rule import Breach, Numbered
from mockserver.exchange import Exchange
from mockserver.faults import RESULT

PROVIDER = "picwish"
QUERY = "query"
STATE = f"{PROVIDER}.state."
ENDED = frozenset({"1", "-1", "-2", "-3", "-5", "-7", "-8"})
MORE = 5
"""Answers in a row that a task has ended, each SOON after the one before, which one may have asked for to get
fresh links, or since it was forgotten that they are there."""
SOON = 5.0
WINDOW = 0.9
"""A little less than the second that a rate is counted in, since nobody's second begins with another's."""


def goes_on(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
    """A task that has ended is queried again and again, and its links are not used meanwhile."""
    runs: dict[str, list[Numbered]] = defaultdict(list)
    given: dict[str, str] = {}
    for at, exchange in exchanges:
        task = _task(exchange)
        if exchange.operation == RESULT and exchange.path in given:
            yield from _too_many(runs.pop(given[exchange.path], []))
        elif task and not _has_ended(exchange):
            yield from _too_many(runs.pop(task, []))
        elif task and not _was_on_its_way(runs[task], exchange):
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
    return _state(exchange) in ENDED


def _was_on_its_way(run: Sequence[Numbered], exchange: Exchange) -> bool:
    return bool(run) and exchange.received_at < ended(run[0][1])


def _too_many(run: Sequence[Numbered]) -> Iterator[Breach]:
    if len(run) > MORE:
        state = _state(run[0][1])
        evidence = f"state {state} was answered, and {len(run) - 1} more queries of the task followed"
        yield Breach(exchanges=tuple(at for at, _ in run), evidence=(evidence,))


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
    gaps = [elapsed(one, other) for (_, one), (_, other) in pairwise(queries)]
    known = [float("inf") if gap is None else gap for gap in gaps]
    times = [
        (sum(known[start : start + count - 1]), tuple(at for at, _ in queries[start : start + count]))
        for start in range(len(queries) - count + 1)
    ]
    shortest = min(times, default=None)
    return shortest if shortest and shortest[0] < WINDOW else None
