"""The way from a server to a provider's endpoints, past the layers that Starlette puts between them."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send


class Direct:
    """A provider's application: answers as it does, and sooner.

    Its endpoints are `Operation`s, which answer whatever goes wrong in them. So no layer is needed around the
    router but for an unknown path or method, and no router for a path that stands in a route as it is."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._endpoints = dict(_plain(app))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        endpoint = self._endpoints.get((scope["method"], path))
        if endpoint is not None:
            await endpoint(scope, receive, send)
            return
        scope["app"] = self._app
        try:
            await self._app.router(scope, receive, send)
        except HTTPException as error:
            handler = self._app.exception_handlers[error.status_code]
            response = await handler(Request(scope, receive, send), error)
            await response(scope, receive, send)


def _plain(app: Starlette) -> Iterator[tuple[tuple[str, str], ASGIApp]]:
    """The endpoints by method and path, of the paths without parameters."""
    routes = [route for route in app.routes if isinstance(route, Route)]
    for route in routes:
        for method in () if route.param_convertors else route.methods or ():
            scope = {"type": "http", "method": method, "path": route.path}
            if next(one for one in routes if one.matches(scope)[0] is Match.FULL) is route:
                yield (method, route.path), route.app
