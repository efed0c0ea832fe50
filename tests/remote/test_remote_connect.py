"""Connecting to a server: what is told when it is not there, is another one, or wants a token."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mockserver import MockServer, ServerError, connect


@pytest.mark.parametrize("form", ["{url}", "{url}/", "{address}"])
def test_a_server_is_found_by_its_url(server: MockServer, form: str) -> None:
    url = form.format(url=server.url, address=server.url.removeprefix("http://"))
    with connect(url) as remote:
        assert remote.url == server.url
        assert remote.sandbox().alive


def test_a_server_that_is_not_there_is_told_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServerError, match=rf"no mock server answers at {url}.*`mockserver serve`"):
            connect(url)


def test_a_server_that_stopped_is_told_too() -> None:
    with MockServer() as server:
        remote = connect(server.url)
        sandbox = remote.sandbox()
    with remote, pytest.raises(ServerError, match="no mock server answers"):
        sandbox.clock.now()


class Other(BaseHTTPRequestHandler):
    """Answers everything with what its server has to say."""

    def do_GET(self) -> None:
        status, body = self.server.says  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def other() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "says",
    [
        (200, b"<html>"),
        (200, b"{}"),
        (200, b"[]"),
        (200, b'{"server": "other"}'),
        (404, b"not found"),
        (404, b'{"error": "none"}'),
        (500, b""),
    ],
)
def test_another_server_is_not_taken_for_one(other: HTTPServer, says: tuple[int, bytes]) -> None:
    other.says = says  # type: ignore[attr-defined]
    with pytest.raises(ServerError, match="is no mock server"):
        connect(f"http://127.0.0.1:{other.server_port}")


@pytest.mark.parametrize("token", ["plain", "with spaces", "ümlaut 印", "raw \udcff"])
def test_a_server_with_a_token_opens_to_it_alone(token: str) -> None:
    with MockServer(control_token=token) as server:
        with connect(server.url, token) as remote:
            assert remote.sandbox(ailab={"balance": 3}).settings("ailab")["balance"] == 3
        for wrong in (None, "other"):
            with pytest.raises(PermissionError, match="Authorization: Bearer TOKEN"):
                connect(server.url, wrong)


def test_what_a_proxy_of_the_environment_would_do_does_not_matter(
    server: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with connect(server.url) as remote:
        assert remote.sandbox().alive


@pytest.mark.parametrize("token", ["", "two\nlines"])
def test_a_token_that_no_header_can_carry_is_refused(server: MockServer, token: str) -> None:
    with pytest.raises(ValueError, match="at least one character"):
        connect(server.url, token)
