"""The JSON around every answer, and the statuses of HTTP."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from watermark_caller import PATH, PLAIN, RECTANGLE, TEXT, Caller, md5

from mockserver import RunningSandbox
from mockserver.fixtures.edges import padded
from mockserver.providers.processimage.addresses import client_address, is_listed
from mockserver.providers.processimage.outcome import Outcome, Status

SUCCESS = [
    "httpCode",
    "httpMsg",
    "returnType",
    "remainingUsage",
    "longTermUsageCount",
    "limitedTermUsageCount",
    "limitedTermExpireTimes",
    "allUsedCount",
    "data",
    "encryptedInfo",
]
FAILURE = ["httpCode", "httpMsg", "returnType", "msgInnerReferer", "location", "data"]
LIMIT = 4194304
LARGE = 10 * 1024 * 1024 + 1


def test_a_success_has_the_fields_of_the_sample_in_its_order(caller: Caller) -> None:
    body = caller.body(TEXT)
    assert list(body) == SUCCESS
    assert list(body["data"]) == ["processStatus", "processCount", "processMsg", "processLocation", "url"]
    assert (body["httpCode"], body["httpMsg"], body["returnType"]) == (200, "SUCCESS::调用成功", "json")
    assert body["data"]["processMsg"] == "SUCCESS::处理成功"
    assert body["encryptedInfo"] == {
        "sign": caller.sign(md5(TEXT)),
        "imageUniqueIdentification": md5(TEXT),
    }


def test_a_failure_has_the_fields_of_the_sample_in_its_order(caller: Caller) -> None:
    request = caller.signed(PLAIN)
    request["headers"] |= {"x-access-api-sign": "0" * 32, "X-Forwarded-For": "112.202.136.123"}
    body = caller.http.post(PATH, files={"imageFile": PLAIN}, **request).json()
    assert list(body) == FAILURE
    assert body == {
        "httpCode": 401,
        "httpMsg": "FAILED::签名错误",
        "returnType": "json",
        "msgInnerReferer": "ExceptionHandler[SignatureFailedException.class]",
        "location": "112.202.136.123",
        "data": {"processStatus": 52001, "processMsg": "UNHANDLED::因其他问题导致未处理"},
    }


def test_the_count_can_be_called_as_on_the_published_server(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.set("processimage", count_field="callSuccessful")
    assert list(caller.body(TEXT)) == [name.replace("allUsedCount", "callSuccessful") for name in SUCCESS]


WORDS = {
    Status.DONE: "SUCCESS::处理成功",
    Status.WAITING: "WAITING::异步请求",
    Status.UNHANDLED: "UNHANDLED::因其他问题导致未处理",
    Status.NO_TEXT: "UNHANDLED::未明确或正确指定水印矩形坐标，且服务器无法识别文字水印坐标",
    Status.TIMED_OUT: "FAILED::请求超时",
    Status.FAILED: "FAILED::服务端异常",
    Status.OFFSET_IGNORED: "SUCCESS::处理成功",
    Status.OCR_ONLY: "SUCCESS::处理成功",
}


@pytest.mark.parametrize("status", Status, ids=lambda status: str(int(status)))
def test_each_status_of_the_work_has_its_words(status: Status) -> None:
    assert Outcome(status=status).wire("") == {"processStatus": int(status), "processMsg": WORDS[status]}


def in_chunks(form: httpx.Request) -> dict[str, Any]:
    """The same form, without saying how long it is."""
    headers = {name: value for name, value in form.headers.items() if name != "content-length"}
    content = form.read()
    return {"headers": headers, "content": (content[at : at + 65536] for at in range(0, len(content), 65536))}


def asked(caller: Caller, kind: str) -> httpx.Response:
    request = caller.signed(PLAIN, rectangles=RECTANGLE)
    if kind == "sign":
        request["headers"]["x-access-api-sign"] = "0" * 32

    def form() -> httpx.Request:
        return caller.http.build_request("POST", PATH, files={"imageFile": padded(PLAIN, LARGE)}, **request)

    return {
        "success": lambda: caller.send(rectangles=RECTANGLE),
        "sign": lambda: caller.http.post(PATH, files={"imageFile": PLAIN}, **request),
        "parameter": lambda: caller.send(rectangles="["),
        "type": lambda: caller.send(b"GIF89a"),
        "size": lambda: caller.send(padded(PLAIN, LIMIT + 1)),
        "method": lambda: caller.http.put(PATH, params={"appId": caller.app_id}),
        "method, with a form": lambda: caller.http.put(PATH, files={"imageFile": PLAIN}, **request),
        "request": lambda: caller.send(padded(PLAIN, LARGE)),
        "request in chunks": lambda: caller.http.post(PATH, **in_chunks(form())),
        "body": lambda: caller.http.post(PATH, params={"appId": caller.app_id}, content=b"x"),
        "path": lambda: caller.http.get("/watermark/", params={"appId": caller.app_id}),
    }[kind]()


@pytest.mark.parametrize(
    ("kind", "observed", "as_http_code"),
    [
        ("success", 200, 200),
        ("sign", 200, 401),
        ("parameter", 200, 400),
        ("type", 415, 400),
        ("size", 200, 413),
        ("method", 200, 405),
        ("method, with a form", 200, 405),
        ("request", 200, 413),
        ("request in chunks", 200, 413),
        ("body", 500, 500),
        ("path", 404, 404),
    ],
)
def test_the_http_status_depends_on_the_reading(
    caller: Caller, sandbox: RunningSandbox, kind: str, observed: int, as_http_code: int
) -> None:
    assert asked(caller, kind).status_code == observed
    sandbox.set("processimage", http_status="as_http_code")
    assert asked(caller, kind).status_code == as_http_code


@pytest.mark.parametrize("kind", ["success", "sign", "parameter", "type", "size", "method", "body"])
def test_every_answer_is_json_of_one_kind_that_no_frame_may_show(caller: Caller, kind: str) -> None:
    answer = asked(caller, kind)
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert b"null" not in answer.content


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_another_method_is_an_illegal_request(caller: Caller, sandbox: RunningSandbox, method: str) -> None:
    body = caller.http.request(method, PATH, params={"appId": caller.app_id}).json()
    assert (body["httpCode"], body["httpMsg"]) == (405, "FAILED::非法请求")
    assert sandbox.journal.last.notes == [
        f"no operation at {method} {PATH}; the nearest is POST {PATH} (another method)"
    ]


def test_get_is_a_page_that_says_what_this_is(caller: Caller) -> None:
    answer = caller.http.get(PATH)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert "mock server" in answer.text
    assert f"POST {PATH}" in answer.text
    assert caller.http.head(PATH).status_code == 200


@pytest.mark.parametrize(
    ("path", "allow"), [(PATH, "GET,HEAD,POST,OPTIONS"), ("/watermark/token", "POST,OPTIONS")]
)
def test_options_lists_the_methods(caller: Caller, path: str, allow: str) -> None:
    answer = caller.http.options(path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (200, allow, b"")


@pytest.mark.parametrize("path", ["/watermark", "/watermark/", "/watermark/Access", "/watermark/access/x"])
def test_another_path_is_not_found_in_the_words_of_the_framework(
    caller: Caller, sandbox: RunningSandbox, path: str
) -> None:
    sandbox.clock.freeze()
    answer = caller.http.post(path, params={"appId": caller.app_id})
    assert answer.status_code == 404
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    stamp = datetime.fromtimestamp(sandbox.clock.now(), UTC).isoformat(timespec="milliseconds")
    assert answer.json() == {"timestamp": stamp, "status": 404, "error": "Not Found", "path": path}


def test_a_browser_gets_a_page_that_nothing_is_there_and_no_script_of_its_path(caller: Caller) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml"}
    answer = caller.http.get("/watermark/<script>alert(1)</script>", headers=accept)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Nothing is at" in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("name", ["x", "a.png", "00000000-0000-4000-8000-000000000000.png", "..%2Faccess"])
def test_a_result_that_never_was_is_a_plain_404(caller: Caller, name: str) -> None:
    assert caller.http.get(f"/watermark/targetImages/{name}").status_code == 404


def test_a_result_can_be_asked_for_by_head(caller: Caller) -> None:
    url = caller.body(rectangles=RECTANGLE)["data"]["url"]
    head, got = caller.http.head(url), caller.http.get(url)
    assert head.headers["content-length"] == str(len(got.content))
    assert head.content == b""


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({}, "192.0.2.1"),
        ({"x-forwarded-for": "203.0.113.9"}, "203.0.113.9"),
        ({"x-forwarded-for": " 203.0.113.9 , 198.51.100.1"}, "203.0.113.9"),
        ({"x-forwarded-for": "unknown", "proxy-client-ip": "203.0.113.9"}, "203.0.113.9"),
        ({"wl-proxy-client-ip": "UNKNOWN", "x-real-ip": "203.0.113.9"}, "203.0.113.9"),
        ({"x-forwarded-for": "", "x-real-ip": ""}, "192.0.2.1"),
    ],
)
def test_the_client_is_whom_the_first_proxy_saw(headers: dict[str, str], address: str) -> None:
    assert client_address(headers, ("192.0.2.1", 4711)) == address


def test_without_a_socket_the_client_is_this_machine() -> None:
    assert client_address({}, None) == "127.0.0.1"


@given(st.text(max_size=100), st.lists(st.text(max_size=20), max_size=3))
def test_any_address_and_any_list_can_be_compared(address: str, whitelist: list[str]) -> None:
    headers: Any = {"x-forwarded-for": address}
    assert client_address(headers, None)
    assert is_listed(address, whitelist) in (True, False)
    assert is_listed("10.1.2.3", [*whitelist, "10.0.0.0/8"])
