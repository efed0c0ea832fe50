from typing import Any

import pytest
from fault_world import damage, fault, on, struck, take
from hypothesis import given
from hypothesis import strategies as st

from mockserver.damage.answer import Trait
from mockserver.damage.options import FaultError
from mockserver.damage.table import DAMAGES
from mockserver.faults import Fault, Faults, Rule
from mockserver.state.memory import MemoryState


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
