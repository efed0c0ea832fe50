import asyncio
from collections.abc import Iterator, MutableMapping
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Message

from mockserver import MockServer, RunningSandbox, catalogue, fixtures
from mockserver.app import App
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Engine, Provider

PATH = "/api/cutout/portrait/avatar-extraction"
PORTRAIT = fixtures.path("portrait.jpg").read_bytes()


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine.of(*PROVIDERS)
    yield engine
    engine.close()


def extract(url: str, key: str) -> httpx.Response:
    return httpx.post(url, headers={"ailabapi-api-key": key}, files={"image": PORTRAIT})


def provider_of(answer: httpx.Response) -> str | None:
    """Who has answered, by the form of its errors; None for nobody."""
    content = answer.json()
    telling = {
        "Response": "tencent_bda",
        "error_detail": "ailab",
        "httpCode": "processimage",
        "timestamp": "processimage",
        "message": "picwish",
    }
    return next((name for field, name in telling.items() if field in content), None)


def tencent_error(answer: httpx.Response) -> Any:
    return answer.json()["Response"]["Error"]["Code"]


class TestHost:
    @pytest.mark.parametrize(
        ("host", "provider"),
        [
            *((host, one) for one in catalogue.providers() for host in catalogue.load(one).hosts),
            ("ai-result-rapidapi.ailabtools.com", "ailab"),
            ("www.ailabapi.com:443", "ailab"),
            ("WWW.AILabApi.Com", "ailab"),
            ("bda.tencentcloudapi.com", "tencent_bda"),
            ("bda.tencentcloudapi.com:8443", "tencent_bda"),
            ("bda.ap-guangzhou.tencentcloudapi.com", "tencent_bda"),
            ("bda.ap-shanghai-fsi.tencentcloudapi.com", "tencent_bda"),
            ("BDA.ap-Beijing.TencentCloudAPI.com:80", "tencent_bda"),
        ],
    )
    @pytest.mark.parametrize("path", ["/", "/nowhere", PATH, "/ailab/", "/tencent_bda/"])
    def test_a_documented_host_decides_whatever_the_path(
        self, server: MockServer, host: str, provider: str, path: str
    ) -> None:
        assert provider_of(httpx.post(server.url + path, headers={"host": host})) == provider

    @pytest.mark.parametrize(
        "host",
        ["", "localhost", "[::1]", "[::1]:80", "cvm.tencentcloudapi.com", "ailabapi.com.evil.test", "*"],
    )
    def test_any_other_host_leaves_it_to_the_path(self, server: MockServer, host: str) -> None:
        assert provider_of(httpx.post(server.url + PATH, headers={"host": host})) == "ailab"
        assert provider_of(httpx.get(f"{server.url}/nowhere", headers={"host": host})) is None

    def test_a_result_url_has_the_host_that_was_called_and_works_there(
        self, server: MockServer, sandbox: RunningSandbox
    ) -> None:
        host = "www.ailabapi.com:8080"
        headers = {"host": host, "ailabapi-api-key": sandbox.ailab.api_key}
        answer = httpx.post(server.url + PATH, headers=headers, files={"image": PORTRAIT})
        url = answer.json()["data"]["elements"][0]["image_url"]
        assert url.startswith(f"http://{host}/cutout/segmentHead/")
        path = url.removeprefix(f"http://{host}")
        for result_host in (host, "ai-result-rapidapi.ailabtools.com"):
            assert httpx.get(server.url + path, headers={"host": result_host}).status_code == 200

    def test_control_answers_at_every_host(self, server: MockServer) -> None:
        for host in ("www.ailabapi.com", "bda.tencentcloudapi.com", "localhost"):
            assert httpx.get(f"{server.url}/_mock/health", headers={"host": host}).status_code == 200


class TestPrefix:
    @pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
    @pytest.mark.parametrize("path", ["", "/", "/nowhere", "//", "/a/b?c=d"])
    def test_a_prefix_decides_for_everything_below_it(
        self, server: MockServer, provider: Provider, path: str
    ) -> None:
        assert provider_of(httpx.post(f"{server.url}/{provider.name}{path}")) == provider.name

    @pytest.mark.parametrize("path", ["/AILAB/", "/ailabs/", "/tencent/", "//ailab/", "/x/ailab/"])
    def test_nothing_but_the_name_itself_is_a_prefix(self, server: MockServer, path: str) -> None:
        assert provider_of(httpx.post(server.url + path)) is None

    def test_result_urls_below_a_prefix_carry_it_and_work(
        self, server: MockServer, sandbox: RunningSandbox
    ) -> None:
        answer = extract(f"{server.url}/ailab{PATH}", sandbox.ailab.api_key)
        url = answer.json()["data"]["elements"][0]["image_url"]
        assert url.startswith(f"{server.url}/ailab/cutout/segmentHead/")
        assert httpx.get(url).headers["content-type"] == "image/png"
        assert httpx.get(url.replace("/ailab/", "/")).status_code == 200

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_tencent_answers_at_its_prefix_with_and_without_a_slash(
        self, server: MockServer, slash: str
    ) -> None:
        codes = [
            tencent_error(httpx.post(url, data={"Action": "SegmentCustomizedPortraitPic"}))
            for url in (server.url, f"{server.url}/tencent_bda{slash}")
        ]
        assert codes[0] == codes[1] != "ResourceNotFound"


