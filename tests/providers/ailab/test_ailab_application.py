"""The provider's application alone: without a socket, without the other providers, mounted anywhere."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from mockserver.fixtures.edges import sized
from mockserver.providers import ailab
from mockserver.providers.ailab.service import check_image
from mockserver.providers.ailab.wire import PATH
from mockserver.providers.base import Engine, Refusal
from mockserver.sandbox import Sandbox
from mockserver.state.memory import MemoryState
from mockserver.state.spool import Spool

SMALL = sized(200, 250)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine.of(ailab.PROVIDER)
    yield engine
    engine.close()


@pytest.fixture
def sandbox(engine: Engine) -> Sandbox:
    return engine.registry.mint()


def call(app: ASGIApp, sandbox: Sandbox, method: str, url: str, **options: Any) -> httpx.Response:
    """One request to an application in this process."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        headers = {"ailabapi-api-key": sandbox.credentials("ailab")["api_key"]}
        async with httpx.AsyncClient(transport=transport, base_url="http://mock", verify=False) as client:
            return await client.request(method, url, headers=headers, **options)

    return asyncio.run(request())


@pytest.mark.parametrize("prefix", ["", "/cutouts", "/v1/ailab"])
def test_it_can_be_mounted_anywhere(engine: Engine, sandbox: Sandbox, prefix: str) -> None:
    app = Starlette(routes=[Mount(prefix or "/", app=ailab.PROVIDER.app(engine))])
    answer = call(app, sandbox, "POST", prefix + PATH, files={"image": SMALL})
    (element,) = answer.json()["data"]["elements"]
    assert element["image_url"].startswith(f"http://mock{prefix}/cutout/segmentHead/")
    assert call(app, sandbox, "GET", element["image_url"]).content.startswith(b"\x89PNG")
    assert call(app, sandbox, "GET", prefix + PATH).status_code == 403
    assert call(app, sandbox, "POST", prefix + "/api/other").status_code == 404
    assert [exchange.status for exchange in sandbox.journal] == [200, 200, 403, 404]


def test_a_mistake_of_the_server_is_the_providers_own_error_and_told(
    engine: Engine, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mockserver.imaging.matting.matte", lambda picture: 1 / 0)
    answer = call(ailab.PROVIDER.app(engine), sandbox, "POST", PATH, files={"image": SMALL})
    assert answer.status_code == 500
    assert answer.json()["error_detail"]["code"] == "SERVICE_INTERNAL_ERROR"
    assert "not of the client" in sandbox.journal.last.notes[0]
    assert "ZeroDivisionError" in caplog.text
    assert sandbox.account("ailab").used == 0


def test_a_result_that_made_room_for_newer_ones_is_told_and_made_again() -> None:
    state = MemoryState(Spool(capacity=4 * 200 * 250 + 60_000))
    engine = Engine.of(ailab.PROVIDER, state=state)
    sandbox, app = engine.registry.mint(), ailab.PROVIDER.app(engine)

    def upload(image: bytes) -> str:
        answer = call(app, sandbox, "POST", PATH, files={"image": image})
        url: str = answer.json()["data"]["elements"][0]["image_url"]
        return url

    old = upload(SMALL)
    assert call(app, sandbox, "GET", old).status_code == 200
    upload(sized(200, 250, seed=2))
    assert call(app, sandbox, "GET", old).status_code == 404
    assert sandbox.journal.last.notes == ["this server let the file go to make room for newer ones"]
    assert call(app, sandbox, "GET", upload(SMALL)).status_code == 200
    engine.close()
    state.close()


def test_the_size_is_checked_by_the_service_as_well(engine: Engine) -> None:
    seen = engine.studio.look_at(SMALL)
    with pytest.raises(Refusal) as caught:
        check_image(seen, 3 * 1024 * 1024 + 1)
    assert caught.value.behaviour == "error.FILE_SIZE_EXCEEDS_LIMIT"
    assert check_image(seen, 3 * 1024 * 1024) == seen.facts


def test_the_default_sandbox_has_the_printed_key(engine: Engine) -> None:
    assert engine.registry.default.credentials("ailab") == {"api_key": ailab.DEFAULT_KEY}
    assert engine.registry.find("ailab", ailab.DEFAULT_KEY) is engine.registry.default


def test_each_sandbox_has_a_key_of_its_own(engine: Engine) -> None:
    keys = {engine.registry.mint().credentials("ailab")["api_key"] for _ in range(20)}
    assert len(keys) == 20
    assert all(key.startswith("mock-ailab-key-") for key in keys)
