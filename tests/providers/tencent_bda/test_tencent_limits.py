"""Every limit of the provider at its edge, on both sides."""

import base64
import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from signer import V1, Call, Tc3, code

from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.edges import sized
from mockserver.fixtures.files import png
from mockserver.providers.base import Refusal
from mockserver.providers.tencent_bda import PROVIDER
from mockserver.providers.tencent_bda.authentication import Public, check_time
from mockserver.registry import Registry
from mockserver.state.memory import MemoryState

MEBIBYTE = 1024 * 1024
MAX_BASE64 = 5 * MEBIBYTE
HEAD = {"Head": True}
SECOND_LIMIT = 300


@pytest.fixture
def base64_of(picture: bytes) -> Callable[[int], str]:
    """A picture, padded behind its end to a text of so many characters."""

    def base64_of(characters: int) -> str:
        data = picture + bytes(characters // 4 * 3 - len(picture))
        return base64.b64encode(data).decode()

    return base64_of


@pytest.mark.parametrize(
    ("characters", "expected"),
    [
        (MAX_BASE64 - 4, "success"),
        (MAX_BASE64, "success"),
        (MAX_BASE64 + 4, "FailedOperation.ImageSizeExceed"),
    ],
)
def test_an_image_has_at_most_5_mb_of_base64(
    call: Call, base64_of: Callable[[int], str], characters: int, expected: str
) -> None:
    image = base64_of(characters)
    assert len(image) == characters
    answer = call({"SegmentationOptions": HEAD, "Image": image})
    assert answer.get("Error", {}).get("Code", "success") == expected


def padded_json(content: Mapping[str, Any], size: int) -> bytes:
    text = json.dumps(content).encode()
    return text + b" " * (size - len(text))


@pytest.mark.parametrize(
    ("size", "expected"), [(10 * MEBIBYTE, "success"), (10 * MEBIBYTE + 1, "RequestSizeLimitExceeded")]
)
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
def test_a_tc3_body_has_at_most_10_mb(
    tc3: Tc3, sandbox: RunningSandbox, content: dict[str, Any], size: int, expected: str, declared: bool
) -> None:
    sent = replace(tc3, body=padded_json(content, size))
    assert code(sent.send(sandbox.tencent_bda.url, chunked=not declared)) == expected


@pytest.mark.parametrize(
    ("size", "expected"), [(MEBIBYTE, "success"), (MEBIBYTE + 1, "AuthFailure.SignatureFailure")]
)
def test_an_older_form_has_at_most_1_mb(v1: V1, sandbox: RunningSandbox, size: int, expected: str) -> None:
    encoded = urlencode(v1.sent)
    encoded += "&" * (size - len(encoded))
    response = v1.send(sandbox.tencent_bda.url, encoded=encoded)
    assert code(response) == expected
    assert ("exceeding request size limit" in response.text) == (expected != "success")


def test_a_form_that_is_too_large_is_journaled_among_strangers(
    v1: V1, server: MockServer, sandbox: RunningSandbox
) -> None:
    v1.send(sandbox.tencent_bda.url, encoded="x" * (MEBIBYTE + 1))
    assert list(server.strangers.last.behaviours) == ["tencent_bda.error.AuthFailure.SignatureFailure"]
    assert server.strangers.last.notes == ["the request body is larger than 1048576 bytes"]


@pytest.mark.parametrize(
    ("size", "expected"),
    [(32 * 1024, "InvalidParameter.InvalidParameter"), (32 * 1024 + 1, "RequestSizeLimitExceeded")],
)
def test_a_tc3_query_has_at_most_32_kb(
    tc3_get: Tc3, sandbox: RunningSandbox, size: int, expected: str
) -> None:
    sent = replace(tc3_get, query=tc3_get.query + "&" * (size - len(tc3_get.query)))
    assert code(sent.send(sandbox.tencent_bda.url)) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [(32 * 1024, "InvalidParameter.InvalidParameter"), (32 * 1024 + 1, "RequestSizeLimitExceeded")],
)
def test_an_older_query_has_at_most_32_kb(v1: V1, sandbox: RunningSandbox, size: int, expected: str) -> None:
    sent = replace(v1, method="GET", params={"SegmentationOptions.Head": "True"})
    encoded = urlencode(sent.sent)
    encoded += "&" * (size - len(encoded))
    assert code(sent.send(sandbox.tencent_bda.url, encoded=encoded)) == expected


