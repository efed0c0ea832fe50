"""Text is found where it stands, as blocks of lines, and not where there is none."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from mockserver import fixtures
from mockserver.fixtures.backgrounds import background
from mockserver.fixtures.lettering import lettered
from mockserver.fixtures.portraits import portrait
from mockserver.fixtures.watermarks import Watermarked, watermarked
from mockserver.imaging.decode import Picture, decode
from mockserver.imaging.reading import Annotation
from mockserver.imaging.removal import remove
from mockserver.imaging.text import Region, find_text

Pixels = NDArray[np.uint8]
Colour = Sequence[int]


def found_in(rgb: Pixels) -> tuple[Region, ...]:
    return find_text(Picture(rgb=rgb))


def overlap(one: Region | Annotation, two: Region | Annotation) -> float:
    """Intersection over union."""
    across = min(one.x + one.width, two.x + two.width) - max(one.x, two.x)
    down = min(one.y + one.height, two.y + two.height) - max(one.y, two.y)
    both = max(0, across) * max(0, down)
    return both / (one.width * one.height + two.width * two.height - both)


def covered(mask: NDArray[np.bool_], regions: Sequence[Region]) -> float:
    """Share of a mask that lies in the regions."""
    rest = mask.copy()
    for one in regions:
        rest[one.y : one.y + one.height, one.x : one.x + one.width] = False
    return 1 - float(rest.sum() / mask.sum())


def lettered_on(
    rgb: Pixels,
    text: str,
    size: int,
    place: tuple[int, int],
    *,
    colour: Colour = (255, 255, 255),
    alpha: float = 1,
) -> Annotation:
    """Write on the picture, in place."""
    cover = lettered(text, size)
    x, y = place
    part = rgb[y : y + cover.shape[0], x : x + cover.shape[1]]
    share = alpha * cover[..., None] / 255
    part[...] = np.rint(part * (1 - share) + np.array(colour) * share)
    return Annotation(x=x, y=y, width=cover.shape[1], height=cover.shape[0], text=text)


def assert_found(picture: Watermarked) -> None:
    regions = found_in(picture.rgb)
    assert len(regions) == len(picture.regions)
    assert covered(picture.glyphs, regions) > 0.95
    for region, truth in zip(regions, picture.regions, strict=True):
        assert overlap(region, truth) >= 0.6, truth.text
        assert region.lines == (2 if "Not" in truth.text else 1), truth.text


@pytest.mark.parametrize("alpha", [0.6, 1.0])
@pytest.mark.parametrize("kind", ["white", "grey", "green", "gradient", "vignette"])
def test_every_text_on_a_plain_wall_is_found_with_its_lines(kind: str, alpha: float) -> None:
    assert_found(watermarked(6, background=kind, alpha=alpha))


@pytest.mark.parametrize("seed", range(4))
def test_texts_over_a_portrait_are_found(seed: int) -> None:
    picture = watermarked(seed, people=1)
    regions = found_in(picture.rgb)
    assert covered(picture.glyphs, regions) > 0.95
    assert len(regions) <= len(picture.regions) + 1


@pytest.mark.parametrize("kind", ["busy", "furniture"])
def test_most_of_the_text_before_clutter_is_found(kind: str) -> None:
    share = [
        covered(picture.glyphs, found_in(picture.rgb))
        for picture in (watermarked(seed, background=kind) for seed in range(4))
    ]
    assert np.mean(share) > 0.8


@pytest.mark.parametrize("size", [12, 20, 35, 60, 120])
@pytest.mark.parametrize("text", ["水印图片中文", "Sample photo"])
@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0)], ids=["white", "black"])
def test_text_of_any_height_is_found(text: str, size: int, colour: Colour) -> None:
    rgb = np.random.default_rng(3).normal(120, 4, (400, 1000, 3)).clip(0, 255).astype(np.uint8)
    truth = lettered_on(rgb, text, size, (60, 90), colour=colour)
    [region] = found_in(rgb)
    assert overlap(region, truth) >= 0.6
    assert region.lines == 1


def test_coloured_text_as_bright_as_its_ground_is_found() -> None:
    rgb = np.full((300, 600, 3), (200, 60, 60), np.uint8)
    truth = lettered_on(rgb, "Sample photo", 40, (60, 90), colour=(60, 120, 90))
    [region] = found_in(rgb)
    assert overlap(region, truth) >= 0.6


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [18, 40])
@pytest.mark.parametrize("line", ["水印图片中文", "Do not copy"])
def test_close_lines_are_one_block(line: str, size: int, count: int) -> None:
    rgb = background("gradient", 2, width=700, height=500)
    truth = lettered_on(rgb, "\n".join([line] * count), size, (50, 60))
    [region] = found_in(rgb)
    assert region.lines == count
    assert overlap(region, truth) >= 0.6


@pytest.mark.parametrize(
    ("text", "size", "place", "colour"),
    [
        ("水印图片中文", 44, (68, 454), (255, 255, 255)),
        ("水印图片中文", 34, (52, 379), (255, 230, 0)),
        ("Jane Doe Photography", 44, (4, 148), (255, 230, 0)),
        ("Jane Doe Photography", 26, (14, 384), (0, 0, 0)),
        ("Sample photo", 44, (200, 179), (255, 255, 255)),
        ("Do not copy 水印", 56, (49, 65), (255, 255, 255)),
        ("Do not copy 水印", 34, (5, 346), (255, 255, 255)),
        ("Not for sale", 34, (126, 354), (0, 0, 0)),
    ],
)
def test_a_caption_over_a_photograph_is_one_region(
    text: str, size: int, place: tuple[int, int], colour: Colour
) -> None:
    rgb = decode(fixtures.path("astronaut.jpg").read_bytes()).rgb.copy()
    truth = lettered_on(rgb, text, size, place, colour=colour)
    regions = found_in(rgb)
    inked = np.zeros(rgb.shape[:2], np.bool_)
    inked[truth.y : truth.y + truth.height, truth.x : truth.x + truth.width] = True
    assert any(
        covered(inked, [region]) >= 0.95 and region.width * region.height <= 1.6 * inked.sum()
        for region in regions
    )


def test_separate_texts_stay_separate_and_come_in_reading_order() -> None:
    rgb = background("grey", 1, width=900, height=600)
    places = [(500, 40), (40, 60), (60, 300), (520, 500)]
    truths = [lettered_on(rgb, "Sample 水印", 30, place) for place in places]
    regions = found_in(rgb)
    assert len(regions) == len(truths)
    assert [(one.y, one.x) for one in regions] == sorted((one.y, one.x) for one in regions)
    for region, truth in zip(regions, truths, strict=True):
        assert overlap(region, truth) >= 0.6


def scene(name: str) -> Pixels:
    noise = np.random.default_rng(5).normal(0, 1, (480, 640, 3))
    down, across = np.indices((480, 640))
    masks = {
        "vertical stripes": across % 24 < 12,
        "horizontal stripes": down % 16 < 8,
        "fence": (across % 40 < 10) | (down % 160 < 12),
        "bricks": (down % 32 < 4) | ((across + down // 32 % 2 * 40) % 80 < 4),
        "chequers": (across // 20 + down // 20) % 2 == 0,
    }
    if name == "noise":
        return (128 + 30 * noise).clip(0, 255).astype(np.uint8)
    colours = np.where(masks[name][..., None], (180, 90, 70), (90, 60, 60))
    return (colours + 4 * noise).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "name", ["noise", "vertical stripes", "horizontal stripes", "fence", "bricks", "chequers"]
)
def test_patterns_are_not_text(name: str) -> None:
    assert found_in(scene(name)) == ()


@pytest.mark.parametrize("kind", ["white", "gradient", "vignette", "busy", "furniture"])
def test_backgrounds_and_people_are_not_text(kind: str) -> None:
    wrong = [region for seed in range(2) for region in found_in(portrait(seed, background=kind).rgb)]
    assert len(wrong) <= 1


@pytest.mark.parametrize("name", ["portrait.jpg", "group.jpg", "empty.jpg"])
def test_the_ready_made_pictures_hold_no_text(name: str) -> None:
    assert find_text(decode(fixtures.path(name).read_bytes())) == ()


@pytest.mark.parametrize("kind", ["white", "gradient", "busy"])
@pytest.mark.parametrize("seed", range(2))
def test_where_text_was_removed_none_is_found(kind: str, seed: int) -> None:
    picture = watermarked(seed, background=kind)
    regions = found_in(picture.rgb)
    assert regions
    assert found_in(remove(picture.rgb, regions)) == ()


@pytest.mark.parametrize("kind", ["white", "grey", "gradient"])
def test_removal_brings_the_clean_picture_back(kind: str) -> None:
    picture = watermarked(7, background=kind)
    cleaned = remove(picture.rgb, found_in(picture.rgb)).astype(int)
    assert np.abs(cleaned - picture.clean)[picture.glyphs].mean() < 8


def test_what_is_transparent_is_not_read() -> None:
    rgb = background("grey", 1, width=600, height=300)
    lettered_on(rgb, "Sample photo", 40, (60, 90))
    assert found_in(rgb) != ()
    clear = np.zeros(rgb.shape[:2], np.uint8)
    assert find_text(Picture(rgb=rgb, alpha=clear)) == ()
    clear[:, :450] = 255
    assert len(find_text(Picture(rgb=rgb, alpha=clear))) == 1


@settings(max_examples=25, deadline=None)
@given(width=st.integers(1, 90), height=st.integers(1, 90), seed=st.integers(0, 99), coarse=st.booleans())
def test_regions_lie_within_the_picture_whatever_it_shows(
    width: int, height: int, seed: int, coarse: bool
) -> None:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    if coarse:
        rgb = rgb[::5, ::3].repeat(5, 0).repeat(3, 1)[:height, :width]
    for region in found_in(rgb):
        assert region.x >= 0
        assert region.y >= 0
        assert 0 < region.width <= width - region.x
        assert 0 < region.height <= height - region.y
        assert region.lines >= 1
        assert region.word == ""


def test_a_long_page_is_searched_to_its_end() -> None:
    rgb = np.full((2300, 300, 3), 240, np.uint8)
    tops = range(40, 2200, 205)
    for top in tops:
        lettered_on(rgb, "Sample 水印", 24, (30, top), colour=(20, 20, 20))
    regions = found_in(rgb)
    assert len(regions) == len(tops)
    assert all(one.y + one.height < two.y for one, two in pairwise(regions))


@pytest.mark.parametrize("height", [404, 410, 412])
def test_grain_at_the_lower_edge_is_no_text_whatever_the_height(height: int) -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        clouds = Image.fromarray(rng.integers(60, 170, (5, 6, 3)).astype(np.uint8))
        rgb = np.asarray(clouds.resize((640, height), Image.Resampling.BICUBIC))
        grainy = rgb + rng.normal(0, 4, (height, 640, 1))
        assert find_text(Picture(rgb=grainy.clip(0, 255).astype(np.uint8))) == ()
