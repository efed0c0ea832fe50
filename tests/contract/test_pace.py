"""How long a client waited, by the clock that it waited by."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.rules.pace import elapsed, ended, pause
from mockserver.exchange import Exchange

SPANS = st.floats(0.001, 1e5)


def exchange(received_at: float, at: float, milliseconds: float = 0.0) -> Exchange:
    """An exchange that began at a real moment and ended at one of sandbox time."""
    return Exchange(
        provider="picwish",
        operation="query",
        sandbox="mock",
        at=at,
        received_at=received_at,
        milliseconds=milliseconds,
        method="GET",
        path="/",
        scheme="http",
        http_version="1.1",
        query="",
        headers=[],
        fields={},
        files=[],
        status=200,
        response_headers=[],
        response={},
        behaviours=[],
        faults=[],
        explanation=None,
        notes=[],
    )


def moments(real: Sequence[float], offset: Sequence[float], milliseconds: float = 0.0) -> list[Exchange]:
    """Exchanges at real moments, and sandbox time ahead by offsets."""
    return [
        exchange(one, one + milliseconds / 1000 + ahead, milliseconds)
        for one, ahead in zip(real, offset, strict=True)
    ]


@given(SPANS)
def test_in_real_time_the_real_time_counts(seconds: float) -> None:
    first, second = moments([1000.0, 1000.0 + seconds], [0.0, 0.0])
    assert elapsed(first, second) == pytest.approx(seconds)


@given(SPANS, SPANS)
def test_travelling_counts_as_waiting(seconds: float, travelled: float) -> None:
    first, second = moments([1000.0, 1000.0 + seconds], [0.0, travelled])
    assert elapsed(first, second) == pytest.approx(seconds + travelled)


@given(SPANS)
def test_of_a_clock_that_stood_still_nobody_knows(seconds: float) -> None:
    first, second = exchange(1000.0, 5000.0), exchange(1000.0 + seconds, 5000.0)
    assert elapsed(first, second) is None
    assert pause(first, second) is None


@given(st.floats(1.0, 1e4), st.floats(0.2, 0.9))
def test_of_a_clock_that_stood_still_for_a_while_nobody_knows_either(seconds: float, share: float) -> None:
    first, second = exchange(1000.0, 5000.0), exchange(1000.0 + seconds, 5000.0 + seconds * share)
    assert elapsed(first, second) is None


@given(SPANS, st.floats(0, 5000))
def test_a_pause_begins_with_the_answer(seconds: float, milliseconds: float) -> None:
    first, second = moments([1000.0, 1000.0 + milliseconds / 1000 + seconds], [0.0, 0.0], milliseconds)
    assert pause(first, second) == pytest.approx(seconds, abs=1e-6)
    assert second.received_at - ended(first) == pytest.approx(seconds, abs=1e-6)


def test_who_did_not_wait_for_the_answer_paused_for_less_than_nothing() -> None:
    first, second = moments([1000.0, 1000.5], [0.0, 0.0], 2000.0)
    waited = pause(first, second)
    assert waited is not None
    assert waited < 0
