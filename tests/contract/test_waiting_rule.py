"""Retry-After: who comes back too soon is found, and who waits is not, however many wait side by side."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import accumulate
from threading import Barrier
from typing import Any

import httpx
import pytest
from contract_world import World
from hypothesis import given
from hypothesis import strategies as st
from timelines import Line, journal

from mockserver.contract.rules import Context
from mockserver.contract.rules.waiting import retry_after
from mockserver.exchange import Exchange

WANTED = 10
"""Seconds in the Retry-After of this module."""


def breaches(lines: Sequence[Line]) -> list[tuple[int, ...]]:
    return [one.exchanges for one in retry_after([*enumerate(journal(lines))], Context())]


def refused_at(*moments: float, last: bool = False, **options: Any) -> list[Line]:
    """Requests that are refused with a Retry-After, at moments; with `last`, the last of them is not."""
    lines = [Line(at=moment, retry_after=WANTED, **options) for moment in sorted(moments)]
    return [*lines[:-1], replace(lines[-1], retry_after=None)] if last else lines


FACTORS = st.floats(0.95, 1.2)
WAITS = st.lists(FACTORS, min_size=1, max_size=4)


@st.composite
def patient(draw: st.DrawFn) -> list[Line]:
    """Up to eight clients side by side that begin within some seconds, and wait each time."""
    lines = []
    for start in draw(st.lists(st.floats(0, 8), min_size=1, max_size=8)):
        *waits, last = [start, *(WANTED * factor for factor in draw(WAITS))]
        moments = list(accumulate(waits))
        lines += [Line(at=moment, retry_after=WANTED) for moment in moments]
        lines.append(Line(at=moments[-1] + last))
    return sorted(lines, key=lambda line: line.at)


@given(patient())
def test_those_who_wait_are_never_accused(lines: list[Line]) -> None:
    assert breaches(lines) == []


@given(st.lists(st.floats(0.0005, 8.0), min_size=2, max_size=6))
def test_who_repeats_twice_too_soon_is_found_whatever_the_pauses(pauses: list[float]) -> None:
    lines = refused_at(*accumulate([0.0, *pauses], lambda at, rest: at + 0.001 + rest), last=True)
    assert breaches(lines) == [tuple(range(len(lines)))]


@pytest.mark.parametrize("backoff", [[1, 2, 4], [1, 2, 4, 8], [3, 3, 3, 3, 3, 3], [0.002] * 3, [5, 5, 5]])
def test_a_backoff_of_ones_own_is_found(backoff: list[float]) -> None:
    assert breaches(refused_at(*accumulate([0.0, *backoff]), last=True))


def test_a_single_repeat_is_found_when_it_is_neither_a_neighbours_nor_a_persons() -> None:
    assert breaches(refused_at(0, 3)) == [(0, 1)]
    assert breaches(refused_at(0, 0.05)) == []
    assert breaches(refused_at(0, 3, agent="curl/8.5.0")) == []
    assert breaches(refused_at(0, 3, 6, agent="curl/8.5.0")) == [(0, 1, 2)]


def test_what_was_on_its_way_already_is_no_repeat() -> None:
    lines = [Line(at=number * 0.001, takes=0.1, retry_after=WANTED) for number in range(8)]
    assert breaches(lines) == []


def test_other_requests_may_come_at_any_time() -> None:
    assert breaches([Line(at=number, retry_after=WANTED, asks=str(number)) for number in range(5)]) == []


def test_of_a_frozen_clock_nobody_knows() -> None:
    assert breaches([Line(at=float(number), clock=100.0, retry_after=WANTED) for number in range(5)]) == []


def test_the_evidence_says_how_often_and_how_soon() -> None:
    [one] = retry_after([*enumerate(journal(refused_at(0, 1, 3, 7)))], Context())
    assert one.evidence == (
        "Retry-After was 10 s; the same request came 3 more times too soon, once after 1.00 s",
    )


def refusing(world: World, times: int) -> Sequence[Exchange]:
    world.sandbox.fail("ailab", "http.status", status=503, retry_after=WANTED, times=times)
    return world.sandbox.journal


@pytest.mark.parametrize("session", [True, False])
def test_a_loop_that_does_not_wait_at_all_is_found(world: World, session: bool) -> None:
    refusing(world, 2)
    for _ in range(3):
        with httpx.Client(base_url=world.sandbox.ailab.url) as http:
            (world if session else replace(world, http=http)).cut_heads()
    assert "ANY-WAIT-04" in world.ids()


def test_eight_threads_that_wait_each_are_not_found(world: World) -> None:
    journal = refusing(world, 8)
    barrier = Barrier(8)

    def patient_call(_: int) -> int:
        barrier.wait(10)
        answer = world.cut_heads()
        while answer.status_code == 503:
            world.travel(float(answer.headers["retry-after"]))
            answer = world.cut_heads()
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        assert {*pool.map(patient_call, range(8))} == {200}
    assert len(journal) == 16
    assert world.found() == []
