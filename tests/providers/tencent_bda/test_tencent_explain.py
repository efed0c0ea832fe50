"""Every realistic mistake in signing is named, and the first line that differs is right."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signer import FORM_TYPE, V1, Tc3, compact, escaped

from mockserver.providers.tencent_bda.explain import HINTS, explain_tc3, explain_time, explain_v1
from mockserver.providers.tencent_bda.signing import (
    Authorization,
    accepted_tc3,
    accepted_v1,
    tc3_reading,
    v1_reading,
)
from mockserver.providers.tencent_bda.suspects import Sent

CONTENT = {"b": [1, True], "a": "ü"}
POST = Tc3(
    host="127.0.0.1:9000",
    secret_id="AKIDx",
    secret_key="k",
    body=json.dumps(CONTENT).encode(),
    timestamp=1_700_000_000,
    also_sign=("x-tc-action",),
)
GET = replace(POST, method="GET", query="b=1%2F2&a=x", body=b"", content_type=FORM_TYPE)
OLD = V1(
    host="127.0.0.1:9000", secret_id="AKIDx", secret_key="k", timestamp=1_700_000_000, params={"Url": "a/b?c"}
)
OLD_DIGEST = "HmacSHA256"


def explained(sent: Tc3, *, secret_key: str = "k", other_keys: tuple[str, ...] = ()) -> Any:
    headers = {name.lower(): value for name, value in sent.sent_headers.items()}
    authorization = Authorization.parse(sent.authorization)
    documented = tc3_reading(
        method=sent.method,
        query=sent.query,
        headers=headers,
        body=sent.body,
        authorization=authorization,
        timestamp=sent.timestamp,
        secret_key=secret_key,
    )
    facts = Sent(
        headers=headers,
        signed_headers=authorization.signed_headers,
        scope=authorization.date,
        body=sent.body,
        other_keys=other_keys,
    )
    return explain_tc3(tuple(accepted_tc3(documented, headers)), authorization.signature, facts)


def explained_v1(sent: V1, received: str | None = None, *, other_keys: tuple[str, ...] = ()) -> Any:
    documented = v1_reading(
        method=sent.method,
        host=sent.host,
        params=sent.sent,
        algorithm=sent.algorithm or "HmacSHA1",
        secret_key="k",
    )
    facts = Sent(headers={}, pairs=tuple(sent.sent.items()), other_keys=other_keys)
    return explain_v1(tuple(accepted_v1(documented)), received or sent.signature, facts)


def in_base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def in_upper_hex(digest: bytes) -> str:
    return digest.hex().upper()


def without_blank_line(canonical: str) -> str:
    return canonical.replace("\n\ncontent-type;", "\ncontent-type;")


def with_titles(canonical: str) -> str:
    names = {"content-type": "Content-Type", "host": "Host", "x-tc-action": "X-Tc-Action"}
    for name, title in names.items():
        canonical = canonical.replace(f"\n{name}:", f"\n{title}:")
    return canonical.replace(";".join(names), ";".join(names.values()))


def unsorted_headers(canonical: str) -> str:
    lines = canonical.split("\n")
    return "\n".join([*lines[:3], *reversed(lines[3:6]), "", "x-tc-action;host;content-type", lines[-1]])


# Cause, the mistake, and the number and wrong text of the first line that differs.
IN_CANONICAL_REQUEST: list[tuple[str, Tc3, int, str | None]] = [
    ("body", replace(POST, signed_body=compact(CONTENT)), 9, None),
    ("body", replace(POST, signed_body=json.dumps(CONTENT, ensure_ascii=False).encode()), 9, None),
    ("body", replace(POST, signed_body=json.dumps(CONTENT, sort_keys=True).encode()), 9, None),
    ("body", replace(POST, signed_body=json.dumps(CONTENT, indent=2).encode()), 9, None),
    ("body", replace(POST, signed_body=b""), 9, None),
    ("body", replace(POST, signed_body=b"UNSIGNED-PAYLOAD"), 9, None),
    ("body", replace(POST, signed_body=POST.body + b"\n"), 9, None),
    ("host", replace(POST, signed_host="bda.tencentcloudapi.com"), 5, "host:bda.tencentcloudapi.com"),
    ("host", replace(POST, signed_host="localhost:9000"), 5, "host:localhost:9000"),
    ("host", replace(POST, signed_host="http://127.0.0.1:9000"), 5, "host:http://127.0.0.1:9000"),
    ("content-type", replace(POST, signed_content_type="application/json; charset=utf-8"), 4, None),
    (
        "content-type",
        replace(GET, signed_content_type="application/json"),
        4,
        "content-type:application/json",
    ),
    ("case", replace(POST, lower_values=False), 6, "x-tc-action:SegmentCustomizedPortraitPic"),
    ("case", replace(POST, canonical=with_titles), 4, "Content-Type:application/json"),
    ("order", replace(POST, canonical=unsorted_headers), 4, "x-tc-action:segmentcustomizedportraitpic"),
    ("query", replace(GET, signed_query="a=x&b=1%2F2"), 3, "a=x&b=1%2F2"),
    ("query", replace(GET, signed_query="b=1/2&a=x"), 3, "b=1/2&a=x"),
    ("query", replace(GET, signed_query=""), 3, ""),
    ("method", replace(POST, signed_method="post"), 1, "post"),
    ("method", replace(GET, signed_method="POST"), 1, "POST"),
    ("layout", replace(POST, canonical=without_blank_line), 7, "content-type;host;x-tc-action"),
]


@pytest.mark.parametrize(("cause", "sent", "line", "signed"), IN_CANONICAL_REQUEST)
def test_a_mistake_in_the_canonical_request_is_named(
    cause: str, sent: Tc3, line: int, signed: str | None
) -> None:
    explanation = explained(sent)
    assert (explanation["cause"], explanation["proven"]) == (cause, True)
    assert explanation["hint"] == HINTS[cause]
    difference = explanation["first_difference"]
    assert (difference["in"], difference["line"]) == ("canonical request", line)
    assert signed is None or difference["signed"] == signed
    assert sent.canonical_request.split("\n")[line - 1] == difference["signed"]


IN_STRING_TO_SIGN = [
    ("date", replace(POST, date="2023-11-15"), 3),
    ("timestamp", replace(POST, signed_timestamp=POST.timestamp + 1), 2),
    ("timestamp", replace(POST, signed_timestamp=POST.timestamp - 2), 2),
]


@pytest.mark.parametrize(("cause", "sent", "line"), IN_STRING_TO_SIGN)
def test_a_mistake_in_the_string_to_sign_is_named(cause: str, sent: Tc3, line: int) -> None:
    explanation = explained(sent)
    assert explanation["cause"] == cause
    difference = explanation["first_difference"]
    assert (difference["in"], difference["line"]) == ("string to sign", line)
    assert difference["signed"] == sent.string_to_sign.split("\n")[line - 1]


@pytest.mark.parametrize(
    ("cause", "sent"),
    [
        ("prefix", replace(POST, prefix="")),
        ("chain", replace(POST, hex_chain=True)),
        ("digest", replace(POST, written=in_base64)),
        ("digest", replace(POST, written=in_upper_hex)),
        ("key", replace(POST, secret_key="the other key")),
        ("key", replace(POST, secret_key="k\n")),
        ("key", replace(POST, secret_key="")),
    ],
)
def test_a_mistake_after_the_string_to_sign_is_named(cause: str, sent: Tc3) -> None:
    explanation = explained(sent, other_keys=("the other key", ""))
    assert (explanation["cause"], explanation["proven"]) == (cause, True)
    assert explanation["first_difference"] is None
    assert explanation["string_to_sign"] == sent.string_to_sign


def test_keys_derived_for_another_service_are_named() -> None:
    explanation = explained(replace(POST, service="127", signed_service="bda"))
    assert explanation["cause"] == "service"
    assert explanation["first_difference"]["expected"] == "2023-11-14/127/tc3_request"


def test_a_client_that_signs_the_host_without_port_gets_its_other_mistake_named() -> None:
    explanation = explained(replace(POST, signed_host="127.0.0.1", signed_body=compact(CONTENT)))
    assert explanation["cause"] == "body"
    assert explanation["first_difference"]["line"] == 9


def test_a_wrong_date_is_named_even_when_nothing_fits() -> None:
    explanation = explained(replace(POST, date="2023-11-13", secret_key="unknown"))
    assert explanation["cause"] == "date"
    assert explanation["first_difference"]["signed"] == "2023-11-13/bda/tc3_request"


def test_where_nothing_fits_the_key_is_suspected_without_proof() -> None:
    explanation = explained(replace(POST, secret_key="unknown"))
    assert (explanation["cause"], explanation["proven"]) == ("key", False)
    assert explanation["canonical_request"] == POST.canonical_request
    assert explanation["expected_signature"] == POST.signature
    assert explanation["received_signature"] == replace(POST, secret_key="unknown").signature


@given(body=st.binary(max_size=60), key=st.text(max_size=10))
def test_any_tc3_mismatch_can_be_explained(body: bytes, key: str) -> None:
    sent = replace(POST, body=body, signed_body=b"other", secret_key=f"x{key}")
    assert explained(sent)["cause"] in HINTS


OLDER = [
    ("encoding", replace(OLD, value=escaped), 7),
    ("order", replace(OLD, key=str.lower), None),
    ("order", replace(OLD, key=None), 1),
    ("algorithm", replace(OLD, signed_algorithm=OLD_DIGEST), None),
    ("algorithm", replace(OLD, algorithm=None, signed_algorithm=OLD_DIGEST), None),
    ("method", replace(OLD, signed_method="post"), 1),
    ("method", replace(OLD, signed_method="GET"), 1),
    ("host", replace(OLD, signed_host="bda.tencentcloudapi.com"), 1),
    ("timestamp", replace(OLD, signed_timestamp=OLD.timestamp + 1), 6),
    ("prefix", replace(OLD, prefix="TC3"), None),
    ("key", replace(OLD, secret_key="the other key"), None),
    ("digest", replace(OLD, written=bytes.hex), None),
]


@pytest.mark.parametrize(("cause", "sent", "line"), OLDER)
def test_a_mistake_in_an_older_signature_is_named(cause: str, sent: V1, line: int | None) -> None:
    if cause == "order" and line is None:
        sent = replace(sent, params={"zoo": "1", "Url": "2", "action": "3"})
    explanation = explained_v1(sent, other_keys=("the other key",))
    assert (explanation["cause"], explanation["proven"]) == (cause, True)
    if line is not None:
        difference = explanation["first_difference"]
        assert difference["in"] == "string to sign"
        wrong = sent.string_to_sign.split("&")[difference["line"] - 1]
        assert difference["signed"].startswith(wrong.partition("SecretId=")[0])


def test_a_base64_digest_of_hex_is_named() -> None:
    sent = replace(OLD, written=lambda digest: in_base64(digest.hex().encode()))
    assert explained_v1(sent)["cause"] == "digest"


def test_a_signature_whose_plus_became_a_space_is_named() -> None:
    sent = next(
        one for one in (replace(OLD, timestamp=second) for second in range(1, 500)) if "+" in one.signature
    )
    assert explained_v1(sent, sent.signature.replace("+", " "))["cause"] == "escape"


def test_an_older_signature_with_an_unknown_key_is_explained_without_its_secrets() -> None:
    sent = replace(OLD, secret_id="AKIDsecretive", secret_key="unknown", params={"Token": "tell-nobody"})
    explanation = explained_v1(sent)
    assert (explanation["cause"], explanation["proven"]) == ("key", False)
    assert explanation["string_to_sign"].startswith("POST127.0.0.1:9000/?Action=Segment")
    assert "AKIDsecretive" not in str(explanation)
    assert "tell-nobody" not in str(explanation)


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=3))
def test_any_older_mismatch_can_be_explained(params: dict[str, str]) -> None:
    sent = replace(OLD, params={f"x{name}": value for name, value in params.items()}, secret_key="unknown")
    assert explained_v1(sent)["cause"] in HINTS


@pytest.mark.parametrize(
    ("seconds_off", "cause"),
    [
        (301, "clock skew"),
        (-301, "clock skew"),
        (-1500, "clock skew"),
        (8 * 3600, "time zone"),
        (-5 * 3600 + 200, "time zone"),
        (8 * 3600 + 301, "clock skew"),
        (-86_400, "clock skew"),
        (1_700_000_000_000, "milliseconds"),
        (-1_700_000_000, "clock skew"),
    ],
)
def test_a_wrong_time_is_explained(seconds_off: int, cause: str) -> None:
    explanation = explain_time(seconds_off, skew=0.0)
    assert (explanation["cause"], explanation["seconds_off"]) == (cause, seconds_off)
    assert explanation["hint"].endswith(".")
