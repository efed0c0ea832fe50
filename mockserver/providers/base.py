"""What a provider is, and how a request becomes an exchange."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver import catalogue, met
from mockserver.catalogue import Behaviour
from mockserver.clock import Due
from mockserver.courier import Courier
from mockserver.damage.delivery import EXTENSION, Connection, DamagedResponse, WatchedResponse
from mockserver.faults import RESULT as RESULT
from mockserver.imaging.studio import Studio
from mockserver.journal import Draft, Journal, Observer, enter, shortened
from mockserver.outbound import Outbound
from mockserver.providers.body import ClientGone
from mockserver.providers.call import Call as Call
from mockserver.providers.call import Refusal as Refusal
from mockserver.providers.call import Unanswered
from mockserver.providers.damaged import damaged, unanswered
from mockserver.providers.ownership import whose
from mockserver.registry import IDLE, MOST, Registry
from mockserver.sandbox import Sandbox, SandboxDropped
from mockserver.settings import Setting
from mockserver.state.interface import State
from mockserver.state.memory import MemoryState

logger = logging.getLogger("mockserver")


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """One emulated vendor API: where it answers, what it can be set to, and its application."""

    name: str
    title: str
    hosts: tuple[str, ...]
    """Host names that it answers for, as shell patterns: `*` stands for anything."""
    claims: Callable[[Mapping[str, Any]], bool]
    """Whether a request (an ASGI scope) without a telling host or prefix is meant for it."""
    settings: tuple[Setting, ...]
    keys: tuple[str, ...]
    operations: tuple[str, ...]
    """Its calls and downloads, by the names that its journal has and a fault can be for."""
    mint: Callable[[str], Mapping[str, str]]
    access: Callable[..., Any]
    """How a client reaches it in one sandbox: made from the server's URL and the credentials, by name."""
    app: Callable[[Engine], Starlette]
    example: Callable[[Any], str] | None = None
    """A curl line that works when pasted, made from an `access`."""
    due: Callable[[Sandbox], Iterable[Due]] = lambda sandbox: ()
    """What is ahead in a sandbox, besides the end of result files and callbacks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """What all providers of one server share."""

    registry: Registry
    studio: Studio
    outbound: Outbound
    courier: Courier
    lent: bool = False
    """Whether the state was lent by the caller, who also closes it."""
    observer: Observer | None = None
    """Is told of each exchange as it enters a journal."""
    interception: Callable[[], Mapping[str, Any] | None] = lambda: None
    """What the control API tells of the proxy for clients with hard-coded hosts, while there is one."""

    @property
    def state(self) -> State:
        return self.registry.state

    @classmethod
    def of(
        cls,
        *providers: Provider,
        state: State | None = None,
        outbound: Outbound | None = None,
        most: int = MOST,
        idle: float = IDLE,
        observer: Observer | None = None,
        interception: Callable[[], Mapping[str, Any] | None] = lambda: None,
    ) -> Engine:
        """An engine for some providers, in memory by default; `most` and `idle` bound the registry."""
        lent = state is not None
        state = state or MemoryState()
        outbound = outbound or Outbound()
        courier = Courier(outbound, observer=observer)
        return cls(
            registry=Registry(state, providers, moved=courier.moved, most=most, idle=idle),
            studio=Studio(state),
            outbound=outbound,
            courier=courier,
            lent=lent,
            observer=observer,
            interception=interception,
        )

    def enter(self, journal: Journal, entry: bytes, status: int | None) -> None:
        """Write an exchange, a line made by `Draft.entry`, into a journal, and tell the observer."""
        enter(journal, entry, self.observer, status)

    def close(self) -> None:
        """Give threads and files back; after `courier.close()`, where there is an event loop."""
        self.studio.close()
        if not self.lent:
            self.state.close()


Handler = Callable[[Call], Awaitable[Response]]


class Operation:
    """One operation of a provider as an ASGI application.

    Not a function, around which Starlette would put two more layers for each request."""

    def __init__(self, wire: Wire, name: str | None, handler: Handler) -> None:
        self._wire = wire
        self._name = name
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.answer(Request(scope, receive, send))
        await response(scope, receive, send)

    async def answer(self, request: Request, error: Exception | None = None) -> Response:
        """The answer alone; this is how Starlette calls a handler of its HTTP errors."""
        return await self._wire.exchange(self._name, self._handler, request)


class Wire(ABC):
    """The HTTP side of a provider: turns requests into calls, refusals into the provider's errors, and
    every one of them into an entry of a journal."""

    provider: ClassVar[str]
    own_mistake: ClassVar[str]
    """The behaviour that answers for a mistake of ours."""
    unknown_key: ClassVar[str]
    """The behaviour that answers to a key that no sandbox has."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.catalogue = catalogue.load(self.provider)

    @abstractmethod
    def refuse(self, call: Call, behaviour: Behaviour, refusal: Refusal) -> Response:
        """The provider's answer for an error of its catalogue."""

    def operation(self, name: str | None, handler: Handler) -> Operation:
        """An endpoint for Starlette that runs `handler` as an exchange."""
        return Operation(self, name, handler)

    async def exchange(self, name: str | None, handler: Handler, request: Request) -> Response:
        """Let a handler answer a request, damage the answer if a fault wants that, and write down what
        happened."""
        call = self._call(name, request)
        try:
            response = await handler(call)
        except Refusal as refusal:
            response = self._refused(call, refusal)
        except SandboxDropped as dropped:
            response = self._refused(call, Refusal(self.unknown_key, note=str(dropped)))
        except ClientGone as gone:
            call.draft.notes.append(str(gone))
            self._journal(call, None)
            return Response(status_code=400)
        except Unanswered as struck:
            response = unanswered(call, struck.strike)
        except asyncio.CancelledError:
            self._abandoned(call)
            raise
        except Exception:
            logger.exception("%s %s: a mistake of the mock server", request.method, request.url.path)
            note = "a mistake of the mock server, not of the client: see the server's log"
            response = self._refused(call, Refusal(self.own_mistake, note=note))
        if call.sandbox is not None and call.sandbox.faults.on(self.provider):
            try:
                response = await damaged(call, call.sandbox, response)
            except asyncio.CancelledError:
                self._abandoned(call)
                raise
        if isinstance(response, DamagedResponse) and response.answer.delay > 0:
            response.decided = partial(self._journal_late, call, response, response.answer.delay)
            return response
        connection: Connection | None = (request.scope.get("extensions") or {}).get(EXTENSION)
        if connection is not None and connection.left_already():
            return WatchedResponse(response, connection, partial(self._journal_late, call, response, 0.0))
        self._journal(call, response)
        return response

    def _journal_late(self, call: Call, response: Response, waited: float, gone: bool) -> None:
        """Write an answer down when it is known whether anybody waited for it."""
        if gone:
            call.draft.notes.append("nobody waited for the answer any more when it was to be sent")
        self._journal(call, None if gone else response, waited=waited)

    def _abandoned(self, call: Call) -> None:
        call.draft.notes.append("the server stopped before it could answer")
        self._journal(call, None)

    def _refused(self, call: Call, refusal: Refusal) -> Response:
        behaviour = self.catalogue[refusal.behaviour]
        call.draft.behaviours.append(behaviour.id)
        if refusal.fault:
            call.draft.faults.append(behaviour.id)
        if refusal.note:
            call.draft.notes.append(refusal.note)
        call.draft.explanation = refusal.explanation
        return self.refuse(call, behaviour, refusal)

    def _call(self, operation: str | None, request: Request) -> Call:
        scope = request.scope
        received = [(name.decode("latin1"), value.decode("latin1")) for name, value in scope["headers"]]
        draft = Draft(
            provider=self.provider,
            operation=operation,
            method=scope["method"],
            path=scope["path"],
            query=shortened(scope["query_string"].decode("latin1")),
            scheme=scope.get("scheme", "http"),
            http_version=scope.get("http_version", "1.1"),
            headers=received,
        )
        return Call(request=request, headers=dict(received), draft=draft, unknown_key=self.unknown_key)

    def _journal(self, call: Call, response: Response | None, *, waited: float = 0.0) -> None:
        sandbox = call.sandbox or whose(self.engine.registry, call.request.scope)
        sandbox = sandbox if sandbox and sandbox.alive else None
        journal = sandbox.journal if sandbox else self.engine.registry.strangers
        space = sandbox.id if sandbox else None
        met.note(self.engine.state, space, call.draft, answered=response is not None)
        headers = [] if response is None else response.raw_headers
        partial_only = isinstance(response, DamagedResponse) and not response.answer.complete
        status = None if response is None or partial_only else response.status_code
        entry = call.draft.entry(
            sandbox=sandbox.id if sandbox else None,
            at=sandbox.clock.now() if sandbox else call.draft.received_at,
            status=status,
            headers=[(name.decode("latin1"), value.decode("latin1")) for name, value in headers],
            body=bytes(response.body) if response else b"",
            media_type=response.media_type if response else None,
            held=response.answer.held - waited if isinstance(response, DamagedResponse) else 0.0,
        )
        self.engine.enter(journal, entry, status)
