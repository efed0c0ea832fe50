"""A mock server in another process, on this machine or elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mockserver.remote.connection import SANDBOXES, Connection
from mockserver.remote.journal import RemoteJournal
from mockserver.remote.sandbox import RemoteSandbox
from mockserver.sandbox import SandboxDropped
from mockserver.server import ServerError

if TYPE_CHECKING:
    from mockserver.contract.coverage import Coverage
    from mockserver.intercept import Interception


def connect(url: str, token: str | None = None) -> RemoteServer:
    """A server that runs already, such as one of `mockserver serve`, to be used as a MockServer is.

    Raises ServerError when nothing answers at `url` or it is no mock server, PermissionError when it asks for
    another token, ValueError for a token that no header can carry."""
    connection = Connection(url.rstrip("/") if "://" in url else f"http://{url.rstrip('/')}", token)
    try:
        if connection.ask("GET", "/_mock/health").get("server") != "mockserver":
            raise ServerError(f"what answers at {connection.url} is no mock server")
        connection.ask("GET", "/_mock/")
    except Exception:
        connection.close()
        raise
    return RemoteServer(connection)


class RemoteServer:
    """A connection to a running server; as a context manager it is closed when the block ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.strangers = RemoteJournal(connection, "/_mock/strangers")
        """The journal of requests that belong to no sandbox."""

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._connection.url

    @property
    def default(self) -> RemoteSandbox:
        """The sandbox with the fixed credentials."""
        return RemoteSandbox(self._connection, self._connection.ask("GET", f"{SANDBOXES}/default"))

    def sandbox(self, **settings: Mapping[str, Any]) -> RemoteSandbox:
        """A fresh tenant, with settings per provider: `server.sandbox(ailab={"balance": 3})`.

        Raises SettingError for a wrong setting, LookupError for a wrong provider."""
        return RemoteSandbox(
            self._connection, self._connection.ask("POST", SANDBOXES, {"settings": settings})
        )

    def coverage(self) -> Coverage:
        """Which documented behaviours were met in any sandbox since the server started."""
        from mockserver.contract.coverage import Coverage

        return Coverage.from_data(self._connection.ask("GET", "/_mock/coverage"))

    def intercept(self) -> Interception:
        """The proxy for clients whose hosts are hard-coded, of a server on this machine that has one.

        Raises ServerError for any other server, with what to do."""
        from mockserver.remote.interception import RemoteInterception

        return RemoteInterception(self._connection)

    def drop(self, sandbox_id: str) -> None:
        """Forget a sandbox, if there is one of this id. Raises ValueError for `default`."""
        with contextlib.suppress(SandboxDropped):
            self._connection.ask("DELETE", f"{SANDBOXES}/{sandbox_id}")

    def close(self) -> None:
        """End the connection; the server goes on."""
        self._connection.close()

    def __repr__(self) -> str:
        return f"<RemoteServer at {self.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
