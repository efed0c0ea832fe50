"""The reference clients of AILabTools: what they make of answers, and of odd JSON."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.adapters.ailab import AilabAdapter, Head
from contract_tests.adapters.values import received
from contract_tests.clients.ailab import AilabClient, AilabError, AsyncAilabClient, Flows
from mockserver import RunningSandbox, fixtures

GROUP = fixtures.path("group.jpg").read_bytes()
FLOWS = Flows(build=httpx.Request, api_key="mock-key")
ELEMENT = {"image_url": "http://127.0.0.1/cutout/a.png", "x": 0, "y": 2, "width": 3, "height": 4}
SUCCESS = {"request_id": "R", "log_id": "1", "error_code": 0, "data": {"elements": [ELEMENT]}}
DETAIL = {"status_code": 429, "code": "EXCEEDING_LIMITS", "code_message": "Exceeds limit.", "message": ""}


def read(body: Any, status: int = 200) -> list[Any]:
    return list(FLOWS.read(status, json.dumps(body).encode()))


def test_the_asynchronous_one_does_the_same(sandbox: RunningSandbox) -> None:
    access = sandbox.ailab

    async def cut_out() -> tuple[list[Any], list[bytes]]:
        async with AsyncAilabClient(access.url, access.api_key) as client:
            heads = await client.heads(GROUP)
            return heads, await asyncio.gather(*map(client.download, heads))

    heads, contents = asyncio.run(cut_out())
    with AilabClient(access.url, access.api_key) as client:
        again = client.heads(GROUP)
        assert [client.download(one) for one in again] == contents
    assert [(one.x, one.y, one.width, one.height) for one in heads] == [
        (one.x, one.y, one.width, one.height) for one in again
    ]


@pytest.mark.parametrize(
    ("status", "code", "passes"),
    [
        (429, "EXCEEDING_LIMITS", True),
        (422, "EXCEEDING_LIMITS", True),
        (429, "ERROR_NOT_ENOUGH_CREDITS", False),
        (403, "AI_SERVICE_UNAUTHORIZED", True),
        (503, "AI_SERVICE_FLOW_RESTRICTION", True),
        (413, "FILE_SIZE_EXCEEDS_LIMIT", False),
        (422, "ERROR_NO_FACE_IN_FILE", False),
        (502, "", True),
    ],
)
def test_it_knows_which_errors_pass(status: int, code: str, passes: bool) -> None:
    with pytest.raises(AilabError) as caught:
        read({"request_id": "R", "error_detail": {**DETAIL, "code": code}}, status)
    assert (caught.value.status, caught.value.code, caught.value.retryable) == (status, code, passes)
    assert caught.value.request_id == "R"


@pytest.mark.parametrize("detail", [None, "text", [], 7])
def test_it_knows_errors_by_their_older_symbol(detail: object) -> None:
    body = {"error_code": 403, "error_code_str": "ERROR_USER_LOCKED", "error_msg": "The user is locked."}
    with pytest.raises(AilabError, match="403 ERROR_USER_LOCKED: The user is locked"):
        read({**body, "error_detail": detail}, 403)


@pytest.mark.parametrize("data", [None, {"elements": []}])
def test_there_may_be_no_head(data: object) -> None:
    assert read({**SUCCESS, "data": data}) == []


@pytest.mark.parametrize("url", ["", "null", "../../etc/passwd", "//host/a.png", "ftp://host/a.png"])
def test_a_head_needs_a_url_of_the_web(url: str) -> None:
    with pytest.raises(AilabError, match="a head has no URL"):
        read({**SUCCESS, "data": {"elements": [{**ELEMENT, "image_url": url}]}})


def test_a_url_that_is_none_is_an_error_of_its_own(sandbox: RunningSandbox) -> None:
    [head] = read({**SUCCESS, "data": {"elements": [{**ELEMENT, "image_url": "http://127.0.0.1/\0"}]}})
    with (
        AilabClient(sandbox.ailab.url, sandbox.ailab.api_key) as client,
        pytest.raises(AilabError, match="URL that is none"),
    ):
        client.download(head)


@pytest.mark.parametrize("content", [b"", b"<html>", b"null", b"[]", b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("status", [200, 502])
def test_what_is_no_answer_of_the_api_is_an_error(content: bytes, status: int) -> None:
    with pytest.raises(AilabError, match="not one of the API") as caught:
        FLOWS.read(status, content)
    assert (caught.value.status, caught.value.code) == (status, "")


@given(
    odd=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
    at=st.sampled_from(["", "element", "elements", "error_detail", *SUCCESS, *ELEMENT, *DETAIL]),
    status=st.sampled_from([200, 422, 502]),
)
def test_odd_answers_end_in_heads_or_in_an_error_of_its_own(odd: Any, at: str, status: int) -> None:
    body: Any = {**SUCCESS, "error_detail": DETAIL if status != 200 else None}
    if at == "":
        body = odd
    elif at == "elements":
        body["data"] = {"elements": odd}
    elif at == "element":
        body["data"] = {"elements": [odd]}
    elif at in ELEMENT:
        body["data"] = {"elements": [{**ELEMENT, at: odd}]}
    elif at in DETAIL:
        body["error_detail"] = {**DETAIL, at: odd}
    else:
        body[at] = odd
    try:
        heads = read(body, status)
    except AilabError:
        return
    assert status == 200
    for head in heads:
        assert head.image_url.startswith("http")
        assert min(head.x, head.y, head.width - 1, head.height - 1) >= 0


def test_heads_come_from_an_executable_as_json() -> None:
    told = [{"x": 1, "y": 2, "width": 3, "height": 4, "image": {"base64": "iVBORw=="}}]
    found = received(AilabAdapter.results["heads"], told)
    assert found == [Head(x=1, y=2, width=3, height=4, image=b"\x89PNG")]
