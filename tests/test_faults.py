import math
import re
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver import catalogue
from mockserver.catalogue import UnknownBehaviour
from mockserver.damage.answer import Trait
from mockserver.damage.options import FaultError
from mockserver.damage.table import DAMAGES
from mockserver.faults import Fault, Faults, Rule, Target, causable, taken
from mockserver.providers import PROVIDERS
from mockserver.state.memory import MemoryState

OPERATIONS = ("avatar-extraction", "result")
RACERS = 32
LONG = "x" * 10_000_000


def fault(effect: str = "ailab.error.X", **when: Any) -> Fault:
    return Fault(provider="ailab", effect=effect, **when)


def damage(effect: str, **when: Any) -> Fault:
    return Fault.of("ailab", effect, operations=OPERATIONS, **when)


def take(faults: Faults, target: Target = "call", **exchange: Any) -> list[Fault]:
    """What strikes the next exchange."""
    return [strike.fault for strike in faults.take("ailab", target, **exchange)]


def struck(faults: Faults, exchanges: int) -> list[int]:
    """Which of so many exchanges, counted from 1, a fault strikes."""
    return [number for number in range(1, exchanges + 1) if take(faults)]


def on(faults: Faults, provider: str | None = "ailab") -> list[Fault]:
    return [one.fault for one in faults.list(provider)]


@pytest.fixture
def faults() -> Faults:
    return Faults(MemoryState(), "one")


class TestWhen:
    def test_without_a_fault_nothing_strikes(self, faults: Faults) -> None:
        assert take(faults) == []
        assert faults.list("ailab") == []

    def test_a_fault_strikes_once_by_default(self, faults: Faults) -> None:
        added = faults.add(fault())
        assert [take(faults), take(faults)] == [[added], []]

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
    def test_it_strikes_from_the_nth_exchange_on_so_many_times(
        self, faults: Faults, when: dict[str, Any], expected: list[int]
    ) -> None:
        faults.add(fault(**when))
        assert struck(faults, 6) == expected

    def test_the_same_seed_strikes_the_same_exchanges_and_another_one_others(self) -> None:
        def run(seed: int) -> list[int]:
            faults = Faults(MemoryState(), "one")
            faults.add(fault(times=None, probability=0.5, seed=seed))
            return struck(faults, 64)

        assert run(1) == run(1)
        assert run(1) != run(2)

    def test_what_a_damage_draws_is_the_same_in_each_run_and_different_at_each_strike(self) -> None:
        def run() -> list[float]:
            faults = Faults(MemoryState(), "one")
            faults.add(damage("http.delay", times=None, seed=3))
            return [faults.take("ailab", "answer")[0].random.random() for _ in range(5)]

        assert run() == run()
        assert len(set(run())) == 5

    @given(st.floats(0, 1), st.integers(0, 1000))
    def test_a_probability_is_about_how_often_it_strikes(self, probability: float, seed: int) -> None:
        rule = fault(times=None, probability=probability, seed=seed)
        hits = sum(rule.strikes(seen, 0) for seen in range(1, 1001))
        assert abs(hits / 1000 - probability) < 0.1

    @given(
        st.integers(1, 20),
        st.none() | st.integers(1, 20),
        st.sampled_from([0.0, 0.3, 1.0]),
        st.integers(0, 40),
    )
    def test_it_never_strikes_early_or_too_often(
        self, nth: int, times: int | None, probability: float, exchanges: int
    ) -> None:
        faults = Faults(MemoryState(), "one")
        faults.add(fault(nth=nth, times=times, probability=probability))
        hits = struck(faults, exchanges)
        assert all(hit >= nth for hit in hits)
        assert len(hits) <= (exchanges if times is None else times)
        if probability == 1.0:
            assert len(hits) == min(max(0, exchanges - nth + 1), exchanges if times is None else times)


