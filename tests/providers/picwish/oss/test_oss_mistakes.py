"""A refused link is explained: what was done to it is named, and the first difference is right."""

from typing import Any
from urllib.parse import quote

import pytest
from oss_links import AT, BOTH, BUCKET, IMAGE, KEYS, REGION, V1, V4, checked

from mockserver.providers.picwish.oss.mistakes import HINTS
from mockserver.providers.picwish.oss.signing import sign_v1, sign_v4
from mockserver.providers.picwish.oss.verdict import Breach

PLUS = sign_v1(KEYS, bucket=BUCKET, key="a b+c/ü 图.png", expires=AT + 3600)


def explained(link: str, **overrides: Any) -> Any:
    """Why a link was refused."""
    verdict = checked(link, **overrides)
    assert verdict.breach is not None
    assert verdict.explanation is not None
    return verdict.explanation


@BOTH
@pytest.mark.parametrize("ampersand", ["\\u0026", "%5Cu0026", "&amp;", "%26amp%3B"])
def test_an_ampersand_that_was_not_decoded_is_seen(link: str, ampersand: str) -> None:
    damaged = link.replace("&", ampersand)
    assert checked(damaged).breach in (Breach.UNSIGNED, Breach.VERSION_INVALID)
    assert explained(damaged)["cause"] == "ampersand"


def test_a_single_ampersand_that_was_not_decoded_is_seen() -> None:
    damaged = V1.replace("&Signature", "\\u0026Signature")
    assert checked(damaged).breach is Breach.SIGNATURE_MISSING
    assert explained(damaged)["cause"] == "ampersand"


@pytest.mark.parametrize(
    ("query", "cause"),
    [
        ("", "dropped"),
        ("x-oss-process=image/info", "unsigned"),
        (V1.lower(), "case"),
        (V1.upper(), "case"),
        (V4.upper(), "case"),
    ],
)
def test_a_link_without_signature_is_explained(query: str, cause: str) -> None:
    assert explained(query) == {"cause": cause, "hint": HINTS.get(cause) or HINTS[Breach(cause)]}


ASKED_ELSE: list[tuple[str, dict[str, Any], str]] = [
    (V1, {"key": IMAGE.replace("-image", "-mask")}, "path"),
    (V4, {"key": IMAGE.replace(".png", ".jpg")}, "path"),
    (V4, {"key": f"/{IMAGE}"}, "path"),
    (V1, {"key": quote(IMAGE, safe="")}, "path"),
    (V1, {"key": f"{IMAGE})"}, "path"),
    (V1, {"method": "PUT"}, "method"),
    (V4, {"method": "POST"}, "method"),
    (V1, {"headers": {"Content-Type": "application/json"}}, "header"),
    (V4, {"headers": {"X-Oss-Range-Behavior": "standard"}}, "header"),
    (f"{V4}&token=1", {}, "parameter"),
    (f"{V4}&token=1&time=2", {}, "parameter"),
    (f"{V4}{'&token=1' * 2000}", {}, "parameter"),
    (f"{V1}&response-content-disposition=attachment", {}, "parameter"),
    (V1, {"key": "tasks/output/another.png"}, "unknown"),
    (V1.replace(str(AT + 3600), str(AT + 7200)), {}, "unknown"),
    (V4.replace("expires=3600", "expires=7200"), {}, "unknown"),
]


@pytest.mark.parametrize(("link", "request_made", "cause"), ASKED_ELSE)
def test_what_was_asked_instead_is_named(link: str, request_made: dict[str, Any], cause: str) -> None:
    explanation = explained(link, **request_made)
    assert (explanation["cause"], explanation["hint"]) == (cause, HINTS[cause])
    assert explanation["proven"] == (cause != "unknown")
    assert (explanation["first_difference"] is not None) == explanation["proven"]


REWRITTEN = [
    (V1.replace("%3D", ""), "truncated"),
    (V4.replace("29&x-oss-signature-version", "&x-oss-signature-version"), "truncated"),
    (V1.replace("%3D", "%253D"), "reescape"),
    (f"{V1}%22", "surroundings"),
    (f"{V1})", "surroundings"),
    (V4.replace("a2ebc780", "A2EBC780"), "case"),
]


@pytest.mark.parametrize(("link", "cause"), REWRITTEN)
def test_another_writing_of_the_signature_is_seen(link: str, cause: str) -> None:
    assert explained(link)["cause"] == cause


def test_a_plus_that_became_a_space_is_seen() -> None:
    assert "%2B" in PLUS
    assert explained(PLUS.replace("%2B", "+"), key="a b+c/ü 图.png")["cause"] == "escape"


def test_a_mismatch_of_version_1_shows_what_was_computed() -> None:
    explanation = explained(V1, key=IMAGE.replace("-image", "-mask"))
    path = f"/{BUCKET}/tasks/output/segmentation/93a5e47b"
    assert explanation["algorithm"] == "HMAC-SHA1"
    assert explanation["canonical_request"] is None
    assert explanation["string_to_sign"] == f"GET\n\n\n{AT + 3600}\n{path}-mask.png"
    assert explanation["received_signature"] == "D5qCqH5wdSGNYey32NSXLHaZal0="
    assert explanation["first_difference"] == {
        "in": "string to sign",
        "line": 5,
        "expected": f"{path}-mask.png",
        "signed": f"{path}-image.png",
    }


def test_a_mismatch_of_version_4_shows_what_was_computed() -> None:
    explanation = explained(V4, method="POST")
    assert explanation["algorithm"] == "OSS4-HMAC-SHA256"
    credential = f"{KEYS.access_key_id}%2F20231114%2F{REGION}%2Foss%2Faliyun_v4_request"
    lifetime = "x-oss-date=20231114T221320Z&x-oss-expires=3600"
    assert explanation["canonical_request"].split("\n") == [
        "POST",
        f"/{BUCKET}/{IMAGE}",
        f"x-oss-credential={credential}&{lifetime}&x-oss-signature-version=OSS4-HMAC-SHA256",
        "",
        "",
        "UNSIGNED-PAYLOAD",
    ]
    assert explanation["string_to_sign"].startswith(
        "OSS4-HMAC-SHA256\n20231114T221320Z\n20231114/cn-shenzhen"
    )
    honest = sign_v4(KEYS, bucket=BUCKET, key=IMAGE, region=REGION, at=AT, lifetime=3600, method="POST")
    assert f"x-oss-signature={explanation['expected_signature']}&" in honest
    assert explanation["first_difference"] == {
        "in": "canonical request",
        "line": 1,
        "expected": "POST",
        "signed": "GET",
    }


def test_an_old_link_tells_its_age() -> None:
    explanation = explained(V1, now=AT + 3725.5)
    assert explanation["cause"] == "expired"
    assert explanation["now"] - explanation["expires_at"] == 125.5


def test_a_long_link_is_kept_short() -> None:
    explanation = explained(V1, key="x" * 10_000)
    assert len(explanation["string_to_sign"]) < 200
