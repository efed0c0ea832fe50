"""Without a socket: the application alone, as an ASGI client calls it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from damage_world import ailab

from mockserver import MockServer, RunningSandbox

ORIGIN = "http://127.0.0.1"


@asynccontextmanager
async def client(server: MockServer) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=server.app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


def answer(server: MockServer, sandbox: RunningSandbox) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with client(server) as asking:
            return await asking.send(ailab(sandbox))

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("effect", "options", "status"),
    [
        ("http.delay", {"seconds": 0.01}, 200),
        ("http.slow_drip", {"seconds": 0.01}, 200),
        ("http.status", {}, 503),
        ("http.empty_body", {}, 200),
    ],
)
def test_an_answer_is_damaged(
    server: MockServer, sandbox: RunningSandbox, effect: str, options: dict[str, Any], status: int
) -> None:
    sandbox.fail("ailab", effect, **options)
    assert answer(server, sandbox).status_code == status
    assert sandbox.journal.last.faults == [effect]


@pytest.mark.parametrize("at", ["request", "before", "within", "after"])
@pytest.mark.parametrize(
    ("effect", "error"),
    [("connection.reset", ConnectionResetError), ("connection.close", ConnectionAbortedError)],
)
def test_a_cut_connection_is_an_error_of_the_application(
    server: MockServer, sandbox: RunningSandbox, effect: str, error: type[OSError], at: str
) -> None:
    sandbox.fail("ailab", effect, at=at)
    with pytest.raises(error):
        answer(server, sandbox)


def test_a_body_shorter_than_its_length_is_an_error_of_the_application(
    server: MockServer, sandbox: RunningSandbox
) -> None:
    sandbox.fail("ailab", "http.wrong_length")
    with pytest.raises(ConnectionAbortedError):
        answer(server, sandbox)


def test_a_silence_lasts_until_the_client_is_gone(server: MockServer, sandbox: RunningSandbox) -> None:
    sandbox.fail("ailab", "connection.silence", at="request")
    gone = asyncio.Event()
    sent = []

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        request = ailab(sandbox)
        scope = {
            "type": "http",
            "method": "POST",
            "scheme": "http",
            "path": request.url.path,
            "query_string": b"",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        asking = asyncio.ensure_future(server.app(scope, receive, send))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asking), 0.05)
        gone.set()
        await asking

    asyncio.run(ask())
    assert sent == []
    assert sandbox.journal.last.status is None
