"""Files that come back as they came: type, stored size, orientation and kind of pixels."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_files import chunk, saved, turned
from numpy.typing import NDArray
from PIL import Image, ImageOps

from mockserver.imaging.decode import decode
from mockserver.imaging.headers import probe
from mockserver.imaging.recode import recoded

Bytes = NDArray[np.uint8]

WIDTH, HEIGHT = 60, 40


def slope() -> Bytes:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([columns * 4, rows * 6, 255 - columns * 2], axis=-1).astype(np.uint8)


def opened(file: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def again(file: bytes, **changes: Any) -> Image.Image:
    """A file decoded and written again, with the pixels of `changes`, if any."""
    picture = decode(file)
    return opened(recoded(changes.get("rgb", picture.rgb), file, changes.get("alpha", picture.alpha)))


class TestOrientation:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize(("kind", "how"), [("JPEG", {"quality": 95}), ("PNG", {})])
    def test_and_stored_size_stay_and_the_picture_shows_upright(
        self, kind: str, how: dict[str, Any], orientation: int
    ) -> None:
        file = saved(Image.fromarray(slope()), kind, exif=turned(orientation), **how)
        result = again(file)
        assert result.size == (WIDTH, HEIGHT)
        assert result.getexif().get(274, 1) == orientation
        off = np.asarray(ImageOps.exif_transpose(result), np.int16) - decode(file).rgb
        assert np.abs(off).mean() < 3

    def test_is_told_by_the_header_of_the_result(self) -> None:
        file = saved(Image.fromarray(slope()), "JPEG", exif=turned(6))
        facts = probe(recoded(decode(file).rgb, file))
        assert (facts.width, facts.height) == (HEIGHT, WIDTH)

    def test_turns_alpha_along(self) -> None:
        alpha = (slope()[..., :1] // 2 + 9).astype(np.uint8)
        file = saved(Image.fromarray(np.dstack([slope(), alpha])), "PNG", exif=turned(8))
        assert np.array_equal(np.asarray(again(file))[..., 3:], alpha)

    def test_that_is_usual_adds_no_exif(self) -> None:
        assert not again(saved(Image.fromarray(slope()), "JPEG")).getexif()


class TestMode:
    @pytest.mark.parametrize(
        ("kind", "mode"),
        [("JPEG", "L"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "P"), ("BMP", "P")],
    )
    def test_stays(self, kind: str, mode: str) -> None:
        image = Image.fromarray(slope())
        if mode == "LA":
            image.putalpha(Image.fromarray(slope()[..., 0]))
        file = saved(image.quantize(200) if mode == "P" else image.convert(mode), kind)
        result = again(file)
        assert (result.mode, result.format) == (mode, kind)
        if kind != "JPEG":
            assert np.array_equal(
                np.asarray(result.convert("RGBA")), np.asarray(opened(file).convert("RGBA"))
            )

    @pytest.mark.parametrize("mode", ["L", "1", "P"])
    def test_gives_way_to_colours_that_it_cannot_hold(self, mode: str) -> None:
        result = again(saved(Image.fromarray(slope()).convert(mode), "PNG"), rgb=slope())
        assert result.mode == "RGB"
        assert np.array_equal(np.asarray(result), slope())

    def test_of_one_bit_gives_way_to_grey(self) -> None:
        level = np.repeat(slope()[..., :1], 3, axis=2)
        result = again(saved(Image.fromarray(slope()).convert("1"), "PNG"), rgb=level)
        assert result.mode == "L"
        assert np.array_equal(np.asarray(result), level[..., 0])

    def test_of_a_coloured_file_stays_although_its_pixels_are_grey(self) -> None:
        grey = np.repeat(slope()[..., :1], 3, axis=2)
        assert again(saved(Image.fromarray(grey), "PNG")).mode == "RGB"
        assert again(saved(Image.fromarray(grey), "BMP")).mode == "RGB"


def test_a_colour_that_is_clear_stays_clear() -> None:
    file = saved(Image.fromarray(slope()).quantize(20), "PNG", transparency=3)
    result = again(file)
    assert np.array_equal(
        np.asarray(result.convert("RGBA"))[..., 3], np.asarray(opened(file).convert("RGBA"))[..., 3]
    )


def test_chunks_that_are_no_pixels_are_left_behind() -> None:
    file = saved(Image.fromarray(slope()), "PNG")
    marked = file[:33] + chunk(b"tEXt", b"Comment\0secret") + file[33:]
    assert b"secret" not in recoded(slope(), marked)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_palette_file_keeps_every_pixel_whatever_their_number_of_colours(
    colours: int, width: int, height: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (colours, 3), dtype=np.uint8)[rng.integers(0, colours, (height, width))]
    file = saved(Image.fromarray(rgb).quantize(8), "PNG")
    assert np.array_equal(np.asarray(opened(recoded(rgb, file)).convert("RGB")), rgb)
