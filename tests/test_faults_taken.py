"""What is taken of many rules: by whom, when many ask at once, and how often in the end."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fault_world import fault, take
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.damage.answer import Trait
from mockserver.faults import Fault, Faults, Rule, taken
from mockserver.state.memory import MemoryState

RACERS = 32


@pytest.fixture
def faults() -> Faults:
    return Faults(MemoryState(), "one")


class TestRaces:
    def test_a_one_time_fault_is_taken_by_one_of_many_threads(self, faults: Faults) -> None:
        barrier = threading.Barrier(RACERS)

        def race(_: int) -> Sequence[Fault]:
            barrier.wait()
            return tuple(take(faults))

        with ThreadPoolExecutor(RACERS) as pool:
            for _ in range(20):
                added = faults.add(fault())
                assert Counter(pool.map(race, range(RACERS))) == {(added,): 1, (): RACERS - 1}
                faults.clear("ailab")

    def test_many_faults_are_each_taken_once_by_many_threads(self, faults: Faults) -> None:
        added = [faults.add(fault()) for _ in range(20)]
        with ThreadPoolExecutor(RACERS) as pool:
            found = Counter(one for some in pool.map(lambda _: take(faults), range(100)) for one in some)
        assert found == dict.fromkeys(added, 1)


RULES = st.builds(
    Fault,
    provider=st.just("ailab"),
    effect=st.sampled_from(["ailab.error.A", "http.delay", "http.malformed_json", "connection.reset"]),
    options=st.just({}),
    operation=st.sampled_from([None, None, "query"]),
    target=st.sampled_from(["call", "answer"]),
    nth=st.integers(1, 4),
    times=st.none() | st.integers(1, 3),
    probability=st.sampled_from([0.0, 0.5, 1.0, 1.0]),
    seed=st.integers(0, 3),
)


@given(st.lists(RULES, max_size=5), st.sampled_from(["query", None]), st.sets(st.sampled_from(Trait)))
def test_what_is_counted_is_what_matched_and_what_strikes_was_due(
    rules: list[Fault], operation: str | None, traits: set[Trait]
) -> None:
    before = [Rule(fault=one, seen=2, struck=1) for one in rules]
    after, strikes = taken(before, ("call", "answer"), operation, traits)
    hit = {strike.fault.id for strike in strikes}
    assert [rule.fault for rule in after] == rules
    for old, new in zip(before, after, strict=True):
        assert new.struck - old.struck == (new.fault.id in hit)
        assert new.seen - old.seen in (0, 1)
        assert new.seen > old.seen or new.struck == old.struck
        if new.fault.id in hit:
            assert new.fault.strikes(new.seen, old.struck)
            assert new.fault.operation in (None, operation)
    ends = [strike.fault.damage is None or strike.fault.damage.ends for strike in strikes]
    assert not any(ends[:-1])


class Course(RuleBasedStateMachine):
    """Rules come and go between exchanges; a plain list of counters says what must strike."""

    def __init__(self) -> None:
        super().__init__()
        self.faults = Faults(MemoryState(), "one")
        self.model: list[dict[str, Any]] = []

    @rule(when=RULES)
    def add(self, when: Fault) -> None:
        self.faults.add(when)
        self.model.append({"fault": when, "seen": 0, "struck": 0})

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(range(len(self.model))))
        assert self.faults.remove(self.model.pop(chosen)["fault"].id)

    @rule(operation=st.sampled_from(["query", "segmentation"]))
    def call(self, operation: str) -> None:
        expected: list[Fault] = []
        for one in self.model:
            fault = one["fault"]
            if fault.target == "call" and fault.operation in (None, operation):
                needs_json = fault.effect == "http.malformed_json"
                if needs_json:
                    continue
                one["seen"] += 1
                due = not expected or expected[-1].effect == "http.delay"
                if due and fault.strikes(one["seen"], one["struck"]):
                    one["struck"] += 1
                    expected.append(fault)
        assert take(self.faults, "call", operation=operation) == expected

    @invariant()
    def counts_agree(self) -> None:
        assert self.faults.list() == [Rule(**one) for one in self.model]


Course.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestCourse = Course.TestCase
