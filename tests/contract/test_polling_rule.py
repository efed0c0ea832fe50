"""Polling: who goes on when a task has ended is found at any usual pace, and who looks again is not."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from threading import Barrier
from typing import Any

import pytest
from contract_world import PICTURE, World
from hypothesis import given
from hypothesis import strategies as st
from timelines import Line, journal

from mockserver.contract.rules import Context
from mockserver.contract.rules.polling import goes_on

FAILED = ["-1", "-2", "-3", "-5", "-7", "-8"]
LINK = '{"data": {"image": "http://mock/a.png"}}'


def query(at: float, state: str = "-8", **options: Any) -> Line:
    """A query of the task, and the state that it is answered."""
    behaviours = [f"picwish.state.{state}"] if state else ["picwish.error.429"]
    options = {"text": LINK if state == "1" else "", "fields": {"task_id": "t"}, **options}
    return Line(at=at, provider="picwish", operation="query", method="GET", behaviours=behaviours, **options)


def download(at: float) -> Line:
    return Line(at=at, provider="picwish", operation="result", method="GET", path="/a.png")


def found(lines: Sequence[Line]) -> list[tuple[int, ...]]:
    return [one.exchanges for one in goes_on([*enumerate(journal(lines))], Context())]


def polled(state: str, rests: Sequence[float]) -> list[Line]:
    """Two queries while the task is at work, then one that it has ended, and more after these rests."""
    ends = accumulate([3.0, *rests])
    return [query(1.0, "4"), query(2.0, "4"), *(query(at, state) for at in ends)]


@pytest.mark.parametrize("state", FAILED)
@pytest.mark.parametrize("rest", [0.4, 0.5, 1.0, 2.0, 5.0, 10.0])
def test_who_polls_on_twice_after_a_failure_is_found(state: str, rest: float) -> None:
    assert found(polled(state, [rest] * 2)) == [(2, 3, 4)]


@given(st.sampled_from(FAILED), st.lists(st.floats(0.3, 11.0), min_size=2, max_size=8))
def test_who_backs_off_and_polls_on_is_found_too(state: str, rests: list[float]) -> None:
    assert found(polled(state, rests))


def test_who_polls_on_when_a_task_is_done_is_found_a_little_later() -> None:
    assert found(polled("1", [1.0] * 2)) == []
    assert found(polled("1", [1.0] * 3)) == [(2, 3, 4, 5)]


def test_without_any_rest_more_is_needed() -> None:
    assert found(polled("-8", [0.01] * 7)) == []
    assert found(polled("-8", [0.01] * 8))


@given(st.sampled_from([*FAILED, "1"]), st.floats(0.2, 10.0), st.floats(0, 1))
def test_two_workers_that_wait_for_the_same_task_are_not_found(
    state: str, pace: float, offset: float
) -> None:
    one = polled(state, [])
    other = [query(line.at + offset * pace, line.behaviours[0].rpartition(".")[2]) for line in one]
    assert found(sorted([*one, *other], key=lambda line: line.at)) == []


@given(st.sampled_from([*FAILED, "1"]), st.lists(st.floats(13.0, 1e5), max_size=20))
def test_a_page_that_shows_an_ended_task_now_and_then_is_not_found(state: str, rests: list[float]) -> None:
    assert found(polled(state, rests)) == []


@pytest.mark.parametrize(
    "lost",
    [{"status": None}, {"faults": ["http.malformed_json"]}, {"faults": ["http.status"], "status": 503}],
)
def test_a_query_whose_answer_got_lost_may_be_sent_again(lost: dict[str, Any]) -> None:
    lines = [query(float(second), "-8", **lost) for second in range(5)]
    assert found([*lines, query(6.0)]) == []


def test_a_refusal_for_speed_tells_nothing_of_the_task_and_excuses_nobody() -> None:
    told, refused = query(1.0), query(2.0, "", status=429)
    assert found([told, refused, query(3.0)]) == []
    assert found([told, refused, query(3.0), refused, query(5.0)])


def test_a_fresh_link_may_be_asked_for_as_often_as_it_is_used() -> None:
    lines = [line for second in range(9) for line in (query(second, "1"), download(second + 0.5))]
    assert found(lines) == []


def test_a_fresh_link_may_be_asked_for_when_the_old_one_is_dead() -> None:
    assert found([query(hour * 3700.0, "1") for hour in range(9)]) == []


def test_in_travelled_time_a_second_is_a_second() -> None:
    lines = [query(number * 0.002, clock=float(number)) for number in range(3)]
    assert found(lines) == [(0, 1, 2)]


def test_in_frozen_time_the_real_seconds_count() -> None:
    assert found([query(float(number), clock=7.0) for number in range(3)]) == [(0, 1, 2)]


@pytest.mark.parametrize("state", ["-8", "1"])
def test_who_asks_eight_times_at_once_does_not_poll(world: World, state: str) -> None:
    task = world.set("picwish", end=state).picwish.create(PICTURE)
    world.travel(5)
    barrier = Barrier(8)

    def ask() -> int:
        barrier.wait(10)
        return world.query(task).status_code

    with ThreadPoolExecutor(8) as pool:
        assert {future.result() for future in [pool.submit(ask) for _ in range(8)]} == {200}
    assert world.found() == []


def test_a_client_that_takes_a_timeout_for_not_yet_is_found(world: World) -> None:
    world.sandbox.fail("picwish", "state.-8")
    task = world.picwish.create(PICTURE)
    for _ in range(5):
        world.travel(1)
        if world.query(task).json()["data"]["state"] == 1:
            break
    assert [one.rule.id for one in world.found()] == ["PIC-POLL-06"]
