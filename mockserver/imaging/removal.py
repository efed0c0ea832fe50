"""Take rectangles out of a picture, or mark them, and write it in the kind of file that it came in."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np

from mockserver.imaging.fill import Frame, fill
from mockserver.imaging.grids import Bytes, Mask, block_means, blur
from mockserver.imaging.marks import find_mark
from mockserver.imaging.patches import restore

__all__ = ["Rectangle", "outlined", "remove"]

GREEN = (0, 255, 0)

MOST_PATCHED = 400_000
"""Pixels of rectangles and their surroundings that are searched for ink and patches in one picture, which
takes about a second; what is beyond that gets smooth colours."""
_MARGIN = 32
_BAND = 16
_CELL = 4
_LEAST_STRUCTURE, _GRAINY = 1.5, 0.35


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
    """A copy of (H, W, 3) pixels without what is in the rectangles, filled from around them.

    Where the ink of a text can be told from the ground, the ground stays; else all of a rectangle goes. On
    calm grounds the gap gets smooth colours with grain, on others patches of the surroundings.
    What lies outside the picture is ignored, and so is a rectangle without area. Pixels outside all
    rectangles stay as they were.
    """
    result = rgb.copy()
    # Large ones first: what lies in them needs no fill of its own.
    frames = sorted(set(_frames(rectangles, rgb.shape)), key=lambda one: (_area(one), one), reverse=True)
    left_over = MOST_PATCHED
    unknown = np.zeros(rgb.shape[:2], np.bool_)
    for left, top, right, bottom in frames:
        unknown[top:bottom, left:right] = True
    for frame in frames:
        left, top, right, bottom = frame
        if unknown[top:bottom, left:right].any():
            searched = _area(_around(frame, rgb.shape, _MARGIN))
            if searched <= left_over and _is_busy(result, unknown, frame):
                left_over -= searched
                _patch(result, unknown, frame)
            else:
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


def _patch(rgb: Bytes, unknown: Mask, frame: Frame) -> None:
    """Overwrite what must go of a rectangle with patches, in place."""
    around = _around(frame, rgb.shape, _MARGIN)
    within = _frame_in(frame, around)
    usable = ~unknown[_slices(around)]
    hole = np.zeros_like(usable)
    hole[_slices(within)] = True
    mark = find_mark(rgb[_slices(around)], within, usable | hole)
    if mark is not None:
        usable |= hole
        hole = mark
    rgb[_slices(around)] = restore(rgb[_slices(around)], hole, usable & ~hole)


def _is_busy(rgb: Bytes, unknown: Mask, frame: Frame) -> bool:
    """Whether there is more around a rectangle than slopes and grain."""
    around = _slices(_around(frame, rgb.shape, _BAND))
    known = ~unknown[around]
    height, width = (side // _CELL * _CELL for side in known.shape)
    colours = rgb[around][:height, :width].astype(np.float32)
    whole = block_means(known[:height, :width, None].astype(np.float32), _CELL) == 1
    if not whole.any():
        return False
    cells = block_means(colours, _CELL)
    share = blur(whole.astype(np.float32), 2)
    apart = np.abs(cells - blur(cells * whole, 2) / np.maximum(share, 1e-6))
    pairs = known[:, 1:] & known[:, :-1]
    steps = np.abs(np.diff(rgb[around].astype(np.int16), axis=1))[pairs]
    return bool(apart[whole[..., 0]].mean() > _LEAST_STRUCTURE + _GRAINY * np.median(steps))


def _around(frame: Frame, shape: tuple[int, ...], margin: int) -> Frame:
    left, top, right, bottom = frame
    return (
        max(0, left - margin),
        max(0, top - margin),
        min(shape[1], right + margin),
        min(shape[0], bottom + margin),
    )


def _frame_in(frame: Frame, outer: Frame) -> Frame:
    left, top = outer[:2]
    return frame[0] - left, frame[1] - top, frame[2] - left, frame[3] - top


def _slices(frame: Frame) -> tuple[slice, slice]:
    left, top, right, bottom = frame
    return slice(top, bottom), slice(left, right)


def _area(frame: Frame) -> int:
    return (frame[2] - frame[0]) * (frame[3] - frame[1])


def _paint(rgb: Bytes, line: Frame, within: Frame, colour: tuple[int, int, int]) -> None:
    left, top = (max(0, line[axis], within[axis]) for axis in (0, 1))
    right, bottom = (max(0, min(line[axis], within[axis])) for axis in (2, 3))
    rgb[top:bottom, left:right] = colour
