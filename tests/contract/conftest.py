from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from callback_hook import Hook
from contract_world import PICTURE, URL, World

from mockserver import MockServer


@pytest.fixture(scope="session")
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.close()


@pytest.fixture
def world(server: MockServer, hook: Hook) -> Iterator[World]:
    """A fresh sandbox in which nothing is counted by the second."""
    sandbox = server.sandbox(picwish={"qps": None}, processimage={"qps": None})
    sandbox.know_url(URL, PICTURE)
    hook.status = 200
    with httpx.Client(base_url=sandbox.ailab.url, timeout=20, verify=False) as http, ExitStack() as stack:
        yield World(sandbox=sandbox, http=http, hook=hook, stack=stack)
