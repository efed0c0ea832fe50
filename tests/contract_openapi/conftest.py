from collections.abc import Iterator

import httpx
import pytest
from openapi_callers import CALLERS, PICTURE, URL, Caller

from mockserver import MockServer


@pytest.fixture
def caller(server: MockServer, provider: str) -> Iterator[Caller]:
    """Somebody with a fresh sandbox in which nothing is counted by the second."""
    sandbox = server.sandbox(picwish={"qps": None}, processimage={"qps": None})
    sandbox.know_url(URL, PICTURE)
    with httpx.Client(base_url=server.url) as http:
        yield CALLERS[provider](sandbox=sandbox, http=http)
