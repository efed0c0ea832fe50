"""Delivers callbacks: when they are due in sandbox time, and as often as the provider tries.

A delivery waits for its sandbox's clock: travelling past it makes it happen, a frozen clock holds it back.
Deliveries go on side by side, so a receiver that hangs costs the others nothing. They are made by the process
that promised them, and what it cannot deliver before it ends it reports.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mockserver import met, redaction
from mockserver.callbacks import Callback, Standing, told
from mockserver.ids import uuid4
from mockserver.journal import Draft, Observer, enter, shortened
from mockserver.outbound import Outbound, OutboundError
from mockserver.sandbox import Sandbox, SandboxDropped

OPERATION = "callback"
AT_ONCE = 200
"""Attempts that are made at the same time: many more would starve each other until they time out."""
GRACE = 1.0
"""Seconds that due callbacks have to be delivered when the server stops."""
SETTLE_TIMEOUT = 5.0
"""Seconds that a clock waits for what has fallen due; receivers that hang take longer."""

logger = logging.getLogger("mockserver")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What is posted: a body and its headers; and what the journal shall say of how it came about."""

    body: bytes
    headers: Mapping[str, str]
    behaviours: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """How one provider calls back.

    `prepare` makes the message when it is due, or None when there is nothing to tell any more. An attempt
    is made `delays[n]` seconds of sandbox time after the callback fell due, until one is `accepted`; each
    has `timeout` real seconds."""

    prepare: Callable[[Sandbox, Callback], Awaitable[Message | None]]
    delays: Sequence[float]
    timeout: float
    accepted: Callable[[int], bool]


@dataclass(kw_only=True, slots=True, eq=False)
class _Delivery:
    """A callback on its way: when it is next due, and the task that sees to it."""

    sandbox: Sandbox
    callback_id: str
    next_at: float | None
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def due(self) -> bool:
        return self.next_at is not None and self.sandbox.clock.now() >= self.next_at


