"""Whatever an independently written client signs honestly is accepted, and nothing else is."""

import string
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signer import FORM_TYPE, V1, Tc3

from mockserver.providers.tencent_bda.signing import (
    Authorization,
    Tc3Reading,
    V1Reading,
    accepted_tc3,
    accepted_v1,
    host_forms,
    scope_date,
    tc3_reading,
    v1_reading,
)

KEYS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=40)
HOSTS = st.from_regex(r"[a-z][a-z0-9.-]{0,30}(:[1-9][0-9]{0,4})?", fullmatch=True)
TIMES = st.integers(1, 4_102_444_800)
BODIES = st.binary(max_size=200)
PAIRS = st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=30), max_size=6)


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def tc3_readings(sent: Tc3, *, secret_key: str | None = None) -> list[Tc3Reading]:
    """How the server reads a request of the signer's."""
    headers = lower(sent.sent_headers)
    documented = tc3_reading(
        method=sent.method,
        query=sent.query,
        headers=headers,
        body=sent.body,
        authorization=Authorization.parse(sent.authorization),
        timestamp=sent.timestamp,
        secret_key=sent.secret_key if secret_key is None else secret_key,
    )
    return list(accepted_tc3(documented, headers))


def v1_readings(sent: V1) -> list[V1Reading]:
    documented = v1_reading(
        method=sent.method,
        host=sent.host,
        params=sent.sent,
        algorithm=sent.algorithm or "HmacSHA1",
        secret_key=sent.secret_key,
    )
    return list(accepted_v1(documented))


@given(host=HOSTS, secret_key=KEYS, timestamp=TIMES, body=BODIES)
def test_an_honest_tc3_post_fits_the_documented_reading(
    host: str, secret_key: str, timestamp: int, body: bytes
) -> None:
    sent = Tc3(host=host, secret_id="AKIDx", secret_key=secret_key, timestamp=timestamp, body=body)
    assert tc3_readings(sent)[0].signature == sent.signature


@given(query=st.from_regex(r"[A-Za-z0-9.=&%_~-]{0,60}", fullmatch=True), secret_key=KEYS)
def test_an_honest_tc3_get_fits_the_documented_reading(query: str, secret_key: str) -> None:
    sent = Tc3(
        host="h", secret_id="AKIDx", secret_key=secret_key, method="GET", query=query, content_type=FORM_TYPE
    )
    assert tc3_readings(sent)[0].signature == sent.signature


@given(value=st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True))
def test_any_header_may_be_signed(value: str) -> None:
    headers = {"X-TC-Language": "en-US", "X-Custom": value}
    sent = Tc3(
        host="h", secret_id="AKIDx", secret_key="k", headers=headers, also_sign=("x-custom", "x-tc-language")
    )
    assert tc3_readings(sent)[0].signature == sent.signature


@given(host=HOSTS, secret_key=KEYS, params=PAIRS, timestamp=TIMES)
@pytest.mark.parametrize("algorithm", ["HmacSHA1", "HmacSHA256", None])
def test_an_honest_older_signature_fits_the_documented_reading(
    algorithm: str | None, host: str, secret_key: str, params: dict[str, str], timestamp: int
) -> None:
    sent = V1(
        host=host,
        secret_id="AKIDx",
        secret_key=secret_key,
        params={f"p{name}": value for name, value in params.items()},
        timestamp=timestamp,
        algorithm=algorithm,
    )
    assert v1_readings(sent)[0].signature == sent.signature


@given(one=BODIES, other=BODIES)
def test_two_bodies_never_share_a_signature(one: bytes, other: bytes) -> None:
    sent = Tc3(host="h", secret_id="AKIDx", secret_key="k", body=one, timestamp=1)
    same = tc3_readings(sent)[0].signature == replace(sent, body=other).signature
    assert same == (one == other)


@pytest.mark.parametrize("signed_host", ["127.0.0.1:9000", "127.0.0.1"])
def test_the_host_may_be_signed_with_or_without_its_port(signed_host: str) -> None:
    sent = Tc3(host="127.0.0.1:9000", secret_id="AKIDx", secret_key="k", signed_host=signed_host)
    assert sent.signature in [reading.signature for reading in tc3_readings(sent)]
    old = V1(host="127.0.0.1:9000", secret_id="AKIDx", secret_key="k", signed_host=signed_host)
    assert old.signature in [reading.signature for reading in v1_readings(old)]


def test_a_content_type_may_be_signed_as_written() -> None:
    sent = Tc3(
        host="h", secret_id="AKIDx", secret_key="k", content_type="Application/JSON", lower_values=False
    )
    assert sent.signature in [reading.signature for reading in tc3_readings(sent)]


def test_names_with_underscores_may_be_signed_with_dots_as_the_python_sdk_does() -> None:
    written = V1(host="h", secret_id="AKIDx", secret_key="k", params={"a_b": "1"}, timestamp=1)
    dotted = replace(written, params={"a.b": "1"})
    assert dotted.signature in [reading.signature for reading in v1_readings(written)]


@pytest.mark.parametrize(
    ("host", "forms"),
    [("h", ("h",)), ("h:1", ("h:1", "h")), ("[::1]:80", ("[::1]:80", "[::1]")), ("", ("",))],
)
def test_a_host_has_a_form_without_port(host: str, forms: tuple[str, ...]) -> None:
    assert host_forms(host) == forms


@pytest.mark.parametrize(
    ("timestamp", "date"), [(0, "1970-01-01"), (1551139199, "2019-02-25"), (1551139200, "2019-02-26")]
)
def test_a_scope_has_the_utc_date(timestamp: int, date: str) -> None:
    assert scope_date(timestamp) == date


@pytest.mark.parametrize("timestamp", [10**12, 10**15, 10**18])
def test_a_timestamp_outside_the_calendar_has_no_date(timestamp: int) -> None:
    with pytest.raises(ValueError, match="is no unix timestamp"):
        scope_date(timestamp)


SCOPE = "AKIDx/2019-02-25/bda/tc3_request"


def test_an_authorization_is_taken_apart() -> None:
    header = f"TC3-HMAC-SHA256  Credential={SCOPE} ,SignedHeaders=Host;Content-Type,  Signature=0aF "
    parsed = Authorization.parse(header)
    assert (parsed.secret_id, parsed.date, parsed.service) == ("AKIDx", "2019-02-25", "bda")
    assert (parsed.signed_headers, parsed.signature) == (("host", "content-type"), "0aF")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "SKIP",
        "Bearer x",
        f"TC3-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host",
        f"TC3-HMAC-SHA256 Credential={SCOPE}, Signature=00",
        f"TC3-HMAC-SHA256 SignedHeaders=host, Credential={SCOPE}, Signature=00",
        "TC3-HMAC-SHA256 Credential=AKIDx/bda/tc3_request, SignedHeaders=host, Signature=00",
        "TC3-HMAC-SHA256 Credential=AKIDx/2019-02-25/bda/aws4_request, SignedHeaders=host, Signature=00",
        f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=00",
    ],
)
def test_another_authorization_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match="not of the form 'TC3-HMAC-SHA256 Credential="):
        Authorization.parse(header)


@given(st.text())
def test_any_text_that_is_no_authorization_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match="not of the form"):
        Authorization.parse(header)
