import base64
import io
import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mockserver.damage.images import corrupt, corrupt_base64, holds_base64
from mockserver.fixtures.portraits import portrait
from mockserver.imaging import encode

PIXELS = portrait(4, width=120, height=150, noise=0).rgb
SAVED: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG"},
    "interlaced png": {"format": "PNG", "optimize": True},
    "jpeg": {"format": "JPEG"},
    "progressive jpeg": {"format": "JPEG", "progressive": True, "optimize": True},
    "webp": {"format": "WEBP"},
    "lossless webp": {"format": "WEBP", "lossless": True},
    "gif": {"format": "GIF"},
    "bmp": {"format": "BMP"},
}


def saved(**options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, **options)
    return file.getvalue()


def decodes(data: bytes) -> bool:
    try:
        Image.open(io.BytesIO(data)).load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


@pytest.fixture(scope="module", params=SAVED)
def file(request: pytest.FixtureRequest) -> bytes:
    return saved(**SAVED[request.param])


@pytest.mark.parametrize("seed", range(10))
def test_a_decoder_notices(file: bytes, seed: int) -> None:
    assert decodes(file)
    spoiled = corrupt(file, Random(seed))
    assert not decodes(spoiled)
    assert len(spoiled) == len(file)


def test_a_decoder_notices_in_the_files_that_the_server_makes() -> None:
    file = encode.png(PIXELS)
    assert decodes(file)
    assert not any(decodes(corrupt(file, Random(seed))) for seed in range(10))


@pytest.mark.parametrize("name", ["png", "jpeg"])
def test_format_and_size_can_still_be_read(name: str) -> None:
    image = Image.open(io.BytesIO(corrupt(saved(**SAVED[name]), Random(1))))
    assert image.size == (120, 150)


def test_few_bytes_are_flipped() -> None:
    file = saved(format="PNG")
    assert sum(a != b for a, b in zip(file, corrupt(file, Random(1)), strict=True)) <= 10


def test_the_same_seed_flips_the_same_bytes(file: bytes) -> None:
    assert corrupt(file, Random(5)) == corrupt(file, Random(5))


@given(st.binary(max_size=400), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]), st.integers())
def test_bytes_that_are_no_image_are_no_mistake(data: bytes, magic: bytes, seed: int) -> None:
    assert len(corrupt(magic + data, Random(seed))) == len(magic + data)


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
@pytest.mark.parametrize("escaped", [False, True])
@pytest.mark.parametrize("name", SAVED)
def test_every_image_in_base64_inside_json_is_corrupted_and_nothing_else(
    name: str, prefix: str, escaped: bool
) -> None:
    image = base64.b64encode(saved(**SAVED[name])).decode()
    answer = {"first": prefix + image, "more": ["text", {"second": prefix + image}], "number": 7}
    text = json.dumps(answer).encode()
    text = text.replace(b"/", b"\\/") if escaped else text
    assert holds_base64(text)
    spoiled, count = corrupt_base64(text, Random(1))
    assert count == 2
    found = json.loads(spoiled)
    for value in (found["first"], found["more"][1]["second"]):
        assert value.startswith(prefix)
        assert not decodes(base64.b64decode(value.removeprefix(prefix)))
    assert {**found, "first": 0, "more": 0} == {**answer, "first": 0, "more": 0}
    assert (b"\\/" in spoiled) == escaped


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"text": "iVBORw0KGgo"},
        {"text": base64.b64encode(b"no image at all, but quite a long text in base64").decode()},
        {"text": "/9j/" + "!" * 100},
        {"text": "iVBORw0KGgo" + "a" * 100},
    ],
)
def test_other_json_holds_no_image(answer: Any) -> None:
    text = json.dumps(answer).encode()
    assert not holds_base64(text)
    assert corrupt_base64(text, Random(1)) == (text, 0)
