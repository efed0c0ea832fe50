"""The task state table and the plans that lead through it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.tasks import LIMIT, TABLE, WAY, Moment, Plan, State, diagram

ENDS = [state for state in State if state.ended]
FAILURES = [state for state in State if state.failed]
OUTCOMES = st.sampled_from([State.DONE, *FAILURES])
SECONDS = st.floats(0, 100)
POLLS = st.integers(0, 40)
STAGES = st.sampled_from(["0", "2", "3", "4"])
PLANS = st.builds(
    Plan,
    seconds=SECONDS | st.dictionaries(STAGES, SECONDS),
    polls=st.none() | POLLS | st.dictionaries(STAGES, POLLS),
    outcome=OUTCOMES,
)


def reachable(start: State) -> set[State]:
    """The states that the table's arrows lead to, from one on, itself included."""
    found, new = {start}, {start}
    while new:
        new = {following for state in new for following in TABLE[state].then} - found
        found |= new
    return found


def moments(plan: Plan, ages: list[float]) -> list[Moment]:
    return [plan.moment(age=age, polls=polls) for polls, age in enumerate(sorted(ages), start=1)]


class TestTable:
    def test_it_has_every_documented_number(self) -> None:
        assert {int(state) for state in TABLE} == {0, 1, 2, 3, 4, -1, -2, -3, -5, -7, -8}
        assert set(TABLE) == set(State)

    def test_every_state_can_be_reached_from_the_queue(self) -> None:
        assert reachable(State.QUEUED) == set(State)

    def test_nothing_leads_back(self) -> None:
        assert not [state for state in State for after in TABLE[state].then if state in reachable(after)]

    def test_a_task_ends_done_or_failed(self) -> None:
        assert set(ENDS) == {State.DONE, *FAILURES}

    def test_any_state_that_has_not_ended_may_time_out(self) -> None:
        assert all(State.TIMED_OUT in TABLE[state].then for state in WAY)

    def test_only_a_result_shows_an_image(self) -> None:
        assert [state for state, row in TABLE.items() if "image" in row.shows] == [State.DONE]

    def test_a_failure_shows_when_it_was_processed_but_not_completed(self) -> None:
        for state in FAILURES:
            assert TABLE[state].shows == ("created_at", "processed_at", "progress", "state", "task_id")

    def test_fields_come_in_alphabetical_order(self) -> None:
        assert all(list(row.shows) == sorted(row.shows) for row in TABLE.values())

    def test_the_diagram_draws_every_state_and_every_arrow(self) -> None:
        lines = [line.strip() for line in diagram().splitlines()]
        assert lines[0] == "stateDiagram-v2"
        assert "[*] --> queued" in lines
        arrows = {line for line in lines if "-->" in line and "[*]" not in line}
        assert arrows == {
            f"{state.name.lower()} --> {after.name.lower()}"
            for state, row in TABLE.items()
            for after in row.then
        }
        assert all(
            any(line.startswith(f"{state.name.lower()}: {state.value} ") for line in lines) for state in State
        )


class TestByTime:
    @pytest.mark.parametrize(
        ("age", "state"),
        [(0, 0), (0.1, 2), (0.2, 3), (0.3, 4), (0.99, 4), (1, 1), (1e9, 1)],
    )
    def test_a_second_goes_all_the_way(self, age: float, state: int) -> None:
        assert Plan(seconds=1.0).moment(age=age, polls=1).state == state

    @pytest.mark.parametrize(
        ("seconds", "age", "state"), [(30, 29.9, 4), (30, 30, 1), (30.1, 29.9, 4), (30.1, 30, -8)]
    )
    def test_thirty_seconds_are_enough_and_more_are_not(self, seconds: float, age: float, state: int) -> None:
        assert Plan(seconds=seconds).moment(age=age, polls=1).state == state

    @pytest.mark.parametrize("outcome", FAILURES)
    def test_a_failure_ends_a_plan(self, outcome: State) -> None:
        plan = Plan(seconds=10, outcome=outcome)
        assert plan.ends_after is not None
        assert not plan.moment(age=plan.ends_after - 0.01, polls=1).state.ended
        assert plan.moment(age=plan.ends_after, polls=1).state is outcome

    def test_a_download_fails_before_the_cut_out_begins(self) -> None:
        assert Plan(seconds=10, outcome=State.DOWNLOAD_FAILED).ends_after == 2

    @pytest.mark.parametrize(
        "outcome", [State.FAILED, State.UPLOAD_FAILED, State.INVALID_IMAGE, State.TIMED_OUT]
    )
    def test_any_other_failure_takes_its_time(self, outcome: State) -> None:
        assert Plan(seconds=10, outcome=outcome).ends_after == 10

    def test_no_time_at_all_is_a_plan_too(self) -> None:
        assert Plan(seconds=0).moment(age=0, polls=1).state is State.DONE


