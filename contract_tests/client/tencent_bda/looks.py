"""Whether portrait, mask and rectangles are those of an image."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contract_tests.client.pictures import decoded, overlap
from contract_tests.client.world import Failed

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[int, int, int, int]
"""Left, upper, width, height."""
ALIKE = 0.8
"""Overlap with what is known from which on a shape is the right one."""
PERSON = {"Head", "Body"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What is known of an image: its size, the alpha of its people, and where the parts of each are."""

    size: tuple[int, int]
    truth: str = ""
    boxes: Mapping[str, Sequence[Box]] = field(default_factory=dict)


def wrong_with(result: Any, expected: Expected, labels: Sequence[str]) -> str | None:
    """What is wrong with a result for some labels; None when nothing is."""
    try:
        portrait = decoded(result.portrait, "the portrait")
        mask = grey(result.mask, expected.size)
    except Failed as failure:
        return str(failure)
    return (
        _wrong_portrait(portrait, expected, labels)
        or _wrong_mask(mask, expected, labels)
        or wrong_rects(result.rects, expected, labels)
    )


def grey(mask: Any, size: tuple[int, int]) -> Image:
    """A mask as a grey picture: that of an image file, or of the floats of the prose. Raises Failed."""
    from PIL import Image

    width, height = size
    if isinstance(mask, bytes | bytearray) and len(mask) == 4 * width * height:
        levels = struct.unpack(f"<{width * height}f", mask)
        if all(math.isfinite(level) and 0 <= level <= 255 for level in levels):
            return Image.frombytes("L", size, bytes(map(int, levels)))
    return decoded(mask, "the mask").convert("L")


def _wrong_portrait(portrait: Image, expected: Expected, labels: Sequence[str]) -> str | None:
    if portrait.size != expected.size:
        return f"the portrait is {portrait.size} pixels large, and the image {expected.size}"
    if "A" not in portrait.getbands():
        return f"the portrait has no transparency, it is {portrait.mode}"
    return _unlike(portrait.getchannel("A"), expected, labels, "portrait")


def _wrong_mask(mask: Image, expected: Expected, labels: Sequence[str]) -> str | None:
    if mask.size != expected.size:
        return f"the mask is {mask.size} pixels large, and the image {expected.size}"
    return _unlike(mask, expected, labels, "mask")


def _unlike(levels: Image, expected: Expected, labels: Sequence[str], what: str) -> str | None:
    if not expected.truth:
        return None
    if set(labels) == {"Background"}:
        levels = levels.point(lambda level: 255 - level)
    elif set(labels) != PERSON:
        return None
    return None if overlap(levels, expected.truth) >= ALIKE else f"the {what} is not what was asked for"


def wrong_rects(rects: Any, expected: Expected, labels: Sequence[str]) -> str | None:
    """What is wrong with the rectangles of some labels; None when nothing is. Of parts that nobody can see
    there is none."""
    boxes: dict[str, list[Box]] = {}
    width, height = expected.size
    for rect in rects or ():
        if rect.label not in labels:
            return f"there is a rectangle of {rect.label!r}, and {', '.join(labels)} was asked for"
        if rect.x < 0 or rect.y < 0 or rect.x + rect.width > width or rect.y + rect.height > height:
            return f"the rectangle {rect} is not in an image of {width}x{height}"
        boxes.setdefault(rect.label, []).append((rect.x, rect.y, rect.width, rect.height))
    known = {label: expected.boxes[label] for label in labels if label in expected.boxes}
    for label, wanted in known.items():
        if not _are(boxes.get(label, []), wanted):
            return f"{label} is at {list(wanted)}, and the client says {boxes.get(label, [])}"
    return None


def _are(found: Sequence[Box], wanted: Sequence[Box]) -> bool:
    pairs = zip(sorted(found), sorted(wanted), strict=False)
    return len(found) == len(wanted) and all(_common(one, other) >= ALIKE for one, other in pairs)


def _common(one: Box, other: Box) -> float:
    """Intersection over union."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(0, width) * max(0, height)
    either = one[2] * one[3] + other[2] * other[3] - both
    return both / either if either else 0.0
