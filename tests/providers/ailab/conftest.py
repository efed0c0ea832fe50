from collections.abc import Iterator

import httpx
import pytest

from mockserver import MockServer, RunningSandbox


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    """Plain HTTP with the sandbox's key; without certificates, which take longer to load than a test."""
    access = sandbox.ailab
    headers = {"ailabapi-api-key": access.api_key}
    with httpx.Client(base_url=access.url, headers=headers, verify=False, timeout=30) as client:
        yield client


@pytest.fixture
def stranger(server: MockServer) -> Iterator[httpx.Client]:
    """Plain HTTP without a key."""
    with httpx.Client(base_url=server.url, verify=False, timeout=30) as client:
        yield client
