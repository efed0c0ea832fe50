"""The journals by HTTP."""

import json
from typing import Any

import pytest
from control_world import Minted

FIELDS = {
    "status": 200,
    "method": "POST",
    "provider": "ailab",
    "operation": "avatar-extraction",
    "faults": [],
}


def paths(journal: Any) -> list[str]:
    return [exchange["operation"] for exchange in journal["exchanges"]]


@pytest.fixture
def used(sandbox: Minted) -> Minted:
    """A sandbox with an upload, a download of its result, and a call of another provider."""
    link = sandbox.extract().json()["data"]["elements"][0]["image_url"]
    sandbox.client.get("/" + link.split("/", 3)[3])
    sandbox.client.post(
        "/api/tasks/visual/segmentation",
        headers={"X-API-KEY": sandbox.key("picwish")},
        files={"sync": (None, "1")},
    )
    return sandbox


def test_it_has_the_exchanges_newest_last(used: Minted) -> None:
    journal = used.ask("GET", "/journal").json()
    assert paths(journal) == ["avatar-extraction", "result", "segmentation"]
    assert (journal["kept"], journal["dropped"]) == (3, 0)
    first = journal["exchanges"][0]
    assert {name: first[name] for name in FIELDS} == FIELDS
    assert first["sandbox"] == used.content["id"]
    assert first["files"][0]["format"] == "jpeg"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("last=1", ["segmentation"]),
        ("last=0", []),
        ("last=99", ["avatar-extraction", "result", "segmentation"]),
        ("last=00000000000000000001", ["segmentation"]),
        ("last=9223372036854775808", ["avatar-extraction", "result", "segmentation"]),
        pytest.param("last=" + "9" * 5000, ["avatar-extraction", "result", "segmentation"], id="last=9..."),
        ("provider=ailab", ["avatar-extraction", "result"]),
        ("provider=ailab&last=1", ["result"]),
        ("operation=result", ["result"]),
        ("operation=nothing", []),
        ("provider=picwish&operation=result", []),
        ("format=json&last=1", ["segmentation"]),
    ],
)
def test_a_query_chooses_among_them(used: Minted, query: str, expected: list[str]) -> None:
    journal = used.ask("GET", f"/journal?{query}").json()
    assert paths(journal) == expected
    assert journal["kept"] == 3


@pytest.mark.parametrize(
    ("query", "at", "text"),
    [
        ("last=-1", "last", "a whole number"),
        ("last=two", "last", "a whole number"),
        ("last=1.5", "last", "a whole number"),
        ("last=", "last", "a whole number"),
        ("lst=1", "lst", "did you mean last"),
        ("provider=alab", "provider", "did you mean ailab"),
        ("format=hra", "format", "did you mean har"),
    ],
)
def test_a_query_that_cannot_be_is_refused(sandbox: Minted, query: str, at: str, text: str) -> None:
    answer = sandbox.ask("GET", f"/journal?{query}")
    assert (answer.status_code, answer.json()["at"]) == (422, at)
    assert text in answer.json()["error"]


def test_it_can_be_had_as_an_http_archive(used: Minted) -> None:
    log = used.ask("GET", "/journal?format=har&provider=ailab").json()["log"]
    assert log["version"] == "1.2"
    assert [entry["request"]["method"] for entry in log["entries"]] == ["POST", "GET"]


def test_it_can_be_emptied(used: Minted) -> None:
    assert used.ask("DELETE", "/journal").json() == {"removed": 3}
    assert used.ask("GET", "/journal").json() == {"exchanges": [], "kept": 0, "dropped": 0}
    used.extract()
    assert used.ask("GET", "/journal").json()["kept"] == 1


def test_a_request_with_an_unknown_key_is_among_the_strangers(sandbox: Minted) -> None:
    sandbox.extract(key="nobody's key")
    journal = sandbox.client.get("/_mock/strangers?last=1&provider=ailab").json()
    assert (journal["exchanges"][0]["status"], journal["exchanges"][0]["sandbox"]) == (401, None)
    assert sandbox.ask("GET", "/journal").json()["kept"] == 0
    assert sandbox.client.delete("/_mock/strangers").json()["removed"] >= 1
    assert sandbox.client.get("/_mock/strangers").json()["exchanges"] == []


@pytest.mark.parametrize("number", [2**70, -(2**70)])
def test_what_a_client_sent_is_shown_however_odd(sandbox: Minted, number: int) -> None:
    keys = sandbox.content["providers"]["tencent_bda"]["credentials"]
    body = json.dumps({"odd": "\ud800", "number": number})
    headers = {
        "X-TC-Action": "SegmentCustomizedPortraitPic",
        "Authorization": f"TC3-HMAC-SHA256 Credential={keys['secret_id']}/2026-01-01/bda/tc3_request, "
        "SignedHeaders=content-type;host, Signature=0",
        "X-TC-Timestamp": "1",
    }
    sandbox.client.post("/", content=body, headers=headers)
    strangers = sandbox.client.get("/_mock/strangers?last=1")
    assert strangers.status_code == 200
    assert sandbox.ask("GET", "/journal").status_code == 200
