"""Counting and merging: pure arithmetic over what was met."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import catalogue
from mockserver.catalogue import Trigger, UnknownBehaviour
from mockserver.contract.coverage import Count, Coverage, Standing
from mockserver.met import Meeting

PROVIDERS = catalogue.providers()
BEHAVIOURS = [(provider, one.id) for provider in PROVIDERS for one in catalogue.load(provider)]
OPERATIONS = ("segmentation", "query", "access", "result", "callback", "elsewhere")

places = st.tuples(st.sampled_from(BEHAVIOURS), st.sampled_from(OPERATIONS))
coverages = st.dictionaries(places, st.sampled_from(Trigger), max_size=30).map(
    lambda met: Coverage(
        meetings=frozenset(
            Meeting(provider=provider, operation=operation, behaviour=behaviour, by=by)
            for ((provider, behaviour), operation), by in met.items()
        )
    )
)


def meeting(behaviour: str, by: Trigger = Trigger.REQUEST, operation: str = "query") -> Meeting:
    return Meeting(provider="picwish", operation=operation, behaviour=f"picwish.{behaviour}", by=by)


def picwish(*meetings: Meeting) -> Coverage:
    return Coverage(meetings=frozenset(meetings))


@given(coverages, coverages, coverages)
def test_merging_is_the_same_in_any_order(one: Coverage, two: Coverage, three: Coverage) -> None:
    merged = Coverage.merged(one, two, three)
    assert merged == Coverage.merged(Coverage.merged(three, one), two)
    assert merged == Coverage.merged(merged, one)
    assert Coverage.merged(one) == one


@given(coverages, coverages)
def test_merging_never_loses_what_was_met(one: Coverage, two: Coverage) -> None:
    merged = Coverage.merged(one, two)
    for part in (one, two):
        assert merged.by_request.met >= part.by_request.met
        assert merged.by_fault.met >= part.by_fault.met
        assert merged.by_request.not_met <= part.by_request.not_met


@given(coverages)
def test_every_behaviour_is_counted_once(coverage: Coverage) -> None:
    counts = [coverage.by_request, coverage.by_fault]
    assert sum(each.of for each in counts) == len(BEHAVIOURS)
    for each in counts:
        assert each.met + each.forced + each.not_met == each.of
        assert 0 <= each.share <= 1
        assert each.not_met >= 0
    met = {one.behaviour for one in coverage.meetings}
    assert sum(each.met + each.forced for each in counts) == len(met)


@given(coverages)
def test_the_providers_add_up(coverage: Coverage) -> None:
    assert sum((one.by_request for one in coverage), Count()) == coverage.by_request
    assert sum((one.by_fault for one in coverage), Count()) == coverage.by_fault
    for one in coverage:
        assert sum(one.operations.values()) == sum(len(row.met) for row in one.rows)


@given(coverages)
def test_it_comes_back_from_json(coverage: Coverage) -> None:
    assert Coverage.from_data(json.loads(json.dumps(coverage.as_data()))) == coverage


@pytest.mark.parametrize(
    ("met", "standing"),
    [
        ([], Standing.NOT_MET),
        ([meeting("error.429")], Standing.MET),
        ([meeting("error.429", Trigger.FAULT)], Standing.FORCED),
        ([meeting("error.429", Trigger.FAULT), meeting("error.429", operation="segmentation")], Standing.MET),
    ],
)
def test_what_a_request_can_cause_is_met_by_a_request_alone(met: list[Meeting], standing: Standing) -> None:
    assert picwish(*met)["picwish"]["error.429"].standing is standing


def test_what_only_a_fault_can_cause_is_met_by_a_fault_and_counted_apart() -> None:
    coverage = picwish(meeting("error.500", Trigger.FAULT))
    assert coverage["picwish"]["error.500"].standing is Standing.MET
    assert coverage.by_request.met == 0
    assert coverage.by_fault.met == 1


def test_one_that_only_a_fault_caused_is_no_part_of_the_share() -> None:
    counted = picwish(meeting("error.429", Trigger.FAULT))["picwish"].by_request
    assert (counted.met, counted.forced, counted.share) == (0, 1, 0.0)


def test_merging_with_an_honest_run_makes_good_for_a_fault() -> None:
    forced, honest = picwish(meeting("error.429", Trigger.FAULT)), picwish(meeting("error.429"))
    assert Coverage.merged(forced, honest) == honest


def test_what_no_catalogue_has_does_not_count() -> None:
    coverage = picwish(meeting("error.not_there"))
    assert (coverage.by_request.met, coverage["picwish"].called) == (0, False)


def test_nothing_met_of_nothing_is_all() -> None:
    assert Count().share == 1.0


def test_operations_are_listed_even_where_nothing_was_met() -> None:
    operations = picwish(meeting("success"), meeting("error.404.path", operation="elsewhere"))[
        "picwish"
    ].operations
    assert dict(operations) == {"segmentation": 0, "query": 1, "result": 0, "callback": 0, "elsewhere": 1}


def test_a_provider_without_callbacks_has_no_operation_of_that_name() -> None:
    assert "callback" not in Coverage()["ailab"].operations


def test_an_unknown_provider_or_behaviour_is_named() -> None:
    with pytest.raises(LookupError, match="picwich"):
        Coverage()["picwich"]
    with pytest.raises(UnknownBehaviour, match=r"did you mean picwish\.error\.429"):
        Coverage()["picwish"]["error.42"]
