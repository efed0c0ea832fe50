"""Whatever comes in gets the provider's own error and an entry in a journal, never a mistake of ours."""

import base64
import json
import socket
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signer import V1, Call, Tc3, answer, code

from mockserver import MockServer, RunningSandbox

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
OK_OPTIONS = {"Head": True}
PARAMETER = "InvalidParameter"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "MissingParameter"),
        (b"{}", "MissingParameter"),
        (b"null", PARAMETER),
        (b"[]", PARAMETER),
        (b'"text"', PARAMETER),
        (b"7", PARAMETER),
        (b"{", PARAMETER),
        (b"{'a': 1}", PARAMETER),
        (b'{"a": NaN}', PARAMETER),
        (b'{"a": Infinity}', PARAMETER),
        (b'{"a": "\\ud800"}', PARAMETER),
        (b'{"\xff": 1}', PARAMETER),
        (b"\xef\xbb\xbf{}", PARAMETER),
        ('{"Url": "ü"}'.encode("utf-16"), PARAMETER),
        (b"[" * 100_000, PARAMETER),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "UnknownParameter"),
        (b'{"Image": ' + b"9" * 5000 + b"}", PARAMETER),
        (b'{"Image": 1e400}', PARAMETER),
        (b'{"Image": {}}', PARAMETER),
        (b'{"Url": ["http://localhost/"]}', PARAMETER),
        (b'{"SegmentationOptions": []}', PARAMETER),
        (b'{"SegmentationOptions": "Head"}', PARAMETER),
        (b'{"SegmentationOptions": {"Head": 1}}', PARAMETER),
        (b'{"SegmentationOptions": {"Head": "true"}}', PARAMETER),
        (b'{"SegmentationOptions": {"": true}}', "UnknownParameter"),
        (b'{"": 1}', "UnknownParameter"),
        (b'{"SegmentationOptions": null}', "MissingParameter"),
        (b'{"SegmentationOptions": {}}', "InvalidParameter.InvalidParameter"),
        (b'{"SegmentationOptions": {"Head": false}}', "InvalidParameter.InvalidParameter"),
        (b'{"SegmentationOptions": {"Head": true}}', "InvalidParameter.InvalidParameter"),
        (b'{"SegmentationOptions": {"Head": true}, "Image": ""}', "InvalidParameter.InvalidParameter"),
        (b'{"SegmentationOptions": {}, "SegmentationOptions": {"Head": 7}}', PARAMETER),
    ],
    ids=lambda value: None if isinstance(value, str) else str(value[:40]),
)
def test_a_wrong_body_is_refused(call: Call, sandbox: RunningSandbox, body: bytes, expected: str) -> None:
    assert call(body)["Error"]["Code"] == expected
    assert sandbox.journal.last.status == 200


@pytest.mark.parametrize(
    ("image", "hint"),
    [
        ("AAAA!AAA", "is not base64"),
        ("AAA", "is not base64"),
        ("AA=A", "is not base64"),
        ("AA==AAAA", "padding before the end"),
        ("=", "is not base64"),
        ("ÄÖÜß", "is not base64"),
        ("data:image/jpeg;base64,/9j/", "data: prefix"),
        ("/9j/\n/9j/", "line breaks"),
        ("/9j/\r\n/9j/", "line breaks"),
        ("_9j-", "URL-safe alphabet"),
        ("/9j 9j/=", "arrives as one"),
    ],
)
def test_a_wrong_image_is_refused_with_a_hint(
    call: Call, sandbox: RunningSandbox, image: str, hint: str
) -> None:
    answer = call({"SegmentationOptions": OK_OPTIONS, "Image": image})
    assert answer["Error"]["Code"] == "FailedOperation.ImageDecodeFailed"
    assert hint in sandbox.journal.last.notes[0]