class Courier:
    """Delivers the callbacks of all sandboxes, on the event loop that they were promised on."""

    def __init__(self, outbound: Outbound, *, observer: Observer | None = None) -> None:
        self._outbound = outbound
        self._observer = observer
        self._routes: dict[str, Route] = {}
        self._deliveries: list[_Delivery] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._step = asyncio.Event()
        """Set whenever something may not be due any more."""
        self._at_once = asyncio.Semaphore(AT_ONCE)

    def register(self, provider: str, route: Route) -> None:
        """Say how a provider calls back, once."""
        self._routes[provider] = route

    def promise(
        self, sandbox: Sandbox, provider: str, url: str, *, due_at: float | None, about: Mapping[str, Any]
    ) -> Callback:
        """Call back at `due_at`, sandbox time; with None, when `hasten` says so. On the event loop."""
        callback = Callback(
            id=uuid4(), provider=provider, url=url, due_at=due_at, next_at=due_at, about=about
        )
        sandbox.callbacks.add(callback)
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # the former one has ended, and its tasks with it
            self._loop, self._deliveries = loop, []
            self._step, self._at_once = asyncio.Event(), asyncio.Semaphore(AT_ONCE)
        delivery = _Delivery(sandbox=sandbox, callback_id=callback.id, next_at=due_at)
        self._deliveries.append(delivery)
        delivery.task = loop.create_task(self._deliver(delivery))
        return callback

    def hasten(self, sandbox: Sandbox, callback_id: str) -> None:
        """A callback whose time nobody knew is due now. On the event loop."""
        for delivery in self._deliveries:
            if delivery.callback_id == callback_id and delivery.next_at is None:
                delivery.next_at = sandbox.clock.now()
                sandbox.callbacks.change(callback_id, due_at=delivery.next_at, next_at=delivery.next_at)
                delivery.moved.set()

    @property
    def pending(self) -> int:
        """How many callbacks are still to be delivered."""
        return len(self._deliveries)

    def moved(self, sandbox_id: str, settle: bool) -> None:
        """A sandbox's clock has moved, or it was emptied. With `settle`, returns when what fell due has
        happened, or seems not to come to an end; in a coroutine at once."""
        loop = self._loop
        if loop is None or not any(one.sandbox.id == sandbox_id for one in list(self._deliveries)):
            return
        if settle and not _in_coroutine():
            _wait_for(self.settle(sandbox_id), loop)
        else:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._wake, sandbox_id)

    async def settle(self, sandbox_id: str) -> None:
        """Return when nothing of a sandbox is due any more."""
        self._wake(sandbox_id)
        while self._due(sandbox_id):
            self._step.clear()
            await self._step.wait()

    async def close(self, grace: float = GRACE) -> None:
        """Deliver what is due, for at most `grace` seconds, and report what could not be delivered."""
        if self._loop is not asyncio.get_running_loop():
            return
        due = {one.sandbox.id for one in self._deliveries if one.due}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await asyncio.gather(*map(self.settle, due))
        left, self._deliveries = self._deliveries, []
        for delivery in left:
            assert delivery.task is not None
            delivery.task.cancel()
        await asyncio.gather(*(one.task for one in left if one.task), return_exceptions=True)

    def _due(self, sandbox_id: str) -> bool:
        due = (one for one in self._deliveries if one.sandbox.id == sandbox_id and one.due)
        return any(one.sandbox.callbacks.find(one.callback_id) for one in due)  # else it is forgotten

    def _wake(self, sandbox_id: str) -> None:
        for delivery in self._deliveries:
            if delivery.sandbox.id == sandbox_id:
                delivery.moved.set()
        self._step.set()

    async def _deliver(self, delivery: _Delivery) -> None:
        try:
            await self._attempts(delivery)
        except asyncio.CancelledError:
            self._report(delivery)
            raise
        except SandboxDropped:
            pass
        except Exception as error:
            logger.exception("a callback: a mistake of the mock server")
            _end(delivery, Standing.GIVEN_UP, last=f"a mistake of the mock server: {type(error).__name__}")
        finally:
            if delivery in self._deliveries:
                self._deliveries.remove(delivery)
            self._step.set()

    async def _attempts(self, delivery: _Delivery) -> None:
        message: Message | None = None
        while callback := await self._when_due(delivery):
            assert callback.due_at is not None
            route = self._routes[callback.provider]
            message = message or await route.prepare(delivery.sandbox, callback)
            if delivery.sandbox.callbacks.find(callback.id) is None:  # it was emptied meanwhile
                return
            if message is None:
                _end(delivery, Standing.GIVEN_UP, last="there is nothing to tell any more")
                logger.warning("given up, its task is forgotten: callback to %s", _shown(callback))
                return
            status = await self._attempt(delivery.sandbox, callback, route, message)
            made = callback.attempts + 1
            accepted = status is not None and route.accepted(status)
            if accepted or made >= len(route.delays):
                _end(delivery, Standing.DELIVERED if accepted else Standing.GIVEN_UP)
                if not accepted:
                    logger.warning("given up after %d attempts: callback to %s", made, _shown(callback))
                return
            delivery.next_at = callback.due_at + route.delays[made]
            delivery.sandbox.callbacks.change(callback.id, next_at=delivery.next_at)
            self._step.set()

    async def _when_due(self, delivery: _Delivery) -> Callback | None:
        """The callback as soon as it is due; None when its sandbox has forgotten it."""
        while callback := delivery.sandbox.callbacks.find(delivery.callback_id):
            if delivery.due:
                return callback
            delivery.moved.clear()
            left = None if delivery.next_at is None else delivery.sandbox.clock.until(delivery.next_at)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await delivery.moved.wait()
        return None

    async def _attempt(
        self, sandbox: Sandbox, callback: Callback, route: Route, message: Message
    ) -> int | None:
        """One POST, written down in the journal; the status that it met, None when there was no answer."""
        draft = _draft(
            callback,
            headers=[*message.headers.items(), ("content-length", str(len(message.body)))],
            fields=told(message.body),
            behaviours=list(message.behaviours),
            notes=list(message.notes),
        )
        sandbox.callbacks.change(callback.id, attempts=callback.attempts + 1)
        status: int | None = None
        try:
            async with self._at_once:
                status = await self._outbound.post(
                    callback.url, message.body, headers=message.headers, timeout=route.timeout
                )
            last = f"HTTP {status}"
        except OutboundError as error:
            last = str(error)
        accepted = status is not None and route.accepted(status)
        draft.behaviours.append(f"{callback.provider}.callback.{'delivered' if accepted else 'refused'}")
        attempt = f"attempt {callback.attempts + 1} of {len(route.delays)}"
        if not accepted:
            draft.notes.append(f"the receiver did not take the callback, {attempt}: {last}")
        elif callback.attempts:
            draft.notes.append(f"the receiver took the callback, {attempt}")
        sandbox.callbacks.change(callback.id, last=last)
        if sandbox.callbacks.find(callback.id) is not None:
            self._enter(sandbox, draft, status)
        return status

    def _report(self, delivery: _Delivery) -> None:
        """Say that the server ended before a callback was delivered."""
        sandbox, callback = delivery.sandbox, delivery.sandbox.callbacks.find(delivery.callback_id)
        if callback is None:
            return
        note = f"the server stopped before the callback to {_shown(callback)} was delivered"
        logger.warning("%s (sandbox %s, %s)", note, sandbox.id, dict(callback.about))
        self._enter(sandbox, _draft(callback, notes=[note]), None)
        _end(delivery, Standing.UNDELIVERED)

    def _enter(self, sandbox: Sandbox, draft: Draft, status: int | None) -> None:
        """Into the journal, with the receiver's status as what came back."""
        met.note(sandbox.state, sandbox.id, draft, answered=status is not None)
        entry = draft.entry(sandbox=sandbox.id, at=sandbox.clock.now(), status=status)
        enter(sandbox.journal, entry, self._observer, status)


def _shown(callback: Callback) -> str:
    """Where it goes, for the log, which is no place for a credential either."""
    return redaction.url(shortened(callback.url))


def _draft(callback: Callback, **facts: Any) -> Draft:
    return Draft(
        provider=callback.provider, operation=OPERATION, method="POST", path=shortened(callback.url), **facts
    )


def _end(delivery: _Delivery, standing: Standing, **changes: Any) -> None:
    delivery.sandbox.callbacks.change(delivery.callback_id, standing=standing.value, next_at=None, **changes)


def _wait_for(settled: Coroutine[Any, Any, None], loop: asyncio.AbstractEventLoop) -> None:
    """Wait, in another thread than the loop's, for at most SETTLE_TIMEOUT."""
    try:
        future = asyncio.run_coroutine_threadsafe(settled, loop)
    except RuntimeError:  # the loop has ended
        settled.close()
        return
    try:
        future.result(SETTLE_TIMEOUT)
    except TimeoutError:
        future.cancel()
        logger.warning("a callback takes more than %.0f s; the clock does not wait longer", SETTLE_TIMEOUT)


def _in_coroutine() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
