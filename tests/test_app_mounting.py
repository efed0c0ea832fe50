import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from mockserver import fixtures
from mockserver.app import App
from mockserver.providers import PROVIDERS, ailab, tencent_bda
from mockserver.providers.base import Engine, Provider
from mockserver.state.memory import MemoryState

PATH = "/api/cutout/portrait/avatar-extraction"
PORTRAIT = fixtures.path("portrait.jpg").read_bytes()


def ask(app: ASGIApp, method: str, path: str, **how: Any) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test:99") as client:
            return await client.request(method, path, **how)

    return asyncio.run(asked())


def tencent_error(answer: httpx.Response) -> Any:
    return answer.json()["Response"]["Error"]["Code"]


def mounted(engine: Engine, provider: Provider) -> ASGIApp:
    return Starlette(routes=[Mount("/vendor", app=provider.app(engine))])


def alone(engine: Engine, provider: Provider) -> ASGIApp:
    return provider.app(engine)


@pytest.mark.parametrize(("composed", "base"), [(alone, ""), (mounted, "/vendor")])
class TestProviderAlone:
    @pytest.fixture
    def engine(self) -> Iterator[Engine]:
        """Of a single provider, as for somebody who needs no other."""
        engine = Engine.of(ailab.PROVIDER)
        yield engine
        engine.close()

    def test_ailab_gives_a_result_whose_url_works(
        self, engine: Engine, composed: Callable[[Engine, Provider], ASGIApp], base: str
    ) -> None:
        app = composed(engine, ailab.PROVIDER)
        key = engine.registry.default.credentials("ailab")["api_key"]
        answer = ask(app, "POST", base + PATH, headers={"ailabapi-api-key": key}, files={"image": PORTRAIT})
        url = answer.json()["data"]["elements"][0]["image_url"]
        assert url.startswith(f"http://test:99{base}/cutout/segmentHead/")
        assert ask(app, "GET", url).headers["content-type"] == "image/png"
        engine.registry.default.clock.travel(hours=24)
        assert ask(app, "GET", url).status_code == 404
        assert [exchange.status for exchange in engine.registry.default.journal] == [200, 200, 404]

    def test_ailab_answers_for_unknown_paths_and_methods(
        self, engine: Engine, composed: Callable[[Engine, Provider], ASGIApp], base: str
    ) -> None:
        app = composed(engine, ailab.PROVIDER)
        assert "ERROR_AI_NOT_EXISTS" in ask(app, "GET", f"{base}/nowhere").text
        assert "ERROR_ILLEGAL_OPERATION" in ask(app, "GET", base + PATH).text

    def test_tencent_answers_at_its_root(
        self, composed: Callable[[Engine, Provider], ASGIApp], base: str
    ) -> None:
        engine = Engine.of(tencent_bda.PROVIDER)
        app = composed(engine, tencent_bda.PROVIDER)
        form = {"Action": "SegmentCustomizedPortraitPic"}
        assert tencent_error(ask(app, "POST", f"{base}/", data=form)) == "MissingParameter"
        assert tencent_error(ask(app, "POST", f"{base}/nowhere", data=form)) == "ResourceNotFound"
        engine.close()


class TestApp:
    def test_it_can_be_mounted_as_a_whole(self) -> None:
        app = App()
        outer = Starlette(routes=[Mount("/mock", app=app)])
        key = app.engine.registry.default.credentials("ailab")["api_key"]
        for prefix in ("/mock", "/mock/ailab"):
            answer = ask(
                outer, "POST", prefix + PATH, headers={"ailabapi-api-key": key}, files={"image": PORTRAIT}
            )
            url = answer.json()["data"]["elements"][0]["image_url"]
            assert url.startswith(f"http://test:99{prefix}/cutout/segmentHead/")
            assert ask(outer, "GET", url).status_code == 200
        for path in ("/mock/", "/mock/tencent_bda", "/mock/tencent_bda/"):
            assert tencent_error(ask(outer, "POST", path)) != "ResourceNotFound"
        assert ask(outer, "GET", "/mock/").json()["error"] is None
        assert ask(outer, "GET", "/mock/nowhere").json()["error"] == "nothing is at GET /nowhere"
        assert ask(outer, "GET", "/mock/_mock/health").status_code == 200
        app.engine.close()

    def test_it_composes_the_providers_that_it_is_given(self) -> None:
        app = App(providers=[ailab.PROVIDER])
        assert list(ask(app, "GET", "/").json()["providers"]) == ["ailab"]
        assert ask(app, "GET", "/tencent_bda/").status_code == 404
        assert "error_detail" in ask(app, "POST", PATH).json()
        app.engine.close()

    def test_two_apps_on_one_state_are_one_world(self) -> None:
        state = MemoryState()
        one, other = (App(Engine.of(*PROVIDERS, state=state)) for _ in range(2))
        sandbox = one.engine.registry.mint()
        key = sandbox.credentials("ailab")["api_key"]
        answer = ask(one, "POST", PATH, headers={"ailabapi-api-key": key}, files={"image": PORTRAIT})
        url = answer.json()["data"]["elements"][0]["image_url"]
        assert ask(other, "GET", url).status_code == 200
        assert len(sandbox.journal) == 2
        for app in (one, other):
            app.engine.close()
        state.close()

    def test_it_keeps_the_scheme_that_it_was_called_by(self) -> None:
        app = App()
        key = app.engine.registry.default.credentials("ailab")["api_key"]
        answer = ask(
            app,
            "POST",
            f"https://www.ailabapi.com{PATH}",
            headers={"ailabapi-api-key": key},
            files={"image": PORTRAIT},
        )
        assert answer.json()["data"]["elements"][0]["image_url"].startswith(
            "https://www.ailabapi.com/cutout/"
        )
        app.engine.close()
