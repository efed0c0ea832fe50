"""The client's own servers, on loopback: one that image URLs lead to, one that callbacks are posted to."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PATIENCE = 20.0


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content


@dataclass
class OtherSide:
    """Answers a GET with what `files` has at its path, and a POST by a script of statuses, then with 200.

    Paths that were asked for are in `asked`. /hang answers when it is `released`, and says that it `hangs`.
    A status of 0 closes the connection without an answer; with "hang" there is none before `released`."""

    files: dict[str, bytes] = field(default_factory=dict)
    script: list[int | str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    hangs: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        side = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = side.files.get(self.path)
                side.asked.append(self.path)
                if self.path == "/hang":
                    side.hangs.set()
                    side.released.wait(PATIENCE)
                self._answer(200 if content is not None else 404, content or b"")

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                step = side.script.pop(0) if side.script else 200
                side.received.append(Received(path=self.path, headers=dict(self.headers), body=body))
                if step == "hang":
                    side.released.wait(PATIENCE)
                self._answer(step if isinstance(step, int) else 500, b"")

            def _answer(self, status: int, content: bytes) -> None:
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                try:
                    self.wfile.write(content)
                except OSError:  # it was longer than the server cares to read
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self, path: str, content: bytes) -> str:
        """Put a file at a path, and answer its URL."""
        self.files[path] = content
        return self.url + path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
