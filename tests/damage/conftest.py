import pytest

from mockserver import MockServer, RunningSandbox


@pytest.fixture
def sandbox(server: MockServer) -> RunningSandbox:
    """A fresh sandbox that counts no QPS."""
    return server.sandbox(picwish={"qps": None}, processimage={"qps": None})
