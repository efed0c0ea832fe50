"""Uvicorn's HTTP/1.1 protocol, as tolerant and as bounded as the servers in front of real APIs."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Any, cast

from starlette.types import Receive
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mockserver.damage.delivery import EXTENSION
from mockserver.witness import Witness, in_kernel

MAX_HEAD = 256 * 1024
"""Bytes of a request line with all its headers."""

OFFER = 4096
"""Bytes at the beginning of a request in which an offer to upgrade is looked for."""

FLUSH = 10.0
"""Seconds that what was sent may take to arrive before a reset."""
PATIENCE = 5.0
"""Seconds that a fault may hold up the answer to a client that sends nothing more."""
ABRUPT = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing the socket sends an RST."""
UPGRADE = re.compile(rb"\r\nUpgrade:", re.IGNORECASE)
REQUEST = re.compile(rb"[A-Z]+ [^\r\n]+ HTTP/1\.[01]\r\n")


class Protocol(HttpToolsProtocol):
    """One connection. `on_malformed` is told about what is no HTTP request, for the journal.

    Each request's scope has the connection itself as the extension EXTENSION, for what ASGI has no message
    for: see `damage.delivery.Connection`."""

    def __init__(self, *, on_malformed: Callable[[str], None], **arguments: Any) -> None:
        super().__init__(**arguments)
        self._on_malformed = on_malformed
        self._in_head = False
        self._unparsed = 0
        self._extensions: dict[str, Any] = {EXTENSION: self}
        self._ended = asyncio.Event()
        self._left = asyncio.Event()
        self._held: RequestResponseCycle | None = None
        self._stopping = False

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends nothing more. Answers whether it is answered yet: after a whole request, as from
        `nc -N`. One that gave up waiting looks the same, so a fault holds no answer up much longer now."""
        self._left.set()
        cycle = self.cycle
        if cycle is None or self._in_head or cycle.more_body or cycle.response_complete:
            return False
        cycle.keep_alive = False
        self.loop.call_later(PATIENCE, self._give_up)
        return self.scheme == "http"  # over TLS both sides close at once

    def _give_up(self) -> None:
        if self._held is not None:
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended.set()
        self._left.set()
        if self._held is not None:  # uvicorn itself tells the last of pipelined requests alone
            self._held.disconnected = True
            self._held.message_event.set()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server stops: end what is held, and let the rest come to its end."""
        self._stopping = True
        if self._held is not None:
            self.abort()
        super().shutdown()

    @contextlib.contextmanager
    def held(self, receive: Receive) -> Iterator[None]:
        """Keep the request of this `receive` waiting: a stopping server aborts the connection at once, and
        no client is asked for its body any more."""
        if self._stopping:
            self.abort()
        own = getattr(receive, "__self__", None)
        self._held = own if isinstance(own, RequestResponseCycle) else self.cycle
        self._held.waiting_for_100_continue = False
        try:
            yield
        finally:
            self._held = None

    async def flushed(self) -> None:
        """Return when all that was sent has arrived, or never will."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH):
                pause = 0.0005
                await asyncio.sleep(pause)  # the event loop writes at the end of its turn
                while not self._ended.is_set() and self._unsent():
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, 0.05)

    def left_already(self) -> bool:
        """Whether the client sends nothing any more, whether it still reads or not."""
        return self._left.is_set()

    def witness(self) -> Witness:
        """What can tell, after an answer, whether it found anybody; to be closed."""
        return Witness(None if self._ended.is_set() else self.transport.get_extra_info("socket"))

    async def left(self) -> None:
        """Return when the client sends nothing any more, whether it still reads or not."""
        await self._left.wait()

    async def lost(self) -> None:
        """Return when the connection has ended."""
        await self._ended.wait()

    def reset(self) -> None:
        """End it by an RST."""
        peer = self.transport.get_extra_info("socket")
        if peer is not None and not self.transport.is_closing():
            with contextlib.suppress(OSError):  # it is gone already
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPT)
        self.abort()

    def close(self) -> None:
        """End it after what was sent, without an RST to a client that still sends."""
        sends = self.pipeline or (self._held is not None and self._held.more_body)
        if sends and self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()

    def abort(self) -> None:
        """End it at once."""
        self.transport.abort()

    def _unsent(self) -> bool:
        buffered: int = self.transport.get_write_buffer_size()
        return buffered > 0 or in_kernel(self.transport.get_extra_info("socket")) > 0

    def data_received(self, data: bytes) -> None:
        if not self._in_body() and data.find(b"pgrade:", 0, OFFER) >= 0:
            data = without_upgrade(data)
        self._unparsed += len(data)
        super().data_received(data)
        if self._in_head and self._unparsed > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("Request header too large.")

    def _in_body(self) -> bool:
        cycle = self.cycle
        return cycle is not None and cycle.more_body and not cycle.response_complete

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()
        self.scope["extensions"] = self._extensions

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._unparsed = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Keep a body that comes in one piece as that piece; uvicorn's own would copy it twice."""
        cycle = self.cycle
        if cycle.body or cycle.response_complete:
            if isinstance(cycle.body, bytes):
                cycle.body = bytearray(cycle.body)
            super().on_body(body)
            return
        cycle.body = cast("bytearray", body)
        if len(body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """Read on after a large body: the client may leave, and nobody would know."""
        super().on_message_complete()
        self.flow.resume_reading()

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