class TestList:
    def test_a_rule_comes_back_as_it_was_added_with_what_became_of_it(self, faults: Faults) -> None:
        added = faults.add(damage("http.delay", nth=3, times=None, probability=1.0, seed=9))
        assert faults.list("ailab") == [Rule(fault=added, seen=0, struck=0)]
        for _ in range(4):
            take(faults, "answer")
        assert faults.list("ailab") == [Rule(fault=added, seen=4, struck=2)]

    def test_all_providers_are_listed_where_none_is_named(self, faults: Faults) -> None:
        first = faults.add(fault())
        second = faults.add(Fault(provider="picwish", effect="picwish.error.Y"))
        assert on(faults, None) == [first, second]

    def test_a_spent_fault_stays_on_the_list_and_lets_the_next_one_strike(self, faults: Faults) -> None:
        first, second = faults.add(fault("ailab.error.A")), faults.add(fault("ailab.error.B"))
        assert [take(faults) for _ in range(3)] == [[first], [second], []]
        assert on(faults) == [first, second]

    def test_clearing_switches_all_faults_of_a_provider_off(self, faults: Faults) -> None:
        other = faults.add(Fault(provider="tencent_bda", effect="tencent_bda.error.Y"))
        faults.add(fault(times=None))
        faults.clear("ailab")
        assert take(faults) == []
        assert on(faults, None) == [other]

    def test_clearing_without_a_provider_switches_all_off(self, faults: Faults) -> None:
        faults.add(fault())
        faults.add(Fault(provider="tencent_bda", effect="tencent_bda.error.Y"))
        faults.clear()
        assert faults.list() == []

    def test_one_is_removed_by_its_id_and_the_others_stay_as_they_were(self, faults: Faults) -> None:
        first, second = faults.add(fault(times=5)), faults.add(fault("ailab.error.B", nth=2))
        take(faults)
        assert faults.remove(first.id)
        assert faults.list() == [Rule(fault=second, seen=1, struck=0)]
        assert take(faults) == [second]

    def test_what_is_not_on_cannot_be_removed(self, faults: Faults) -> None:
        added = faults.add(fault())
        assert [faults.remove(added.id), faults.remove(added.id), faults.remove("x")] == [True, False, False]

    def test_two_sandboxes_have_faults_of_their_own(self) -> None:
        state = MemoryState()
        Faults(state, "one").add(fault())
        assert take(Faults(state, "other")) == []

    def test_so_many_can_be_on_and_no_more(self, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mockserver.faults.MOST", 3)
        for _ in range(3):
            faults.add(fault())
        with pytest.raises(
            FaultError, match="3 faults are on at ailab, spent ones included; remove or clear"
        ):
            faults.add(fault())
        assert len(faults.list()) == 3


class TestMatching:
    def test_a_fault_of_one_provider_leaves_the_other_alone(self, faults: Faults) -> None:
        faults.add(fault())
        assert faults.take("tencent_bda", "call") == ()
        assert take(faults) != []

    def test_a_fault_of_downloads_leaves_calls_alone(self, faults: Faults) -> None:
        added = faults.add(fault("ailab.asset.expired", target="result"))
        assert take(faults) == []
        assert take(faults, "result") == [added]

    def test_a_fault_of_one_operation_neither_strikes_nor_counts_another(self, faults: Faults) -> None:
        added = faults.add(fault(operation="query", nth=2))
        assert [take(faults, operation=name) for name in ("query", "segmentation", None, "query")] == [
            [],
            [],
            [],
            [added],
        ]

    def test_exchanges_count_for_every_rule_whichever_strikes(self, faults: Faults) -> None:
        first, second = faults.add(fault(times=2)), faults.add(fault("ailab.error.B", nth=3))
        assert [take(faults) for _ in range(4)] == [[first], [first], [second], []]

    @pytest.mark.parametrize("effect", [name for name, one in DAMAGES.items() if one.needs])
    def test_a_damage_neither_strikes_nor_counts_what_it_cannot_damage(
        self, faults: Faults, effect: str
    ) -> None:
        added = faults.add(damage(effect))
        assert take(faults, "answer") == []
        assert faults.list() == [Rule(fault=added)]
        assert take(faults, "answer", traits=set(Trait)) == [added]

    def test_damages_compose_in_order_of_adding(self, faults: Faults) -> None:
        added = [faults.add(damage(name)) for name in ("http.slow_drip", "http.delay", "connection.reset")]
        assert take(faults, "answer", traits={Trait.BODY}) == added

    def test_a_connection_damage_ends_it_and_what_follows_is_not_spent(self, faults: Faults) -> None:
        first, second = faults.add(damage("connection.close")), faults.add(damage("http.delay"))
        assert [take(faults, "answer") for _ in range(3)] == [[first], [second], []]

    def test_a_damage_does_not_look_for_what_an_earlier_one_took(self, faults: Faults) -> None:
        page, broken = faults.add(damage("http.status")), faults.add(damage("http.malformed_json"))
        both = {Trait.BODY, Trait.JSON}
        assert [take(faults, "answer", traits=both) for _ in range(2)] == [[page], [broken]]

    def test_a_connection_is_cut_within_an_answer_without_a_body_too(self, faults: Faults) -> None:
        cut = faults.add(damage("connection.reset", options={"at": "within"}))
        assert take(faults, "answer") == [cut]

    def test_a_connection_cut_at_the_request_goes_before_a_behaviour_that_was_added_first(
        self, faults: Faults
    ) -> None:
        behaviour = faults.add(fault())
        cut = faults.add(damage("connection.reset", options={"at": "request"}))
        courses = [[strike.fault for strike in faults.take("ailab", "request", "call")] for _ in range(3)]
        assert courses == [[cut], [behaviour], []]


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


class TestOf:
    @pytest.mark.parametrize(
        ("when", "at", "text"),
        [
            ({"nth": 0}, "nth", "counts from 1"),
            ({"nth": True}, "nth", "a whole number"),
            ({"nth": 1.5}, "nth", "a whole number"),
            ({"times": 0}, "times", "at least 1, or None"),
            ({"times": "2"}, "times", "at least 1, or None"),
            ({"probability": 1.5}, "probability", "between 0 and 1"),
            ({"probability": -0.1}, "probability", "between 0 and 1"),
            ({"probability": math.nan}, "probability", "between 0 and 1"),
            ({"probability": None}, "probability", "between 0 and 1"),
            ({"seed": "x"}, "seed", "a whole number"),
        ],
    )
    def test_a_fault_that_could_never_be_meant_is_refused(
        self, when: dict[str, Any], at: str, text: str
    ) -> None:
        with pytest.raises(FaultError, match=text) as refused:
            fault(**when)
        assert refused.value.at == at

    @pytest.mark.parametrize("effect", ["error.ERROR_USER_LOCKED", "ailab.error.ERROR_USER_LOCKED"])
    def test_a_behaviour_goes_by_its_id_with_or_without_the_provider(self, effect: str) -> None:
        made = damage(effect)
        assert (made.effect, made.target, made.damage) == ("ailab.error.ERROR_USER_LOCKED", "call", None)

    def test_a_damage_has_all_its_options(self) -> None:
        made = damage("http.delay", options={"seconds": 2})
        assert made.options == {"seconds": 2, "up_to": None, "sigma": None}
        assert (made.target, made.damage) == ("answer", DAMAGES["http.delay"])

    def test_an_unknown_operation_is_told_the_known_ones(self) -> None:
        text = "ailab has no operation 'avatar'; it has avatar-extraction, result"
        with pytest.raises(FaultError, match=text) as refused:
            damage("http.delay", operation="avatar")
        assert (refused.value.at, refused.value.possible) == ("operation", OPERATIONS)

    @pytest.mark.parametrize(
        ("effect", "text"),
        [
            (
                "http.dleay",
                r"there is no damage 'http.dleay'; did you mean http.delay\? There are http.delay,",
            ),
            ("delay", "did you mean http.delay"),
            ("reset", "did you mean connection.reset"),
            ("connection.hangup", "there is no damage 'connection.hangup'; there are http.delay, "),
        ],
    )
    def test_an_unknown_damage_is_told_the_known_ones(self, effect: str, text: str) -> None:
        with pytest.raises(FaultError, match=text) as refused:
            damage(effect)
        assert (refused.value.at, refused.value.possible) == ("effect", tuple(DAMAGES))

    @pytest.mark.parametrize("effect", [-8, None, ["http.delay"]])
    def test_an_effect_is_a_string(self, effect: Any) -> None:
        text = f"effect cannot be {effect!r}; it can be a string"
        with pytest.raises(FaultError, match=re.escape(text)) as refused:
            damage(effect)
        assert refused.value.at == "effect"

    def test_an_operation_that_is_near_is_named(self) -> None:
        text = r"'avatar-extracton'; did you mean avatar-extraction\? It has avatar-extraction, result"
        with pytest.raises(FaultError, match=text):
            damage("http.delay", operation="avatar-extracton")

    def test_an_unknown_behaviour_is_answered_with_near_ones(self) -> None:
        with pytest.raises(UnknownBehaviour, match=r"did you mean ailab\.error\.ERROR_USER_LOCKED"):
            damage("error.ERROR_USER_LOKED")

    def test_a_behaviour_that_is_no_error_cannot_be_caused(self) -> None:
        with pytest.raises(FaultError, match=r"ailab\.success is neither an error nor a failure") as refused:
            damage("success")
        assert "ailab.error.ERROR_USER_LOCKED" in refused.value.possible

    def test_a_behaviour_has_no_options(self) -> None:
        with pytest.raises(FaultError, match="has no option 'seconds'; a behaviour has none"):
            damage("error.ERROR_USER_LOCKED", options={"seconds": 1})

    @pytest.mark.parametrize(
        ("effect", "operation", "text"),
        [
            ("asset.expired", "avatar-extraction", "strikes downloads of results, so never the operation"),
            ("error.ERROR_USER_LOCKED", "result", "strikes calls, not downloads of results, so never"),
        ],
    )
    def test_a_behaviour_is_not_for_an_operation_that_it_never_strikes(
        self, effect: str, operation: str, text: str
    ) -> None:
        with pytest.raises(FaultError, match=text):
            damage(effect, operation=operation)

    @pytest.mark.parametrize("provider", [one.name for one in PROVIDERS])
    def test_all_that_is_called_causable_makes_a_fault_and_nothing_else_does(self, provider: str) -> None:
        possible = {behaviour.id for behaviour in causable(provider)}
        assert possible
        for behaviour in catalogue.load(provider):
            short = behaviour.id.removeprefix(f"{provider}.")
            try:
                made = Fault.of(provider, short, operations=()).effect in possible
            except FaultError:
                made = False
            assert made == (behaviour.id in possible)


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


@pytest.mark.parametrize(
    "when",
    [
        {"probability": 10**400},
        {"probability": -(10**400)},
        {"probability": 10**5000},
        {"nth": 10**5000},
        {"times": 2**64},
        {"seed": -(10**400)},
        {"seed": "x" * 10_000_000},
    ],
)
def test_a_number_without_end_is_refused_in_few_words(when: dict[str, Any]) -> None:
    with pytest.raises(FaultError) as refused:
        damage("http.delay", **when)
    assert refused.value.at in when
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "wrong",
    [
        {"effect": "http." + LONG},
        {"effect": LONG},
        {"effect": "http.delay", "operation": LONG},
        {"effect": "http.delay", "options": {LONG: 1}},
        {"effect": "http.status", "options": {"body": LONG}},
        {"effect": "ailab.error.ERROR_USER_LOCKED", "options": {LONG: 1}},
    ],
)
def test_a_refusal_repeats_little_of_what_was_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises((FaultError, UnknownBehaviour)) as refused:
        damage(**wrong)
    assert len(str(refused.value)) < 600
    assert len(getattr(refused.value, "at", "")) <= 100
