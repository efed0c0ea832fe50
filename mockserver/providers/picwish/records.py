"""What a sandbox remembers of its segmentation tasks, as plain data in the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from mockserver.clock import ROUNDING, Due
from mockserver.providers.picwish.parameters import Options
from mockserver.sandbox import Sandbox
from mockserver.state.interface import State as Store
from mockserver.tasks import BEGINS, LIMIT, WAY, Plan, State

TABLE = "picwish.tasks"
MOST = 50_000
"""Tasks that one sandbox remembers; the oldest go first."""
KEPT = 3600.0
"""Seconds for which a task is remembered after its end; documented."""
PREPARED = WAY.index(State.PREPARING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the work on an image came to, or `why` it came to nothing.

    `files` are digests by output, `box` is the subject in the source (x, y, width, height in pixels), times
    are in milliseconds. `source` is the digest of the source, `source_size` its bytes, where it was got."""

    state: State
    why: str | None = None
    files: Mapping[str, str]
    format: str = ""
    width: int = 0
    height: int = 0
    box: Sequence[int] = (0, 0, 0, 0)
    download_time: int = 0
    time_elapsed: float = 0.0
    source: str | None = None
    source_size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a task stands, with its times in whole unix seconds of sandbox time."""

    state: State
    progress: int
    processed_at: int | None = None
    completed_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One segmentation task.

    `digest` names the bytes of the source, None while they are still behind `url`. `results` is the name that
    its result files begin with, `origin` where the client finds them. A `doomed` task ends so by a fault. It
    was queried `queries` times. `callback` is the id of its callback."""

    id: str
    options: Options
    digest: str | None
    url: str | None
    results: str
    origin: str
    created_at: float
    seconds: float | Mapping[str, float]
    polls: int | Mapping[str, int] | None
    doomed: State | None = None
    callback: str | None = None
    queries: int = 0
    outcome: Outcome | None = None
    ended: Standing | None = None
    ended_at: float | None = None

    @property
    def plan(self) -> Plan:
        """How it goes, as far as it is known."""
        known = self.outcome.state if self.outcome else State.DONE
        return Plan(seconds=self.seconds, polls=self.polls, outcome=self.doomed or known)

    @property
    def kept_until(self) -> float:
        """When it is forgotten, in sandbox time."""
        planned = self.plan.ends_after
        end = self.created_at + (LIMIT if planned is None else planned)
        return (end if self.ended_at is None else self.ended_at) + KEPT

    def standing(self, now: float) -> Standing:
        """How it stands at a sandbox time. Does not come back from an end."""
        if self.ended:
            return self.ended
        age = now - self.created_at + ROUNDING
        moment = self.plan.moment(age=age, polls=self.queries)
        if self.polls is None and self._fetching and moment.state in WAY[PREPARED + 1 :]:
            prepared = int(100 * BEGINS[PREPARED + 1]) - 1
            return Standing(state=State.PREPARING, progress=prepared)
        return Standing(
            state=moment.state,
            progress=moment.progress,
            processed_at=self._second(moment.processed),
            completed_at=self._second(moment.completed),
        )

    def awaits_work(self, standing: Standing, store: Store) -> bool:
        """Whether it cannot stand so before the work on its image is done.

        A plan by time is held up by a source that is still being fetched, one by polls is not. A result that
        made room for newer ones is made again."""
        if self.doomed or standing.state is State.TIMED_OUT:
            return False
        if standing.state is State.DONE or (standing.state.ended and not self.ended):
            return self.outcome is None or not all(map(store.kept, self.outcome.files.values()))
        return self._fetching and standing.state in WAY[PREPARED + 1 :]

    def why(self, standing: Standing) -> str | None:
        """Why it failed, in plain English; None when it did not."""
        if not standing.state.failed:
            return None
        if self.doomed:
            return (
                f"a fault or the setting `end` of this sandbox let the task end in state {int(self.doomed)}"
            )
        if standing.state is State.TIMED_OUT:
            took = f"a task takes {self.plan.total:g} s in this sandbox (seconds)"
            return f"{took}; at most {LIMIT:.0f} are allowed"
        return self.outcome.why if self.outcome else None

    @property
    def _fetching(self) -> bool:
        return self.digest is None and self.outcome is None and self.doomed is None

    def _second(self, age: float | None) -> int | None:
        return None if age is None else int(self.created_at + age)


