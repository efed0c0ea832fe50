"""The control API under /_mock/."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mockserver.providers.base import Engine


def app(engine: Engine) -> Starlette:
    """The Starlette application of the control API."""

    async def health(request: Request) -> JSONResponse:
        from importlib.metadata import version

        return JSONResponse({"status": "ready", "version": version("image-api-mockserver")})

    return Starlette(routes=[Route("/_mock/health", health)])
