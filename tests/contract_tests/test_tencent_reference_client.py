"""The reference clients of Tencent Cloud BDA: what they make of answers, keys, and odd JSON."""

import asyncio
import base64
import io
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contract_tests.clients.tencent_bda import (
    AsyncTencentBdaClient,
    Flows,
    TencentBdaClient,
    TencentError,
    UnreadableAnswer,
)
from mockserver import RunningSandbox, fixtures

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
URL = "http://images.example.com/portrait.jpg"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x02\0\0\0\x03").decode()
FLOATS = base64.b64encode(bytes(4 * 2 * 3)).decode()
RECT = {"X": 1, "Y": 2, "Width": 3, "Height": 4, "Label": "Head"}
SUCCESS = {"PortraitImage": PNG, "MaskImage": FLOATS, "ImageRects": [RECT], "RequestId": "r"}
FLOWS = Flows(build=httpx.Request, host="127.0.0.1:8080", secret_id="AKIDmock", secret_key="mock")


def answer(response: Any, status: int = 200) -> httpx.Response:
    content = json.dumps({"Response": response}).encode()
    return httpx.Response(status, content=content, request=httpx.Request("POST", "http://127.0.0.1/"))


@pytest.fixture
def tencent(sandbox: RunningSandbox) -> TencentBdaClient:
    access = sandbox.tencent_bda
    return TencentBdaClient(access.url, access.secret_id, access.secret_key)


def test_it_sends_a_url(tencent: TencentBdaClient, sandbox: RunningSandbox) -> None:
    sandbox.know_url(URL, PORTRAIT)
    with tencent:
        found = tencent.segment(URL, ["Head"])
    assert Image.open(io.BytesIO(found.portrait)).size == (640, 800)
    assert sandbox.journal.last.fields["Url"] == URL


def test_it_signs_with_a_temporary_key_over_the_same_connection(
    tencent: TencentBdaClient, sandbox: RunningSandbox
) -> None:
    access = sandbox.tencent_bda
    key = (access.temporary_secret_id, access.temporary_secret_key)
    with tencent:
        tencent.with_key(*key, access.token).segment(PORTRAIT, ["Head"])
        assert "tencent_bda.authentication.token" in sandbox.journal.last.behaviours
        with pytest.raises(TencentError, match=r"AuthFailure\.TokenFailure"):
            tencent.with_key(*key).segment(PORTRAIT, ["Head"])
        tencent.segment(PORTRAIT, ["Head"])
    assert "tencent_bda.authentication.token" not in sandbox.journal.last.behaviours


def test_the_asynchronous_one_does_the_same(sandbox: RunningSandbox) -> None:
    access = sandbox.tencent_bda

    async def both() -> list[Any]:
        async with AsyncTencentBdaClient(access.url, access.secret_id, access.secret_key) as client:
            return await asyncio.gather(*(client.segment(PORTRAIT, [one]) for one in ("Head", "Body")))

    assert [found.rects[0]["Label"] for found in asyncio.run(both())] == ["Head", "Body"]


@pytest.mark.parametrize(
    ("code", "passes"),
    [
        ("RequestLimitExceeded.UinLimitExceeded", True),
        ("InternalError", True),
        ("FailedOperation.RpcFail", True),
        ("FailedOperation.ImageDecodeFailed", False),
        ("FailedOperation", False),
        ("AuthFailure.SignatureExpire", False),
        ("ResourceUnavailable.InArrears", False),
    ],
)
def test_it_knows_which_errors_pass(code: str, passes: bool) -> None:
    with pytest.raises(TencentError) as caught:
        FLOWS.read(answer({"Error": {"Code": code, "Message": "出错了"}, "RequestId": "r"}))
    assert (caught.value.code, caught.value.retryable) == (code, passes)
    assert "出错了" in str(caught.value)


def test_it_reads_a_mask_of_floats() -> None:
    assert FLOWS.read(answer(SUCCESS)).mask == bytes(24)


def test_a_float_too_few_is_no_mask() -> None:
    short = base64.b64encode(bytes(20)).decode()
    with pytest.raises(UnreadableAnswer, match="neither an image nor floats"):
        FLOWS.read(answer({**SUCCESS, "MaskImage": short}))


@pytest.mark.parametrize("rects", [None, []])
def test_there_may_be_no_rectangle(rects: object) -> None:
    assert list(FLOWS.read(answer({**SUCCESS, "ImageRects": rects})).rects) == []


def test_a_page_of_a_gateway_is_an_http_error() -> None:
    page = httpx.Response(502, content=b"<html>", request=httpx.Request("POST", "http://127.0.0.1/"))
    with pytest.raises(httpx.HTTPStatusError):
        FLOWS.read(page)


@given(
    odd=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
    at=st.sampled_from(["Response", "Error", "Error.Code", *SUCCESS, "Rect", *RECT]),
)
def test_odd_answers_end_in_a_result_or_in_an_error_of_its_own(odd: Any, at: str) -> None:
    response: Any = dict(SUCCESS)
    if at == "Response":
        response = odd
    elif at == "Rect":
        response["ImageRects"] = [odd]
    elif at in RECT:
        response["ImageRects"] = [{**RECT, at: odd}]
    else:
        response[at.partition(".")[0]] = {"Code": odd} if at == "Error.Code" else odd
    try:
        found = FLOWS.read(answer(response))
    except (TencentError, UnreadableAnswer):
        return
    assert found.portrait.startswith(b"\x89PNG")
    assert all(isinstance(rect["X"], int) and isinstance(rect["Label"], str) for rect in found.rects)
