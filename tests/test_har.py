"""A journal as HAR, read by somebody else's reader and held against the members that the format demands."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
import pytest
from haralyzer import HarParser
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer, RunningSandbox, har
from mockserver.fixtures.edges import sized
from mockserver.journal import Exchange, FileFacts

AILAB = "/api/cutout/portrait/avatar-extraction"
TASKS = "/api/tasks/visual/segmentation"
SMALL = sized(200, 250)
MEMBERS: Mapping[str, set[str]] = {
    "entry": {"startedDateTime", "time", "request", "response", "cache", "timings"},
    "request": {
        *("method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"),
    },
    "response": {
        *("status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"),
        *("headersSize", "bodySize"),
    },
    "content": {"size", "mimeType"},
    "timings": {"send", "wait", "receive"},
}
"""What HAR 1.2 demands of each object."""
EXCHANGE = Exchange(
    provider="picwish",
    operation="segmentation",
    sandbox="12345678",
    at=5.0,
    received_at=1_700_000_000.25,
    milliseconds=1.5,
    method="POST",
    path="/a b",
    scheme="http",
    http_version="1.1",
    query="x=1&y=%20",
    headers=[["host", "example.com:80"], ["content-type", "multipart/form-data; boundary=b"]],
    fields={"type": "person"},
    files=(FileFacts(field="image_file", filename="a.png", content_type="image/png", size=3, digest="0"),),
    status=302,
    response_headers=[["location", "/there"]],
    response={"content_type": "application/json", "size": 2, "text": "{}"},
    behaviours=["picwish.success"],
    faults=["http.delay"],
    explanation={"cause": "key"},
    notes=["look"],
)


@pytest.fixture
def client(server: MockServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, verify=False, timeout=30, trust_env=False) as client:
        yield client


def only(exchange: Exchange) -> dict[str, Any]:
    """The entry of one exchange, after a way through JSON."""
    written = json.loads(json.dumps(har.log([exchange], version="1")))
    (entry,) = written["log"]["entries"]
    check(entry)
    found: dict[str, Any] = entry
    return found


def check(entry: Mapping[str, Any]) -> None:
    objects = {"entry": entry, **{name: entry[name] for name in ("request", "response", "timings")}}
    objects["content"] = entry["response"]["content"]
    for name, demanded in MEMBERS.items():
        assert demanded <= objects[name].keys()
        known = {*demanded, "postData", "text", "comment"}
        assert all(member in known or member.startswith("_") for member in objects[name])
    for pairs in ("headers", "cookies", "queryString"):
        for pair in [*entry["request"][pairs], *entry["response"].get(pairs, [])]:
            assert {type(pair[member]) for member in ("name", "value")} == {str}
    assert isinstance(entry["response"]["status"], int)
    assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo is not None


def test_another_reader_finds_what_a_client_did(sandbox: RunningSandbox, client: httpx.Client) -> None:
    key = {"ailabapi-api-key": sandbox.ailab.api_key}
    link = client.post(AILAB, headers=key, files={"image": ("a.jpg", SMALL)}, data={"return_form": "mask"})
    client.get(link.json()["data"]["elements"][0]["image_url"])
    client.post(f"{AILAB}x?page=2", headers=key)
    parser = HarParser(json.loads(json.dumps(sandbox.journal.har())))
    assert parser.creator["name"] == "image-api-mockserver"
    (page,) = parser.pages
    made, downloaded, refused = page.entries
    for entry in parser.har_data["entries"]:
        check(entry)
    assert made.request.url == str(client.base_url.join(AILAB))
    assert (made.status, downloaded.status, refused.status) == (200, 200, 404)
    assert made.request.method == "POST"
    assert made.request.mimeType.startswith("multipart/form-data; boundary=")
    assert downloaded.response.mimeType == "image/png"
    assert refused.request.queryString == [{"name": "page", "value": "2"}]
    assert page.get_load_time() > 0
    assert [found.status for found in parser.pages[0].filter_entries(status_code="4.*")] == [404]


def test_the_fields_and_files_of_a_form_are_posted_parameters() -> None:
    posted = only(EXCHANGE)["request"]["postData"]
    assert posted["params"] == [
        {"name": "type", "value": "person"},
        {"name": "image_file", "fileName": "a.png", "contentType": "image/png"},
    ]


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8", ""])
def test_fields_that_did_not_come_in_a_form_are_posted_as_json(content_type: str) -> None:
    fields = {"SegmentationOptions": {"Head": True}}
    one = replace(EXCHANGE, headers=[["content-type", content_type]], fields=fields)
    assert json.loads(only(one)["request"]["postData"]["text"]) == fields


def test_a_get_has_no_body() -> None:
    assert "postData" not in only(replace(EXCHANGE, method="GET"))["request"]


def test_an_entry_tells_what_only_this_server_knows() -> None:
    entry = only(EXCHANGE)
    assert entry["startedDateTime"] == "2023-11-14T22:13:20.250+00:00"
    assert entry["request"]["url"] == "http://example.com:80/a%20b?x=1&y=%20"
    assert entry["response"]["redirectURL"] == "/there"
    assert entry["response"]["statusText"] == "Found"
    assert {name: value for name, value in entry.items() if name.startswith("_")} == {
        "_sandbox": "12345678",
        "_sandboxTime": 5.0,
        "_provider": "picwish",
        "_operation": "segmentation",
        "_behaviours": ["picwish.success"],
        "_faults": ["http.delay"],
        "_explanation": {"cause": "key"},
        "_notes": ["look"],
    }


@pytest.mark.parametrize(
    ("notes", "hint", "comment"),
    [
        (["look", "there"], None, "look; there"),
        (["look"], "Sign it.", "look; Sign it."),
        (["mismatch: Sign it."], "Sign it.", "mismatch: Sign it."),
        ([], "Sign it.", "Sign it."),
    ],
)
def test_notes_and_hints_are_where_a_viewer_shows_them(
    notes: list[str], hint: str | None, comment: str
) -> None:
    explained = replace(EXCHANGE, notes=notes, explanation={"hint": hint} if hint else None)
    assert only(explained)["comment"] == comment


def test_an_exchange_without_notes_has_no_comment() -> None:
    assert "comment" not in only(replace(EXCHANGE, notes=[], explanation=None))


def test_an_exchange_without_an_answer_has_status_0_and_says_so() -> None:
    response = only(replace(EXCHANGE, status=None))["response"]
    assert (response["status"], response["bodySize"]) == (0, -1)
    assert "nobody" in response["comment"]


def test_a_callback_is_a_request_of_the_server() -> None:
    callback = replace(
        EXCHANGE,
        operation="callback",
        path="http://127.0.0.1:9/done?a=b",
        status=200,
        headers=[["content-type", "application/json"], ["content-length", "12"]],
        fields={"state": 1},
        response={"content_type": None, "size": 0},
    )
    entry = only(callback)
    assert entry["request"]["bodySize"] == 12
    assert entry["request"]["url"] == "http://127.0.0.1:9/done?a=b"
    assert entry["request"]["postData"] == {"mimeType": "application/json", "text": '{"state": 1}'}
    assert entry["response"]["content"]["size"] == 0


@pytest.mark.parametrize(
    ("headers", "size"),
    [
        ([["content-length", "7"]], 7),
        ([["transfer-encoding", "chunked"]], -1),
        ([], 0),
        ([["content-length", "x"]], 0),
    ],
)
def test_the_size_of_a_body_is_what_the_client_said(headers: list[list[str]], size: int) -> None:
    assert only(replace(EXCHANGE, headers=headers))["request"]["bodySize"] == size


@pytest.mark.parametrize("status", [599, 999])
def test_a_status_without_a_name_has_none(status: int) -> None:
    assert only(replace(EXCHANGE, status=status))["response"]["statusText"] == ""


@given(path=st.text(), query=st.text(), name=st.text(), value=st.text())
def test_whatever_was_sent_can_be_written(path: str, query: str, name: str, value: str) -> None:
    one = replace(EXCHANGE, path=path, query=query, headers=[[name, value]], fields={name: [value]})
    assert only(one)["request"]["url"].isascii()


def test_strangers_have_a_har_too(server: MockServer, client: httpx.Client) -> None:
    client.post(AILAB, headers={"ailabapi-api-key": "nobody"})
    entry = server.strangers.har()["log"]["entries"][-1]
    check(entry)
    assert entry["_sandbox"] is None
