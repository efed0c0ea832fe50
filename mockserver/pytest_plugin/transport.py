"""An httpx transport without a socket, for synchronous and asynchronous clients alike.

Requests are answered on the event loop of the server, whichever loop or thread the client is on: tasks,
callbacks and clocks belong to that one loop, and outlive the client's.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import anyio.to_thread
import httpx

from mockserver.pytest_plugin import asgi
from mockserver.pytest_plugin.asgi import Break, Connection, Received
from mockserver.server import MockServer, ServerError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from mockserver.pytest_plugin.watch import Server

ERRORS: dict[Break, type[httpx.TransportError]] = {
    Break.TIMEOUT: httpx.ReadTimeout,
    Break.RESET: httpx.ReadError,
    Break.CLOSED: httpx.RemoteProtocolError,
}


class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """To a MockServer in this process, without a socket; to one elsewhere by the network.

    Several clients can share it, in any number of threads. Closing a client does not close it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._network: httpx.HTTPTransport | None = None
        self._async_network: httpx.AsyncHTTPTransport | None = None
        if not isinstance(server, MockServer):
            verify = server.url.startswith(
                "https"
            )  # without TLS there is nothing to verify, and much to load
            self._network = httpx.HTTPTransport(verify=verify)
            self._async_network = httpx.AsyncHTTPTransport(verify=verify)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an httpx.Client. Raises httpx.TransportError."""
        if self._network is not None:
            return self._network.handle_request(request)
        request.read()
        asked = self._ask(request)
        try:
            return _response(asked.result(), request)
        finally:
            asked.cancel()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an httpx.AsyncClient, on any event loop. Raises httpx.TransportError."""
        if self._async_network is not None:
            return await self._async_network.handle_async_request(request)
        await request.aread()
        asked = self._ask(request)
        try:
            return _response(await _awaited(asked), request)
        finally:
            asked.cancel()

    def close(self) -> None:
        """End the connections of synchronous clients, where there are any."""
        if self._network is not None:
            self._network.close()

    async def aclose(self) -> None:
        """End the connections of asynchronous clients, where there are any."""
        if self._async_network is not None:
            await self._async_network.aclose()

    def _ask(self, request: httpx.Request) -> concurrent.futures.Future[Received]:
        assert isinstance(self._server, MockServer)
        url = request.url
        scope = asgi.scope(
            request.method,
            url.raw_path,
            request.headers.raw,
            scheme=url.scheme,
            server=(url.host, url.port or 80),
        )
        patience = request.extensions.get("timeout", {}).get("read")

        async def ask(app: ASGIApp) -> Received:
            return await Connection(scope, request.content, patience).ask(app)

        try:
            loop = self._server.loop
        except ServerError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        asking = ask(self._server.app)
        try:
            return asyncio.run_coroutine_threadsafe(asking, loop)
        except RuntimeError as error:  # the loop has just ended
            asking.close()
            raise httpx.ConnectError(str(error), request=request) from error


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """What of an answer has come, and then the error by which it ended."""

    def __init__(self, content: bytes, error: httpx.TransportError | None) -> None:
        self._content = content
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        yield self._content
        if self._error is not None:
            raise self._error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


def _response(received: Received, request: httpx.Request) -> httpx.Response:
    broken = received.broken
    error = None if broken is None else ERRORS[broken](str(broken), request=request)
    if received.status is None:
        raise error or httpx.RemoteProtocolError(str(Break.CLOSED), request=request)
    return httpx.Response(
        received.status,
        headers=received.headers,
        stream=_Body(received.body, error),
        extensions={"http_version": b"HTTP/1.1"},
    )


async def _awaited(asked: concurrent.futures.Future[Received]) -> Received:
    try:
        asyncio.get_running_loop()
    except RuntimeError:  # this is trio's
        return await anyio.to_thread.run_sync(asked.result, abandon_on_cancel=True)
    return await asyncio.wrap_future(asked)
