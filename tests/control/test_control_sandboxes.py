"""Minting, looking at, changing, emptying and dropping sandboxes by HTTP."""

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from control_world import PORTRAIT, Minted
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mockserver import MockServer, fixtures
from mockserver.control.call import Asked
from mockserver.control.errors import Refused
from mockserver.control.sandboxes import change
from mockserver.providers import PROVIDERS

URL = "https://images.example.com/a.jpg"
BASE64 = base64.b64encode(PORTRAIT).decode()
KNOWN = {"known_urls": {URL: BASE64}, "known_texts": [{"image": BASE64, "texts": ["a line"]}]}


class TestMint:
    def test_it_answers_who_it_is_at_each_provider(self, client: httpx.Client) -> None:
        answer = client.post("/_mock/sandboxes")
        content = answer.json()
        assert answer.status_code == 201
        assert client.get(answer.headers["location"]).json()["id"] == content["id"]
        for provider in PROVIDERS:
            one = content["providers"][provider.name]
            assert one["url"] == str(client.base_url).rstrip("/")
            assert set(provider.keys) <= one["credentials"].keys()
            assert one["settings"] == {setting.name: setting.default for setting in provider.settings} | {
                setting.name: list(setting.default)
                for setting in provider.settings
                if setting.kind == "networks"
            }
        assert content["providers"]["tencent_bda"]["endpoint"] == client.base_url.netloc.decode()

    def test_its_credentials_work_at_once(self, sandbox: Minted) -> None:
        assert sandbox.extract().json()["error_code"] == 0
        assert sandbox.ask("GET", "/journal").json()["kept"] == 1

    def test_the_url_is_the_one_that_the_server_was_called_by(self, client: httpx.Client) -> None:
        headers = {"host": "localhost:18765"}
        content = client.post("/_mock/sandboxes", headers=headers).json()
        assert content["providers"]["ailab"]["url"] == "http://localhost:18765"
        assert content["providers"]["tencent_bda"]["endpoint"] == "localhost:18765"

    def test_settings_and_knowledge_can_be_given_along(self, client: httpx.Client) -> None:
        settings = {"picwish": {"qps": None, "polls": 3}, "ailab": {"balance": 1}}
        content = client.post("/_mock/sandboxes", json={"settings": settings, **KNOWN}).json()
        assert content["providers"]["picwish"]["settings"]["qps"] is None
        assert content["providers"]["ailab"]["settings"]["balance"] == 1
        assert content["known_urls"] == {URL: len(PORTRAIT)}

    def test_two_sandboxes_are_strangers(self, client: httpx.Client, sandbox: Minted) -> None:
        other = Minted(client=client, content=client.post("/_mock/sandboxes").json())
        other.ask("PATCH", body={"settings": {"ailab": {"locked": True}}})
        other.ask("POST", "/clock", {"travel": 3600})
        other.extract()
        assert sandbox.ask("GET").json()["providers"]["ailab"]["settings"]["locked"] is False
        assert sandbox.ask("GET", "/journal").json()["exchanges"] == []
        assert other.ask("GET").json()["clock"]["now"] - sandbox.ask("GET").json()["clock"]["now"] > 3500