# A second may pass on the way, so the far side of a limit that shrinks is two seconds away.
@pytest.mark.parametrize(
    ("off", "expected"),
    [
        (SECOND_LIMIT, "success"),
        (SECOND_LIMIT + 2, "AuthFailure.SignatureExpire"),
        (-SECOND_LIMIT + 2, "success"),
        (-SECOND_LIMIT - 1, "AuthFailure.SignatureExpire"),
    ],
)
def test_a_timestamp_may_be_five_minutes_off(
    tc3: Tc3, v1: V1, sandbox: RunningSandbox, off: int, expected: str
) -> None:
    url = sandbox.tencent_bda.url
    assert code(replace(tc3, timestamp=tc3.timestamp + off).send(url)) == expected
    assert code(replace(v1, timestamp=v1.timestamp + off).send(url)) == expected


@pytest.mark.parametrize("real", [1_700_000_000.0, 1_700_000_000.999])
@pytest.mark.parametrize(
    ("off", "refused"), [(-301, True), (-300, False), (0, False), (300, False), (301, True)]
)
def test_the_tolerance_counts_whole_seconds(real: float, off: int, refused: bool) -> None:
    sandbox = Registry(MemoryState(), (PROVIDER,), real=lambda: real).default
    public = Public(action="", version="", region="", timestamp=1_700_000_000 + off, token="")
    with pytest.raises(Refusal, match="SignatureExpire") if refused else nullcontext():
        check_time(sandbox, public)


@pytest.mark.parametrize(
    ("skew", "cause"), [(302, "clock skew"), (-303, "clock skew"), (8 * 3600, "time zone")]
)
def test_a_clock_that_is_off_is_explained(tc3: Tc3, sandbox: RunningSandbox, skew: int, cause: str) -> None:
    sandbox.clock.skew = skew
    assert code(tc3.send(sandbox.tencent_bda.url)) == "AuthFailure.SignatureExpire"
    explanation = sandbox.journal.last.explanation
    assert explanation is not None
    assert explanation["cause"] == cause
    assert abs(explanation["seconds_off"] + skew) <= 2
    told = f"by {abs(explanation['seconds_off'])} s; sandbox.clock.skew is {skew}."
    assert (told in sandbox.journal.last.notes[0]) == (cause == "clock skew")


def test_milliseconds_are_explained(tc3: Tc3, sandbox: RunningSandbox) -> None:
    late = replace(tc3, timestamp=tc3.timestamp * 1000, date="2024-01-01")
    assert code(late.send(sandbox.tencent_bda.url)) == "AuthFailure.SignatureExpire"
    explanation = sandbox.journal.last.explanation
    assert explanation is not None
    assert explanation["cause"] == "milliseconds"


def test_travelling_does_not_invalidate_a_signature(tc3: Tc3, sandbox: RunningSandbox) -> None:
    sandbox.clock.travel(days=30)
    assert code(tc3.send(sandbox.tencent_bda.url)) == "success"


EXCEED, INSUFFICIENT = "FailedOperation.ImageResolutionExceed", "FailedOperation.ImageResolutionInsufficient"
NOBODY = "InvalidParameterValue.NoFaceInPhoto"


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (31, 100, INSUFFICIENT),
        (100, 31, INSUFFICIENT),
        (32, 32, NOBODY),
        (32, 1999, NOBODY),
        (1999, 1999, NOBODY),
        (2000, 1999, EXCEED),
        (1999, 2000, EXCEED),
        (2000, 20, EXCEED),
    ],
)
def test_a_side_has_32_to_1999_pixels(call: Call, width: int, height: int, expected: str) -> None:
    nobody = base64.b64encode(png(np.full((height, width, 3), 200, np.uint8))).decode()
    assert call({"SegmentationOptions": HEAD, "Image": nobody})["Error"]["Code"] == expected


def test_a_small_file_that_declares_many_pixels_is_refused_by_its_header(call: Call) -> None:
    small = png(np.zeros((40, 40, 3), np.uint8))
    lying = small[:16] + (30_000).to_bytes(4, "big") * 2 + small[24:]
    image = base64.b64encode(lying).decode()
    assert call({"SegmentationOptions": HEAD, "Image": image})["Error"]["Code"] == EXCEED


def test_the_largest_picture_succeeds(call: Call) -> None:
    image = base64.b64encode(sized(1999, 1999)).decode()
    assert "PortraitImage" in call({"SegmentationOptions": HEAD, "Image": image})
