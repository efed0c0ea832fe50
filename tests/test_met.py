"""What is noted of an exchange, in its sandbox and on the server."""

from collections.abc import Iterator, Mapping, Sequence
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import met
from mockserver.catalogue import Trigger
from mockserver.damage.table import ALL
from mockserver.journal import Draft
from mockserver.met import SERVER
from mockserver.state.memory import MemoryState

ONE, OTHER = "0000000a", "0000000b"
SPOILING = sorted(damage.id for damage in ALL if damage.spoils or damage.ends)
HARMLESS = sorted({damage.id for damage in ALL} - set(SPOILING))


@pytest.fixture
def state() -> Iterator[MemoryState]:
    state = MemoryState()
    yield state
    state.close()


def note(
    state: MemoryState,
    *behaviours: str,
    sandbox: str | None = ONE,
    operation: str | None = "query",
    faults: Sequence[str] = (),
    answered: bool = True,
) -> None:
    draft = Draft(
        provider="picwish",
        method="GET",
        path="/",
        operation=operation,
        behaviours=[f"picwish.{one}" for one in behaviours],
        faults=list(faults),
    )
    met.note(state, sandbox, draft, answered=answered)


def noted(state: MemoryState, space: str = ONE) -> Mapping[tuple[str, str], str]:
    """Who brought a behaviour about, by operation and behaviour without the provider."""
    return {
        (one.operation, one.behaviour.removeprefix("picwish.")): one.by.value
        for one in met.meetings(state, space)
    }


def test_what_was_met_is_noted_in_the_sandbox_and_on_the_server(state: MemoryState) -> None:
    note(state, "state.1", "success")
    wanted = {("query", "state.1"): "request", ("query", "success"): "request"}
    assert noted(state) == noted(state, SERVER) == wanted
    assert noted(state, OTHER) == {}


def test_what_belongs_to_no_sandbox_is_noted_on_the_server_alone(state: MemoryState) -> None:
    note(state, "error.401.key", sandbox=None)
    assert noted(state, SERVER) == {("query", "error.401.key"): "request"}
    assert noted(state) == {}


def test_a_path_that_is_not_documented_is_an_operation_of_its_own(state: MemoryState) -> None:
    note(state, "error.404.path", operation=None)
    assert noted(state) == {("elsewhere", "error.404.path"): "request"}


def test_what_was_met_before_is_not_written_again(state: MemoryState) -> None:
    note(state, "state.1", "success")
    note(state, "error.429", faults=["picwish.error.429"])
    spy = Mock(wraps=state)
    for _ in range(3):
        note(spy, "success", "state.1")
        note(spy, "error.429", faults=["picwish.error.429"])
        note(spy)
    assert {name for name, *_ in spy.method_calls} == {"read"}


def test_a_second_sandbox_writes_nothing_on_the_server(state: MemoryState) -> None:
    note(state, "success")
    spy = Mock(wraps=state)
    note(spy, "success", sandbox=OTHER)
    assert [call.args[0] for call in spy.update.mock_calls] == [OTHER]
    assert noted(state) == noted(state, OTHER)


def test_what_is_known_costs_one_look(state: MemoryState) -> None:
    note(state, "success")
    spy = Mock(wraps=state)
    note(spy, "success")
    assert [name for name, *_ in spy.method_calls] == ["read"]


def test_a_fault_counts_until_a_request_does_the_same(state: MemoryState) -> None:
    note(state, "error.429", faults=["picwish.error.429"])
    assert noted(state) == {("query", "error.429"): "fault"}
    note(state, "error.429")
    assert noted(state) == noted(state, SERVER) == {("query", "error.429"): "request"}
    note(state, "error.429", faults=["picwish.error.429"])
    assert noted(state) == {("query", "error.429"): "request"}


def test_beside_a_fault_the_rest_of_an_exchange_is_honest(state: MemoryState) -> None:
    note(state, "mode.sync", "state.-1", faults=["picwish.state.-1"])
    assert noted(state) == {("query", "mode.sync"): "request", ("query", "state.-1"): "fault"}