class Tasks:
    """The tasks of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._state = sandbox.state
        self._space = sandbox.id
        self._clock = sandbox.clock

    def add(self, task: Task) -> None:
        """Remember one."""
        self._state.write(self._space, TABLE, task.id, _record(task), limit=MOST)

    def find(self, task_id: str) -> Task | None:
        """The task of an id, or None when there is none any more."""
        task = self.recall(task_id)
        return task and self._remembered(task)

    def recall(self, task_id: str) -> Task | None:
        """The task of an id, even where its hour has passed and no query finds it any more."""
        record = self._state.read(self._space, TABLE, task_id)
        return None if record is None else _task(record)

    def queried(self, task_id: str) -> Task | None:
        """The task of an id, one query further; or None."""
        task = self._change(task_id, lambda task: replace(task, queries=task.queries + 1))
        return task and self._remembered(task)

    def sourced(self, task_id: str, digest: str) -> None:
        """Remember the source of a task that had only its URL."""
        self._change(task_id, lambda task: replace(task, digest=digest))

    def worked(self, task_id: str, outcome: Outcome) -> None:
        """Remember what the work on a task came to, unless it has ended in another way."""

        def changed(task: Task) -> Task:
            fits = task.ended is None or task.ended.state is outcome.state
            return replace(task, outcome=outcome) if fits else task

        self._change(task_id, changed)

    def end(self, task_id: str, standing: Standing, at: float) -> bool:
        """Let a task have ended so, at a sandbox time. False when it had before, or is not there any more."""

        def ended(record: dict[str, Any] | None) -> tuple[dict[str, Any] | None, bool]:
            if record is None or record["ended"]:
                return record, False
            return _record(replace(_task(record), ended=standing, ended_at=at)), True

        return self._state.update(self._space, TABLE, task_id, ended)

    def due(self) -> Iterator[Due]:
        """When tasks enter a state, as far as time brings them there, and when they are forgotten."""
        for task_id in self._state.keys(self._space, TABLE):
            task = self.recall(task_id)
            if task is None:
                continue
            yield Due(at=task.kept_until, what=f"task {task_id} is forgotten")
            end = task.plan.ends_after
            if task.ended or end is None:
                continue
            for state, begins in zip(WAY[1:], task.plan.begins()[1:], strict=True):
                if begins < end:
                    yield Due(at=task.created_at + begins, what=f"task {task_id} enters state {int(state)}")
            yield Due(at=task.created_at + end, what=f"task {task_id} ends")

    def _change(self, task_id: str, change: Callable[[Task], Task]) -> Task | None:
        def changed(record: dict[str, Any] | None) -> tuple[dict[str, Any] | None, Task | None]:
            if record is None:
                return None, None
            task = change(_task(record))
            return _record(task), task

        return self._state.update(self._space, TABLE, task_id, changed)

    def _remembered(self, task: Task) -> Task | None:
        return task if self._clock.now() < task.kept_until else None


def _record(task: Task) -> dict[str, Any]:
    return asdict(task, dict_factory=_plain)


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: int(value) if isinstance(value, State) else value for name, value in pairs}


def _task(record: Mapping[str, Any]) -> Task:
    outcome, ended, doomed = record["outcome"], record["ended"], record["doomed"]
    return Task(
        **{
            **record,
            "options": Options(**record["options"]),
            "doomed": None if doomed is None else State(doomed),
            "outcome": outcome and Outcome(**{**outcome, "state": State(outcome["state"])}),
            "ended": ended and Standing(**{**ended, "state": State(ended["state"])}),
        }
    )