class TestByPolls:
    @pytest.mark.parametrize(
        ("needed", "states"),
        [(1, [1]), (2, [0, 1]), (3, [0, 3, 1]), (5, [0, 2, 3, 4, 1]), (9, [0, 0, 2, 2, 3, 3, 4, 4, 1])],
    )
    def test_the_last_poll_finds_the_end(self, needed: int, states: list[int]) -> None:
        plan = Plan(polls=needed)
        assert [plan.moment(age=0, polls=polls).state for polls in range(1, needed + 1)] == states

    def test_no_time_ends_it(self) -> None:
        assert Plan(polls=5).moment(age=1e9, polls=1).state is State.QUEUED
        assert Plan(polls=5).ends_after is None

    def test_a_failed_download_ends_where_the_cut_out_would_begin(self) -> None:
        plan = Plan(polls=5, outcome=State.DOWNLOAD_FAILED)
        assert [plan.moment(age=0, polls=polls).state for polls in range(1, 6)] == [0, 2, -3, -3, -3]

    def test_any_other_failure_comes_with_the_last_poll(self) -> None:
        plan = Plan(polls=5, outcome=State.TIMED_OUT)
        assert [plan.moment(age=0, polls=polls).state for polls in range(1, 6)] == [0, 2, 3, 4, -8]


@given(
    PLANS,
    st.lists(st.floats(0, 200), min_size=1, max_size=20),
)
def test_however_it_is_polled_a_task_moves_along_the_table_and_never_back(
    plan: Plan, ages: list[float]
) -> None:
    seen = moments(plan, ages)
    for before, after in pairwise(seen):
        assert after.state in reachable(before.state)
        assert after.progress >= before.progress or after.state.failed


@given(
    PLANS,
    st.floats(0, 200),
    st.integers(1, 50),
)
def test_progress_and_times_belong_to_the_state(plan: Plan, age: float, polls: int) -> None:
    moment = plan.moment(age=age, polls=polls)
    assert (moment.progress == 100) == (moment.state is State.DONE)
    assert (moment.completed is not None) == (moment.state is State.DONE)
    assert (moment.processed is not None) == ("processed_at" in TABLE[moment.state].shows)
    for reached in (moment.processed, moment.completed):
        assert reached is None or (0 <= reached <= age and (reached <= LIMIT or plan.polls is not None))


class TestByState:
    def test_a_plan_by_time_can_say_how_long_each_state_lasts(self) -> None:
        plan = Plan(seconds={"0": 5, "3": 2, "4": 10})
        ages = {0: 0, 4.9: 0, 5: 3, 6.9: 3, 7: 4, 16.9: 4, 17: 1}
        assert {age: plan.moment(age=age, polls=1).state.value for age in ages} == ages
        assert plan.ends_after == plan.total == 17

    def test_states_that_last_too_long_together_run_out_of_time(self) -> None:
        plan = Plan(seconds={"0": 20, "4": 20})
        assert [plan.moment(age=age, polls=1).state for age in (19, 29.9, 30)] == [0, 4, -8]

    def test_a_plan_by_polls_can_say_how_many_find_each_state(self) -> None:
        plan = Plan(polls={"0": 2, "4": 3})
        assert [plan.moment(age=0, polls=polls).state for polls in range(1, 8)] == [0, 0, 4, 4, 4, 1, 1]
        assert plan.ends_after is None

    def test_a_failed_download_leaves_out_what_would_come_later(self) -> None:
        plan = Plan(seconds={"0": 1, "2": 2, "4": 9}, outcome=State.DOWNLOAD_FAILED)
        assert [plan.moment(age=age, polls=1).state for age in (0, 1, 3)] == [0, 2, -3]
        plan = Plan(polls={"0": 1, "2": 1, "4": 9}, outcome=State.DOWNLOAD_FAILED)
        assert [plan.moment(age=0, polls=polls).state for polls in (1, 2, 3)] == [0, 2, -3]

    @pytest.mark.parametrize("plan", [Plan(seconds={}), Plan(polls={})])
    def test_a_plan_without_any_state_ends_at_once(self, plan: Plan) -> None:
        assert plan.moment(age=0, polls=1).state is State.DONE
