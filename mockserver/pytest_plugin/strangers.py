"""Requests with keys that no sandbox has: whoever sent them, no test answers for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.exchange import Exchange
    from mockserver.pytest_plugin.watch import Server

NO_PROVIDER = 403
"""What the interception answers for a host of no provider; those have a note of their own."""


class Strangers:
    """How many such requests came to a server of this run while tests ran, and the last of them.

    A server in another process is not asked: others use it as well."""

    def __init__(self) -> None:
        self.count = 0
        self.test = self.last = ""
        self._seen = 0

    def begin(self) -> None:
        """A new server has seen nothing yet."""
        self._seen = 0

    def notice(self, server: Server | None, test: str) -> None:
        """Take in what came since the last time, while a test was run or set up."""
        from mockserver.server import MockServer, ServerError

        if not isinstance(server, MockServer):
            return
        try:
            log = server.strangers
            came = len(log) + log.dropped
            new, self._seen = came - self._seen, came
            own = [one for one in log[-new:] if _counts(one)] if new > 0 else []
        except ServerError:  # somebody has stopped it
            return
        if own:
            self.count += len(own) + max(new - len(log), 0)
            self.test, self.last = test, str(own[-1])

    def as_data(self) -> Mapping[str, Any]:
        """As plain data, for the controller of pytest-xdist."""
        return {"count": self.count, "test": self.test, "last": self.last}

    def add(self, data: Mapping[str, Any]) -> None:
        """Take in those of a worker."""
        if data["count"]:
            self.count += data["count"]
            self.test, self.last = data["test"], data["last"]

    def __str__(self) -> str:
        if not self.count:
            return ""
        if self.count == 1:
            return f"1 request came with no test's keys, so it was not judged, in {self.test}: {self.last}"
        came = f"{self.count:,} requests came with no test's keys, so they were not judged"
        return f"{came}, the last in {self.test}: {self.last}"


def _counts(one: Exchange) -> bool:
    return bool(one.provider) or one.status != NO_PROVIDER