def test_padding_inside_a_large_image_is_found(call: Call) -> None:
    one = base64.b64encode(bytes(512 * 1024 // 4 * 3 - 1)).decode()
    answer = call({"SegmentationOptions": OK_OPTIONS, "Image": one + one})
    assert answer["Error"]["Code"] == "FailedOperation.ImageDecodeFailed"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "MissingParameter"),
        ("SegmentationOptions=Head", PARAMETER),
        ("SegmentationOptions.Head=maybe", PARAMETER),
        ("SegmentationOptions.Head=True&SegmentationOptions=x", PARAMETER),
        ("SegmentationOptions=x&SegmentationOptions.Head=True", "UnknownParameter"),
        ("Image.0=x", PARAMETER),
        ("SegmentationOptions.Head.0=True", "UnknownParameter"),
        ("Image", PARAMETER),
        ("%ff=1", "UnknownParameter"),
        ("SegmentationOptions.Head=1&Url=%00", "InvalidParameterValue.UrlIllegal"),
    ],
)
def test_a_wrong_query_is_refused(tc3_get: Tc3, sandbox: RunningSandbox, query: str, expected: str) -> None:
    assert code(replace(tc3_get, query=query).send(sandbox.tencent_bda.url)) == expected


@pytest.mark.parametrize("boolean", ["True", "true", "1", "TRUE"])
def test_a_switch_in_a_query_has_several_writings(
    tc3_get: Tc3, sandbox: RunningSandbox, picture: bytes, boolean: str
) -> None:
    sandbox.know_url("http://e.com/", picture)
    query = f"SegmentationOptions.Head={boolean}&SegmentationOptions.Body=False&Url=http%3A%2F%2Fe.com%2F"
    assert code(replace(tc3_get, query=query).send(sandbox.tencent_bda.url)) == "success"


@pytest.mark.parametrize("name", ["Nonce", "Timestamp"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", "९", "9" * 20, "9" * 5000])
def test_a_wrong_number_is_a_type_error(v1: V1, sandbox: RunningSandbox, name: str, value: str) -> None:
    response = replace(v1, params={name: value}).send(sandbox.tencent_bda.url)
    assert answer(response)["Error"] == {"Code": PARAMETER, "Message": f"Parameter `{name}` type error."}


@pytest.mark.parametrize("timestamp", [1, 10**12, 10**18, 2**63])
def test_a_timestamp_beyond_the_calendar_is_expired(
    tc3: Tc3, sandbox: RunningSandbox, timestamp: int
) -> None:
    response = replace(tc3, timestamp=timestamp, date="2024-01-01").send(sandbox.tencent_bda.url)
    assert code(response) == "AuthFailure.SignatureExpire"


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("multipart/form-data", b"--x--\r\n", "InvalidRequest"),
        ("multipart/form-data; boundary=x", b"", "InvalidRequest"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n--y--\r\n", "InvalidRequest"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n", "InvalidRequest"),
        ("text/plain", b"{}", "UnsupportedProtocol"),
        ("application/x-www-form-urlencoded", b"a=b", "UnsupportedProtocol"),
        ("application/json; charset=utf-8", b"{}", "MissingParameter"),
        ("Application/JSON", b"{}", "MissingParameter"),
    ],
)
def test_a_content_type_decides(
    tc3: Tc3, sandbox: RunningSandbox, content_type: str, body: bytes, expected: str
) -> None:
    sent = replace(tc3, content_type=content_type, body=body)
    assert code(sent.send(sandbox.tencent_bda.url)) == expected


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_not_supported(server: MockServer, method: str) -> None:
    assert code(httpx.request(method, server.url)) == "UnsupportedProtocol"
    assert server.strangers.last.method == method


def test_head_is_not_supported(server: MockServer) -> None:
    response = httpx.head(f"{server.url}/?Action=SegmentCustomizedPortraitPic")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert list(server.strangers.last.behaviours) == ["tencent_bda.error.UnsupportedProtocol"]