class TestDocumentedPath:
    def test_the_documented_path_is_enough(self, server: MockServer, sandbox: RunningSandbox) -> None:
        answer = extract(server.url + PATH, sandbox.ailab.api_key)
        url = answer.json()["data"]["elements"][0]["image_url"]
        assert url.startswith(f"{server.url}/cutout/segmentHead/")
        assert httpx.get(url).status_code == 200

    @pytest.mark.parametrize(
        ("method", "path", "headers", "provider"),
        [
            ("POST", "/", {}, "tencent_bda"),
            ("PUT", "/", {}, "tencent_bda"),
            ("GET", "/?Action=SegmentCustomizedPortraitPic", {}, "tencent_bda"),
            ("GET", "/", {"X-TC-Action": "SegmentCustomizedPortraitPic"}, "tencent_bda"),
            ("GET", PATH, {}, "ailab"),
            ("GET", "/api/cutout/another/operation", {}, "ailab"),
            ("GET", "/", {}, None),
        ],
    )
    def test_a_request_goes_by_its_path_and_method(
        self, server: MockServer, method: str, path: str, headers: dict[str, str], provider: str | None
    ) -> None:
        assert provider_of(httpx.request(method, server.url + path, headers=headers)) == provider

    @pytest.mark.parametrize(
        ("path", "provider", "code"),
        [
            ("/ailab/nowhere", "ailab", "ERROR_AI_NOT_EXISTS"),
            ("/api/cutout/nowhere", "ailab", "ERROR_AI_NOT_EXISTS"),
            ("/tencent_bda/nowhere", "tencent_bda", "ResourceNotFound"),
        ],
    )
    def test_an_unknown_path_under_a_provider_gets_its_own_error(
        self, server: MockServer, path: str, provider: str, code: str
    ) -> None:
        answer = httpx.post(server.url + path)
        assert answer.status_code == catalogue.load(provider).error(code).status
        assert code in answer.text
        assert server.strangers.last.behaviours[-1] == f"{provider}.error.{code}"


class TestNobody:
    def test_the_front_page_lists_what_exists(self, server: MockServer) -> None:
        answer = httpx.get(server.url)
        assert answer.status_code == 200
        listing = answer.json()
        assert listing["error"] is None
        assert list(listing["providers"]) == [provider.name for provider in PROVIDERS]
        for provider in PROVIDERS:
            entry = listing["providers"][provider.name]
            assert entry["title"] == provider.title
            assert entry["hosts"] == list(provider.hosts)
            assert provider_of(httpx.post(server.url + entry["prefix"])) == provider.name
        assert httpx.get(server.url + listing["control"]).status_code == 200

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PROPFIND"])
    def test_an_unknown_path_is_told_what_exists_and_noted(self, server: MockServer, method: str) -> None:
        answer = httpx.request(method, f"{server.url}/favicon.ico?a=b")
        assert answer.status_code == 404
        assert answer.json()["error"] == f"nothing is at {method} /favicon.ico"
        assert list(answer.json()["providers"]) == [provider.name for provider in PROVIDERS]
        noted = server.strangers.last
        assert (noted.method, noted.path, noted.status) == (method, "/favicon.ico", 404)
        assert noted.sandbox is None
        assert noted.notes == [f"no operation at {method} /favicon.ico, and none that is like it"]

    def test_the_front_page_is_not_noted(self, server: MockServer) -> None:
        httpx.get(f"{server.url}/first")
        before = server.strangers.last
        httpx.get(server.url)
        assert server.strangers.last == before

    def test_a_path_that_is_no_text_is_unknown_like_any_other(self, server: MockServer) -> None:
        assert httpx.get(f"{server.url}/%ff%00%ed%a0%80").status_code == 404
        assert server.strangers.last.status == 404

    def test_an_unknown_control_path_is_not_found(self, server: MockServer) -> None:
        assert httpx.get(f"{server.url}/_mock/nowhere").status_code == 404


def converse(app: ASGIApp, scope: MutableMapping[str, Any], *received: Message) -> list[Message]:
    """What an application says to a server that tells it these messages."""
    waiting, said = list(received), []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        said.append(message)

    async def run() -> None:
        await app(scope, receive, send)

    asyncio.run(run())
    return said


def test_a_lifespan_is_acknowledged_from_beginning_to_end(engine: Engine) -> None:
    messages: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    said = converse(App(engine), {"type": "lifespan"}, *messages)
    assert [message["type"] for message in said] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_a_websocket_is_refused(engine: Engine) -> None:
    scope = {"type": "websocket", "path": "/", "headers": []}
    [said] = converse(App(engine), scope, {"type": "websocket.connect"})
    assert said["type"] == "websocket.close"


def test_a_request_without_a_host_goes_by_its_path(engine: Engine) -> None:
    scope = {"type": "http", "method": "GET", "path": "/nowhere", "query_string": b"", "headers": []}
    start, _ = converse(App(engine), scope, {"type": "http.request"})
    assert start["status"] == 404