def test_what_comes_with_an_error_of_a_faults_making_is_the_faults(state: MemoryState) -> None:
    note(state, "path.double_slash", "error.500", "state.0", faults=["picwish.error.500"])
    assert noted(state) == {
        ("query", "path.double_slash"): "request",
        ("query", "error.500"): "fault",
        ("query", "state.0"): "fault",
    }


def test_what_comes_with_a_failure_of_a_faults_making_is_honest(state: MemoryState) -> None:
    note(state, "state.-1", "mode.sync", faults=["picwish.state.-1"])
    assert noted(state) == {("query", "state.-1"): "fault", ("query", "mode.sync"): "request"}


def test_a_failure_that_a_fault_ordered_is_a_faults_whoever_asks_for_it_later(state: MemoryState) -> None:
    note(state, "mode.async", operation="segmentation", faults=["picwish.state.-1"])
    note(state, "state.-1")
    assert noted(state)["query", "state.-1"] == "fault"
    note(state, "state.-1", sandbox=OTHER)
    assert noted(state, OTHER)["query", "state.-1"] == "request"


def test_a_failure_that_a_fault_ordered_before_a_reset_is_forgotten(state: MemoryState) -> None:
    note(state, operation="segmentation", faults=["picwish.state.-1"])
    state.drop(ONE)
    note(state, "state.-1")
    assert noted(state) == {("query", "state.-1"): "request"}


@pytest.mark.parametrize("damage", SPOILING)
def test_an_answer_that_a_damage_spoiled_does_not_count(state: MemoryState, damage: str) -> None:
    note(state, "success", faults=[damage])
    assert noted(state) == noted(state, SERVER) == {}


@pytest.mark.parametrize("damage", HARMLESS)
def test_an_answer_that_came_after_all_counts(state: MemoryState, damage: str) -> None:
    note(state, "success", faults=[damage])
    assert noted(state) == {("query", "success"): "request"}


def test_an_answer_that_nobody_took_does_not_count(state: MemoryState) -> None:
    note(state, "success", answered=False)
    assert noted(state) == {}


def test_a_callback_that_nobody_answered_is_refused_and_told_nothing(state: MemoryState) -> None:
    note(state, "state.1", "callback.refused", operation="callback", answered=False)
    assert noted(state) == {("callback", "callback.refused"): "request"}


def test_a_reset_begins_anew_and_leaves_the_server_what_it_had(state: MemoryState) -> None:
    note(state, "success")
    state.drop(ONE)
    assert noted(state) == {}
    note(state, "state.1")
    assert noted(state) == {("query", "state.1"): "request"}
    assert set(noted(state, SERVER)) == {("query", "success"), ("query", "state.1")}


def test_a_dropped_sandbox_is_not_brought_back(state: MemoryState) -> None:
    state.drop(ONE, forever=True)
    note(state, "success")
    assert noted(state) == {}
    assert noted(state, SERVER) == {("query", "success"): "request"}


causes = st.dictionaries(st.sampled_from("abc"), st.sampled_from([one.value for one in Trigger]))


@given(causes, causes, causes)
def test_notes_join_in_any_order_and_a_request_counts_most(
    one: dict[str, str], two: dict[str, str], three: dict[str, str]
) -> None:
    all_ = met.joined(met.joined(one, two), three)
    assert all_ == met.joined(one, met.joined(two, three)) == met.joined(three, met.joined(two, one))
    assert met.joined(all_, all_) == all_
    assert all_.keys() == one.keys() | two.keys() | three.keys()
    for what, by in all_.items():
        assert (by == "request") == any(each.get(what) == "request" for each in (one, two, three))


@given(st.lists(st.tuples(st.sampled_from([ONE, OTHER]), st.sampled_from("ab"), st.booleans())))
def test_the_server_has_met_what_any_of_its_sandboxes_has(met_in: list[tuple[str, str, bool]]) -> None:
    state = MemoryState()
    for sandbox, behaviour, forced in met_in:
        note(state, behaviour, sandbox=sandbox, faults=[f"picwish.{behaviour}"] if forced else [])
    assert noted(state, SERVER) == met.joined(noted(state), noted(state, OTHER))
    state.close()
