"""From a request to a call and back: paths, methods, bodies, and what is answered when something is wrong."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.control.call import Answer, Asked, Call, response
from mockserver.control.errors import Refused, refusal
from mockserver.nearest import LIKE_NAME, like
from mockserver.providers.base import Engine
from mockserver.providers.body import BodyTooLarge, ClientGone, Upload, read_body
from mockserver.sandbox import SandboxDropped

logger = logging.getLogger("mockserver")
LONGEST = 200
"""Characters of a path that is compared with others."""


def router(engine: Engine, calls: Sequence[Call]) -> ASGIApp:
    """An ASGI application that answers calls; a slash at the end of a path is one too many, not wrong."""
    by_path: dict[str, dict[str, Call]] = defaultdict(dict)
    for call in calls:
        by_path[call.path.rstrip("/")][call.method] = call
    routes = [Route(path, Resource(engine, methods)) for path, methods in by_path.items()]
    found = Router(routes, redirect_slashes=False, default=Nowhere(list(by_path)))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        root = scope.get("root_path", "")
        await found({**scope, "path": root + scope["path"].removeprefix(root).rstrip("/")}, receive, send)

    return app


class Resource:
    """What is at one path: a call for each method."""

    def __init__(self, engine: Engine, calls: Mapping[str, Call]) -> None:
        self._engine = engine
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._answer(scope, receive)
        except ClientGone:
            return
        except Refused as refused:
            answer = response(refused.content, refused.status, refused.headers)
        except Exception:
            logger.exception("%s %s: a mistake of the mock server", scope["method"], scope["path"])
            text = "a mistake of the mock server, not of the client: see the server's log"
            answer = response(Refused(500, text, kind="mistake").content, 500)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        call = self._calls.get("GET" if scope["method"] == "HEAD" else scope["method"])
        if call is None:
            raise self._wrong_method(scope)
        asked = Asked(
            self._engine,
            origin=origin_of(scope),
            path=scope["path_params"],
            query=call.parameters(scope["query_string"].decode("latin1")),
            body=await _body(scope, receive, limit=call.max_body),
        )
        # A thread of its own, for a travel waits for callbacks, whose receiver may ask something of us.
        content = await to_thread.run_sync(_handled, call, asked, limiter=CapacityLimiter(1))
        if isinstance(content, Answer):
            return response(content.content, content.status, content.headers, content.media_type)
        return response(content)

    def _wrong_method(self, scope: Scope) -> Refused:
        allowed = ", ".join(self._calls)
        text = f"{scope['method']:.40} does nothing at {scope['path']:.200}; possible there: {allowed}"
        return Refused(
            405, text, kind="method", at="method", possible=list(self._calls), headers={"Allow": allowed}
        )


class Nowhere:
    """What is at any other path: nothing, and what is near."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        close = nearest(path, self._paths)
        hint = f"the nearest is {close}; " if close else ""
        text = f"nothing is at {path:.200}; {hint}GET /_mock/ lists every call"
        refused = Refused(404, text, kind="path", at="path", possible=[close] if close else [])
        await response(refused.content, 404)(scope, receive, send)


def nearest(path: str, templates: Sequence[str]) -> str | None:
    """The path that somebody may have meant: one of the templates, with what stands at its placeholders.
    None for a path that is longer than any of them can be."""
    if len(path) > LONGEST:
        return None
    parts = path.split("/")
    filled = []
    for template in templates:
        places = template.split("/")
        given = dict(zip(range(len(places)), parts, strict=False))
        filled.append(
            "/".join(
                given.get(number, place) if place.startswith("{") else place
                for number, place in enumerate(places)
            )
        )
    found = like(path, filled, cutoff=LIKE_NAME)
    return found[0] if found else None


def origin_of(scope: Scope) -> str:
    """Scheme and host as the client called them, and where the application is mounted, mostly nowhere."""
    headers = Headers(scope=scope)
    server = scope.get("server") or ("127.0.0.1", None)
    host = headers.get("host") or (f"{server[0]}:{server[1]}" if server[1] else server[0])
    scheme = headers.get("x-forwarded-proto") or scope.get("scheme", "http")
    return f"{scheme}://{host}{scope.get('root_path', '')}"


def _handled(call: Call, asked: Asked) -> Any:
    try:
        return call.handler(asked)
    except SandboxDropped as dropped:  # by somebody else, meanwhile
        raise refusal(dropped) from dropped


async def _body(scope: Scope, receive: Receive, *, limit: int) -> bytes:
    length = Headers(scope=scope).get("content-length", "")
    upload = Upload(
        content_type="",
        length=int(length) if length.isascii() and length.isdigit() else None,
        receive=receive,
    )
    try:
        return await read_body(upload, limit=limit)
    except BodyTooLarge as error:
        raise Refused(413, str(error), kind="value", at="body") from error
