"""What arrives on a raw socket, and what curl sends: bodies that end early, come in chunks, or ask first."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.edges import MEBIBYTE, sized
from mockserver.providers.ailab.wire import PATH

SMALL = sized(200, 250)
FORM = (
    b'--AbC\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n'
    + SMALL
    + b"\r\n--AbC--\r\n"
)


class Connection:
    """One TCP connection; everything is sent as it stands."""

    def __init__(self, port: int, key: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._key = key

    def head(self, *lines: str, boundary: str = "AbC") -> None:
        """The request line, the key, the content type, and further header lines."""
        common = [
            f"POST {PATH} HTTP/1.1",
            "Host: www.ailabapi.com",
            f"AILabAPI-API-Key: {self._key}",
            f"Content-Type: multipart/form-data; boundary={boundary}",
        ]
        self.send("\r\n".join([*common, *lines, "", ""]).encode())

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, until: bytes) -> bytes:
        """Everything up to and including some bytes."""
        received = b""
        while until not in received:
            piece = self._socket.recv(65536)
            assert piece, f"the server hung up after {received!r}"
            received += piece
        return received

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def connection(server: MockServer, sandbox: RunningSandbox) -> Iterator[Connection]:
    connection = Connection(server.port, sandbox.ailab.api_key)
    yield connection
    connection.close()


@pytest.mark.parametrize("sent", [0, 1, 100, len(FORM)])
def test_a_body_that_ends_early_is_in_the_journal_without_an_answer(
    connection: Connection, sandbox: RunningSandbox, stranger: httpx.Client, sent: int
) -> None:
    connection.head(f"Content-Length: {len(FORM) + 1}")
    connection.send(FORM[:sent])
    connection.close()
    for _ in range(2000):  # the server notices in its own time; each round trip gives it some
        if len(sandbox.journal):
            break
        stranger.get("/_mock/health")
    exchange = sandbox.journal.last
    assert exchange.status is None
    assert exchange.notes == [f"the client went away after {sent} bytes of its body"]
    assert sandbox.account("ailab").used == 0


def test_a_chunked_body_may_break_anywhere(connection: Connection) -> None:
    connection.head("Transfer-Encoding: chunked")
    for start in range(0, len(FORM), 777):
        piece = FORM[start : start + 777]
        connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    connection.send(b"0\r\n\r\n")
    assert connection.receive(b"}]}}").startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_asks_first_is_told_to_go_on(connection: Connection) -> None:
    connection.head(f"Content-Length: {len(FORM)}", "Expect: 100-continue")
    assert connection.receive(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.send(FORM)
    assert connection.receive(b"}]}}").startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_asks_first_is_refused_before_it_sends_too_much(connection: Connection) -> None:
    connection.head(f"Content-Length: {11 * MEBIBYTE}", "Expect: 100-continue")
    answer = connection.receive(b"ERROR_REQUEST_BODY_TOO_LARGE")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_client_that_asks_first_is_refused_before_it_sends_without_credits(
    connection: Connection, sandbox: RunningSandbox
) -> None:
    sandbox.set("ailab", balance=0)
    connection.head(f"Content-Length: {len(FORM)}", "Expect: 100-continue")
    assert connection.receive(b"ERROR_NOT_ENOUGH_CREDITS").startswith(b"HTTP/1.1 429 ")


def test_a_sandbox_that_is_dropped_meanwhile_breaks_nothing(
    connection: Connection, server: MockServer, sandbox: RunningSandbox
) -> None:
    connection.head(f"Content-Length: {len(FORM)}", "Expect: 100-continue")
    connection.receive(b"100 Continue\r\n\r\n")
    server.app.engine.registry.drop(sandbox.id)
    connection.send(FORM.replace(b"--AbC--", b"--oops-"))
    assert connection.receive(b"ERROR_PARAMETERS").startswith(b"HTTP/1.1 400 ")


def test_a_body_may_come_byte_by_byte_around_its_boundaries(connection: Connection) -> None:
    connection.head(f"Content-Length: {len(FORM)}")
    for byte in FORM[:90]:
        connection.send(bytes([byte]))
    connection.send(FORM[90:-10])
    for byte in FORM[-10:]:
        connection.send(bytes([byte]))
    assert connection.receive(b"}]}}").startswith(b"HTTP/1.1 200 OK")


def test_a_boundary_is_told_apart_by_case(connection: Connection) -> None:
    connection.head(f"Content-Length: {len(FORM)}", boundary="aBc")
    connection.send(FORM)
    assert connection.receive(b"ERROR_PARAMETERS").startswith(b"HTTP/1.1 400 ")


def test_two_requests_may_come_at_once_on_one_connection(
    connection: Connection, sandbox: RunningSandbox
) -> None:
    for _ in range(2):
        connection.head(f"Content-Length: {len(FORM)}")
        connection.send(FORM)
    first = connection.receive(b"}]}}")
    if first.count(b"}]}}") < 2:
        connection.receive(b"}]}}")
    assert [exchange.status for exchange in sandbox.journal] == [200, 200]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(
    "options", [[], ["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked"], ["--http1.0"]]
)
def test_curl_gets_its_heads(sandbox: RunningSandbox, tmp_path: Path, options: list[str]) -> None:
    image = tmp_path / "a.jpg"
    image.write_bytes(SMALL)
    command = ["curl", "-sS", "--max-time", "10", *options, "-F", f"image=@{image}", "-F", "return_form=mask"]
    key = f"ailabapi-api-key: {sandbox.ailab.api_key}"
    run = subprocess.run(
        [*command, "-H", key, sandbox.ailab.url + PATH], capture_output=True, text=True, check=True
    )
    assert '"error_code":0' in run.stdout
    assert sandbox.journal.last.behaviours == [
        "ailab.success",
        "ailab.format.jpeg",
        "ailab.option.return_form.mask",
    ]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_is_told_of_a_file_that_is_too_large(sandbox: RunningSandbox, tmp_path: Path) -> None:
    image = tmp_path / "a.jpg"
    image.write_bytes(bytes(40 * MEBIBYTE))
    key = f"ailabapi-api-key: {sandbox.ailab.api_key}"
    command = [
        "curl",
        "-sS",
        "--max-time",
        "10",
        "-F",
        f"image=@{image}",
        "-H",
        key,
        sandbox.ailab.url + PATH,
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "ERROR_REQUEST_BODY_TOO_LARGE" in run.stdout
