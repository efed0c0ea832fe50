"""Whether heads are those of an image: where they are, and what their pictures show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from contract_tests.client.pictures import SOLID, decoded
from contract_tests.client.world import Failed
from mockserver import fixtures

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[int, int, int, int]
"""Left, upper, width, height."""
ALIKE = 0.75
"""Intersection over union with a true box from which on a head is that one: where a neck begins is a matter
of taste. Whether a picture is of its place to the pixel is seen in its colours."""
INSIDE = 0.9
"""How much of what is opaque has to belong to a person."""
FILLED = 0.25
"""How much of its rectangle a head fills at least."""
NOISE = 16.0
"""By how much the colours of a cut-out may differ from the source on average, from 0 to 255."""
MOST = 5
"""Heads of one answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What is known of an image: its size, and of a sample its true alpha, where the heads are, and the file,
    if the colours are those of that."""

    size: tuple[int, int]
    name: str = ""
    truth: str = ""
    boxes: Sequence[Box] | None = None


def wrong_with(heads: Any, expected: Expected, *, mask: bool) -> str | None:
    """What is wrong with the heads of an image; None when nothing is."""
    if not isinstance(heads, Sequence):
        return f"{heads!r:.80} are no heads"
    try:
        boxes = [_box(head) for head in heads]
        wrong = _wrong_boxes(boxes, expected)
        for head, box in zip(heads, boxes, strict=True):
            wrong = wrong or _wrong_picture(decoded(head.image, "a head"), box, expected, mask=mask)
    except Failed as failure:
        return str(failure)
    return wrong


def _box(head: Any) -> Box:
    box = (head.x, head.y, head.width, head.height)
    if not all(isinstance(side, int) for side in box):
        raise Failed(f"a head is at {box}, and pixels are whole numbers")
    return box


def _wrong_boxes(boxes: Sequence[Box], expected: Expected) -> str | None:
    width, height = expected.size
    for x, y, w, h in boxes:
        if x < 0 or y < 0 or w < 1 or h < 1 or x + w > width or y + h > height:
            return f"a head at {(x, y, w, h)} is not in an image of {width}x{height}"
    if expected.boxes is None:
        return f"there are {len(boxes)} heads, and {MOST} is the most" if len(boxes) > MOST else None
    if len(boxes) != len(expected.boxes):
        return f"there are {len(expected.boxes)} heads, and the client says {len(boxes)}"
    for found, wanted in zip(sorted(boxes), sorted(expected.boxes), strict=True):
        if _common(found, wanted) < ALIKE:
            return f"a head is at {wanted}, and the client says {found}"
    return None


def _wrong_picture(picture: Image, box: Box, expected: Expected, *, mask: bool) -> str | None:
    if picture.size != box[2:]:
        return f"a head is {box[2]}x{box[3]} pixels large, and its picture {picture.width}x{picture.height}"
    if mask and len(picture.getbands()) != 1:
        return f"a mask has one channel, and this is {picture.mode}"
    if not mask and "A" not in picture.getbands():
        return f"a cut-out has transparency, and this is {picture.mode}"
    if not expected.truth:
        return None
    opaque = (picture.convert("L") if mask else picture.getchannel("A")).point(_solid)
    wrong = _wrong_shape(opaque, box, expected)
    if wrong or mask or not expected.name:
        return wrong
    return _wrong_colours(picture, opaque, box, expected)


def _wrong_shape(opaque: Image, box: Box, expected: Expected) -> str | None:
    from PIL import ImageChops

    person = _source(expected.truth).convert("L").crop(_corners(box)).point(_solid)
    area, shown = box[2] * box[3], opaque.histogram()[255]
    common = ImageChops.darker(opaque, person).histogram()[255]
    if shown < FILLED * area or common < INSIDE * shown:
        return f"what is opaque at {box} is not the head that is there"
    return None


def _wrong_colours(picture: Image, opaque: Image, box: Box, expected: Expected) -> str | None:
    from PIL import ImageChops, ImageStat

    there = _source(expected.name).convert("RGB").crop(_corners(box))
    difference = ImageStat.Stat(ImageChops.difference(picture.convert("RGB"), there), opaque).mean
    return None if max(difference) <= NOISE else f"the cut-out at {box} is not of what is there in the image"


def _corners(box: Box) -> Box:
    return (box[0], box[1], box[0] + box[2], box[1] + box[3])


def _solid(level: int) -> int:
    return 255 if level >= SOLID else 0


@cache
def _source(name: str) -> Image:
    from PIL import Image

    with Image.open(fixtures.path(name)) as picture:
        picture.load()
        return picture


def _common(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(0, width) * max(0, height)
    return both / (one[2] * one[3] + other[2] * other[3] - both)
