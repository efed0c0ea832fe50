"""Rows of text seen again in the colour of their ink.

A row of strokes is often just a part of a line, or more than it: strokes that touch something as bright are
lost, and the line breaks there. But a line has one colour. So the colour of the ink is taken from the row,
and what has that colour and stands beside it, at its height and without a wide gap, is taken in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from mockserver.imaging.components import Integers, Runs, runs
from mockserver.imaging.grids import Bytes, Floats, Mask
from mockserver.imaging.lines import FIGURES, Lines, measured_lines
from mockserver.imaging.pieces import Figures, measured

_ROUNDS = 3
_CLOSE, _HALF = 0.4, 0.5
_FEW, _SOME = 4, 8
_LEAST_APART = 24
_FLAT, _MOST = 0.2, 0.4
_SPREADS, _LEAST_TOLERANCE = 3, 16
_ACROSS, _DOWN = 12, 0.8
_TALLEST, _WIDEST, _LEAST_AREA = 2.0, 6, 4
_WITHIN = 0.6
_GAP, _RISE = 1.0, 1.45

GROWN_FIGURES = (*FIGURES, "apart", "tolerance", "spread", "higher", "wider", "narrow", "turned", "hint")
"""What is measured of a grown row: what is of any row and, in this order, how far the ground is from the ink
for the tolerance, that tolerance, how far the pixels of the ink spread, by how much the row grew in height
and width, whether the tolerance is narrow, whether ink and ground have changed places, and how likely the
row was.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grown:
    """Rows, an entry for each: `boxes` (N, 4), colours `inks` (N, 3), `figures` (N, F) as GROWN_FIGURES."""

    boxes: Integers
    inks: Floats
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ink:
    """A colour, how far its own pixels are from it (root mean square), and how far the others (median)."""

    colour: Floats
    spread: float
    apart: float

    @classmethod
    def among(cls, pixels: Floats, colour: Floats, other: Floats) -> Self:
        distance = np.sqrt(_square(pixels - colour))
        near = _near(pixels, colour, other, _HALF)
        spread = float(np.sqrt((distance[near] ** 2).mean())) if near.any() else 0.0
        return cls(
            colour=colour, spread=spread, apart=0.0 if near.all() else float(np.median(distance[~near]))
        )

    def tolerance(self, width: int) -> float:
        return min(width * max(_SPREADS * self.spread, _LEAST_TOLERANCE), _HALF * self.apart)


def grown_rows(rgb: Bytes, box: list[int], colour: Figures, score: float) -> Grown:
    """What a row grows to by a narrow and a wide tolerance, and by the colour that it had for its ground.

    The row in the (H, W, 3) pixels has a `box`, which is left, top, right and bottom, a mean `colour` (3,)
    of its strokes, and a `score` above 0 and up to 1. None comes back where there is no contrast.
    """
    left, top, right, bottom = box
    own, *others = _inks(rgb[top:bottom, left:right].reshape(-1, 3).astype(np.float32), colour)
    boxes, inks, figures = [], [], []
    for ink, width, turned in [(own, 1, False), (own, 2, False), *((ink, 1, True) for ink in others)]:
        for row, measures in _grown(rgb, box, ink, ink.tolerance(width)):
            boxes.append(row)
            inks.append(ink.colour)
            figures.append([*measures, width == 1, turned, np.log(score / (1 - score + 1e-6))])
    return Grown(
        boxes=np.array(boxes, np.intp).reshape(-1, 4),
        inks=np.array(inks, np.float32).reshape(-1, 3),
        figures=np.array(figures, np.float64).reshape(-1, len(GROWN_FIGURES)),
    )


def _square(offsets: Floats) -> Floats:
    square: Floats = np.einsum("...i,...i->...", offsets, offsets)
    return square


def _near(pixels: Floats, colour: Floats, other: Floats, share: float) -> Mask:
    """Which pixels are nearer to a colour than a share of its distance from the other one."""
    near: Mask = _square(pixels - colour) <= np.float32(share**2) * _square(colour - other)
    return near


