"""A running server for the whole run, and a fresh sandbox for each test."""

from collections.abc import Iterator

import pytest

from mockserver import MockServer, RunningSandbox


@pytest.fixture(scope="session")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def sandbox(server: MockServer) -> RunningSandbox:
    return server.sandbox()
