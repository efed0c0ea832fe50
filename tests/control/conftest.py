"""A client of the control API, in process and over a socket, and a sandbox that it has minted."""

from collections.abc import Iterator

import httpx
import pytest
from control_world import InProcess, Minted

from mockserver import MockServer


@pytest.fixture(scope="session")
def in_process() -> Iterator[httpx.Client]:
    app = MockServer().app
    with httpx.Client(transport=InProcess(app), base_url="http://localhost:8765") as client:
        yield client
    app.engine.close()


@pytest.fixture(scope="session")
def over_socket(server: MockServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url) as client:
        yield client


@pytest.fixture(params=["in_process", "over_socket"])
def client(request: pytest.FixtureRequest) -> httpx.Client:
    client: httpx.Client = request.getfixturevalue(request.param)
    return client


@pytest.fixture
def sandbox(client: httpx.Client) -> Minted:
    return Minted(client=client, content=client.post("/_mock/sandboxes").json())
