"""The clock of a sandbox on another server."""

from __future__ import annotations

from typing import Any

from mockserver.clock import Due, check_numbers
from mockserver.remote.connection import SANDBOXES, Connection


class RemoteClock:
    """What `mockserver.clock.Clock` is to a sandbox in process."""

    def __init__(self, connection: Connection, sandbox_id: str) -> None:
        self._connection = connection
        self._path = f"{SANDBOXES}/{sandbox_id}/clock"

    def now(self) -> float:
        """Sandbox time, in unix seconds."""
        return float(self._look()["now"])

    def wall(self) -> float:
        """Real time plus the skew, in unix seconds."""
        return float(self._look()["wall"])

    def travel(
        self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0, days: float = 0.0
    ) -> float:
        """Move sandbox time forward and answer the new `now()`; what falls due meanwhile has happened then.

        Raises ValueError for a step back, or an endless one, TypeError for what is no number."""
        step = {"seconds": seconds, "minutes": minutes, "hours": hours, "days": days}
        check_numbers(**step)
        return float(self._set(travel=step)["now"])

    def next(self) -> Due | None:
        """Travel to the next moment at which something is due, and say what; None when nothing is."""
        reached = self._set(next=True)["reached"]
        return due_of(reached) if reached else None

    def freeze(self) -> float:
        """Let sandbox time stand still, until `unfreeze`; travelling still moves it."""
        return float(self._set(freeze=True)["now"])

    def unfreeze(self) -> float:
        """Let sandbox time run on from where it stands."""
        return float(self._set(freeze=False)["now"])

    @property
    def frozen(self) -> bool:
        """Whether sandbox time stands still."""
        return bool(self._look()["frozen"])

    @property
    def skew(self) -> float:
        """Seconds that the provider's wall clock is ahead of the real one."""
        return float(self._look()["skew"])

    @skew.setter
    def skew(self, seconds: float) -> None:
        check_numbers(skew=seconds)
        self._set(skew=seconds)

    def __repr__(self) -> str:
        return f"<RemoteClock at {self._connection.url}{self._path}>"

    def _look(self) -> Any:
        return self._connection.ask("GET", self._path)

    def _set(self, **changes: Any) -> Any:
        return self._connection.ask("POST", self._path, changes)


def due_of(record: dict[str, Any]) -> Due:
    """What lies ahead, from its JSON."""
    return Due(at=record["at"], what=record["what"], brought_about=record["brought_about"])
