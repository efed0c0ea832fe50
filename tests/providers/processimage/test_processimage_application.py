"""The provider's application alone: without a socket, without the other providers, mounted anywhere."""

import asyncio
import shlex
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp
from watermark_caller import PATH, PLAIN, RECTANGLE, SALT, md5

from mockserver import MockServer
from mockserver.providers import processimage
from mockserver.providers.base import Engine
from mockserver.sandbox import Sandbox
from mockserver.state.memory import MemoryState
from mockserver.state.spool import Spool


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine.of(processimage.PROVIDER)
    yield engine
    engine.close()


@pytest.fixture
def sandbox(engine: Engine) -> Sandbox:
    return engine.registry.mint(processimage={"qps": None})


def call(app: ASGIApp, method: str, url: str, **options: Any) -> httpx.Response:
    """One request to an application in this process."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://mock", verify=False) as client:
            return await client.request(method, url, **options)

    return asyncio.run(request())


def send(app: ASGIApp, sandbox: Sandbox, image: bytes = PLAIN, prefix: str = "", **parameters: str) -> Any:
    keys = sandbox.credentials("processimage")
    sign = md5(keys["app_id"] + md5(image) + SALT + keys["app_secret"])
    fields = {"appId": keys["app_id"], "salt": SALT, "rectangles": RECTANGLE, **parameters}
    files = {"imageFile": ("a", image)}
    headers = {"x-access-api-sign": sign}
    return call(app, "POST", prefix + PATH, headers=headers, files=files, data=fields).json()


@pytest.mark.parametrize("prefix", ["", "/pictures", "/v1/cn"])
def test_it_can_be_mounted_anywhere(engine: Engine, sandbox: Sandbox, prefix: str) -> None:
    app = Starlette(routes=[Mount(prefix or "/", app=processimage.PROVIDER.app(engine))])
    url = send(app, sandbox, prefix=prefix)["data"]["url"]
    assert url.startswith(f"http://mock{prefix}/watermark/targetImages/{sandbox.id}-")
    assert call(app, "GET", url).content.startswith(b"\x89PNG")
    assert call(app, "GET", prefix + PATH).status_code == 200
    assert call(app, "PUT", prefix + PATH).json()["httpCode"] == 405
    assert call(app, "GET", prefix + "/watermark/x").status_code == 404


def test_a_cached_url_is_at_the_origin_of_the_call(engine: Engine, sandbox: Sandbox) -> None:
    app = processimage.PROVIDER.app(engine)
    first = send(app, sandbox)["data"]["url"]
    elsewhere = Starlette(routes=[Mount("/cn", app=app)])
    again = send(elsewhere, sandbox, prefix="/cn")
    assert again["httpCode"] == 304
    assert again["data"]["url"] == first.replace("http://mock", "http://mock/cn")
    assert call(elsewhere, "GET", again["data"]["url"]).status_code == 200


def test_a_mistake_of_the_server_is_the_providers_own_error_and_told(
    engine: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mockserver.imaging.removal.remove", lambda rgb, boxes: 1 / 0)
    body = send(processimage.PROVIDER.app(engine), sandbox)
    assert (body["httpCode"], body["httpMsg"]) == (500, "FAILED::服务端异常")
    assert "not of the client" in sandbox.journal.last.notes[0]
    assert "ZeroDivisionError" in caplog.text
    assert sandbox.account("processimage").used == 0


def test_a_result_that_made_room_for_newer_ones_is_told_and_made_again() -> None:
    state = MemoryState(Spool(capacity=len(PLAIN) + 3000))
    engine = Engine.of(processimage.PROVIDER, state=state)
    sandbox, app = engine.registry.mint(processimage={"qps": None}), processimage.PROVIDER.app(engine)
    old = send(app, sandbox)["data"]["url"]
    assert call(app, "GET", old).status_code == 200
    for width in range(20, 80):
        send(app, sandbox, rectangles=f'[{{"x":1,"y":1,"w":{width},"h":9}}]')
    assert call(app, "GET", old).status_code == 404
    assert sandbox.journal.last.notes == ["this server let the file go to make room for newer ones"]
    again = send(app, sandbox)
    assert again["httpCode"] == 200
    assert call(app, "GET", again["data"]["url"]).status_code == 200
    engine.close()
    state.close()


def test_a_prefix_and_the_real_host_lead_here(server: MockServer) -> None:
    for url, headers in (
        (f"/processimage{PATH}", {}),
        (PATH, {}),
        (PATH, {"Host": "www.processimage.cn"}),
    ):
        with httpx.Client(base_url=server.url, verify=False) as client:
            answer = client.get(url, headers=headers)
        assert "processimage.cn, mocked" in answer.text


def test_a_dropped_sandbox_is_a_wrong_sign(engine: Engine, sandbox: Sandbox) -> None:
    app = processimage.PROVIDER.app(engine)
    keys = dict(sandbox.credentials("processimage"))
    engine.registry.drop(sandbox.id)
    answer = call(app, "POST", PATH, files={"imageFile": PLAIN}, data={"appId": keys["app_id"], "salt": SALT})
    assert answer.json()["httpCode"] == 401


def test_the_example_works_when_pasted(server: MockServer) -> None:
    line = shlex.split(processimage.example(server.default.processimage))
    fields = dict(one.split("=", 1) for flag, one in pairwise(line) if flag == "-F")
    with open(fields.pop("imageFile").removeprefix("@"), "rb") as image, httpx.Client(verify=False) as client:
        name, value = line[line.index("-H") + 1].split(": ")
        answer = client.post(line[-1], headers={name: value}, files={"imageFile": image}, data=fields)
    data = answer.json()["data"]
    assert data["processStatus"] == 0
    assert [location["word"] for location in data["processLocation"]] == [
        "水印图片",
        "Sample photo Not for sale",
        "去除文中水印",
    ]
