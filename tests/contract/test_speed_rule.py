"""Refusals for speed: who does not slow down is found, and who waits is not, however many do so at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from threading import Barrier
from typing import Any

from contract_world import World
from hypothesis import given
from hypothesis import strategies as st
from timelines import Line, journal

from mockserver.contract.rules import Context
from mockserver.contract.rules.conduct import Hurried

TOO_FAST = frozenset({"error.EXCEEDING_LIMITS"})


def refused(at: float, **options: Any) -> Line:
    return Line(at=at, status=429, behaviours=["ailab.error.EXCEEDING_LIMITS"], **options)


def found(lines: Sequence[Line]) -> list[tuple[int, ...]]:
    ordered = sorted(lines, key=lambda line: line.at)
    return [one.exchanges for one in Hurried(ids=TOO_FAST)([*enumerate(journal(ordered))], Context())]


@given(st.lists(st.floats(0.0005, 0.02), min_size=3, max_size=8))
def test_who_retries_at_once_is_found(rests: list[float]) -> None:
    moments = [*accumulate([0.0, *rests], lambda at, rest: at + 0.001 + rest)]
    lines = [*map(refused, moments[:-1]), Line(at=moments[-1])]
    assert found(lines) == [tuple(range(len(lines)))]


@given(
    st.lists(st.floats(0, 0.05), min_size=1, max_size=8),
    st.lists(st.floats(0.5, 3.0), min_size=1, max_size=3),
)
def test_clients_side_by_side_that_wait_each_are_not_found(starts: list[float], waits: list[float]) -> None:
    lines = []
    for start in starts:
        *moments, last = accumulate([start, *waits])
        lines += [*map(refused, moments), Line(at=last)]
    assert found(lines) == []


def test_eight_threads_that_slow_down_are_not_found(world: World) -> None:
    world.sandbox.fail("picwish", "error.429", times=8)
    barrier = Barrier(8)

    def patient_call(_: int) -> int:
        barrier.wait(10)
        answer = world.cut_out()
        while answer.status_code == 429:
            world.travel(1)
            answer = world.cut_out()
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        assert {*pool.map(patient_call, range(8))} == {200}
    assert world.found() == []


def test_requests_that_were_refused_unread_are_the_same_as_the_one_that_was_read(world: World) -> None:
    world.sandbox.fail("picwish", "error.429", times=3)
    while world.cut_out().status_code == 429:
        pass
    assert world.sandbox.journal[0].files == ()
    assert [(one.rule.id, one.exchanges) for one in world.found()] == [("PIC-RATE-08", (0, 1, 2, 3))]


def test_pictures_of_one_length_are_other_requests_once_they_were_read() -> None:
    def asked(number: int) -> Line:
        return refused(number * 0.005, asks=f"picture {number}", length=1000)

    assert found([asked(number) for number in range(8)]) == []
