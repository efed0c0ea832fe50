"""The states of an asynchronous task, as one table.

PicWish numbers them, and so does this module. TABLE says what each state means, where it leads, and which
fields an answer about it shows; nothing else decides that, and the diagram of the README is drawn from it.

Nothing ticks. Where a task stands is a function of three things: its plan, its age, and how often somebody
asked. A plan by time goes along WAY as sandbox time passes; a plan by polls goes along it with each query
and knows no time, so that a slow machine changes nothing. Either way a task only ever moves along the
arrows of the table, and one that has ended stays where it is.

A new state needs its number, its row, and an arrow that leads to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate

LIMIT = 30.0
"""Seconds after which a task that has not ended times out; documented."""


class State(IntEnum):
    """A task's state, as the provider numbers it."""

    QUEUED = 0
    PREPARING = 2
    WAITING = 3
    PROCESSING = 4
    DONE = 1
    FAILED = -1
    UPLOAD_FAILED = -2
    DOWNLOAD_FAILED = -3
    TOO_LARGE = -5
    INVALID_IMAGE = -7
    TIMED_OUT = -8

    @property
    def ended(self) -> bool:
        """Whether nothing comes after it."""
        return not TABLE[self].then

    @property
    def failed(self) -> bool:
        """Whether it ended without a result."""
        return self < 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What the table says of a state."""

    meaning: str
    then: tuple[State, ...] = ()
    shows: tuple[str, ...]
    """The fields of an answer, in alphabetical order; a result shows only what was asked for."""


_YOUNG = ("created_at", "progress", "state", "task_id")
_BEGUN = ("created_at", "processed_at", "progress", "state", "task_id")
_RESULT = (
    *("completed_at", "created_at", "image", "mask", "output_type", "processed_at"),
    *("progress", "return_type", "state", "task_id", "type"),
)

TABLE: Mapping[State, Row] = {
    State.QUEUED: Row(
        meaning="in the queue",
        then=(State.PREPARING, State.TIMED_OUT),
        shows=_YOUNG,
    ),
    State.PREPARING: Row(
        meaning="preparing: the image is fetched",
        then=(State.WAITING, State.DOWNLOAD_FAILED, State.TOO_LARGE, State.TIMED_OUT),
        shows=_YOUNG,
    ),
    State.WAITING: Row(
        meaning="waiting",
        then=(State.PROCESSING, State.TIMED_OUT),
        shows=_YOUNG,
    ),
    State.PROCESSING: Row(
        meaning="the cut-out is made",
        then=(State.DONE, State.FAILED, State.UPLOAD_FAILED, State.INVALID_IMAGE, State.TIMED_OUT),
        shows=_BEGUN,
    ),
    State.DONE: Row(meaning="done", shows=_RESULT),
    State.FAILED: Row(meaning="the cut-out failed", shows=_BEGUN),
    State.UPLOAD_FAILED: Row(meaning="done, but the result could not be stored", shows=_BEGUN),
    State.DOWNLOAD_FAILED: Row(meaning="image_url could not be fetched", shows=_BEGUN),
    State.TOO_LARGE: Row(meaning="the file behind image_url is over 15 MB", shows=_BEGUN),
    State.INVALID_IMAGE: Row(meaning="not an image that can be read", shows=_BEGUN),
    State.TIMED_OUT: Row(meaning="not done within 30 s", shows=_BEGUN),
}

WAY = (State.QUEUED, State.PREPARING, State.WAITING, State.PROCESSING)
BEGINS = (0.0, 0.1, 0.2, 0.3)
"""At which share of a plan's time each state of the way begins; assumed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """Where a task stands. `processed` and `completed` are ages in seconds, None before they came."""

    state: State
    progress: int
    processed: float | None = None
    completed: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How a task goes: it takes some seconds, or some polls, and ends in `outcome`.

    Either can be said for each state of the WAY, by its number as text: how many seconds it stands so, or how
    many polls find it so, before the next one finds the end. A state that is not named is passed at once."""

    seconds: float | Mapping[str, float] = 1.0
    polls: int | Mapping[str, int] | None = None
    outcome: State = State.DONE

    def moment(self, *, age: float, polls: int) -> Moment:
        """Where the task stands at an age in seconds, at its `polls`th query (counted from 1)."""
        return self._by_time(age) if self.polls is None else self._by_polls(polls, self.polls, age)

    @property
    def ends_after(self) -> float | None:
        """The age in seconds at which it ends; None when only polls end it."""
        return None if self.polls is not None else min(self._planned, LIMIT)

    @property
    def total(self) -> float:
        """Seconds that the whole way takes, if there were no limit."""
        return self.seconds if not isinstance(self.seconds, Mapping) else sum(_lasts(self.seconds))

    def begins(self) -> tuple[float, ...]:
        """At which age in seconds each state of the way begins, by a plan by time."""
        if not isinstance(self.seconds, Mapping):
            return tuple(self.seconds * share for share in BEGINS)
        return tuple(accumulate(_lasts(self.seconds)[:-1], initial=0.0))

    @property
    def _planned(self) -> float:
        """Seconds to the outcome, if there were no limit: a failed download needs no cut-out."""
        return self.begins()[WAY.index(State.PREPARING) + 1] if self._fails_early else self.total

    @property
    def _fails_early(self) -> bool:
        return self.outcome not in TABLE[State.PROCESSING].then

    def _by_time(self, age: float) -> Moment:
        planned = self._planned
        end = min(planned, LIMIT)
        begins = self.begins()
        begun = begins[WAY.index(State.PROCESSING)]
        if age >= end:
            outcome = self.outcome if planned <= LIMIT else State.TIMED_OUT
            return _ended(outcome, min(begun, end), end)
        age = max(age, 0.0)
        stage = WAY[max(index for index, begun_at in enumerate(begins) if age >= begun_at)]
        return Moment(
            state=stage,
            progress=min(int(age / self.total * 100), 99),
            processed=begun if stage is State.PROCESSING else None,
        )

    def _by_polls(self, polls: int, plan: int | Mapping[str, int], age: float) -> Moment:
        if isinstance(plan, Mapping):
            finds = list(accumulate(map(int, _lasts(plan))))
            needed = finds[-1] + 1
            stage = sum(polls > found for found in finds)
        else:
            needed = plan
            stage = (polls - 1) * len(WAY) // max(needed - 1, 1)
        if polls >= needed or (self._fails_early and stage > WAY.index(State.PREPARING)):
            return _ended(self.outcome, 0.0, age)
        begun = 0.0 if WAY[stage] is State.PROCESSING else None
        return Moment(state=WAY[stage], progress=(polls - 1) * 100 // needed, processed=begun)


def _lasts(plan: Mapping[str, float]) -> list[float]:
    """How long each state of the way lasts, in seconds or polls."""
    return [plan.get(str(int(state)), 0) for state in WAY]


def _ended(state: State, begun: float, end: float) -> Moment:
    if state.failed:
        return Moment(state=state, progress=0, processed=begun)
    return Moment(state=state, progress=100, processed=begun, completed=end)


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    return "\n".join(["stateDiagram-v2", *(f"    {line}" for line in _lines())])


def _lines() -> Iterator[str]:
    yield "direction LR"
    for state, row in TABLE.items():
        yield f"{_node(state)}: {int(state)} {row.meaning}"
    yield f"[*] --> {_node(State.QUEUED)}"
    for state, row in TABLE.items():
        for following in row.then:
            yield f"{_node(state)} --> {_node(following)}"


def _node(state: State) -> str:
    return state.name.lower()
