"""A running server, a fresh sandbox without a QPS limit, and clients of it."""

from collections.abc import Iterator

import httpx
import pytest
from other_side import OtherSide
from picwish_world import KEY, World

from mockserver import MockServer, RunningSandbox


@pytest.fixture
def sandbox(server: MockServer) -> RunningSandbox:
    return server.sandbox(picwish={"qps": None})


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    """Plain HTTP with the sandbox's key; without certificates, which take longer to load than a test."""
    access = sandbox.picwish
    headers = {KEY: access.api_key}
    with httpx.Client(base_url=access.url, headers=headers, verify=False, timeout=30) as client:
        yield client


@pytest.fixture
def stranger(server: MockServer) -> Iterator[httpx.Client]:
    """Plain HTTP without a key."""
    with httpx.Client(base_url=server.url, verify=False, timeout=30) as client:
        yield client


@pytest.fixture
def world(server: MockServer, sandbox: RunningSandbox, client: httpx.Client) -> World:
    return World(server=server, sandbox=sandbox, client=client)


@pytest.fixture
def other_side() -> Iterator[OtherSide]:
    with OtherSide() as side:
        yield side
