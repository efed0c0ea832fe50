"""Never faster than the documents allow."""

from itertools import pairwise
from math import ceil

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify_world import target_of, told, verdicts

from contract_tests.provider.pace import DOCUMENTED, Pacer
from contract_tests.provider.verdict import Grade
from contract_tests.provider.verification import Verification
from mockserver import MockServer


class Clock:
    """A clock that goes on by sleeping, and by what requests take."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.at += seconds


def departures(pacer: Pacer, clock: Clock, durations: list[float]) -> list[float]:
    """When requests go, each of which takes so long."""
    left = []
    for duration in durations:
        pacer.wait()
        left.append(clock.at)
        clock.at += duration
    return left


@given(qps=st.floats(0.1, 50), durations=st.lists(st.floats(0, 3), min_size=3, max_size=30))
def test_no_more_requests_go_in_any_second_than_are_allowed(qps: float, durations: list[float]) -> None:
    clock = Clock()
    left = departures(Pacer(qps, clock=clock, sleep=clock.sleep), clock, durations)
    assert all(after - before >= 1 / qps for before, after in pairwise(left))
    for start in left:
        assert sum(1 for moment in left if start <= moment < start + 1) <= ceil(qps)


def test_a_slow_answer_is_pause_enough() -> None:
    clock = Clock()
    assert departures(Pacer(2, clock=clock, sleep=clock.sleep), clock, [5, 5]) == [100, 105]


def test_without_a_limit_nothing_waits() -> None:
    clock = Clock()
    assert departures(Pacer(None, clock=clock, sleep=clock.sleep), clock, [0, 0, 0]) == [100, 100, 100]


@pytest.mark.parametrize("qps", [0, -1, float("inf"), float("nan")])
def test_a_pace_that_cannot_be_is_refused(qps: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        Pacer(qps)


@pytest.mark.parametrize("provider", ["picwish", "processimage"])
def test_the_documented_pace_meets_no_limit(server: MockServer, provider: str) -> None:
    sandbox = server.sandbox(picwish={"qps": 2, "qps_counts": "requests"}, processimage={"qps": 2})
    verification = Verification.of(target_of(sandbox, provider))
    with httpx.Client(trust_env=False) as client:
        outcome = verification.run(
            client, lambda: Pacer(DOCUMENTED, clock=sandbox.clock.now, sleep=sandbox.clock.travel)
        )
    assert told(outcome) == []


def test_a_faster_pace_does_meet_it(server: MockServer) -> None:
    sandbox = server.sandbox(processimage={"qps": 2})
    sandbox.clock.freeze()
    verification = Verification.of(target_of(sandbox, "processimage"))
    with httpx.Client(trust_env=False) as client:
        outcome = verification.run(client, lambda: Pacer(None))
    assert "QPS" in " ".join(told(outcome))
    assert verdicts(outcome, Grade.DIFFERS)