WRONG: list[tuple[dict[str, Any], str, str, str]] = [
    (
        {"settings": {"picwish": {"qps": -1}}},
        "settings.picwish.qps",
        "a whole number from 0 up",
        "cannot be -1",
    ),
    ({"settings": {"picwish": {"qsp": 1}}}, "settings.picwish.qsp", "qps", "it has async_enabled, balance"),
    ({"settings": {"picwish": {"links": "v2"}}}, "settings.picwish.links", "v4", "one of 'v1', 'v4'"),
    ({"settings": {"picwhish": {}}}, "settings.picwhish", "picwish", "there is no provider 'picwhish'"),
    ({"settings": {"self": {}}}, "settings.self", "picwish", "there is no provider 'self'"),
    ({"settings": {"picwish": 3}}, "settings.picwish", "an object", "cannot be 3"),
    ({"settings": []}, "settings", "an object", "cannot be []"),
    (
        {"known_urls": {URL: "no base64!"}},
        f"known_urls.{URL}",
        "in base64",
        "is the content of a file in base64",
    ),
    ({"known_urls": {URL: 3}}, f"known_urls.{URL}", "a string", "cannot be 3"),
    ({"known_urls": {"a.jpg": BASE64}}, "known_urls.a.jpg", "http://", "begins with http:// or https://"),
    ({"known_texts": [3]}, "known_texts.0", "an object", "cannot be 3"),
    ({"known_texts": [{"image": BASE64}]}, "texts", "texts", "needs the field 'texts'"),
    ({"known_texts": [{"image": "ä", "texts": []}]}, "known_texts.0.image", "a file in base64", "in base64"),
    (
        {"known_texts": [{"image": BASE64, "texts": [{"x": 1}]}]},
        "known_texts.0.texts",
        "an object with text, x, y",
        "a text is a string",
    ),
    ({"known_texts": [{"imag": BASE64, "texts": []}]}, "known_texts.0.imag", "image", "did you mean image"),
]


RIGHT: dict[str, Any] = {
    "settings": {"ailab": {"locked": True}},
    "known_urls": {"http://localhost/": ""},
}


@pytest.mark.parametrize(("body", "at", "possible", "text"), WRONG, ids=lambda one: None)
class TestWrong:
    """All or nothing: whatever else stands in a body with a mistake is not done either."""

    def test_a_change_says_where_and_what_is_possible_and_does_nothing(
        self, sandbox: Minted, body: dict[str, Any], at: str, possible: str, text: str
    ) -> None:
        before = sandbox.ask("GET").json()
        both = {
            name: {**RIGHT.get(name, {}), **value} if isinstance(value, dict) else value
            for name, value in (RIGHT | body).items()
        }
        answer = sandbox.ask("PATCH", body=both)
        assert (answer.status_code, answer.json()["at"]) == (422, at)
        assert text in answer.json()["error"]
        assert any(possible in one for one in answer.json()["possible"])
        after = sandbox.ask("GET").json()
        assert (after["providers"], after["known_urls"]) == (before["providers"], before["known_urls"])

    def test_nothing_is_minted(
        self, client: httpx.Client, body: dict[str, Any], at: str, possible: str, text: str
    ) -> None:
        def ids() -> list[str]:
            return [one["id"] for one in client.get("/_mock/sandboxes").json()["sandboxes"]]

        before = ids()
        answer = client.post("/_mock/sandboxes", json=body)
        assert (answer.status_code, answer.json()["at"]) == (422, at)
        assert ids() == before


NAMES = {provider.name: [setting.name for setting in provider.settings] for provider in PROVIDERS}
SETTINGS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        provider: st.dictionaries(
            st.sampled_from([*names, "nothing"]),
            st.sampled_from([None, 0, 3, -1, 0.5, True, "v1", "error", "1", ["127.0.0.1/32"], {}]),
            max_size=3,
        )
        for provider, names in NAMES.items()
    },
)


@given(settings=SETTINGS)
def test_any_settings_are_all_made_or_none(server: MockServer, settings: dict[str, Any]) -> None:
    sandbox = server.app.engine.registry.default
    before = {provider: dict(sandbox.settings(provider)) for provider in NAMES}
    body = json.dumps({"settings": settings}).encode()
    asked = Asked(server.app.engine, origin="", path={"id": "default"}, query={}, body=body)
    try:
        change(asked)
        wanted = {provider: {**before[provider], **settings.get(provider, {})} for provider in NAMES}
    except Refused as refused:
        wanted = before
        assert refused.at.startswith("settings.")  # noqa: PT017
    after = {provider: dict(sandbox.settings(provider)) for provider in NAMES}
    sandbox.configure(before)
    assert after == wanted


