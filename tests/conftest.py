"""A running server for the whole run, and a fresh sandbox for each test."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from mockserver import MockServer, RunningSandbox

pytest_plugins = ["pytester"]

# How long an example takes says something about the machine, not about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def sandbox(server: MockServer) -> RunningSandbox:
    return server.sandbox()
