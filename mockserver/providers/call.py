"""One request on its way through a provider, and how the provider refuses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from mockserver.faults import RESULT, Strike, Target
from mockserver.journal import Draft
from mockserver.outbound import is_loopback
from mockserver.providers.body import Upload
from mockserver.sandbox import DEFAULT, Sandbox

INTERCEPTED = "mockserver.intercepted"
"""The extension of an ASGI scope that names the provider's host for which a client takes this server. Only
the server itself writes it; no header can."""


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


class Unanswered(Exception):
    """A fault ends the connection before anything is done for the request."""

    def __init__(self, strike: Strike) -> None:
        super().__init__(strike.fault.effect)
        self.strike = strike


@dataclass(kw_only=True, slots=True)
class Call:
    """One request on its way through a provider."""

    request: Request
    headers: Mapping[str, str]
    """As received, with lower-case names; of a repeated one the last."""
    draft: Draft
    unknown_key: str
    """The behaviour that answers to a key that no sandbox has."""
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
        if real := intercepted(scope):
            return f"{scope['scheme']}://{real}"
        scheme = self.headers.get("x-forwarded-proto") or scope["scheme"]
        return f"{scheme}://{self.headers.get('host') or '127.0.0.1'}{scope.get('root_path', '')}"

    def results_at(self, host: str) -> str:
        """Where the client finds results: at the origin that it called; or at `host`, the provider's own for
        them, where it takes this server for the real one."""
        return f"https://{host}" if intercepted(self.request.scope) else self.origin

    @property
    def local(self) -> bool:
        """Whether the client is on this machine; where nobody knows who it is, it is taken for that."""
        return is_local(self.request.scope)

    def enter(self, sandbox: Sandbox) -> Sandbox:
        """Go on in a sandbox.

        Raises Refusal when a fault of it strikes, or when others use the credentials of `default`, which
        everybody knows; Unanswered when a fault ends the connection here."""
        is_result = self.draft.operation == RESULT
        if sandbox.id == DEFAULT and not is_result and not self.local:
            self.sandbox = None
            note = "the credentials of the sandbox 'default' are for clients on the server's own machine"
            raise Refusal(self.unknown_key, note=f"{note}; mint a sandbox for others")
        self.sandbox = sandbox
        if sandbox.faults.on(self.draft.provider):
            for strike in self._taken(sandbox, "request", "result" if is_result else "call"):
                if strike.fault.damage is not None:
                    raise Unanswered(strike)
                note = f"caused by the fault {strike.fault.id} of this sandbox, not by the request"
                raise Refusal(strike.fault.effect, fault=True, note=note)
        return sandbox

    def spoiled(self) -> str | None:
        """The failure that a fault makes this call's work end in, by its id without the provider."""
        assert self.sandbox is not None
        for strike in self._taken(self.sandbox, "outcome"):
            self.draft.faults.append(strike.fault.effect)
            return strike.fault.effect.removeprefix(f"{self.draft.provider}.")
        return None

    def _taken(self, sandbox: Sandbox, *targets: Target) -> Sequence[Strike]:
        return sandbox.faults.take(self.draft.provider, *targets, operation=self.draft.operation)


def intercepted(scope: Mapping[str, Any]) -> str | None:
    """The provider's host that the client of a request (an ASGI scope) takes this server for, if it does."""
    host: str | None = (scope.get("extensions") or {}).get(INTERCEPTED)
    return host


def is_local(scope: Mapping[str, Any]) -> bool:
    """Whether the client of a request (an ASGI scope) is on this machine, or nobody knows who it is."""
    client = scope.get("client")
    return client is None or is_loopback(client[0])
