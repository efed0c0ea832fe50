"""The ink of a text is told from its ground, with all that belongs to it; where it cannot be, nothing is."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mockserver.fixtures.backgrounds import background
from mockserver.imaging.marks import find_mark

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

FRAME = (40, 40, 360, 90)
WHITE, BLACK, GREEN = (255, 255, 255), (0, 0, 0), (30, 230, 60)


@pytest.fixture(scope="module")
def ground() -> Pixels:
    """A picture of broad waves, lighter and darker than grey."""
    down, across = np.indices((130, 400))
    waves = 120 + 45 * np.sin(across / 23 + down / 31) + 12 * np.sin((down - across) / 7)
    noise = np.random.default_rng(3).normal(0, 3, (130, 400, 3))
    pixels: Pixels = (waves[..., None] + (10, 0, -25) + noise).clip(0, 255).astype(np.uint8)
    return pixels


def written(clean: Pixels, text: str, *, at: tuple[int, int] = (48, 46), **style: Any) -> Pixels:
    sheet = Image.new("RGBA", (clean.shape[1], clean.shape[0]))
    ImageDraw.Draw(sheet).text(at, text, font=ImageFont.load_default(size=34), **style)
    return np.asarray(Image.alpha_composite(Image.fromarray(clean).convert("RGBA"), sheet).convert("RGB"))


def everywhere(rgb: Pixels) -> Mask:
    return np.ones(rgb.shape[:2], np.bool_)


STYLES: dict[str, dict[str, Any]] = {
    "white": {"fill": WHITE},
    "black": {"fill": BLACK},
    "green": {"fill": GREEN},
    "white with an outline": {"fill": WHITE, "stroke_width": 2, "stroke_fill": BLACK},
    "half transparent": {"fill": (*WHITE, 150)},
}


@pytest.mark.parametrize("style", list(STYLES))
def test_all_ink_is_found_and_ground_between_letters_is_kept(ground: Pixels, style: str) -> None:
    rgb = written(ground, "Sample photo 2024", **STYLES[style])
    mark = find_mark(rgb, FRAME, everywhere(rgb))
    assert mark is not None
    changed = np.abs(rgb.astype(int) - ground).max(2) > 12
    assert np.count_nonzero(changed & ~mark) <= 0.002 * np.count_nonzero(changed)
    inside = np.zeros_like(mark)
    inside[40:90, 40:360] = True
    assert not mark[~inside].any()
    assert mark[inside].mean() < 0.85


def test_without_text_there_is_no_mark(ground: Pixels) -> None:
    assert find_mark(ground, FRAME, everywhere(ground)) is None


@pytest.mark.parametrize("kind", ["white", "gradient", "vignette"])
def test_a_plain_ground_has_no_mark(kind: str) -> None:
    rgb = background(kind, 3, width=400, height=130)
    assert find_mark(rgb, FRAME, everywhere(rgb)) is None


@pytest.mark.parametrize("inset", [0, 4])
@pytest.mark.parametrize("fill", [(255, 255, 255, 190), (0, 0, 0, 150)])
def test_a_text_on_a_plate_goes_with_its_plate(
    ground: Pixels, inset: int, fill: tuple[int, int, int, int]
) -> None:
    plate = Image.new("RGBA", (400, 130))
    left, top, right, bottom = FRAME
    box = (left + inset, top + inset, right - 1 - inset, bottom - 1 - inset)
    ImageDraw.Draw(plate).rectangle(box, fill=fill)
    under = Image.alpha_composite(Image.fromarray(ground).convert("RGBA"), plate).convert("RGB")
    rgb = written(np.asarray(under), "Sample photo 2024", fill=GREEN)
    mark = find_mark(rgb, FRAME, everywhere(rgb))
    kept = np.s_[40 + inset : 90 - inset, 40 + inset : 360 - inset]
    assert mark is None or mark[kept].all()


@pytest.mark.parametrize("shape", ["ellipse", "rectangle"])
@pytest.mark.parametrize("opacity", [90, 255])
def test_a_shape_is_not_taken_for_text(ground: Pixels, shape: str, opacity: int) -> None:
    sheet = Image.new("RGBA", (400, 130))
    draw = ImageDraw.Draw(sheet)
    getattr(draw, shape)((60, 44, 240, 86), fill=(250, 40, 30, opacity))
    rgb = np.asarray(Image.alpha_composite(Image.fromarray(ground).convert("RGBA"), sheet).convert("RGB"))
    mark = find_mark(rgb, FRAME, everywhere(rgb))
    changed = np.abs(rgb.astype(int) - ground).max(2) > 12
    assert mark is None or mark[changed].all()


def test_a_text_in_a_part_of_a_rectangle_leaves_no_ground_elsewhere_in_it(ground: Pixels) -> None:
    rgb = written(ground, "photo", fill=WHITE)
    mark = find_mark(rgb, FRAME, everywhere(rgb))
    assert mark is None or mark[40:90, 200:360].all()
