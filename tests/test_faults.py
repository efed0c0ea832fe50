import math
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.faults import Fault, Faults
from mockserver.state.memory import MemoryState


def fault(behaviour: str = "ailab.error.X", **when: Any) -> Fault:
    return Fault(provider="ailab", behaviour=behaviour, **when)


def struck(faults: Faults, exchanges: int) -> list[int]:
    """Which of so many exchanges, counted from 1, a fault strikes."""
    return [number for number in range(1, exchanges + 1) if faults.take("ailab") is not None]


@pytest.fixture
def faults() -> Faults:
    return Faults(MemoryState(), "one")


def test_without_a_fault_nothing_strikes(faults: Faults) -> None:
    assert faults.take("ailab") is None
    assert faults.list("ailab") == []


def test_a_fault_strikes_once_by_default(faults: Faults) -> None:
    added = faults.add(fault())
    assert [faults.take("ailab"), faults.take("ailab")] == [added, None]


def test_a_fault_comes_back_as_it_was_added(faults: Faults) -> None:
    added = faults.add(fault(nth=3, times=None, probability=0.25, seed=9))
    assert faults.list("ailab") == [added]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"times": 3}, [1, 2, 3]),
        ({"times": None}, [1, 2, 3, 4, 5, 6]),
        ({"nth": 4}, [4]),
        ({"nth": 3, "times": 2}, [3, 4]),
        ({"nth": 5, "times": None}, [5, 6]),
        ({"nth": 7}, []),
        ({"probability": 0.0, "times": None}, []),
    ],
)
def test_a_fault_strikes_from_the_nth_exchange_on_so_many_times(
    faults: Faults, when: dict[str, Any], expected: list[int]
) -> None:
    faults.add(fault(**when))
    assert struck(faults, 6) == expected


def test_a_spent_fault_stays_on_the_list_and_lets_the_next_one_strike(faults: Faults) -> None:
    first, second = faults.add(fault("ailab.error.A")), faults.add(fault("ailab.error.B"))
    assert [faults.take("ailab") for _ in range(3)] == [first, second, None]
    assert faults.list("ailab") == [first, second]


def test_exchanges_count_for_every_rule_whichever_strikes(faults: Faults) -> None:
    first, second = faults.add(fault(times=2)), faults.add(fault("ailab.error.B", nth=3))
    assert [faults.take("ailab") for _ in range(4)] == [first, first, second, None]


def test_a_fault_of_one_provider_leaves_the_other_alone(faults: Faults) -> None:
    faults.add(fault())
    assert faults.take("tencent_bda") is None
    assert faults.take("ailab") is not None


def test_clearing_switches_all_faults_of_a_provider_off(faults: Faults) -> None:
    other = faults.add(Fault(provider="tencent_bda", behaviour="tencent_bda.error.Y"))
    faults.add(fault(times=None))
    faults.clear("ailab")
    assert faults.take("ailab") is None
    assert faults.list("tencent_bda") == [other]


def test_two_sandboxes_have_faults_of_their_own() -> None:
    state = MemoryState()
    Faults(state, "one").add(fault())
    assert Faults(state, "other").take("ailab") is None


def test_a_one_time_fault_is_taken_by_one_of_many_threads(faults: Faults) -> None:
    with ThreadPoolExecutor(16) as pool:
        for _ in range(50):
            added = faults.add(fault())
            taken = Counter(pool.map(lambda _: faults.take("ailab"), range(16)))
            assert taken == {added: 1, None: 15}
            faults.clear("ailab")


def test_many_faults_are_each_taken_once_by_many_threads(faults: Faults) -> None:
    added = [faults.add(fault()) for _ in range(20)]
    with ThreadPoolExecutor(16) as pool:
        taken = Counter(pool.map(lambda _: faults.take("ailab"), range(100)))
    assert [taken[one] for one in added] == [1] * 20
    assert taken[None] == 80


def test_the_same_seed_strikes_the_same_exchanges_and_another_one_others() -> None:
    def run(seed: int) -> list[int]:
        faults = Faults(MemoryState(), "one")
        faults.add(fault(times=None, probability=0.5, seed=seed))
        return struck(faults, 64)

    assert run(1) == run(1)
    assert run(1) != run(2)


@given(st.floats(0, 1), st.integers(0, 1000))
def test_a_probability_is_about_how_often_it_strikes(probability: float, seed: int) -> None:
    rule = fault(times=None, probability=probability, seed=seed)
    hits = sum(rule.strikes(seen, 0) for seen in range(1, 1001))
    assert abs(hits / 1000 - probability) < 0.1


@given(
    st.integers(1, 20), st.none() | st.integers(1, 20), st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 40)
)
def test_a_fault_never_strikes_early_or_too_often(
    nth: int, times: int | None, probability: float, exchanges: int
) -> None:
    faults = Faults(MemoryState(), "one")
    faults.add(fault(nth=nth, times=times, probability=probability))
    hits = struck(faults, exchanges)
    assert all(hit >= nth for hit in hits)
    assert len(hits) <= (exchanges if times is None else times)
    if probability == 1.0:
        assert len(hits) == min(max(0, exchanges - nth + 1), exchanges if times is None else times)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        ({"nth": 0}, "counts from 1"),
        ({"times": 0}, "at least 1, or None"),
        ({"probability": 1.5}, "between 0 and 1"),
        ({"probability": -0.1}, "between 0 and 1"),
        ({"probability": math.nan}, "between 0 and 1"),
    ],
)
def test_a_fault_that_could_never_be_meant_is_refused(when: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        fault(**when)


def test_a_fault_of_downloads_leaves_calls_alone() -> None:
    faults = Faults(MemoryState(), "space")
    added = faults.add(Fault(provider="ailab", behaviour="ailab.asset.expired", target="result"))
    assert faults.take("ailab") is None
    assert faults.take("ailab", "result") == added
