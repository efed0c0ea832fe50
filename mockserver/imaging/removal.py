"""Take rectangles out of a picture, or mark them, and write it in the kind of file that it came in."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from mockserver.imaging.fill import Frame, fill
from mockserver.imaging.grids import Bytes
from mockserver.imaging.recode import reencoded

__all__ = ["Rectangle", "outlined", "reencoded", "remove"]

GREEN = (0, 255, 0)


class Rectangle(Protocol):
    """A box in pixels: `x` and `y` of its upper left corner, width and height."""

    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...


def remove(rgb: Bytes, rectangles: Iterable[Rectangle]) -> Bytes:
    """A copy of (H, W, 3) pixels with each rectangle filled from its border.

    What lies outside the picture is ignored, and so is a rectangle without area. Pixels outside all
    rectangles stay as they were.
    """
    result = rgb.copy()
    # Large ones first: what lies in them needs no fill of its own.
    frames = sorted(set(_frames(rectangles, rgb.shape)), key=_area, reverse=True)
    unknown = np.zeros(rgb.shape[:2], np.bool_)
    for left, top, right, bottom in frames:
        unknown[top:bottom, left:right] = True
    for frame in frames:
        left, top, right, bottom = frame
        if unknown[top:bottom, left:right].any():
            fill(result, unknown, frame)
            unknown[top:bottom, left:right] = False
    return result


def outlined(rgb: Bytes, rectangles: Iterable[Rectangle], *, colour: tuple[int, int, int] = GREEN) -> Bytes:
    """A copy of (H, W, 3) pixels with a line of 2 to 4 pixels, by the picture's size, along each rectangle.

    The line is drawn inwards; parts outside the picture are not seen.
    """
    result = rgb.copy()
    thick = min(4, max(2, round(min(rgb.shape[:2]) / 400)))
    for one in rectangles:
        left, top, right, bottom = one.x, one.y, one.x + one.width, one.y + one.height
        inner = (left + thick, top + thick, right - thick, bottom - thick)
        for line in (
            (left, top, right, inner[1]),
            (left, inner[3], right, bottom),
            (left, top, inner[0], bottom),
            (inner[2], top, right, bottom),
        ):
            _paint(result, line, (left, top, right, bottom), colour)
    return result


def _frames(rectangles: Iterable[Rectangle], shape: tuple[int, ...]) -> Iterator[Frame]:
    """The rectangles cut to the picture, without those that lie outside or have no area."""
    for one in rectangles:
        left, top = max(0, one.x), max(0, one.y)
        right, bottom = min(shape[1], one.x + one.width), min(shape[0], one.y + one.height)
        if left < right and top < bottom:
            yield left, top, right, bottom


def _area(frame: Frame) -> int:
    return (frame[2] - frame[0]) * (frame[3] - frame[1])


def _paint(rgb: Bytes, line: Frame, within: Frame, colour: tuple[int, int, int]) -> None:
    left, top = (max(0, line[axis], within[axis]) for axis in (0, 1))
    right, bottom = (max(0, min(line[axis], within[axis])) for axis in (2, 3))
    rgb[top:bottom, left:right] = colour
