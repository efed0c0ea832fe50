import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import redaction
from mockserver.providers import PROVIDERS
from mockserver.redaction import SHAPES, is_secret, redacted, shortened

ACCOUNT_NAMES = {"oss_access_key_id", "app_id"}


@pytest.mark.parametrize("sandbox_id", ["default", "0123abcd"])
@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: str(provider.name))
def test_every_secret_that_is_minted_has_a_shape_that_is_hidden(provider: object, sandbox_id: str) -> None:
    minted = provider.mint(sandbox_id)  # type: ignore[attr-defined]
    for name, secret in minted.items():
        known = SHAPES.fullmatch(secret.encode()) is not None
        assert known is (name not in ACCOUNT_NAMES), name
        line = f'{{"path": "/a/{secret}"}}'.encode()
        assert (secret.encode() in redaction.entry(line)) is (name in ACCOUNT_NAMES)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Authorization",
            "cookie",
            "Set-Cookie",
            "X-API-KEY",
            "api_key",
            "apikey",
            "x-tc-token",
            "Signature",
        ),
        *(
            "x-oss-signature",
            "X-Amz-Signature",
            "sign",
            "x-access-api-sign",
            "appSecret",
            "SecretId",
            "password",
        ),
        *("access_token", "sig", "q-signature", "x-oss-security-token"),
    ],
)
def test_these_names_hide_what_they_hold(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "SignatureMethod",
            "x-oss-signature-version",
            "SignedHeaders",
            "Expires",
            "OSSAccessKeyId",
            "appId",
        ),
        *("salt", "Action", "content-type", "host", "image_url", "keywords", "signed", "user-agent"),
    ],
)
def test_these_names_hide_nothing(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (
            "Expires=1&OSSAccessKeyId=a&Signature=abcdefgh%3D",
            "Expires=1&OSSAccessKeyId=a&Signature=abcdef… (9 characters)",
        ),
        ("x-oss-signature=0af&x-oss-signature-version=V", "x-oss-signature=…&x-oss-signature-version=V"),
        ("a=1&X-API-KEY=secret", "a=1&X-API-KEY=…"),
        ("api%5Fkey=secret", "api%5Fkey=…"),
        ("u=http%3A%2F%2Fme%3Apw%40host%2F%3Ftoken%3Dabc", "u=http://…@host/?token=…"),
        ("signature", "signature"),
        ("sign=&a", "sign=&a"),
        ("", ""),
    ],
)
def test_a_query_is_kept_without_its_secrets(query: str, shown: str) -> None:
    assert redaction.query(query) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://me:pw@host:1/a@b?x=1&token=abc#t", "http://…@host:1/a@b?x=1&token=…"),
        ("http://host/a?Signature=abc", "http://host/a?Signature=…"),
        ("http://host/a@b", "http://host/a@b"),
    ],
)
def test_a_url_is_kept_without_its_secrets(url: str, shown: str) -> None:
    assert redaction.url(url) == shown


def test_the_scope_of_a_tc3_signature_stays_readable() -> None:
    scope = "2026-01-01/bda/tc3_request, SignedHeaders=a;b"
    sent = f"TC3-HMAC-SHA256 Credential=AKIDnobody0/{scope}, Signature=0123456789"
    ((_, shown),) = redaction.headers([("authorization", sent)])
    masked = ("AKIDno… (11 characters)", "012345… (10 characters)")
    assert shown == f"TC3-HMAC-SHA256 Credential={masked[0]}/{scope}, Signature={masked[1]}"


def test_a_field_is_hidden_by_its_name_however_deep_it_is() -> None:
    content = {"a": [{"token": "123456789", "url": "http://h/?sig=1"}], "n": 1, "appSecret": ""}
    assert redaction.value("", content) == {
        "a": [{"token": "123456… (9 characters)", "url": "http://h/?sig=…"}],
        "n": 1,
        "appSecret": "",
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"sign":"0123456789","n":1}', '{"sign":"012345… (10 characters)","n":1}'),
        (
            r'{"image":"http:\/\/h\/a?Expires=1\u0026Signature=abc"}',
            r'{"image":"http:\/\/h\/a?Expires=1\u0026Signature=…"}',
        ),
        ("<Url>http://h/?a=1&amp;Signature=abc</Url>", "<Url>http://h/?a=1&amp;Signature=…</Url>"),
        ("callback_url is 'ftp://me:pw@h/?token=1'", "callback_url is 'ftp://…@h/?token=…'"),
        ("the signature is wrong; a token is needed", "the signature is wrong; a token is needed"),
    ],
)
def test_an_answer_is_kept_without_its_secrets(text: str, shown: str) -> None:
    assert redaction.answer(text) == shown


def test_a_canonical_request_is_kept_without_its_secrets() -> None:
    text = "POST\nSecretId=AKID123456&Nonce=1\nx-tc-token:123456789\nhost:h"
    shown = "POST\nSecretId=AKID12… (10 characters)&Nonce=1\nx-tc-token:123456… (9 characters)\nhost:h"
    assert redaction.explanation({"canonical_request": text, "line": 3, "first": {"expected": "a"}}) == {
        "canonical_request": shown,
        "line": 3,
        "first": {"expected": "a"},
    }


@given(st.text(), st.text())
def test_hiding_twice_is_hiding_once(name: str, content: str) -> None:
    once = redaction.value(name, {"token": content, name: content})
    assert redaction.value(name, once) == once
    query = redaction.query(f"token={content}&{name}={content}")
    assert redaction.query(query) == query


@given(st.text(max_size=3000))
def test_a_text_is_whole_up_to_the_bound(text: str) -> None:
    assert shortened(text) == text or len(text) > redaction.MAX_TEXT


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=9))
def test_no_more_than_six_characters_are_ever_shown(secret: str) -> None:
    assert secret[:7] not in redacted(secret)


@pytest.mark.parametrize(
    "name", ["token", "appSecret", "x-api-key", "password", "sign", "sig", "Set-Cookie", "AUTHORIZATION"]
)
def test_a_member_of_an_answer_is_hidden_by_its_name_alone(name: str) -> None:
    assert (
        redaction.answer(f'{{"a": 1, "{name}": "abcdefghij"}}')
        == f'{{"a": 1, "{name}": "abcdef… (10 characters)"}}'
    )
