"""One ASGI app: for which provider is this request?

By its Host header, else by a /<provider>/ prefix, else by a documented path. The providers themselves are
Starlette applications of their own; nothing is decided here but who answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache, lru_cache

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver import control, nearest
from mockserver.journal import Draft, shortened
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Engine, Provider
from mockserver.providers.call import intercepted
from mockserver.providers.direct import Direct
from mockserver.providers.ownership import whose

MAX_HOST = 255


class App:
    """All providers at one origin. `engine` is shared by them; a new one, in memory, by default.

    `control_token` is what the control API asks for; without one it answers to loopback clients only."""

    def __init__(
        self,
        engine: Engine | None = None,
        providers: Sequence[Provider] = PROVIDERS,
        *,
        control_token: str | None = None,
    ) -> None:
        self.engine = engine or Engine.of(*providers)
        self._providers = {one.name: one for one in providers}
        self._app = cache(self._built)
        self._control = control.app(self.engine, token=control_token)
        self._by_host = lru_cache(maxsize=256)(self._provider_of_host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        root: str = scope.get("root_path", "")  # where somebody has mounted this app, mostly nowhere
        path: str = scope["path"].removeprefix(root) or "/"
        prefix = path.split("/", 2)[1] if path.startswith("/") else ""
        real = intercepted(scope)
        if prefix == "_mock" and real is None:
            await self._control(scope, receive, send)
            return
        name = self._by_host(real.encode() if real else _host(scope)[:MAX_HOST])
        if name is None and prefix in self._providers:
            name = prefix
            path = path if path.count("/") > 1 else f"{path}/"
            scope = {**scope, "path": root + path, "root_path": f"{root}/{prefix}"}
        if name is None:
            local = {**scope, "path": path} if root else scope
            name = next((one.name for one in self._providers.values() if one.claims(local)), None)
        answer = self._app(name) if name else self._nobody(scope, path)
        await answer(scope, receive, send)

    def _built(self, name: str) -> ASGIApp:
        """The application of a provider, at its first request: the start need not wait for all of them."""
        return Direct(self._providers[name].app(self.engine))

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            ends = message["type"] == "lifespan.shutdown"
            if ends:
                await self.engine.courier.close()
            await send({"type": f"{message['type']}.complete"})
            if ends:
                return

    def malformed(self, reason: str) -> None:
        """Write down that something came which is no HTTP request."""
        self.note("", "", 400, f"not an HTTP request: {reason}")

    def note(self, method: str, path: str, status: int, note: str) -> None:
        """Write down a request that reached no provider, and why."""
        draft = Draft(provider="", method=method, path=path)
        draft.notes.append(note)
        strangers = self.engine.registry.strangers
        self.engine.enter(strangers, draft.entry(sandbox=None, at=draft.received_at, status=status), status)

    def _provider_of_host(self, host: bytes) -> str | None:
        name = host.decode("latin1").rpartition(":")[0] or host.decode("latin1")
        for provider in self._providers.values():
            if any(fnmatchcase(name.lower(), pattern) for pattern in provider.hosts):
                return provider.name
        return None

    def _note_lost(self, scope: Scope, method: str, path: str) -> None:
        """Write a request for nobody into the journal of whoever it names."""
        headers = [(name.decode("latin1"), value.decode("latin1")) for name, value in scope["headers"]]
        query = shortened(scope["query_string"].decode("latin1"))
        draft = Draft(provider="", method=method, path=path, query=query, headers=headers)
        draft.notes.append(nearest.operation(method, path, provider=None))
        sandbox = whose(self.engine.registry, scope)
        journal = sandbox.journal if sandbox else self.engine.registry.strangers
        at = sandbox.clock.now() if sandbox else draft.received_at
        entry = draft.entry(sandbox=sandbox.id if sandbox else None, at=at, status=404)
        self.engine.enter(journal, entry, 404)

    def _nobody(self, scope: Scope, path: str) -> Response:
        """What exists, for a request that is for nobody: the front page, and everything unknown."""
        method, front = scope["method"], path == "/"
        status = 200 if front else 404
        listing = {
            "error": None if front else f"nothing is at {method} {path}",
            "providers": {
                provider.name: {
                    "title": provider.title,
                    "prefix": f"/{provider.name}/",
                    "hosts": list(provider.hosts),
                }
                for provider in self._providers.values()
            },
            "control": "/_mock/",
        }
        if not front:
            self._note_lost(scope, method, path)
        return JSONResponse(listing, status_code=status)


def _host(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"host":
            host: bytes = value
            return host
    return b""
