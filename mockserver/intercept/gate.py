"""The application behind the proxy: it lets requests for known hosts through, and no others."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.intercept.connection import NAMED, TARGET
from mockserver.intercept.guard import Guard, Way
from mockserver.intercept.target import Target
from mockserver.providers.call import INTERCEPTED

OF_PROXIES = frozenset((b"proxy-connection", b"proxy-authorization"))
"""Headers that are for a proxy and not for what is behind it."""
NO_TARGET = (
    "This is the forward proxy of a mockserver, not a web server: set HTTPS_PROXY and HTTP_PROXY to its "
    "address, and send requests as to a proxy."
)


class Gate:
    """Lets a request through when it is for a host that the guard knows, and says so in its scope.

    `note` is told of a request that is refused: method, path, status and why."""

    def __init__(self, app: ASGIApp, guard: Guard, note: Callable[[str, str, int, str], None]) -> None:
        self._app = app
        self._guard = guard
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target: Target | None = scope["extensions"][TARGET]
        if target is None:
            named = scope["extensions"][NAMED]
            reason = f"{named!r:.100} is nowhere that this proxy leads to" if named else NO_TARGET
            await self._refuse(400, reason, scope, receive, send)
        elif (way := self._guard.way(target)) is Way.NOWHERE:
            await self._refuse(403, self._guard.refuse(target), scope, receive, send)
        elif (other := _other(scope, target)) is not None:
            reason = f"this request is for {target}, but names {other!r:.100}"
            await self._refuse(421, reason, scope, receive, send)
        else:
            await self._app(_told(scope, target, way), receive, send)

    async def _refuse(self, status: int, reason: str, scope: Scope, receive: Receive, send: Send) -> None:
        target = scope["extensions"][TARGET]
        self._note(scope["method"], f"{target or ''}{scope['path']}", status, reason)
        await PlainTextResponse(f"{reason}\n", status)(scope, receive, send)


def _other(scope: Scope, target: Target) -> str | None:
    """Another host than its target that a request names."""
    named: Target | str | None = scope["extensions"][NAMED]
    if named is not None and named != target:
        return str(named)
    for name, value in scope["headers"]:
        if name == b"host" and not _same(value.decode("latin1"), target):
            return str(value.decode("latin1"))
    return None


def _same(host: str, target: Target) -> bool:
    try:
        return Target.of(host, port=target.port) == target
    except ValueError:
        return False


def _told(scope: Scope, target: Target, way: Way) -> Scope:
    """The scope as the server's application gets it."""
    extensions = {name: one for name, one in scope["extensions"].items() if name not in (TARGET, NAMED)}
    headers = [(name, value) for name, value in scope["headers"] if name not in OF_PROXIES]
    if not any(name == b"host" for name, _ in headers):
        headers.append((b"host", str(target).encode()))
    if way is Way.PROVIDER:
        extensions[INTERCEPTED] = target.host
    return {**scope, "headers": headers, "extensions": extensions}
