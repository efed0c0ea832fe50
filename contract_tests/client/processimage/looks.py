"""Whether a picture was cleared of what it should be, and whether the rectangles are where they should be."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract_tests.client.pictures import decoded
from contract_tests.client.world import Failed

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[int, int, int, int]
"""Left, upper, width, height."""
ALIKE = 0.8
"""Intersection over union from which on a rectangle that was found is the known one."""
CHANGED, KEPT = 8.0, 2.0
"""Grey levels, on average, by which what was cleared differs at least, and what was not at most."""
RIM = 4
"""Pixels around a rectangle in which a JPEG may differ."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A rectangle that should be there: exactly so when it was given, about so when it was found; with what
    it says, "" where nobody knows."""

    box: Box
    found: bool = True
    word: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What a result should be: of this size and kind, with these areas; None where nobody knows them.

    `source`: the file that was sent, where what is in the areas is known to be visible."""

    size: tuple[int, int]
    form: str = "JPEG"
    areas: Sequence[Area] | None = None
    cleared: bool = True
    source: bytes | None = None


def wrong_with(result: Any, expected: Expected) -> str | None:
    """What is wrong with a result; None when nothing is."""
    wrong = None if expected.areas is None else wrong_locations(result.locations, expected.areas)
    if wrong is not None:
        return wrong
    if not expected.cleared:
        return None if result.image is None else "there is a picture, and nothing was to be cleared"
    try:
        picture = decoded(result.image, "the picture")
    except Failed as failure:
        return str(failure)
    if picture.format != expected.form:
        return f"the picture is {picture.format}, and {expected.form} was sent"
    picture = _displayed(picture)
    if picture.size != expected.size:
        return f"the picture is {picture.size} pixels large, and was {expected.size}"
    return _wrong_pixels(picture, expected)


def wrong_locations(locations: Any, areas: Sequence[Area]) -> str | None:
    """What is wrong with the rectangles that a client tells; None when nothing is."""
    told = [(one.x, one.y, one.width, one.height) for one in locations or ()]
    wanted = [area.box for area in areas]
    if len(told) != len(wanted):
        return f"there are {len(wanted)} rectangles, {wanted}, and the client says {told}"
    for box, one, area in zip(told, locations or (), areas, strict=True):
        right = common(box, area.box) >= ALIKE if area.found else box == area.box
        if not right:
            return f"a rectangle is x, y, width, height = {area.box}, and the client says {box}"
        if area.word and one.word not in (None, area.word):
            return f"the text at {area.box} is {area.word!r}, and the client says {one.word!r}"
    return None


def common(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(0, width) * max(0, height)
    either = one[2] * one[3] + other[2] * other[3] - both
    return both / either if either else 0.0


def _wrong_pixels(picture: Image, expected: Expected) -> str | None:
    from PIL import Image, ImageChops, ImageStat

    if expected.source is None or expected.areas is None:
        return None
    with Image.open(io.BytesIO(expected.source)) as source:
        before = _displayed(source).convert("RGB")
    change = ImageChops.difference(picture.convert("RGB"), before).convert("L")
    elsewhere = Image.new("L", change.size, 255)
    for area in expected.areas:
        x, y, width, height = area.box
        if ImageStat.Stat(change.crop((x, y, x + width, y + height))).mean[0] < CHANGED:
            return f"what was at {area.box} is still there"
        elsewhere.paste(0, (x - RIM, y - RIM, x + width + RIM, y + height + RIM))
    kept = ImageStat.Stat(change, elsewhere).mean[0] <= KEPT
    return None if kept else "the picture has changed elsewhere, too"


def _displayed(picture: Image) -> Image:
    """As a viewer shows it, by its EXIF."""
    from PIL import ImageOps

    upright: Image = ImageOps.exif_transpose(picture)
    return upright
