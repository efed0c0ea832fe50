"""The interception of a mock server in another process on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mockserver.intercept import Interception, Refused
from mockserver.intercept.environment import Files
from mockserver.remote.connection import Connection
from mockserver.server import ServerError

PATH = "/_mock/interception"


class RemoteInterception(Interception):
    """What a running server tells of its interception.

    Raises ServerError for a server that has none, or is on another machine."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        told = self._told()
        self.proxy_url = told["proxy_url"]
        self.files = Files.within(Path(told["folder"]))
        if not self.ca_file.is_file():
            raise ServerError(
                f"the server at {connection.url} intercepts clients on its own machine alone: {self.ca_file} "
                "is not here"
            )

    @property
    def refused(self) -> tuple[Refused, ...]:
        return tuple(Refused(**one) for one in self._told()["refused"])

    def _told(self) -> Any:
        return self._connection.ask("GET", PATH)
