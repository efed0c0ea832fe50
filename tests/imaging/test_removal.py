"""Rectangles go, their surroundings go on, and nothing else changes."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from mockserver.fixtures.backgrounds import background
from mockserver.fixtures.watermarks import Watermarked, watermarked
from mockserver.imaging.decode import Picture, decode
from mockserver.imaging.fill import fill
from mockserver.imaging.headers import Format, probe
from mockserver.imaging.reading import Annotation
from mockserver.imaging.recode import reencoded
from mockserver.imaging.removal import MOST_PATCHED, outlined, remove
from mockserver.imaging.text import find_text

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    x: int
    y: int
    width: int
    height: int


def box(x: int, y: int, width: int, height: int) -> Box:
    return Box(x=x, y=y, width=width, height=height)


def inside(pixels: Pixels, one: Box) -> Pixels:
    return pixels[max(0, one.y) : max(0, one.y + one.height), max(0, one.x) : max(0, one.x + one.width)]


def lettered_over(clean: Pixels, one: Box) -> Pixels:
    """The picture with a chequered pattern in the box, as something that must go."""
    rgb = clean.copy()
    part = inside(rgb, one)
    part[np.indices(part.shape[:2]).sum(0) % 7 < 3] = 255
    return rgb


def noisy(clean: Pixels, sigma: float) -> Pixels:
    noise = np.random.default_rng(4).normal(0, sigma, clean.shape)
    return np.rint(clean + noise).clip(0, 255).astype(np.uint8)


MIDDLE = box(60, 50, 180, 40)


@pytest.mark.parametrize("kind", ["white", "grey", "gradient", "vignette"])
@pytest.mark.parametrize("place", [MIDDLE, box(0, 50, 100, 30), box(250, 170, 50, 30), box(-5, -5, 90, 40)])
def test_a_plain_background_comes_back_as_it_was(kind: str, place: Box) -> None:
    clean = background(kind, 3, width=300, height=200)
    filled = remove(lettered_over(clean, place), [place])
    assert np.abs(inside(filled, place).astype(int) - inside(clean, place)).mean() < 4


@pytest.mark.parametrize("sigma", [3.0, 12.0])
def test_the_grain_of_the_surroundings_goes_on(sigma: float) -> None:
    clean = noisy(background("gradient", 3, width=300, height=200), sigma)
    filled = remove(lettered_over(clean, MIDDLE), [MIDDLE])
    rest = np.diff(inside(filled, MIDDLE).astype(float), axis=1).std() / np.sqrt(2)
    assert rest == pytest.approx(sigma, rel=0.35)


@pytest.mark.parametrize("sigma", [0.0, 3.0, 12.0])
def test_no_seam_is_seen(sigma: float) -> None:
    clean = noisy(background("gradient", 5, width=300, height=200), sigma)
    filled = remove(lettered_over(clean, MIDDLE), [MIDDLE]).astype(float)
    steps = np.abs(np.diff(filled, axis=0))
    columns = slice(MIDDLE.x, MIDDLE.x + MIDDLE.width)
    seams = steps[[MIDDLE.y - 1, MIDDLE.y + MIDDLE.height - 1], columns].mean()
    assert seams < 1.25 * steps[:40].mean() + 1


def test_what_runs_across_a_rectangle_goes_on_in_it() -> None:
    clean = np.full((200, 300, 3), 60, np.uint8)
    clean[:, 140:160] = 220
    filled = remove(lettered_over(clean, MIDDLE), [MIDDLE]).astype(int)
    assert (np.abs(filled - clean).max(2) > 60).mean() < 0.01


def random_picture(width: int, height: int) -> Pixels:
    return np.random.default_rng(2).integers(0, 256, (height, width, 3), dtype=np.uint8)


boxes = st.builds(
    Box,
    x=st.integers(-30, 80),
    y=st.integers(-30, 80),
    width=st.integers(-5, 120),
    height=st.integers(-5, 120),
)


@given(width=st.integers(1, 60), height=st.integers(1, 60), places=st.lists(boxes, max_size=5))
def test_pixels_outside_all_rectangles_stay_as_they_are(width: int, height: int, places: list[Box]) -> None:
    rgb = random_picture(width, height)
    outside = np.ones((height, width), np.bool_)
    for place in places:
        if place.width > 0 and place.height > 0:
            inside(outside, place)[...] = False  # type: ignore[arg-type]
    for change in (remove, outlined):
        before = rgb.copy()
        changed: Any = change(rgb, places)
        assert changed.shape == rgb.shape
        assert changed.dtype == np.uint8
        assert np.array_equal(changed[outside], rgb[outside])
        assert np.array_equal(rgb, before)


def test_the_whole_picture_becomes_its_mean_colour() -> None:
    rgb = random_picture(40, 30)
    filled = remove(rgb, [box(0, 0, 40, 30)])
    assert np.abs(filled - rgb.mean((0, 1))).max() <= 1


def test_no_colour_comes_from_another_rectangle() -> None:
    clean = np.full((100, 200, 3), 90, np.uint8)
    places = [box(20, 30, 60, 30), box(80, 30, 60, 30), box(60, 50, 40, 30), box(20, 30, 60, 30)]
    rgb = clean.copy()
    for place in places:
        inside(rgb, place)[...] = 255
    assert np.abs(remove(rgb, places).astype(int) - clean).max() <= 1


def smooth(rgb: Pixels, one: Box) -> Pixels:
    """The picture with the box filled with smooth colours from its border alone."""
    result, unknown = rgb.copy(), np.zeros(rgb.shape[:2], np.bool_)
    inside(unknown, one)[...] = True  # type: ignore[arg-type]
    fill(result, unknown, (one.x, one.y, one.x + one.width, one.y + one.height))
    return result


def around(region: Annotation) -> Box:
    return box(region.x - 4, region.y - 4, region.width + 8, region.height + 8)


@pytest.fixture(scope="module", params=[0, 1, 6])
def caption(request: pytest.FixtureRequest) -> Watermarked:
    """A text on a ground of many colours and edges."""
    texts = ["Sample photo 2024"]
    return watermarked(request.param, width=640, height=400, texts=texts, background="furniture", people=2)


def test_a_caption_on_a_busy_ground_leaves_half_the_error_of_a_smooth_fill(caption: Watermarked) -> None:
    place = around(caption.regions[0])
    errors = [
        np.abs(inside(filled, place).astype(int) - inside(caption.clean, place)).mean()
        for filled in (remove(caption.rgb, [place]), smooth(caption.rgb, place))
    ]
    assert errors[0] < 0.5 * errors[1]


def test_ground_between_the_letters_of_a_caption_stays(caption: Watermarked) -> None:
    place = around(caption.regions[0])
    same = (inside(remove(caption.rgb, [place]), place) == inside(caption.clean, place)).all(2)
    assert same.mean() > 0.2


def test_no_letter_of_a_caption_is_left(caption: Watermarked) -> None:
    place = around(caption.regions[0])
    filled = remove(caption.rgb, [place])
    kept = (filled == caption.rgb).all(2) & caption.glyphs
    assert kept.sum() < 0.02 * caption.glyphs.sum()
    near = filled[place.y - 16 : place.y + place.height + 16, place.x - 16 : place.x + place.width + 16]
    assert find_text(Picture(rgb=near)) == ()


def test_a_busy_picture_is_filled_the_same_way_twice(caption: Watermarked) -> None:
    place = around(caption.regions[0])
    assert np.array_equal(remove(caption.rgb, [place]), remove(caption.rgb, [place]))


def test_stripes_on_a_busy_ground_go_on_where_something_else_than_text_was() -> None:
    down, across = np.indices((200, 300))
    clean = np.where(((across + down) % 40 < 20)[..., None], (200, 170, 60), (40, 60, 110)).astype(np.uint8)
    rgb = clean.copy()
    inside(rgb, MIDDLE)[...] = (250, 20, 30)
    errors = [
        np.abs(filled.astype(int) - clean).mean() for filled in (remove(rgb, [MIDDLE]), smooth(rgb, MIDDLE))
    ]
    assert errors[0] < 0.5 * errors[1]


def test_what_is_too_much_for_patches_gets_smooth_colours(caption: Watermarked) -> None:
    wide = np.tile(caption.rgb, (2, 2, 1))
    place = box(100, 100, 1000, 600)
    assert place.width * place.height > MOST_PATCHED
    assert np.array_equal(remove(wide, [place]), smooth(wide, place))


def test_the_order_of_rectangles_makes_no_difference() -> None:
    rgb = random_picture(90, 60)
    places = [box(5, 5, 30, 20), box(20, 15, 30, 20), box(70, 40, 40, 40)]
    assert np.array_equal(remove(rgb, places), remove(rgb, places[::-1]))


@pytest.mark.parametrize(("side", "thick"), [(100, 2), (1200, 3), (2000, 4)])
def test_the_outline_is_green_and_as_thick_as_the_picture_asks(side: int, thick: int) -> None:
    rgb = np.zeros((side, side, 3), np.uint8)
    drawn = outlined(rgb, [box(10, 20, 60, 40)])
    green = (drawn == (0, 255, 0)).all(2)
    assert np.count_nonzero(green) == 60 * 40 - (60 - 2 * thick) * (40 - 2 * thick)
    assert green[20:60, 10:70].sum() == green.sum()
    assert not drawn[~green].any()


def test_an_outline_may_have_another_colour() -> None:
    assert outlined(random_picture(9, 9), [box(0, 0, 9, 9)], colour=(1, 2, 3))[0, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize("width", [13, 14, 15, 16])
@pytest.mark.parametrize("kind", [Format.PNG, Format.BMP])
def test_a_lossless_file_keeps_pixels_and_alpha(kind: Format, width: int) -> None:
    rgb, alpha = random_picture(width, 7), random_picture(width, 7)[..., 0]
    for told in (alpha, None):
        file = reencoded(rgb, kind, told)
        assert probe(file).format is kind
        found = decode(file)
        assert np.array_equal(found.rgb, rgb)
        kept = np.full((7, width), 255, np.uint8) if found.alpha is None else found.alpha
        assert np.array_equal(kept, np.full((7, width), 255) if told is None else told)


@pytest.mark.parametrize(("alpha", "bits"), [(None, 24), (np.full((7, 13), 9, np.uint8), 32)])
def test_a_bmp_has_the_bits_that_it_needs(alpha: Pixels | None, bits: int) -> None:
    file = reencoded(random_picture(13, 7), Format.BMP, alpha)
    assert int.from_bytes(file[28:30], "little") == bits
    assert int.from_bytes(file[2:6], "little") == len(file)


def test_a_jpeg_stays_close_and_drops_the_alpha() -> None:
    rgb = background("gradient", 1, width=64, height=48)
    file = reencoded(rgb, Format.JPEG, rgb[..., 0])
    assert probe(file).format is Format.JPEG
    with Image.open(io.BytesIO(file)) as image:
        assert image.size == (64, 48)
        assert np.abs(np.asarray(image).astype(int) - rgb).mean() < 2


@pytest.mark.parametrize("kind", [Format.GIF, Format.WEBP, Format.TIFF])
def test_other_formats_are_refused(kind: Format) -> None:
    with pytest.raises(ValueError, match=kind):
        reencoded(random_picture(4, 4), kind)
