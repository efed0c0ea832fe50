"""A server that intercepts, and clients that know nothing but the providers' own hosts."""

import ssl
from collections.abc import Iterator

import httpx
import pytest
from link_receiver import Receiver

from mockserver import MockServer, RunningSandbox
from mockserver.intercept import Interception


@pytest.fixture(scope="session")
def intercepting() -> Iterator[MockServer]:
    with MockServer(intercept=True) as server:
        yield server


@pytest.fixture
def interception(intercepting: MockServer) -> Interception:
    return intercepting.intercept()


@pytest.fixture
def sandbox(intercepting: MockServer) -> RunningSandbox:
    return intercepting.sandbox()


@pytest.fixture
def own(intercepting: MockServer) -> str:
    """Host and port of the server itself."""
    return f"127.0.0.1:{intercepting.port}"


@pytest.fixture
def trust(interception: Interception) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(interception.ca_file))


@pytest.fixture
def client(interception: Interception, trust: ssl.SSLContext) -> Iterator[httpx.Client]:
    with httpx.Client(proxy=interception.proxy_url, verify=trust, trust_env=False) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver
