"""A forward proxy that reaches nothing but this server: how connections begin, and TLS in tunnels."""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from mockserver.intercept.certificates import Certificates
from mockserver.intercept.connection import Intercepted
from mockserver.intercept.guard import HTTPS, Guard, Way
from mockserver.intercept.target import Target

logger = logging.getLogger("mockserver")

HEAD_TIMEOUT = 20.0
"""Seconds that a client has for its first request line and headers, and again for the TLS handshake."""
CLOSING_TIMEOUT = 2.0
"""Seconds that a client has to end TLS, before the connection is ended without."""
MAX_HEAD = 64 * 1024
MOST_WAITING = 512
"""Connections that may be without a request, or in a handshake; for another one the oldest goes."""
_END = re.compile(rb"\r?\n\r?\n")
_CONNECT = re.compile(rb"CONNECT +([^ \r\n]+) +HTTP/1\.[01]\r?\n", re.IGNORECASE)
_METHOD = re.compile(rb"[A-Za-z]+ ")
_TLS = b"\x16"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
PLAIN = (
    "HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: {length}\r\nConnection: close\r\n\r\n"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxy:
    """What all connections of a proxy share.

    `connected` makes the protocol that goes on with a connection, in a tunnel to a target or without one.
    `waiting` are the connections before that, oldest first; `connections` are those that end when the server
    does. `note` is told what came to nothing: method, path, status and why."""

    guard: Guard
    certificates: Certificates
    connected: Callable[[Target | None], Intercepted]
    connections: set[Any]
    note: Callable[[str, str, int, str], None]
    waiting: dict[Opening, None] = field(default_factory=dict)

    def __call__(self) -> Opening:
        """The protocol of a new connection."""
        return Opening(self)


class Opening(asyncio.Protocol):
    """A connection to the proxy until its first head is complete, and in a tunnel until TLS is spoken."""

    transport: asyncio.Transport

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._head = bytearray()
        self._loop = asyncio.get_running_loop()
        self._securing: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._deadline = self._loop.call_later(HEAD_TIMEOUT, self.shutdown)
        self._proxy.connections.add(self)
        waiting = self._proxy.waiting
        waiting[self] = None
        if len(waiting) > MOST_WAITING:
            next(iter(waiting)).shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()

    def shutdown(self) -> None:
        """End at once: there is no request to be answered yet."""
        self._leave()
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._head += data
        end = _END.search(self._head, max(0, len(self._head) - len(data) - 3))
        if self._head.startswith(_TLS):
            self._refuse(400, "this proxy is spoken to without TLS: its address begins with http://")
        elif end:
            self._decide(bytes(self._head[: end.end()]), bytes(self._head[end.end() :]))
        elif len(self._head) > MAX_HEAD:
            self._refuse(431, f"a request has more than {MAX_HEAD} bytes of headers")

    def _decide(self, head: bytes, rest: bytes) -> None:
        line = _CONNECT.match(head)
        if line is None and (head[:8].upper() == b"CONNECT " or not _METHOD.match(head)):
            self._refuse(400, "this is no request to a proxy")
        elif line is None:
            self._go_on(self._proxy.connected(None), head + rest)
        else:
            self._connect(line[1].decode("latin1"), rest)

    def _connect(self, authority: str, rest: bytes) -> None:
        try:
            target = Target.of(authority)
        except ValueError as error:
            self._refuse(400, f"CONNECT: {error}")
            return
        way = self._proxy.guard.way(target)
        if way is Way.NOWHERE:
            self._proxy.note("CONNECT", str(target), 403, reason := self._proxy.guard.refuse(target))
            self._refuse(403, reason, phrase=f"mockserver refuses {target}")
        elif way is Way.ITSELF or target.port != HTTPS:
            self.transport.write(ESTABLISHED)
            self._go_on(self._proxy.connected(target), rest)
        elif rest:
            self._refuse(400, "after CONNECT a client waits for the answer")
        else:
            self.transport.pause_reading()
            self._securing = self._loop.create_task(self._secure(target))

    async def _secure(self, target: Target) -> None:
        """Answer a CONNECT and speak TLS on the same connection."""
        context = self._context(target)
        if context is None:
            return
        early = _Early()
        try:
            self.transport.write(ESTABLISHED)
            secure = await self._loop.start_tls(
                self.transport,
                early,
                context,
                server_side=True,
                ssl_handshake_timeout=HEAD_TIMEOUT,
                ssl_shutdown_timeout=CLOSING_TIMEOUT,
            )
        except (OSError, ValueError) as error:
            self._failed(target, error)
            return
        self._leave()
        if secure is not None and not early.lost:
            early.give_up_to(self._proxy.connected(target), secure)

    def _context(self, target: Target) -> ssl.SSLContext | None:
        """What TLS is spoken with; without that the CONNECT is refused, which is not the client's doing."""
        try:
            return self._proxy.certificates.context(target.host)
        except Exception as error:
            reason = f"mockserver could not make a certificate for {target.host}: {error}"
            logger.exception("CONNECT %s: a mistake of the mock server", target)
            self._proxy.note("CONNECT", str(target), 500, reason)
            self._refuse(500, reason, phrase="Internal server error")
            return None

    def _failed(self, target: Target, error: Exception) -> None:
        if "alert" in str(error).lower():
            trust = "a client ended TLS: it does not trust the certificate authority of the interception"
            self._proxy.note("CONNECT", str(target), 403, f"{trust} ({error})")
        self.shutdown()

    def _go_on(self, protocol: Intercepted, data: bytes) -> None:
        self._leave()
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)
        if data:
            protocol.data_received(data)

    def _refuse(self, status: int, reason: str, *, phrase: str = "Bad request") -> None:
        body = f"{reason}\n".encode()
        head = PLAIN.format(status=status, phrase=phrase, length=len(body))
        self.transport.write(head.encode("latin1") + body)
        self.transport.close()

    def _leave(self) -> None:
        """Wait no longer."""
        self._deadline.cancel()
        self._proxy.waiting.pop(self, None)
        self._proxy.connections.discard(self)


class _Early(asyncio.Protocol):
    """Keeps what a client sends in one piece with the end of its handshake, before anybody can take it."""

    def __init__(self) -> None:
        self._data: list[bytes] = []
        self.lost = False

    def data_received(self, data: bytes) -> None:
        self._data.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True

    def give_up_to(self, protocol: Intercepted, transport: asyncio.Transport) -> None:
        """Let another protocol go on, as if it had been there from the beginning."""
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        for data in self._data:
            protocol.data_received(data)
