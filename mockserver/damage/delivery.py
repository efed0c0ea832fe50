"""How a damaged answer is sent: late, in pieces, or not to its end.

What ASGI has no message for is done by the connection itself, which our HTTP protocol puts into the scope. An
application without a socket raises ConnectionResetError and ConnectionAbortedError instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any, Protocol

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.damage.answer import Answer, Cut
from mockserver.witness import Witness

EXTENSION = "mockserver.connection"
LINGER = 30.0
"""Seconds that a client has to read what it was sent, and to close its side, before a close is enforced."""


class Connection(Protocol):
    """The server's side of a connection, as the scope's extension EXTENSION."""

    def held(self, receive: Receive) -> AbstractContextManager[None]:
        """Keep the request of this `receive` waiting: a stopping server aborts the connection at once, and
        no client is asked for its body any more."""

    async def flushed(self) -> None:
        """Return when all that was sent has arrived, or never will."""

    def left_already(self) -> bool:
        """Whether the client sends nothing any more, whether it still reads or not."""

    async def left(self) -> None:
        """Return when that is so."""

    def witness(self) -> Witness:
        """What can tell, after an answer, whether it found anybody; to be closed."""

    async def lost(self) -> None:
        """Return when the connection has ended."""

    def reset(self) -> None:
        """End it by an RST."""

    def close(self) -> None:
        """End it after what was sent, without an RST to a client that still sends."""

    def abort(self) -> None:
        """End it at once."""


class DamagedResponse(Response):
    """An answer that is sent as its damage has it. `body` is what of it is sent."""

    def __init__(self, answer: Answer, *, instead_of: Response | None = None) -> None:
        super().__init__(answer.sent, status_code=answer.status)
        self.answer = answer
        self.raw_headers = [] if answer.unanswered else answer.raw_headers
        self.media_type = None if answer.unanswered else answer.content_type
        if instead_of and instead_of.media_type and instead_of.media_type.startswith(answer.content_type):
            self.media_type = instead_of.media_type
        self.decided: Callable[[bool], None] = lambda gone: None
        """Is told, after the delay and before anything is sent, whether the client was gone by then."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _Delivery(self.answer, self.decided, scope, receive, send).run()


class WatchedResponse(Response):
    """The answer to a client that sends nothing more; `decided` is told after it whether it found nobody."""

    def __init__(self, response: Response, connection: Connection, decided: Callable[[bool], None]) -> None:
        super().__init__(status_code=response.status_code)
        self._response = response
        self._connection = connection
        self._decided = decided

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lost = True  # also when the server stops meanwhile
        with self._connection.witness() as witness:
            try:
                await self._response(scope, receive, send)
                lost = await witness.lost()
            finally:
                self._decided(lost)


class _Delivery:
    """One damaged answer on its way."""

    def __init__(
        self, answer: Answer, decided: Callable[[bool], None], scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._answer = answer
        self._decided = decided
        self._receive = receive
        self._sends = send
        self._told = False
        self._connection: Connection | None = (scope.get("extensions") or {}).get(EXTENSION)

    async def run(self) -> None:
        with self._connection.held(self._receive) if self._connection else nullcontext():
            try:
                await self._run()
            finally:
                self._tell(lost=True)  # unless it is known better; the server may have stopped meanwhile

    async def _run(self) -> None:
        """Send it, as late as it has to be. A client that sends nothing more meanwhile is answered at once:
        it may be gone, its patience at an end, and that shows when it is sent something."""
        if self._connection is None:
            if await self._gone_after(self._answer.delay):
                return
        elif await _within(self._answer.delay, self._connection.left()):
            with self._connection.witness() as witness:
                await self._send()
                self._tell(lost=await witness.lost())
            return
        self._tell(lost=False)
        await self._send()

    def _tell(self, *, lost: bool) -> None:
        if not self._told:
            self._told = True
            self._decided(lost)

    async def _send(self) -> None:
        if self._answer.unanswered:
            await self._end(self._answer.unanswered.cut)
        else:
            await self._send_answer()

    async def _send_answer(self) -> None:
        answer, body = self._answer, self._answer.sent
        ending, drip = answer.ending, answer.drip
        cut = ending.cut if ending else Cut.CLOSE if answer.short else None
        start: dict[str, Any] = {"type": "http.response.start", "status": answer.status}
        await self._sends({**start, "headers": answer.raw_headers})
        began = asyncio.get_running_loop().time()
        pieces = _pieces(body, drip.pieces if drip else 1)
        for number, piece in enumerate(pieces, 1):
            if drip and await self._gone_at(began + drip.seconds * number / len(pieces)):
                return
            more = cut is not None or number < len(pieces)
            await self._sends({"type": "http.response.body", "body": piece, "more_body": more})
        if cut is not None:
            await self._end(cut)

    async def _end(self, cut: Cut) -> None:
        if cut is Cut.SILENCE and self._connection is not None:
            await self._connection.left()
            await self._hang_up()
        elif cut is Cut.SILENCE:
            await self._gone()
        elif self._connection is None:
            error = ConnectionResetError if cut is Cut.RESET else ConnectionAbortedError
            raise error("a fault cuts the connection here, and without a socket nothing else can tell")
        elif cut is Cut.RESET:
            await self._connection.flushed()
            self._connection.reset()
            await self._connection.lost()
        else:
            self._connection.close()
            if not await self._gone_after(LINGER):
                await self._hang_up()

    async def _hang_up(self) -> None:
        """End the connection with a client that does not read any more."""
        if self._connection is not None:
            self._connection.abort()
            await self._connection.lost()

    async def _gone_after(self, seconds: float) -> bool:
        """Wait so many seconds; whether the client was gone before."""
        return await _within(seconds, self._gone())

    async def _gone_at(self, moment: float) -> bool:
        """Wait until a moment of the event loop's time; whether the client was gone before."""
        return await self._gone_after(moment - asyncio.get_running_loop().time())

    async def _gone(self) -> None:
        """Wait until the client is gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def _within(seconds: float, event: Coroutine[Any, Any, None]) -> bool:
    """Whether something happens within so many seconds, which is waited for."""
    if seconds <= 0:
        event.close()
        return False
    try:
        async with asyncio.timeout(seconds):
            await event
    except TimeoutError:
        return False
    return True


def _pieces(body: bytes, count: int) -> Sequence[bytes]:
    """A body in so many pieces of about one size; in fewer, where one would be empty, but in one at least."""
    count = max(1, min(count, len(body)))
    ends = [len(body) * number // count for number in range(count + 1)]
    return [body[start:end] for start, end in pairwise(ends)]
