"""Uvicorn's HTTP/1.1 protocol, as tolerant and as bounded as the servers in front of real APIs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 256 * 1024
"""Bytes of a request line with all its headers."""

OFFER = 4096
"""Bytes at the beginning of a request in which an offer to upgrade is looked for."""

UPGRADE = re.compile(rb"\r\nUpgrade:", re.IGNORECASE)
REQUEST = re.compile(rb"[A-Z]+ [^\r\n]+ HTTP/1\.[01]\r\n")


class Protocol(HttpToolsProtocol):
    """One connection. `on_malformed` is told about what is no HTTP request, for the journal."""

    def __init__(self, *, on_malformed: Callable[[str], None], **arguments: Any) -> None:
        super().__init__(**arguments)
        self._on_malformed = on_malformed
        self._in_head = False
        self._unparsed = 0

    def data_received(self, data: bytes) -> None:
        if b"pgrade:" in data[:OFFER]:
            data = without_upgrade(data)
        self._unparsed += len(data)
        super().data_received(data)
        if self._in_head and self._unparsed > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("Request header too large.")

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._unparsed = 0
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._on_malformed(msg)
        super().send_400_response(msg)


def without_upgrade(data: bytes) -> bytes:
    """A request whose Upgrade header has another name.

    The parser takes what follows such a header for another protocol, and so loses the body. But a client
    that offers one, as Java's does at every first request, expects HTTP/1.1 servers to ignore it.
    """
    if not REQUEST.match(data):
        return data
    head, blank, rest = data.partition(b"\r\n\r\n")
    return UPGRADE.sub(b"\r\nX-Ignored-Upgrade:", head) + blank + rest
