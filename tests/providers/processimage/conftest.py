import threading
from collections.abc import Iterator

import httpx
import pytest
from watermark_caller import Caller
from watermark_receiver import Handler, Receiver, Server

from mockserver import MockServer, RunningSandbox


@pytest.fixture
def sandbox(server: MockServer) -> RunningSandbox:
    """A fresh sandbox whose account may call as often as it likes."""
    return server.sandbox(processimage={"qps": None})


@pytest.fixture(scope="session")
def http(server: MockServer) -> Iterator[httpx.Client]:
    """Plain HTTP; without certificates, which take longer to load than a test."""
    with httpx.Client(base_url=server.url, verify=False, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def caller(http: httpx.Client, sandbox: RunningSandbox) -> Caller:
    access = sandbox.processimage
    return Caller(http=http, app_id=access.app_id, app_secret=access.app_secret)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Server(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_port)
        server.RequestHandlerClass = type("Handler", (Handler,), {"receiver": receiver})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield receiver
        receiver.released.set()
        server.shutdown()
        thread.join()
