"""The time of a sandbox."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mockserver.state.interface import State

TABLE = "clock"
LAST = 253_370_764_799.0
MAX_SKEW = 1e10
ROUNDING = 1e-6
"""Seconds by which a sum of moments may come out too small: a float holds today's unix time no finer."""
NEW: dict[str, Any] = {"offset": 0.0, "frozen_at": None, "skew": 0.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """Something that lies ahead: when, in sandbox time (unix seconds), and what, in plain English.

    `Clock.next` stops at what requests have brought about, and not at what ends whatever is done."""

    at: float
    what: str
    brought_about: bool = True


class Clock:
    """Two questions: `now()`, the time that everything in the sandbox lives by, and `wall()`, the
    time that a provider compares a signed timestamp with. Both in unix seconds.

    Travelling moves `now()` alone, so that honest signatures stay fresh however far a test travels.
    """

    def __init__(
        self,
        state: State,
        space: str,
        *,
        real: Callable[[], float] = time.time,
        moved: Callable[[str, bool], None] = lambda space, settle: None,
        ahead: Callable[[], Sequence[Due]] = lambda: (),
    ) -> None:
        self._state = state
        self._space = space
        self._real = real
        self._moved = moved
        self._ahead = ahead

    def now(self) -> float:
        """Sandbox time: real time, plus what was travelled, or the moment at which it was frozen."""
        record = self._state.read(self._space, TABLE, "clock")
        return self._real() if record is None else self._now(record)

    def wall(self) -> float:
        """Real time plus the skew."""
        record = self._state.read(self._space, TABLE, "clock")
        return self._real() + (record["skew"] if record else 0.0)

    def travel(
        self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0
    ) -> float:
        """Move sandbox time forward and answer the new `now()`.

        What falls due meanwhile, such as a callback, has happened when this returns, unless a receiver takes
        more than five seconds; in a coroutine, which must not be held up, it happens soon.

        Raises ValueError for a step back, or beyond LAST, TypeError for what is no number."""
        check_numbers(seconds=seconds, minutes=minutes, hours=hours, days=days)
        try:
            step = seconds + 60.0 * minutes + 3600.0 * hours + 86400.0 * days
        except OverflowError:
            step = math.inf
        if not 0.0 <= step < math.inf:
            raise ValueError(f"a clock travels forward only, not by {step} s; reset the sandbox to go back")

        def change(record: dict[str, Any]) -> dict[str, Any]:
            if step and self._now(record) + step > LAST:
                raise ValueError(f"a clock travels to the end of the year 9998 at most, not {step} s further")
            if record["frozen_at"] is not None:
                return {**record, "frozen_at": record["frozen_at"] + step}
            return {**record, "offset": record["offset"] + step}

        return self._moving(change, settle=True)

    def next(self) -> Due | None:
        """Travel to the next moment at which something that requests have brought about is due, and say what;
        None when nothing is.

        It has happened when this returns, just as after `travel`. Raises ValueError beyond LAST."""
        following = next((one for one in self._ahead() if one.brought_about), None)
        if following is None:
            return None
        if following.at > LAST:
            text = "a clock goes to the end of the year 9998 at most, and what is next comes later"
            raise ValueError(f"{text}: {following.what}")

        def change(record: dict[str, Any]) -> dict[str, Any]:
            step = max(0.0, following.at - self._now(record))
            if record["frozen_at"] is not None:
                return {**record, "frozen_at": record["frozen_at"] + step + ROUNDING}
            return {**record, "offset": record["offset"] + step + ROUNDING}

        self._moving(change, settle=True)
        return following

    def freeze(self) -> float:
        """Let sandbox time stand still, until `unfreeze`; travelling still moves it."""
        return self._moving(lambda record: {**record, "frozen_at": self._now(record)})

    def unfreeze(self) -> float:
        """Let sandbox time run on from where it stands."""
        return self._moving(
            lambda record: {**record, "offset": self._now(record) - self._real(), "frozen_at": None}
        )

    def until(self, moment: float) -> float | None:
        """Real seconds until sandbox time reaches a moment, 0 when it has; None while it stands still."""
        left = max(0.0, moment - self.now())
        return None if left and self.frozen else left

    @property
    def frozen(self) -> bool:
        """Whether sandbox time stands still."""
        record = self._state.read(self._space, TABLE, "clock")
        return bool(record) and record["frozen_at"] is not None

    @property
    def skew(self) -> float:
        """Seconds that the provider's wall clock is ahead of the real one."""
        record = self._state.read(self._space, TABLE, "clock")
        return record["skew"] if record else 0.0

    @skew.setter
    def skew(self, seconds: float) -> None:
        check_numbers(skew=seconds)
        if not abs(seconds) <= MAX_SKEW:
            raise ValueError(f"a clock may be off by {MAX_SKEW:.0f} s at most, not by {seconds!s:.100} s")
        self._change(lambda record: {**record, "skew": float(seconds)})

    def __repr__(self) -> str:
        record = self._state.read(self._space, TABLE, "clock") or NEW
        now = datetime.fromtimestamp(self._now(record), UTC).isoformat(timespec="seconds")
        frozen = ", frozen" if record["frozen_at"] is not None else ""
        ahead = self._now(record) - self._real()
        return f"<Clock: {now}{frozen}, {ahead:+.0f} s from real time, skew {record['skew']:+g} s>"

    def _now(self, record: dict[str, Any]) -> float:
        frozen_at: float | None = record["frozen_at"]
        return frozen_at if frozen_at is not None else self._real() + record["offset"]

    def _moving(self, change: Callable[[dict[str, Any]], dict[str, Any]], *, settle: bool = False) -> float:
        """Change what `now()` goes by, and tell whoever waits for a moment of it."""
        now = self._change(change)
        self._moved(self._space, settle)
        return now

    def _change(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> float:
        def apply(record: dict[str, Any] | None) -> tuple[dict[str, Any], float]:
            changed = change(record or NEW)
            return changed, self._now(changed)

        return self._state.update(self._space, TABLE, "clock", apply)


def check_numbers(**values: Any) -> None:
    """Raise TypeError for the first of some values by name that is no number."""
    for name, value in values.items():
        if not isinstance(value, int | float):
            raise TypeError(f"{name} of a clock is a number, not {value!r:.100}")