def raw(server: MockServer, *pieces: bytes) -> bytes:
    """Send bytes on a socket, half-close it, and read to the end."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def head(sent: Tc3, *more: str) -> bytes:
    headers = sent.sent_headers | {"Authorization": sent.authorization, "Connection": "close"}
    lines = ["POST / HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), *more]
    return "\r\n".join([*lines, "", ""]).encode()


def test_a_made_up_method_does_not_harm(server: MockServer, tc3: Tc3) -> None:
    assert b"500" not in raw(server, b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n")[:20]


def test_a_body_that_ends_early_is_journaled_without_status(
    server: MockServer, sandbox: RunningSandbox, tc3: Tc3
) -> None:
    raw(server, head(tc3, f"Content-Length: {len(tc3.body)}"), tc3.body[:100])
    httpx.get(f"{server.url}/_mock/health")  # by its answer, the server has seen the end of the first one
    entry = sandbox.journal.last
    assert entry.status is None
    assert "the client went away after 100 bytes of its body" in entry.notes


def test_a_client_may_expect_100_continue(server: MockServer, tc3: Tc3) -> None:
    headers = head(tc3, f"Content-Length: {len(tc3.body)}", "Expect: 100-continue")
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(headers)
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(tc3.body)
        assert b'"PortraitImage"' in connection.recv(65536)


def test_a_body_may_be_chunked(tc3: Tc3, sandbox: RunningSandbox) -> None:
    assert code(tc3.send(sandbox.tencent_bda.url, chunked=True)) == "success"


def test_a_trace_id_is_echoed(tc3: Tc3, sandbox: RunningSandbox) -> None:
    for body in (tc3.body, b"{"):
        sent = replace(tc3, body=body, headers={"X-TC-TraceId": "f00-ba4"})
        assert sent.send(sandbox.tencent_bda.url).headers["x-tc-traceid"] == "f00-ba4"
    assert "x-tc-traceid" not in tc3.send(sandbox.tencent_bda.url).headers


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["Image", "Url", "SegmentationOptions", "Token", "x"])
options = st.dictionaries(st.sampled_from(["Head", "Hair", "head", ""]), json_values, max_size=3)


@QUICK
@given(json_values | st.dictionaries(names, json_values | options, max_size=4))
def test_any_json_gets_an_answer_of_the_provider(call: Call, sandbox: RunningSandbox, value: Any) -> None:
    assert "InternalError" not in json.dumps(call(value))
    assert sandbox.journal.last.status == 200


@QUICK
@given(st.binary(max_size=80))
def test_any_bytes_get_an_answer_of_the_provider(call: Call, body: bytes) -> None:
    assert call(body)["Error"]["Code"] in (PARAMETER, "MissingParameter", "UnknownParameter")


@QUICK
@given(header=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
def test_any_authorization_gets_an_answer_of_the_provider(
    tc3: Tc3, sandbox: RunningSandbox, server: MockServer, header: str
) -> None:
    response = tc3.send(sandbox.tencent_bda.url, Authorization=header.strip())
    assert code(response) == "AuthFailure.InvalidAuthorization"
    assert list(server.strangers.last.behaviours) == ["tencent_bda.error.AuthFailure.InvalidAuthorization"]


@QUICK
@given(
    st.sampled_from(["secret_id", "date", "service", "names", "signature"]),
    st.from_regex(r"[!-+\--.0-~]{1,20}", fullmatch=True),
)
def test_any_part_of_an_authorization_may_be_wrong(
    tc3: Tc3, sandbox: RunningSandbox, part: str, value: str
) -> None:
    parts: Mapping[str, str] = {
        "secret_id": tc3.secret_id,
        "date": tc3.scope("bda").split("/")[0],
        "service": "bda",
        "names": "content-type;host",
        "signature": tc3.signature,
        part: value,
    }
    credential = f"Credential={parts['secret_id']}/{parts['date']}/{parts['service']}/tc3_request"
    header = f"TC3-HMAC-SHA256 {credential}, SignedHeaders={parts['names']}, Signature={parts['signature']}"
    assert code(tc3.send(sandbox.tencent_bda.url, Authorization=header)).startswith("AuthFailure.")


@QUICK
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=12), max_size=4))
def test_any_form_gets_an_answer_of_the_provider(
    v1: V1, sandbox: RunningSandbox, params: dict[str, str]
) -> None:
    assert code(replace(v1, params=params).send(sandbox.tencent_bda.url)) not in ("success", "InternalError")


@QUICK
@given(st.from_regex(r"[!-\"$-~]{0,60}", fullmatch=True))
def test_any_query_gets_an_answer_of_the_provider(server: MockServer, query: str) -> None:
    response = httpx.get(f"{server.url}/tencent_bda/?{query}")
    assert code(response) in ("MissingParameter", PARAMETER)
