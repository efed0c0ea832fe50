"""One request to an ASGI application, as a client sees it that has a connection of its own.

An answer may come late, in part, or not at all. All of it is on the event loop of the application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from email.utils import formatdate
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope

from mockserver.damage import delivery
from mockserver.damage.delivery import EXTENSION
from mockserver.witness import Witness

BODILESS = (204, 304)

logger = logging.getLogger("mockserver")


class Break(StrEnum):
    """Why an answer has not come to its end; the text is for the client's error."""

    TIMEOUT = "nothing came within the read timeout"
    RESET = "the connection was reset"
    CLOSED = "the server ended the connection without sending a complete answer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """What a client has received: `status` is None when nothing came, `broken` when it is all there."""

    status: int | None
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes
    broken: Break | None


class Connection:
    """The client's side to the application, and what the scope's extension EXTENSION promises it.

    `patience` are the seconds that the client waits for a sign of life; None, for ever."""

    def __init__(self, scope: Scope, body: bytes, patience: float | None) -> None:
        promised: delivery.Connection = self
        self._scope = {**scope, "extensions": {EXTENSION: promised}}
        self._request: list[bytes] = [body]
        self._patience = patience
        self._sign, self._gone = asyncio.Event(), asyncio.Event()
        self._status: int | None = None
        self._headers: Sequence[tuple[bytes, bytes]] = ()
        self._length: int | None = None
        self._body = bytearray()
        self._over = False
        self._broken: Break | None = None

    async def ask(self, app: ASGIApp) -> Received:
        """Send the request, and wait for the answer or for what there comes of it."""
        self._answering = asyncio.ensure_future(self._answer(app))
        try:
            while not self._over:
                self._sign.clear()
                async with asyncio.timeout(self._patience):
                    await self._sign.wait()
        except TimeoutError:
            self._end(Break.TIMEOUT)
        except asyncio.CancelledError:  # the server stops, or nobody waits for an answer any more
            self._end(Break.CLOSED)
        self._gone.set()
        body = bytes(self._body if self._length is None else self._body[: self._length])
        return Received(status=self._status, headers=self._headers, body=body, broken=self._broken)

    async def _answer(self, app: ASGIApp) -> None:
        try:
            await app(self._scope, self._receive, self._send)
        except Exception:
            logger.exception("a mistake of the mock server")
            if self._status is None:
                self._status = 500
                self._end(None)
        self._end(Break.CLOSED)  # unless it is over, as it should be

    def left_already(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self._gone.is_set()

    def witness(self) -> Witness:
        """What tells that nobody does."""
        return Witness(None)

    async def _receive(self) -> Message:
        if self._request:
            return {"type": "http.request", "body": self._request.pop(), "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._over:
            return
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [(b"date", formatdate(usegmt=True).encode()), *message["headers"]]
            self._length = self._announced()
        else:
            self._body += message.get("body", b"")
        complete = self._length is not None and len(self._body) >= self._length
        if complete or not message.get("more_body", True):
            short = self._length is not None and not complete
            self._end(Break.CLOSED if short else None)
        self._sign.set()

    def _announced(self) -> int | None:
        """The bytes of body that a client waits for; None where it waits for the end."""
        if self._scope["method"] == "HEAD" or self._status in BODILESS:
            return 0
        return next((int(value) for name, value in self._headers if name.lower() == b"content-length"), None)

    def _end(self, broken: Break | None) -> None:
        if not self._over:
            self._over, self._broken = True, broken
            self._sign.set()

    def held(self, receive: Receive) -> AbstractContextManager[None]:
        """There is nothing to keep open."""
        return nullcontext()

    async def flushed(self) -> None:
        """What was sent has arrived."""

    async def left(self) -> None:
        """Return when the client is gone."""
        await self._gone.wait()

    async def lost(self) -> None:
        """The same, for the connection."""
        await self._gone.wait()

    def reset(self) -> None:
        """End it as an RST does."""
        self._end(Break.RESET)

    def close(self) -> None:
        """End it after what was sent."""
        self._end(Break.CLOSED)

    def abort(self) -> None:
        """End it at once."""
        self._end(Break.CLOSED)


def scope(
    method: str,
    target: bytes,
    headers: Sequence[tuple[bytes, bytes]],
    *,
    scheme: str,
    server: tuple[str, int],
) -> dict[str, Any]:
    """The ASGI scope of a request from this machine; `target` is the path with the query, as sent."""
    path, _, query = target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in headers],
        "client": ("127.0.0.1", 1),
        "server": server,
    }
