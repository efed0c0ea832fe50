"""The work behind tasks: get the image, cut it out, remember what came of it."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace

from mockserver import outbound
from mockserver.providers.base import Engine
from mockserver.providers.picwish.cutting import Failed, cut
from mockserver.providers.picwish.records import Outcome, Task, Tasks
from mockserver.sandbox import Sandbox
from mockserver.tasks import State

MAX_FILE = 15 * 1024 * 1024
"""Bytes of an image, inclusive; documented."""

logger = logging.getLogger("mockserver")


class Workbench:
    """Works on tasks in the background, on the event loop.

    Whoever needs an outcome waits for the work that goes on, or does it when there is none: a task's source
    is in the state, so that another process can do that, too."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._running: dict[str, asyncio.Task[Outcome]] = {}

    def begin(self, sandbox: Sandbox, task: Task, content: bytes | None = None) -> asyncio.Task[Outcome]:
        """Work on a task in the background; `content` is its image, where it is at hand."""
        running = self._running[task.id] = asyncio.create_task(self._remembered(sandbox, task, content))

        def ended(done: asyncio.Task[Outcome]) -> None:
            if self._running.get(task.id) is done:
                del self._running[task.id]

        running.add_done_callback(ended)
        return running

    async def outcome(self, sandbox: Sandbox, task: Task) -> Outcome:
        """What the work on a task comes to, as soon as it has."""
        running = self._running.get(task.id)
        if running is None:
            running = self.begin(sandbox, task)
        # A client that goes away must not take the work from another one that waits for it.
        return await asyncio.shield(running)

    async def work(self, sandbox: Sandbox, task: Task, content: bytes | None) -> Outcome:
        """Do the work on a task here and now; what it comes to is remembered nowhere."""
        started = fetched = time.perf_counter()
        try:
            content = content if content is not None else await self._source(sandbox, task)
            fetched = time.perf_counter()
            seen = self._engine.studio.look_at(content)
            outcome = await cut(self._engine, seen, content, task.options)
        except Failed as failed:
            outcome = Outcome(state=failed.state, why=str(failed), files={})
        return replace(
            outcome,
            source=None if content is None else self._engine.studio.look_at(content).sha256,
            source_size=len(content or b""),
            download_time=round((fetched - started) * 1000),
            time_elapsed=round((time.perf_counter() - fetched) * 1000, 3),
        )

    async def _remembered(self, sandbox: Sandbox, task: Task, content: bytes | None) -> Outcome:
        try:
            outcome = await self.work(sandbox, task, content)
        except Exception:
            logger.exception("task %s: a mistake of the mock server", task.id)
            why = "a mistake of the mock server, not of the client: see the server's log"
            outcome = Outcome(state=State.FAILED, why=why, files={})
        Tasks(sandbox).worked(task.id, outcome)
        return outcome

    async def _source(self, sandbox: Sandbox, task: Task) -> bytes:
        if task.digest is not None:
            content = self._engine.state.blob(task.digest)
            if content is None:
                raise Failed(State.FAILED, "this server let the source go to make room for newer files")
            return content
        assert task.url is not None
        content = await fetch(self._engine, sandbox, task.url)
        digest = self._engine.studio.look_at(content).sha256
        self._engine.state.keep(digest, content)
        Tasks(sandbox).sourced(task.id, digest)
        return content


async def fetch(engine: Engine, sandbox: Sandbox, url: str) -> bytes:
    """The file behind image_url. Raises Failed."""
    content = sandbox.known_url(url)
    try:
        if content is None:
            content = await engine.outbound.fetch(url, limit=MAX_FILE)
    except outbound.TooLong as error:
        raise Failed(State.TOO_LARGE, str(error)) from error
    except outbound.OutboundError as error:
        raise Failed(State.DOWNLOAD_FAILED, str(error)) from error
    if len(content) > MAX_FILE:
        raise Failed(State.TOO_LARGE, f"the file has {len(content)} bytes; at most {MAX_FILE} are taken")
    return content
