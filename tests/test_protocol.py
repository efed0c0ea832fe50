import asyncio
import socket
from collections.abc import Iterator
from typing import cast

import httpx
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from mockserver import MockServer, fixtures
from mockserver.protocol import Protocol
from mockserver.running import RunningSandbox

PATH = "/api/cutout/portrait/avatar-extraction"


class Transport(asyncio.Transport):
    """A connection whose other side sends by `data_received`, and reads whatever is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written = b""

    def write(self, data: object) -> None:
        self.written += cast("bytes", data)

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Listener:
    """An ASGI application that keeps what it is sent, and answers when it has all of it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            assert isinstance(message["body"], bytes)
            body, more = body + message["body"], message["more_body"]
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


async def received(pieces: list[bytes], *, turns: list[bool]) -> list[bytes]:
    """The bodies that an application receives that may run between two pieces, or not."""
    listener = Listener()
    protocol = Protocol(
        config=uvicorn.Config(listener, lifespan="off", log_config=None, proxy_headers=False),
        server_state=ServerState(),
        app_state={},
        on_malformed=lambda reason: None,
    )
    protocol.connection_made(Transport())
    for piece, turn in zip(pieces, turns, strict=True):
        protocol.data_received(piece)
        for _ in range(5 if turn else 0):
            await asyncio.sleep(0)
    while len(listener.bodies) < 2:
        await asyncio.sleep(0)
    protocol.connection_lost(None)
    return listener.bodies


@given(st.data())
def test_a_body_is_received_as_it_was_sent_in_whatever_pieces(data: st.DataObject) -> None:
    body = data.draw(st.binary(max_size=300)) + bytes(data.draw(st.sampled_from([0, 70_000])))
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    sent = request + request
    cuts = sorted(data.draw(st.sets(st.integers(1, len(sent) - 1), max_size=6)))
    pieces = [sent[start:end] for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    turns = data.draw(st.lists(st.booleans(), min_size=len(pieces), max_size=len(pieces)))
    assert asyncio.run(received(pieces, turns=turns)) == [body, body]


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def sandbox(server: MockServer) -> Iterator[RunningSandbox]:
    sandbox = server.sandbox()
    yield sandbox
    sandbox.drop()


@pytest.fixture
def client(server: MockServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        yield client


def upload(sandbox: RunningSandbox, version: str = "1.1") -> bytes:
    image = fixtures.path("portrait.jpg").read_bytes()
    part = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n%b\r\n--b--\r\n' % image
    head = (
        f"POST {PATH} HTTP/{version}\r\nHost: x\r\nailabapi-api-key: {sandbox.ailab.api_key}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(part)}\r\n\r\n"
    )
    return head.encode() + part


def answers(client: socket.socket, sent: bytes) -> bytes:
    """All that comes for what a client sent, which then closed its side for sending, as `nc -N` does."""
    client.sendall(sent)
    client.shutdown(socket.SHUT_WR)
    return b"".join(iter(lambda: client.recv(65536), b""))


class TestAClientThatSendsNothingMore:
    @pytest.mark.parametrize("version", ["1.0", "1.1"])
    def test_is_answered(self, sandbox: RunningSandbox, client: socket.socket, version: str) -> None:
        assert answers(client, upload(sandbox, version)).startswith(b"HTTP/1.1 200 OK\r\n")
        assert sandbox.journal.last.status == 200

    def test_is_answered_each_of_its_requests(self, sandbox: RunningSandbox, client: socket.socket) -> None:
        both = answers(client, upload(sandbox) + upload(sandbox))
        assert both.count(b"HTTP/1.1 200 OK\r\n") == 2

    def test_is_answered_late_where_a_fault_delays(
        self, sandbox: RunningSandbox, client: socket.socket
    ) -> None:
        sandbox.fail("ailab", "http.delay", seconds=0.05)
        assert answers(client, upload(sandbox)).startswith(b"HTTP/1.1 200 OK\r\n")

    def test_is_answered_at_once_where_a_fault_delays_much(
        self, sandbox: RunningSandbox, client: socket.socket
    ) -> None:
        sandbox.fail("ailab", "http.delay", seconds=600)
        assert answers(client, upload(sandbox)).startswith(b"HTTP/1.1 200 OK\r\n")

    def test_is_left_where_a_fault_is_silent(self, sandbox: RunningSandbox, client: socket.socket) -> None:
        sandbox.fail("ailab", "connection.silence")
        assert answers(client, upload(sandbox)) == b""

    def test_is_gone_when_a_body_is_still_missing(
        self, server: MockServer, sandbox: RunningSandbox, client: socket.socket
    ) -> None:
        assert answers(client, upload(sandbox)[:-10]) == b""
        httpx.get(f"{server.url}/_mock/health")  # its turn comes behind what is written down
        assert sandbox.journal.last.status is None
        assert "the client went away" in sandbox.journal.last.notes[0]

    @pytest.mark.parametrize("sent", [b"", b"GET / HT"])
    def test_is_gone_when_it_asked_for_nothing(self, client: socket.socket, sent: bytes) -> None:
        assert answers(client, sent) == b""
