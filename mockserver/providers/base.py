"""What a provider is, and how a request becomes an exchange."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver import catalogue
from mockserver.catalogue import Behaviour
from mockserver.courier import Courier
from mockserver.faults import Target
from mockserver.imaging.studio import Studio
from mockserver.journal import Draft, redacted, shortened
from mockserver.outbound import Outbound
from mockserver.providers.body import ClientGone, Upload
from mockserver.sandbox import Registry, Sandbox, SandboxDropped
from mockserver.settings import Setting
from mockserver.state.interface import State
from mockserver.state.memory import MemoryState

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
"""Headers that hold a secret where a provider has no use for them."""
RESULT = "result"
"""The operation that downloads a result, at any provider."""

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
    mint: Callable[[str], Mapping[str, str]]
    access: Callable[..., Any]
    """How a client reaches it in one sandbox: made from the server's URL and the credentials, by name."""
    app: Callable[[Engine], Starlette]
    example: Callable[[Any], str] | None = None
    """A curl line that works when pasted, made from an `access`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """What all providers of one server share."""

    registry: Registry
    studio: Studio
    outbound: Outbound
    courier: Courier
    lent: bool = False
    """Whether the state was lent by the caller, who also closes it."""

    @property
    def state(self) -> State:
        return self.registry.state

    @classmethod
    def of(cls, *providers: Provider, state: State | None = None, outbound: Outbound | None = None) -> Engine:
        """An engine for some providers, in memory by default."""
        lent = state is not None
        state = state or MemoryState()
        outbound = outbound or Outbound()
        courier = Courier(outbound)
        return cls(
            registry=Registry(state, providers, moved=courier.moved),
            studio=Studio(state),
            outbound=outbound,
            courier=courier,
            lent=lent,
        )

    def close(self) -> None:
        """Give threads and files back; after `courier.close()`, where there is an event loop."""
        self.studio.close()
        if not self.lent:
            self.state.close()


class Refusal(Exception):
    """The provider says no: a behaviour of the catalogue, with what its message needs.

    `note` and `explanation` are for the journal."""

    def __init__(
        self,
        behaviour: str,
        *,
        variant: str | None = None,
        note: str | None = None,
        explanation: Mapping[str, Any] | None = None,
        fault: bool = False,
        **values: object,
    ) -> None:
        super().__init__(behaviour)
        self.behaviour = behaviour
        self.variant = variant
        self.note = note
        self.explanation = explanation
        self.fault = fault
        self.values = values


@dataclass(kw_only=True, slots=True)
class Call:
    """One request on its way through a provider."""

    request: Request
    headers: Mapping[str, str]
    """As received, with lower-case names; of a repeated one the last."""
    draft: Draft
    sandbox: Sandbox | None = None
    context: dict[str, Any] = field(default_factory=dict)

    def met(self, behaviour: str) -> None:
        """Note that a behaviour of the catalogue was met; give its id without the provider."""
        self.draft.behaviours.append(f"{self.draft.provider}.{behaviour}")

    @property
    def upload(self) -> Upload:
        """The body, still to be read."""
        length = self.headers.get("content-length", "")
        return Upload(
            content_type=self.headers.get("content-type", ""),
            length=int(length) if length.isascii() and length.isdigit() else None,
            receive=self.request.receive,
        )

    @property
    def path(self) -> str:
        """The path below what the application is mounted at."""
        path: str = self.request.scope["path"]
        return path.removeprefix(self.request.scope.get("root_path", ""))

    @property
    def origin(self) -> str:
        """Scheme and host as the client called them, and the prefix that the application is mounted at."""
        scope = self.request.scope
        scheme = self.headers.get("x-forwarded-proto") or scope["scheme"]
        return f"{scheme}://{self.headers.get('host') or '127.0.0.1'}{scope.get('root_path', '')}"

    def enter(self, sandbox: Sandbox) -> Sandbox:
        """Go on in a sandbox. Raises Refusal when a fault of it strikes."""
        self.sandbox = sandbox
        target: Target = "result" if self.draft.operation == RESULT else "call"
        fault = sandbox.faults.take(self.draft.provider, target)
        if fault is not None:
            raise Refusal(fault.behaviour, fault=True)
        return sandbox

    def spoiled(self) -> str | None:
        """The failure that a fault makes this call's work end in, by its id without the provider."""
        assert self.sandbox is not None
        fault = self.sandbox.faults.take(self.draft.provider, "outcome")
        if fault is None:
            return None
        self.draft.fault = fault.behaviour
        return fault.behaviour.removeprefix(f"{self.draft.provider}.")


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
    secret_headers: ClassVar[frozenset[str]]
    """Lower-case names of headers that the journal keeps redacted."""
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
        """Let a handler answer a request, and write down what happened."""
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
        except asyncio.CancelledError:
            call.draft.notes.append("the server stopped before it could answer")
            self._journal(call, None)
            raise
        except Exception:
            logger.exception("%s %s: a mistake of the mock server", request.method, request.url.path)
            note = "a mistake of the mock server, not of the client: see the server's log"
            response = self._refused(call, Refusal(self.own_mistake, note=note))
        self._journal(call, response)
        return response

    def _refused(self, call: Call, refusal: Refusal) -> Response:
        behaviour = self.catalogue[refusal.behaviour]
        call.draft.behaviours.append(behaviour.id)
        if refusal.fault:
            call.draft.fault = behaviour.id
        if refusal.note:
            call.draft.notes.append(refusal.note)
        call.draft.explanation = refusal.explanation
        return self.refuse(call, behaviour, refusal)

    def _call(self, operation: str | None, request: Request) -> Call:
        scope = request.scope
        received = [(name.decode("latin1"), value.decode("latin1")) for name, value in scope["headers"]]
        shown = [
            (name, redacted(value)) if name in self.secret_headers or "secret" in name else (name, value)
            for name, value in received
        ]
        draft = Draft(
            provider=self.provider,
            operation=operation,
            method=scope["method"],
            path=scope["path"],
            query=shortened(scope["query_string"].decode("latin1")),
            headers=shown,
        )
        return Call(request=request, headers=dict(received), draft=draft)

    def _journal(self, call: Call, response: Response | None) -> None:
        sandbox = call.sandbox if call.sandbox and call.sandbox.alive else None
        journal = sandbox.journal if sandbox else self.engine.registry.strangers
        headers = [] if response is None else response.raw_headers
        entry = call.draft.entry(
            sandbox=sandbox.id if sandbox else None,
            at=sandbox.clock.now() if sandbox else call.draft.received_at,
            status=response.status_code if response else None,
            headers=[(name.decode("latin1"), value.decode("latin1")) for name, value in headers],
            body=bytes(response.body) if response else b"",
            media_type=response.media_type if response else None,
        )
        journal.append(entry)
