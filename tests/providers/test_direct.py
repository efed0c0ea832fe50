"""A provider behind `Direct` answers as its Starlette application alone."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.providers import PROVIDERS
from mockserver.providers.base import Engine, Provider
from mockserver.providers.direct import Direct

METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "BREW")


@pytest.fixture(params=PROVIDERS, ids=lambda one: str(one.name))
def app(request: pytest.FixtureRequest) -> Iterator[Starlette]:
    provider: Provider = request.param
    engine = Engine.of(provider)
    yield provider.app(engine)
    engine.close()


def routes(app: Starlette) -> list[Route]:
    return [route for route in app.routes if isinstance(route, Route)]


def plain(app: Starlette) -> list[Route]:
    """The routes to paths without parameters."""
    return [route for route in routes(app) if not route.param_convertors]


def answer(app: ASGIApp, method: str, path: str) -> object:
    """What of an answer does not differ from call to call."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
            return await client.request(method, path)

    response = asyncio.run(asked())
    headers = {name: value for name, value in response.headers.items() if "id" not in name}
    return response.status_code, {**headers, "content-length": ""}


def test_every_method_at_every_path_is_answered_as_without_it(app: Starlette) -> None:
    paths = [
        "/",
        "/nowhere",
        *(route.path.translate({ord("{"): None, ord("}"): None}) for route in routes(app)),
    ]
    for path in paths:
        for method in METHODS:
            assert answer(Direct(app), method, path) == answer(app, method, path), (method, path)


def test_plain_paths_need_no_router(app: Starlette) -> None:
    calls = [(method, route.path) for route in plain(app) for method in sorted(route.methods or ())]
    before = [answer(app, *call) for call in calls]
    direct = Direct(app)
    app.router.routes.clear()
    assert [answer(direct, *call) for call in calls] == before
    assert calls


def test_below_a_prefix_it_answers_as_at_the_top(app: Starlette) -> None:
    direct, route = Direct(app), plain(app)[0]
    method = next(iter(route.methods or ()))

    async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
        await direct({**scope, "root_path": "/prefix", "path": f"/prefix{scope['path']}"}, receive, send)

    assert answer(mounted, method, route.path) == answer(app, method, route.path)


def test_a_route_that_comes_first_keeps_the_path() -> None:
    class Endpoint:
        def __init__(self, name: str) -> None:
            self.name = name

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            raise LookupError(self.name)

    endpoints = [
        Route("/{any}", Endpoint("first"), methods=["GET"]),
        Route("/a", Endpoint("second"), methods=["GET"]),
    ]
    app = Starlette(routes=endpoints)
    with pytest.raises(LookupError, match="first"):
        answer(Direct(app), "GET", "/a")
