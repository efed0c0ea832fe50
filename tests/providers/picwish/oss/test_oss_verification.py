"""Honest links hold, and every other one is refused for OSS's own reason."""

import string
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oss_links import AT, BOTH, BUCKET, IMAGE, KEYS, REGION, V1, V4, checked

from mockserver.providers.picwish.oss.failures import FAILURES
from mockserver.providers.picwish.oss.presigned import parsed
from mockserver.providers.picwish.oss.signing import sign_v1
from mockserver.providers.picwish.oss.verdict import Breach, Version

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@BOTH
@given(offset=st.integers(-900, 10_000))
@example(offset=3600)
@example(offset=3601)
def test_a_link_lives_to_its_last_second(link: str, offset: int) -> None:
    verdict = checked(link, now=AT + offset)
    assert verdict.breach == (Breach.EXPIRED if offset > 3600 else None)
    assert verdict.expires_at == AT + 3600


@pytest.mark.parametrize(
    ("now", "breach"), [(AT - 900, None), (AT - 901, Breach.NOT_YET_VALID), (0, Breach.NOT_YET_VALID)]
)
def test_a_link_of_version_4_holds_a_quarter_of_an_hour_early(now: float, breach: Breach | None) -> None:
    assert checked(V4, now=now).breach is breach


@BOTH
@given(data=st.data())
def test_a_changed_signature_or_object_never_passes(link: str, data: st.DataObject) -> None:
    signature = dict(parsed(link)).get("Signature") or dict(parsed(link))["x-oss-signature"]
    place = data.draw(st.integers(0, len(signature) - 2))
    other = data.draw(st.sampled_from(string.ascii_letters + string.digits).filter(signature[place].__ne__))
    forged = signature[:place] + other + signature[place + 1 :]
    tampered = link.replace(quote(signature), quote(forged))
    assert checked(tampered).breach is Breach.SIGNATURE_MISMATCH
    key = data.draw(TEXTS.filter(IMAGE.__ne__))
    assert checked(link, key=key).breach is Breach.SIGNATURE_MISMATCH
    assert checked(link, bucket="wxtechhk").breach is Breach.SIGNATURE_MISMATCH


@BOTH
def test_head_goes_with_the_signature_of_a_get(link: str) -> None:
    assert checked(link, method="HEAD").ok
    assert checked(link, method="PUT").breach is Breach.SIGNATURE_MISMATCH


@BOTH
def test_processing_may_be_asked_for_after_signing(link: str) -> None:
    assert checked(f"{link}&x-oss-process=image/resize,w_100").ok


def test_processing_that_was_signed_may_not_be_taken_away() -> None:
    link = sign_v1(KEYS, bucket=BUCKET, key=IMAGE, expires=AT, params={"x-oss-process": "image/info"})
    assert checked(link).ok
    assert checked(link.replace("image/info", "image/resize,w_1")).breach is Breach.SIGNATURE_MISMATCH


def test_an_unknown_parameter_breaks_version_4_alone() -> None:
    assert checked(f"{V1}&utm_source=mail").ok
    assert checked(f"{V4}&utm_source=mail").breach is Breach.SIGNATURE_MISMATCH
    assert checked(f"{V1}&response-content-type=text/plain").breach is Breach.SIGNATURE_MISMATCH


def test_of_a_repeated_parameter_the_first_counts() -> None:
    assert checked(f"{V1}&Signature=AAAA&Expires=0&OSSAccessKeyId=other").ok
    assert checked(f"Expires=0&{V1}").breach is Breach.EXPIRED


def swapped(link: str, name: str, value: str | None) -> str:
    """A link with one parameter replaced, or without it."""
    pairs = [part for part in link.split("&") if part.partition("=")[0] != name]
    return "&".join(pairs if value is None else [*pairs, f"{name}={value}"])