class TestChange:
    def test_it_answers_how_the_sandbox_is_then(self, sandbox: Minted) -> None:
        answer = sandbox.ask("PATCH", body={"settings": {"ailab": {"balance": 0}}})
        assert answer.status_code == 200
        assert answer.json()["providers"]["ailab"]["settings"]["balance"] == 0
        assert sandbox.ask("GET").json()["providers"] == answer.json()["providers"]
        assert sandbox.extract().json()["error_code"] != 0

    def test_an_empty_one_changes_nothing(self, sandbox: Minted) -> None:
        assert sandbox.ask("PATCH", body={}).json()["providers"] == sandbox.content["providers"]

    def test_a_known_url_is_not_fetched(self, sandbox: Minted) -> None:
        sandbox.ask("PATCH", body=KNOWN)
        answer = sandbox.client.post(
            "/api/tasks/visual/segmentation",
            headers={"X-API-KEY": sandbox.key("picwish")},
            files={"sync": (None, "1"), "image_url": (None, URL)},
        )
        assert answer.json()["data"]["state"] == 1

    def test_a_known_text_is_read(self, sandbox: Minted) -> None:
        image = without_note(fixtures.path("watermarked.jpg"))
        known = {"image": base64.b64encode(image).decode(), "texts": ["told by nobody else"]}
        assert sandbox.ask("PATCH", body={"known_texts": [known]}).status_code == 200
        keys = sandbox.content["providers"]["processimage"]["credentials"]
        signed = keys["app_id"] + hashlib.md5(image).hexdigest() + "12345678" + keys["app_secret"]
        answer = sandbox.client.post(
            "/watermark/access",
            headers={"x-access-api-sign": hashlib.md5(signed.encode()).hexdigest()},
            data={"appId": keys["app_id"], "salt": "12345678"},
            files={"imageFile": image},
        )
        words = [place["word"] for place in answer.json()["data"]["processLocation"]]
        assert "told by nobody else" in words


def without_note(path: Path) -> bytes:
    """A picture whose file does not say what is written in it."""
    stripped = io.BytesIO()
    with Image.open(path) as picture:
        silent = picture.convert("RGB")
    silent.info.clear()
    silent.save(stripped, "JPEG")
    return stripped.getvalue()


class TestLook:
    def test_default_is_always_there(self, client: httpx.Client) -> None:
        content = client.get("/_mock/sandboxes/default").json()
        assert content["id"] == "default"
        key = content["providers"]["ailab"]["credentials"]["api_key"]
        assert key == "mock-ailab-key-of-the-default-sandbox"

    def test_the_list_has_when_each_was_made_and_used_and_how_much(self, sandbox: Minted) -> None:
        sandbox.extract()
        listing = sandbox.client.get("/_mock/sandboxes").json()
        [one] = [one for one in listing["sandboxes"] if one["id"] == sandbox.content["id"]]
        assert one["created"] == sandbox.content["created"]
        assert one["last_used"] >= one["created"] - 1
        assert one["exchanges"] == 1
        assert listing["sandboxes"][0]["id"] == "default"
        assert listing["most"] >= 1


class TestReset:
    def test_everything_is_new_and_credentials_stay(self, sandbox: Minted) -> None:
        sandbox.extract()
        sandbox.ask("POST", "/clock", {"travel": {"days": 3}, "freeze": True, "skew": 9})
        sandbox.ask("PATCH", body={"settings": {"ailab": {"balance": 0}}, **KNOWN})
        answer = sandbox.ask("POST", "/reset").json()
        assert answer["providers"] == sandbox.content["providers"]
        assert (answer["exchanges"], answer["known_urls"]) == (0, {})
        assert (answer["clock"]["frozen"], answer["clock"]["skew"]) == (False, 0)
        assert sandbox.extract().json()["error_code"] == 0


class TestDrop:
    def test_its_credentials_are_unknown_then(self, sandbox: Minted) -> None:
        assert sandbox.ask("DELETE").json() == {"dropped": sandbox.content["id"]}
        assert sandbox.extract().status_code == 401
        again = sandbox.ask("GET")
        assert again.status_code == 404
        assert "it was dropped; mint one with POST /_mock/sandboxes" in again.json()["error"]

    def test_default_stays(self, client: httpx.Client) -> None:
        answer = client.delete("/_mock/sandboxes/default")
        assert answer.status_code == 409
        assert answer.json()["error"] == "the sandbox 'default' cannot be dropped; reset it instead"
        assert client.get("/_mock/sandboxes/default").status_code == 200