def _inks(pixels: Floats, guess: Figures) -> list[_Ink]:
    """The ink, of which there is a guess, and what is around it if that is of one colour as well."""
    ink = guess.astype(np.float32)
    distance = np.abs(pixels - ink).sum(1)
    ground = pixels[distance >= np.median(distance)].mean(0)
    for _ in range(_ROUNDS):
        near = _near(pixels, ink, ground, _CLOSE)
        if near.sum() < _FEW or near.all():
            break
        ink, ground = np.median(pixels[near], axis=0), pixels[~near].mean(0)
    own = _Ink.among(pixels, ink, ground)
    rest = pixels[~_near(pixels, ink, ground, _HALF)]
    if len(rest) < _SOME:
        return [own]
    ground = np.median(rest, axis=0)
    near = _near(rest, ground, ink, _CLOSE)
    if near.mean() <= _MOST:
        return [own]
    turned = _Ink.among(pixels, np.median(rest[near], axis=0), ink)
    return [own, turned] if turned.spread < _FLAT * turned.apart else [own]


def _grown(rgb: Bytes, box: list[int], ink: _Ink, tolerance: float) -> Iterator[tuple[Integers, list[float]]]:
    """The row, if there is one, and its figures but for those that tell how it was grown."""
    if ink.apart < _LEAST_APART:
        return
    part, corner = _window(rgb, box)
    core = np.array(box) - corner
    distance = np.sqrt(_square(part.astype(np.float32) - ink.colour))
    mask = distance < tolerance
    found = runs(mask)
    which = _line(found, core)
    if not which.any():
        return
    closeness = (255 * (1 - distance / np.float32(2 * tolerance)).clip(0, 1)).astype(np.uint8)
    lines = _measured(part, closeness, mask, found.chosen(which))
    for row, figures in zip(lines.boxes, lines.figures, strict=True):
        width, height = row[2:] - row[:2]
        more = [
            np.log(ink.apart / tolerance),
            np.log(tolerance),
            ink.spread / ink.apart,
            np.log(height / (box[3] - box[1])),
            np.log(width / (box[2] - box[0])),
        ]
        yield row + corner, [*figures, *more]


def _window(rgb: Bytes, box: list[int]) -> tuple[Bytes, Integers]:
    """What is around a box, and the left, top, left, top of it."""
    left, top, right, bottom = box
    across, down = (int(share * (bottom - top)) for share in (_ACROSS, _DOWN))
    left, top = max(0, left - across), max(0, top - down)
    return rgb[top : bottom + down, left : right + across], np.array([left, top, left, top])


def _line(found: Runs, core: Integers) -> Mask:
    """Which components stand in the core, or in line with those that do."""
    boxes = found.boxes()
    left, top, right, bottom = boxes.T
    heights, height = bottom - top, core[3] - core[1]
    fit = (heights <= _TALLEST * height) & (right - left <= _WIDEST * height)
    fit &= found.totals(found.lengths) >= _LEAST_AREA
    line: Mask = fit & (np.minimum(right, core[2]) > np.maximum(left, core[0]))
    line &= np.minimum(bottom, core[3]) - np.maximum(top, core[1]) >= _HALF * heights
    if not line.any():
        return line
    while True:
        near, upper = boxes[line, :2].min(0)
        far, lower = boxes[line, 2:].max(0)
        high = lower - upper
        more = fit & (left - far <= _GAP * high) & (near - right <= _GAP * high)
        more &= np.minimum(bottom, lower) - np.maximum(top, upper) >= _WITHIN * heights
        grown = np.maximum(bottom, lower) - np.minimum(top, upper)
        more &= grown <= np.minimum(_RISE * high, _TALLEST * height)
        if not (more & ~line).any():
            return line
        line |= more


def _measured(rgb: Bytes, closeness: Bytes, mask: Mask, line: Runs) -> Lines:
    pieces = measured(line, rgb, closeness, mask, row=np.zeros(line.count, np.intp))
    return measured_lines(pieces, mask, closeness > 0, tallest=len(mask))
