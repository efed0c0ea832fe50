"""The official SDK, unmodified but for base URL and key, over a real socket."""

import asyncio
import io
from typing import Any

import httpx
import numpy as np
import pytest
from ailabtools.client import AILabClient
from ailabtools.errors import AILabApiError
from numpy.typing import NDArray
from PIL import Image

from mockserver import RunningSandbox, fixtures
from mockserver.fixtures.edges import MEBIBYTE, padded, sized
from mockserver.fixtures.files import BmpKind, bmp, jpeg, png
from mockserver.fixtures.portraits import Head, Portrait, portrait

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()


def extract(sandbox: RunningSandbox, image: bytes, *, key: str | None = None, **options: str) -> Any:
    """What the SDK answers for an image."""

    async def call() -> Any:
        client = AILabClient(key or sandbox.ailab.api_key, base_url=sandbox.ailab.url)
        try:
            return await client.cutout.cutoutAvatarExtraction({"image": image, **options})
        finally:
            await client.aclose()

    return asyncio.run(call())


def elements(sandbox: RunningSandbox, image: bytes, **options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = extract(sandbox, image, **options)["data"]["elements"]
    return found


def overlap(result: NDArray[np.uint8], element: dict[str, Any], head: Head) -> float:
    """Intersection over union of two soft masks: a result put back where it lies, and the truth."""
    x, y, width, height = (element[name] for name in ("x", "y", "width", "height"))
    full = np.zeros(head.alpha.shape)
    full[y : y + height, x : x + width] = result
    return float(np.minimum(full, head.alpha).sum() / np.maximum(full, head.alpha).sum())


PORTRAITS = {
    "one on white": portrait(2, width=400, height=500, background="white"),
    "one on grey": portrait(4, width=400, height=500, background="grey"),
    "two on green": portrait(3, width=600, height=400, people=2, background="green"),
    "three on a vignette": portrait(5, width=720, height=400, people=3, background="vignette"),
    "five on a gradient": portrait(8, width=1200, height=500, people=5),
}


@pytest.mark.parametrize("source", PORTRAITS.values(), ids=PORTRAITS)
def test_each_result_has_the_alpha_of_its_head(
    sandbox: RunningSandbox, client: httpx.Client, source: Portrait
) -> None:
    found = elements(sandbox, jpeg(source))
    assert len(found) == len(source.heads)
    for element, head in zip(found, source.heads, strict=True):
        picture = Image.open(io.BytesIO(client.get(element["image_url"]).content))
        assert (picture.format, picture.mode) == ("PNG", "RGBA")
        assert picture.size == (element["width"], element["height"])
        assert overlap(np.asarray(picture)[..., 3], element, head) > 0.85


def test_a_mask_has_one_channel_the_size_of_the_crop_and_the_alpha_of_the_cutout(
    sandbox: RunningSandbox, client: httpx.Client
) -> None:
    (whole,), (masked,) = elements(sandbox, PORTRAIT), elements(sandbox, PORTRAIT, returnForm="mask")
    cutout = Image.open(io.BytesIO(client.get(whole["image_url"]).content))
    mask = Image.open(io.BytesIO(client.get(masked["image_url"]).content))
    assert (mask.format, mask.mode, mask.size) == ("PNG", "L", cutout.size)
    assert np.array_equal(np.asarray(mask), np.asarray(cutout)[..., 3])


def test_a_cutout_keeps_the_colours_of_the_picture_where_it_is_opaque(
    sandbox: RunningSandbox, client: httpx.Client
) -> None:
    source = PORTRAITS["one on white"]
    (element,) = elements(sandbox, png(source))
    cutout = np.asarray(Image.open(io.BytesIO(client.get(element["image_url"]).content)))
    x, y = element["x"], element["y"]
    crop = source.rgb[y : y + cutout.shape[0], x : x + cutout.shape[1]]
    opaque = cutout[..., 3] == 255
    assert opaque.mean() > 0.3
    assert np.array_equal(cutout[opaque][:, :3], crop[opaque])


@pytest.mark.parametrize(
    "image", [jpeg(PORTRAITS["one on grey"]), png(PORTRAITS["one on grey"]), bmp(PORTRAITS["one on grey"])]
)
def test_all_documented_formats_are_taken(sandbox: RunningSandbox, image: bytes) -> None:
    assert len(elements(sandbox, image)) == 1


def test_a_bmp_of_few_colours_is_taken(sandbox: RunningSandbox) -> None:
    image = bmp(PORTRAITS["one on white"], kind=BmpKind.PALETTE)
    assert len(elements(sandbox, image)) == 1


@pytest.mark.parametrize(
    ("image", "status", "code"),
    [
        (b"this is not a picture", 415, "UNSUPPORTED_FILE_TYPES"),
        (PORTRAIT[:2000], 422, "FILE_DECODING_FAILURE"),
        (padded(PORTRAIT, 3 * MEBIBYTE + 1), 413, "FILE_SIZE_EXCEEDS_LIMIT"),
        (sized(2000, 100), 413, "FILE_RESOLUTION_EXCEEDS_LIMITS"),
        (sized(32, 100), 422, "ERROR_LOW_RESOLUTION"),
    ],
)
def test_an_image_that_is_refused_raises_the_sdks_own_exception(
    sandbox: RunningSandbox, image: bytes, status: int, code: str
) -> None:
    with pytest.raises(AILabApiError) as caught:
        extract(sandbox, image)
    assert (caught.value.detail.status_code, caught.value.detail.code) == (status, code)
    assert caught.value.request_id


def test_an_unknown_key_is_an_error_with_its_request_id(sandbox: RunningSandbox) -> None:
    with pytest.raises(AILabApiError, match=r"The user does not exist\.") as caught:
        extract(sandbox, PORTRAIT, key="mock-nobody")
    error = caught.value
    assert (error.detail.status_code, error.detail.code) == (401, "ERROR_USER_NOT_EXISTS")
    assert error.request_id == error.raw["request_id"]
    assert len(error.request_id) == 36
    assert error.log_id.isdigit()


def test_the_supplement_is_the_message_of_the_error(sandbox: RunningSandbox) -> None:
    with pytest.raises(AILabApiError, match=r"^pic not has face$") as caught:
        extract(sandbox, fixtures.path("empty.jpg").read_bytes())
    assert caught.value.detail.code == "ERROR_NO_FACE_IN_FILE"
    assert caught.value.detail.code_message == "No face detected in the file."


@pytest.mark.parametrize("envelope", ["1", "2", "3", "4"])
def test_every_generation_of_the_envelope_is_understood(sandbox: RunningSandbox, envelope: str) -> None:
    sandbox.set("ailab", envelope=envelope)
    assert len(elements(sandbox, PORTRAIT)) == 1
    sandbox.fail("ailab", "error.AI_SERVICE_TIMEOUT")
    with pytest.raises(AILabApiError) as caught:
        extract(sandbox, PORTRAIT)
    assert caught.value.detail.status_code == 504
