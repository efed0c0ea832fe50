"""A task's record: where it stands is a pure function, and it survives a store of plain data."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from picwish_states import reachable

from mockserver.providers.base import Engine
from mockserver.providers.picwish import PROVIDER
from mockserver.providers.picwish.parameters import Options
from mockserver.providers.picwish.records import KEPT, TABLE, Outcome, Standing, Task, Tasks
from mockserver.sandbox import Sandbox
from mockserver.state.memory import MemoryState
from mockserver.tasks import State

STORE = MemoryState()
CREATED = 1_700_000_000.125
OPTIONS = Options(type="auto", return_type=1, output_type=1, crop=False, format="png", bg_color="ffffff")
TASK = Task(
    id="task",
    options=OPTIONS,
    digest="source",
    url=None,
    results="results",
    origin="http://mock",
    created_at=CREATED,
    seconds=1.0,
    polls=None,
)
FROM_FILE = (State.DONE, State.FAILED, State.INVALID_IMAGE)
FROM_URL = (*FROM_FILE, State.DOWNLOAD_FAILED, State.TOO_LARGE)
FAULTS = (State.UPLOAD_FAILED, State.TIMED_OUT, *FROM_URL[1:])


def outcome(state: State) -> Outcome:
    return Outcome(state=state, files={})


@st.composite
def stories(draw: st.DrawFn) -> tuple[Task, State, list[float], int, int]:
    """A new task, what its work comes to, when it is queried, and at which queries its source and its
    outcome are there."""
    url = draw(st.booleans())
    task = replace(
        TASK,
        url="http://example.com" if url else None,
        digest=None if url else "source",
        seconds=draw(st.sampled_from([0.0, 0.4, 1.0, 10.0, 30.0, 31.0, 1000.0])),
        polls=draw(st.none() | st.integers(0, 8)),
        doomed=draw(st.none() | st.sampled_from(FAULTS)),
    )
    end = draw(st.sampled_from(FROM_URL if url else FROM_FILE))
    steps = draw(st.lists(st.sampled_from([0.0, 0.1, 0.3]) | st.floats(0, 40), min_size=1, max_size=14))
    return task, end, steps, draw(st.integers(0, 14)), draw(st.integers(0, 14))


@given(story=stories())
def test_a_task_goes_along_the_arrows_and_stays_where_it_ends(
    story: tuple[Task, State, list[float], int, int],
) -> None:
    task, end, steps, sourced_at, worked_at = story
    now, before = CREATED, Standing(state=State.QUEUED, progress=0)
    for index, step in enumerate(steps):
        now += step
        task = replace(task, queries=task.queries + 1)
        if index == sourced_at and end in FROM_FILE:
            task = replace(task, digest="source")
        if index == worked_at and task.doomed is None:
            task = replace(task, outcome=outcome(end))
        standing = task.standing(now)
        if task.awaits_work(standing, STORE):
            assert not task.doomed
            assert standing.state is not State.TIMED_OUT
            task = replace(task, outcome=outcome(end))
            standing = task.standing(now)
            assert not task.awaits_work(standing, STORE)
        assert standing.state in reachable(before.state)
        assert standing.state.ended or standing.progress >= before.progress
        assert standing.state not in (State.DONE, end) or task.outcome is not None or task.doomed
        assert int(CREATED) <= (standing.processed_at or CREATED) <= (standing.completed_at or now + 1)
        if before.state.ended:
            assert standing == before
        if standing.state.ended:
            task = replace(task, ended=standing, ended_at=now)
        before = standing


@given(seconds=st.floats(0, 30), created=st.floats(1e9, 4e9))
def test_rounding_never_delays_an_end(seconds: float, created: float) -> None:
    task = replace(TASK, seconds=seconds, created_at=created, outcome=outcome(State.DONE))
    assert task.standing(created + seconds).state is State.DONE
    if seconds > 0.001:
        assert task.standing(created + seconds - 0.001).state is not State.DONE


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, 1),
        ({"seconds": 7.0}, 7),
        ({"seconds": 100.0}, 30),
        ({"polls": 3}, 30),
        ({"polls": 3, "ended_at": CREATED + 500}, 500),
        ({"outcome": outcome(State.DOWNLOAD_FAILED), "seconds": 10.0}, 2),
    ],
    ids=str,
)
def test_a_task_is_kept_for_an_hour_from_its_end(changes: dict[str, Any], kept: float) -> None:
    assert replace(TASK, **changes).kept_until == CREATED + kept + KEPT


FULL = replace(
    TASK,
    doomed=State.UPLOAD_FAILED,
    polls=3,
    callback="callback",
    outcome=Outcome(state=State.DONE, files={"image": "digest"}, box=[1, 2, 3, 4], time_elapsed=1.5),
    ended=Standing(state=State.DONE, progress=100, processed_at=1, completed_at=2),
    ended_at=CREATED + 1,
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    engine = Engine.of(PROVIDER)
    yield engine.registry.mint()
    engine.close()


@pytest.mark.parametrize("task", [TASK, FULL], ids=["new", "full"])
def test_a_task_survives_a_store_of_plain_data(sandbox: Sandbox, task: Task) -> None:
    now = sandbox.clock.freeze()
    task = replace(task, created_at=now, ended_at=task.ended_at and now)
    Tasks(sandbox).add(task)
    record = json.dumps(sandbox.state.read(sandbox.id, TABLE, "task"))
    sandbox.state.write(sandbox.id, TABLE, "task", json.loads(record))
    assert Tasks(sandbox).find("task") == task
    assert Tasks(sandbox).queried("task") == replace(task, queries=1)


def test_an_end_is_written_once(sandbox: Sandbox) -> None:
    now = sandbox.clock.freeze()
    tasks = Tasks(sandbox)
    tasks.add(replace(TASK, created_at=now))
    done, failed = Standing(state=State.DONE, progress=100), Standing(state=State.FAILED, progress=0)
    assert [tasks.end("task", standing, now) for standing in (done, failed, done)] == [True, False, False]
    tasks.worked("task", outcome(State.FAILED))
    found = tasks.find("task")
    assert found is not None
    assert (found.ended, found.outcome) == (done, None)


@pytest.mark.parametrize(
    ("changes", "state", "why"),
    [
        (
            {"doomed": State.TIMED_OUT},
            State.TIMED_OUT,
            "a fault or the setting `end` of this sandbox let the task end in state -8",
        ),
        (
            {"seconds": 31.0},
            State.TIMED_OUT,
            "a task takes 31 s in this sandbox (seconds); at most 30 are allowed",
        ),
        (
            {"outcome": replace(outcome(State.FAILED), why="nothing was found")},
            State.FAILED,
            "nothing was found",
        ),
        ({}, State.DONE, None),
    ],
    ids=str,
)
def test_a_failure_says_why(changes: dict[str, Any], state: State, why: str | None) -> None:
    assert replace(TASK, **changes).why(Standing(state=state, progress=0)) == why
