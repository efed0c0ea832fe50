"""The control API under /_mock/: sandboxes, time, faults and journals, from any language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.control import catalogues, clock, contract, faults, interception, journal, openapi, sandboxes
from mockserver.control.call import Asked, Call, response
from mockserver.control.errors import Refused
from mockserver.control.guard import denial
from mockserver.control.routing import router
from mockserver.providers.base import Engine

HEALTH = "/_mock/health"


def health(asked: Asked) -> Any:
    """That the server is ready, and which one it is."""
    return {"status": "ready", "server": "mockserver", "version": _version()}


@cache
def _version() -> str:
    from importlib.metadata import version

    return version("image-api-mockserver")


def index(asked: Asked) -> bytes:
    """Every call on a line of its own, and how to make the first ones."""
    root = f"{asked.origin}/_mock"
    first = (
        f"curl -s -X POST {root}/sandboxes",
        f"""curl -s {root}/sandboxes/default/clock -d '{{"travel": {{"hours": 25}}}}'""",
        f"curl -s '{root}/sandboxes/default/journal?last=1'",
    )
    return f'{{"calls": [\n{_lines(map(_shown, CALLS))}\n], "try": [\n{_lines(first)}\n]}}\n'.encode()


def _shown(call: Call) -> dict[str, Any]:
    query = f"?{call.query}" if call.query else ""
    shown = {"call": f"{call.method} {call.path}{query}", "does": call.does}
    return {**shown, "body": call.body} if call.body else shown


def _lines(values: Iterable[Any]) -> str:
    return ",\n".join(f"  {json.dumps(value, ensure_ascii=False)}" for value in values)


CALLS = (
    Call(method="GET", path="/_mock/", does="This list.", handler=index),
    Call(method="GET", path=HEALTH, does="Whether the server is ready; needs no token.", handler=health),
    *sandboxes.CALLS,
    *clock.CALLS,
    *faults.CALLS,
    *journal.CALLS,
    *contract.CALLS,
    *catalogues.CALLS,
    *openapi.CALLS,
    *interception.CALLS,
)


def app(engine: Engine, *, token: str | None = None) -> ASGIApp:
    """The application of the control API. Without a token it answers to loopback clients only, and to none
    that a web page could have sent; with one, to whoever has it."""
    calls = router(engine, CALLS)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        denied = denial(
            client=client[0] if client else None,
            headers=scope["headers"],
            token=token,
            method=scope["method"],
        )
        path = scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/")
        if denied is None or path == HEALTH:
            await calls(scope, receive, send)
            return
        refused = Refused(denied.status, denied.reason, kind="access")
        challenge = {"WWW-Authenticate": "Bearer"} if denied.status == 401 else {}
        await response(refused.content, denied.status, challenge)(scope, receive, send)

    return guarded
