"""A receiver of callbacks on loopback that keeps the links which they tell."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Self

LINK = re.compile(r'"(?:image|url)":"(https?:[^"]+)"')


class Receiver:
    """As a context manager it listens; `links` are those that came, in their order."""

    def __init__(self) -> None:
        self.links: list[str] = []
        links = self.links

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                links.extend(LINK.findall(body.replace("\\u0026", "&").replace("\\/", "/")))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/done"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
