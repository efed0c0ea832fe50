"""The HTTP server under MockServer: uvicorn that starts and stops at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import uvicorn

GRACE = 1.0
"""Seconds that requests in progress have to end when the server stops."""


class HttpServer(uvicorn.Server):
    """Uvicorn without poll intervals: stopping wakes it, and waits for nothing but open requests."""

    def __init__(
        self,
        config: uvicorn.Config,
        on_ready: Callable[[], None],
        on_end: Callable[[], Awaitable[None]],
        on_start: Callable[[HttpServer], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(config)
        self._on_start = on_start
        self._on_ready = on_ready
        self._on_end = on_end

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until `stop`. Uvicorn's own would also catch signals and raise them again at the end."""
        if not self.config.loaded:
            self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        await self.startup(sockets)
        try:
            await self.main_loop()
        finally:
            await self.shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        await super().startup(sockets)
        if self._on_start is not None:
            await self._on_start(self)
        await self.on_tick(0)
        self._on_ready()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 1.0)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that it runs on, once it does."""
        return self._loop

    def stop(self) -> None:
        """End soon; from the loop's own thread."""
        self.should_exit = True
        self._wake.set()

    def stop_from_outside(self) -> None:
        """End soon; from any thread."""
        with contextlib.suppress(RuntimeError, AttributeError):  # the loop ended already, or never began
            self._loop.call_soon_threadsafe(self.stop)

    def do(self, work: Coroutine[Any, Any, None], timeout: float) -> None:
        """Let the loop do some work; from any other thread, which waits for it. Raises what the work does,
        RuntimeError when the loop has ended, TimeoutError."""
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)
        except RuntimeError:
            work.close()
            raise

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._finish(GRACE)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await self._finish(GRACE / 10)
        # What is left is told to end, and must not log that it did.
        uvicorn_log = logging.getLogger("uvicorn.error")
        uvicorn_log.disabled = True
        for task in self.server_state.tasks:
            task.cancel()
        await self._finish(GRACE)
        uvicorn_log.disabled = False
        await self._on_end()

    async def _finish(self, seconds: float) -> None:
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=seconds)