KEY_ID = KEYS.access_key_id
REFUSED: list[tuple[str, str, str | None, Breach]] = [
    (V1, "Expires", None, Breach.EXPIRES_MISSING),
    (V1, "Expires", "", Breach.EXPIRES_EMPTY),
    *(
        (V1, "Expires", text, Breach.EXPIRES_INVALID)
        for text in ("abc", "-1", "1.5", "NaN", "1e9", "%2B1", "٣", "9" * 19, "1" * 500, "0x1")
    ),
    (V1, "Expires", "0", Breach.EXPIRED),
    (V1, "Expires", str(2**63 - 1), Breach.SIGNATURE_MISMATCH),
    (V1, "OSSAccessKeyId", None, Breach.KEY_ID_MISSING),
    (V1, "OSSAccessKeyId", "", Breach.KEY_ID_EMPTY),
    (V1, "OSSAccessKeyId", "ab%09c", Breach.KEY_ID_INVALID),
    (V1, "OSSAccessKeyId", "LTAI5tOther", Breach.KEY_ID_UNKNOWN),
    (V1, "Signature", None, Breach.SIGNATURE_MISSING),
    (V1, "Signature", "", Breach.SIGNATURE_EMPTY),
    (V1, "Signature", "%FF%FE", Breach.SIGNATURE_MISMATCH),
    (V4, "x-oss-signature-version", "OSS4", Breach.VERSION_INVALID),
    (V4, "x-oss-signature-version", "OSS2", Breach.VERSION_INVALID),
    (V4, "x-oss-signature-version", "", Breach.VERSION_INVALID),
    (V4, "x-oss-signature-version", None, Breach.UNSIGNED),
    (V4, "x-oss-expires", None, Breach.EXPIRES_MISSING),
    (V4, "x-oss-expires", "", Breach.EXPIRES_EMPTY),
    *((V4, "x-oss-expires", text, Breach.EXPIRES_INVALID) for text in ("0", "604801", "-5", "x", "9" * 400)),
    (V4, "x-oss-expires", "604800", Breach.SIGNATURE_MISMATCH),
    (V4, "x-oss-credential", None, Breach.CREDENTIAL_MISSING),
    (V4, "x-oss-credential", "", Breach.CREDENTIAL_EMPTY),
    (V4, "x-oss-credential", KEY_ID, Breach.CREDENTIAL_INVALID),
    (V4, "x-oss-credential", f"{KEY_ID}/20231114/{REGION}/oss/abc", Breach.CREDENTIAL_INVALID),
    (V4, "x-oss-credential", f"{KEY_ID}/20231114/{REGION}/s3/aliyun_v4_request", Breach.CREDENTIAL_INVALID),
    *(
        (V4, "x-oss-credential", f"{KEY_ID}/{date}/{REGION}/oss/aliyun_v4_request", breach)
        for date, breach in (
            ("2023-11-14", Breach.CREDENTIAL_DATE_INVALID),
            ("20231115", Breach.CREDENTIAL_DATE_INVALID),
            ("", Breach.CREDENTIAL_INVALID),
        )
    ),
    (V4, "x-oss-credential", "x/20231114/cn-hongkong/oss/aliyun_v4_request", Breach.REGION_MISMATCH),
    (V4, "x-oss-credential", f"x/20231114/{REGION}/oss/aliyun_v4_request", Breach.KEY_ID_UNKNOWN),
    (V4, "x-oss-credential", f"%0D/20231114/{REGION}/oss/aliyun_v4_request", Breach.KEY_ID_INVALID),
    (V4, "x-oss-date", None, Breach.DATE_MISSING),
    (V4, "x-oss-date", "", Breach.DATE_EMPTY),
    *(
        (V4, "x-oss-date", text, Breach.DATE_INVALID)
        for text in (
            "20231114",
            "20231314T221320Z",
            "20231114T221320",
            "20231114T222560Z",
            "00000000T000000Z",
        )
    ),
    (V4, "x-oss-date", "20231114T221321Z", Breach.SIGNATURE_MISMATCH),
    (V4, "x-oss-signature", None, Breach.SIGNATURE_MISSING),
    (V4, "x-oss-signature", "", Breach.SIGNATURE_EMPTY),
    (V4, "x-oss-signature", "abc", Breach.SIGNATURE_MISMATCH),
]


@pytest.mark.parametrize(("link", "name", "value", "breach"), REFUSED)
def test_a_broken_link_gets_its_reason(link: str, name: str, value: str | None, breach: Breach) -> None:
    verdict = checked(swapped(link, name, value))
    assert verdict.breach is breach
    assert verdict.explanation is not None
    assert verdict.explanation["hint"]


@BOTH
def test_a_signature_is_in_the_link_or_in_a_header(link: str) -> None:
    assert checked(link, headers={"Authorization": "OSS a:b"}).breach is Breach.TWO_SIGNATURES


@pytest.mark.parametrize("query", ["", "&&", "=", "a=b", "Expires=1", "expires=1&signature=x"])
def test_a_query_without_signature_is_unsigned(query: str) -> None:
    assert checked(query).breach is Breach.UNSIGNED


def test_every_breach_of_the_table_is_met_and_the_other_way_round() -> None:
    met = {(Version.V1 if link is V1 else Version.V4, breach) for link, _, _, breach in REFUSED}
    met -= {(Version.V4, Breach.UNSIGNED)}
    elsewhere = {
        (Version.UNSIGNED, Breach.UNSIGNED),
        (Version.V1, Breach.TWO_SIGNATURES),
        (Version.V4, Breach.TWO_SIGNATURES),
        (Version.V4, Breach.EXPIRED),
        (Version.V4, Breach.NOT_YET_VALID),
    }
    assert met | elsewhere == set(FAILURES)


NAMES = ["Expires", "OSSAccessKeyId", "Signature", "x-oss-process", "a"]
NAMES += [name for name, _ in parsed(V4)]
VALUES = st.sampled_from([*dict(parsed(V1)).values(), *dict(parsed(V4)).values()]) | st.text(max_size=20)
QUERIES = st.text(st.characters(), max_size=80) | st.lists(
    st.tuples(st.sampled_from(NAMES), VALUES | st.integers().map(str)), max_size=8
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))


@given(
    query=QUERIES,
    method=st.sampled_from(["GET", "HEAD"]) | st.text(max_size=5),
    key=st.text(st.characters(), max_size=20),
)
def test_whatever_is_asked_gets_a_verdict(query: str, method: str, key: str) -> None:
    verdict = checked(query, method=method, key=key)
    assert verdict.ok or (verdict.version, verdict.breach) in FAILURES
    assert verdict.ok == (verdict.explanation is None)


def test_secrets_do_not_show() -> None:
    assert KEYS.access_key_secret not in repr(KEYS)
    assert KEYS.access_key_secret not in repr(checked(V1.replace("Signature=", "Signature=x")))
