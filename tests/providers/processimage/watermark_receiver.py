"""A receiver of callbacks on loopback, which answers what a test has scripted."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Script = int | Literal["hang", "close"]


@dataclass(frozen=True, kw_only=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """What came, and what is answered: a status; "hang", until released; "close", without an answer. At the
    end of the script it answers 200."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/done"
        self.script: deque[Script] = deque()
        self.requests: list[Received] = []
        self.released = threading.Event()
        self.lock = threading.Lock()

    def take(self, request: Received) -> Script:
        with self.lock:
            self.requests.append(request)
            return self.script.popleft() if self.script else 200


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.receiver.take(Received(path=self.path, headers=headers, body=body))
        if answer == "hang":
            self.receiver.released.wait(30)
        if isinstance(answer, int):
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up meanwhile is no news."""
