"""The money side of a sandbox at one provider: uses left, and requests in the current second."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.clock import Clock
from mockserver.state.interface import Record, State

TABLE = "account"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How many requests came in the current second of sandbox time, this one included."""

    count: int
    limit: int | None

    @property
    def too_fast(self) -> bool:
        return self.limit is not None and self.count > self.limit


def used_up(provider: str, balance: int | None) -> str:
    """The note on a call that nothing of the balance is left for."""
    return f"the balance of {balance} is used up; sandbox.set({provider!r}, balance=...) gives another one"


class Account:
    """Uses left and the QPS window of one provider in one sandbox, both counted atomically."""

    def __init__(self, state: State, space: str, provider: str, clock: Clock) -> None:
        self._state = state
        self._space = space
        self._provider = provider
        self._clock = clock

    def uses_left(self, balance: int | None) -> int | None:
        """What is left of `balance`, never below zero; None when the account is not limited."""
        if balance is None:
            return None
        return max(0, balance - self.used)

    @property
    def used(self) -> int:
        """Charged calls so far."""
        record = self._state.read(self._space, TABLE, f"{self._provider}.used")
        return int(record) if record else 0

    def charge(self, balance: int | None) -> bool:
        """Take one use; False, and nothing taken, when none is left."""

        def take(used: Record | None) -> tuple[Record, bool]:
            count = int(used or 0)
            if balance is not None and count >= balance:
                return count, False
            return count + 1, True

        return self._state.update(self._space, TABLE, f"{self._provider}.used", take)

    def refund(self) -> None:
        """Give one use back."""

        def give(used: Record | None) -> tuple[Record, None]:
            return max(0, int(used or 0) - 1), None

        self._state.update(self._space, TABLE, f"{self._provider}.used", give)

    def pace(self, limit: int | None) -> Pace:
        """Count this request in its second of sandbox time. A refused request counts, too."""
        if limit is None:
            return Pace(count=1, limit=None)
        second = int(self._clock.now())

        def count(window: Record | None) -> tuple[Record, int]:
            seen = window[1] + 1 if window and window[0] == second else 1
            return [second, seen], seen

        seen = self._state.update(self._space, TABLE, f"{self._provider}.window", count)
        return Pace(count=seen, limit=limit)
