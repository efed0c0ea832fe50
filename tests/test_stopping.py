"""What becomes of callbacks when a server stops: they are delivered or reported."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from mockserver import MockServer
from mockserver.fixtures.edges import sized

STOPPING = 3.0
"""Seconds that are long for a stop with a receiver that hangs."""


class Receiver(BaseHTTPRequestHandler):
    bodies: list[bytes]

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.bodies = []
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/done"
        server.shutdown()
        thread.join()


def begin(server: MockServer, callback: str, **settings: float) -> None:
    """A task that calls back, in a sandbox of its own whose clock stands still."""
    sandbox = server.sandbox(picwish=settings)
    sandbox.clock.freeze()
    answer = httpx.post(
        f"{sandbox.picwish.url}/api/tasks/visual/segmentation",
        headers={"X-API-KEY": sandbox.picwish.api_key},
        data={"callback_url": callback},
        files={"image_file": sized(100, 120)},
    )
    assert answer.json()["status"] == 200


def test_what_is_due_is_delivered_before_the_server_is_gone(receiver: str) -> None:
    with MockServer() as server:
        begin(server, receiver, seconds=0)
    assert b'"state":1' in Receiver.bodies[0]


def test_what_is_not_due_yet_is_reported(receiver: str, caplog: pytest.LogCaptureFixture) -> None:
    with MockServer() as server:
        begin(server, receiver, seconds=5)
    assert Receiver.bodies == []
    assert f"the server stopped before the callback to {receiver} was delivered" in caplog.text


def test_a_receiver_that_hangs_holds_up_no_stop_and_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/done"
        with MockServer() as server:
            begin(server, url, seconds=0)
            started = time.perf_counter()
        assert time.perf_counter() - started < STOPPING
    assert f"the callback to {url} was delivered" in caplog.text
