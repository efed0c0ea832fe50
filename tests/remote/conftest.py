"""The Python face of the control API twice: of a server in this process, and of the same one over HTTP."""

from collections.abc import Iterator
from typing import TypeAlias

import pytest

from mockserver import MockServer, RemoteSandbox, RemoteServer, RunningSandbox, connect

Server: TypeAlias = MockServer | RemoteServer
Face: TypeAlias = RunningSandbox | RemoteSandbox


@pytest.fixture(scope="session")
def remote(server: MockServer) -> Iterator[RemoteServer]:
    with connect(server.url) as remote:
        yield remote


@pytest.fixture(params=["server", "remote"])
def either(request: pytest.FixtureRequest) -> Server:
    """A server as Python sees it, in process or by its control API."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def face(either: Server) -> Face:
    """A fresh sandbox of it."""
    return either.sandbox()
