"""Faults strike through the proxy and TLS as they do without."""

import json
import socket
import ssl
import time
from collections.abc import Iterator

import pytest
from raw_proxy import AILAB, received, secure

from mockserver import RunningSandbox, fixtures
from mockserver.intercept import Interception

PATH = "/api/cutout/portrait/avatar-extraction"
BOUNDARY = "----------------a-boundary"


@pytest.fixture
def request_bytes(sandbox: RunningSandbox) -> bytes:
    """A right call of AILabTools."""
    image = fixtures.path("portrait.jpg").read_bytes()
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'.encode()
    body = part + image + f"\r\n--{BOUNDARY}--\r\n".encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {AILAB}\r\nailabapi-api-key: {sandbox.ailab.api_key}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body


@pytest.fixture
def connection(interception: Interception, trust: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    with secure(interception, trust) as connection:
        yield connection


def read_below_tls(connection: ssl.SSLSocket) -> None:
    """Read all that comes as it is; Python's TLS makes the same of a reset and an end."""
    while socket.socket.recv(connection, 65536):
        pass


def test_a_reset_is_a_true_one(
    sandbox: RunningSandbox, connection: ssl.SSLSocket, request_bytes: bytes
) -> None:
    sandbox.fail("ailab", "connection.reset", at="before")
    connection.sendall(request_bytes)
    with pytest.raises(ConnectionResetError):
        read_below_tls(connection)


def test_a_reset_within_an_answer_comes_after_a_part_of_it(
    sandbox: RunningSandbox, connection: ssl.SSLSocket, request_bytes: bytes
) -> None:
    sandbox.fail("ailab", "connection.reset", at="within")
    connection.sendall(request_bytes)
    assert connection.recv(4).startswith(b"HTTP")
    with pytest.raises(ConnectionResetError):
        read_below_tls(connection)


def test_silence_is_nothing_until_the_client_gives_up(
    sandbox: RunningSandbox, connection: ssl.SSLSocket, request_bytes: bytes
) -> None:
    sandbox.fail("ailab", "connection.silence")
    connection.sendall(request_bytes)
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)


def test_a_close_without_an_answer_ends_tls_in_order(
    sandbox: RunningSandbox, connection: ssl.SSLSocket, request_bytes: bytes
) -> None:
    sandbox.fail("ailab", "connection.close")
    connection.sendall(request_bytes)
    assert received(connection) == b""
    connection.unwrap().close()  # which raises when the other side has not said that it ends


def test_a_truncated_body_ends_early(
    sandbox: RunningSandbox, connection: ssl.SSLSocket, request_bytes: bytes
) -> None:
    sandbox.fail("ailab", "http.truncated_body", share=0.5)
    connection.sendall(request_bytes)
    body = received(connection).partition(b"\r\n\r\n")[2]
    assert body.startswith(b"{")
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_a_drip_comes_in_pieces(
    sandbox: RunningSandbox, connection: ssl.SSLSocket, request_bytes: bytes
) -> None:
    sandbox.fail("ailab", "http.slow_drip", seconds=0.1, chunks=5)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(request_bytes)
    began = time.monotonic()
    assert received(connection).endswith(b"}")
    assert time.monotonic() - began >= 0.09
