"""What is known of a run in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.pytest_plugin.options import Options
from mockserver.pytest_plugin.strangers import Strangers
from mockserver.pytest_plugin.watch import Watch, Watched

if TYPE_CHECKING:
    from mockserver.contract.report import Subject
    from mockserver.intercept import Interception
    from mockserver.met import Meeting
    from mockserver.pytest_plugin.watch import Server


class Run:
    """The server, its sandboxes, and what was seen: of each test by its name, and of the providers."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.watch = Watch(self._met)
        self.server: Server | None = None
        self.used = False
        """Whether there ever was a server, here or in a worker."""
        self.subjects: dict[str, Subject] = {}
        self.meetings: set[Meeting] = set()
        self.notes: list[str] = []
        self.strangers = Strangers()
        self.interception: Interception | None = None

    def begin(self, server: Server) -> None:
        """A server is there for the tests to come."""
        self.server = server
        self.used = True
        self.strangers.begin()
        self.watch.on(server)

    def end(self) -> None:
        """The server ends. What reached no sandbox was met as well, where nobody else uses the server."""
        from mockserver.server import MockServer

        self.watch.end()
        if self.interception is not None:
            refused = (f"{one.host}:{one.port}" for one in self.interception.refused)
            self.notes += [f"Not let through, as no provider is there: {place}" for place in refused]
        if isinstance(self.server, MockServer) and is_running(self.server):
            self.meetings |= self.server.coverage().meetings
        self.server = None

    def _met(self, watched: Watched) -> None:
        """What was met in a sandbox that ends."""
        from mockserver.sandbox import SandboxDropped
        from mockserver.server import ServerError

        if watched.used:
            try:
                self.meetings |= watched.sandbox.coverage().meetings
            except SandboxDropped:
                pass
            except ServerError as error:
                self.notes.append(f"Of some tests it is not known what they met: {error}")


def is_running(server: Server) -> bool:
    """Whether nobody has stopped a server; of one in another process it is not asked."""
    from mockserver.server import ServerError

    try:
        return bool(server.url)
    except ServerError:
        return False


RUN = pytest.StashKey[Run]()
