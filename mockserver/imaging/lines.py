"""Rows of pieces that may be lines of text, each with the figures that tell whether it is one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.components import Integers
from mockserver.imaging.grids import Bytes, Mask
from mockserver.imaging.pieces import Figures, Pieces, find_pieces

_HEIGHTS = (7, 44)
_LEAST_ASPECT = 0.8
_MAJOR = 0.4

FIGURES = (
    "aspect",
    "glyphs",
    "density",
    "crossings",
    "contrast",
    "contrast_spread",
    "colour_spread",
    "grain",
    "sharpness",
    "stroke",
    "stroke_spread",
    "heights_spread",
    "feet_spread",
    "tops_spread",
    "areas_spread",
    "above",
    "below",
    "aside",
    "opposite",
    "height",
    "majors",
    "outlier",
    "rival",
    "valley",
    "crown",
    "foot",
)
"""What is measured of a row, in this order; spreads are standard deviations over its pieces.

Its shape and how its ink is spread over it: aspect, glyphs (high pieces for its aspect), density, crossings,
height, majors (high pieces), outlier (share of the ink that belongs to it), valley, crown, foot (ink in its
emptiest, upper and lower lines). How alike its pieces are: the spreads. How ink differs from paper: contrast,
grain, sharpness, stroke (its width). What is around it: above, below, aside, and of the other polarity
opposite (inside) and rival (above and below).
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lines:
    """Candidates, with an entry for each.

    `boxes` (N, 4) are left, top, right and bottom, `colours` (N, 3) the mean ones of their ink, and `figures`
    (N, F) in the order of FIGURES.
    """

    boxes: Integers
    colours: Figures
    figures: Figures


def find_lines(rgb: Bytes, strength: Bytes, mask: Mask, opposite: Mask) -> Lines:
    """Candidates among the strokes of one polarity.

    `rgb` is (H, W, 3); `strength` is its top hat, `mask` where that stands out, and `opposite` the same of
    the other polarity, all (H, W).
    """
    pieces = find_pieces(rgb, strength, mask)
    if pieces is None:
        return Lines(
            boxes=np.empty((0, 4), np.intp), colours=np.empty((0, 3)), figures=np.empty((0, len(FIGURES)))
        )
    return measured_lines(pieces, mask, opposite)


def measured_lines(pieces: Pieces, mask: Mask, opposite: Mask, *, tallest: int = _HEIGHTS[1]) -> Lines:
    """The rows that pieces stand in, those that are as wide as a line may be and not higher than `tallest`.

    `mask` is where ink may be, in the rows and around them, and `opposite` the same of what may be no ink.
    """
    rows = _Rows(pieces)
    surroundings = _Surroundings(rows.boxes, mask, opposite)
    columns = rows.shape() | rows.ink() | rows.likeness() | surroundings.figures()
    columns["outlier"] = columns["density"] / surroundings.inside
    figures = np.stack([columns[name] for name in FIGURES], axis=1)
    fit = (rows.height >= _HEIGHTS[0]) & (rows.height <= tallest)
    fit &= rows.width >= _LEAST_ASPECT * rows.height
    return Lines(boxes=rows.boxes[fit], colours=rows.colours()[fit], figures=figures[fit])


class _Rows:
    """The rows of pieces, and what their pieces tell."""

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        starts = np.flatnonzero(np.diff(pieces.row, prepend=-1))
        self._group = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(pieces.row)))
        near, far = (np.minimum.reduceat(pieces.boxes[:, :2], starts), pieces.boxes[:, 2:])
        self.boxes = np.concatenate([near, np.maximum.reduceat(far, starts)], axis=1)
        self.width, self.height = (self.boxes[:, 2:] - self.boxes[:, :2]).T.astype(np.float64)
        self.area = self._total(pieces.area)
        self._major = (pieces.heights >= _MAJOR * self.height[self._group]).astype(np.float64)

    def _total(self, values: Figures) -> Figures:
        return np.bincount(self._group, values, minlength=len(self.boxes)).astype(np.float64, copy=False)

    def _spread(self, values: Figures, weights: Figures) -> tuple[Figures, Figures]:
        """Weighted mean and standard deviation of each row."""
        whole = np.maximum(self._total(weights), 1e-9)
        mean = self._total(values * weights) / whole
        return mean, np.sqrt(np.maximum(self._total(values**2 * weights) / whole - mean**2, 0))

    def colours(self) -> Figures:
        channels = self.pieces.colour.T
        return np.stack([self._spread(channel, self.pieces.area)[0] for channel in channels], axis=1)

    def shape(self) -> dict[str, Figures]:
        aspect, majors = self.width / self.height, np.maximum(self._total(self._major), 1)
        return {
            "aspect": np.log(aspect),
            "glyphs": majors / aspect,
            "density": np.maximum(self.area / (self.width * self.height), 1e-6),
            "crossings": self._total(self.pieces.runs) / self.width,
            "height": np.log(self.height),
            "majors": np.log(majors),
        }

    def ink(self) -> dict[str, Figures]:
        pieces = self.pieces
        contrast, spread = self._spread(pieces.strength, pieces.area)
        variance = self._total(pieces.square * pieces.area) / self.area - contrast**2
        colours = [self._spread(channel, pieces.area)[1] for channel in pieces.colour.T]
        return {
            "contrast": np.log(np.maximum(contrast, 1)),
            "contrast_spread": spread / contrast,
            "colour_spread": np.mean(colours, axis=0) / contrast,
            "grain": np.sqrt(np.maximum(variance, 0)) / contrast,
            "sharpness": self._total(pieces.jump) / self._total(pieces.runs) / contrast,
        }

    def likeness(self) -> dict[str, Figures]:
        pieces = self.pieces
        # Of a stroke that is long for its width, twice the area by half the outline is the width.
        width, width_spread = self._spread(2 * pieces.area / (pieces.runs + pieces.caps), pieces.area)
        area, area_spread = self._spread(pieces.area, self._major)
        edges = {"heights": pieces.heights, "tops": pieces.boxes[:, 1], "feet": pieces.boxes[:, 3]}
        return {
            "stroke": width / self.height,
            "stroke_spread": width_spread / width,
            "areas_spread": area_spread / np.maximum(area, 1),
            **{
                f"{name}_spread": self._spread(edge.astype(np.float64), self._major)[1] / self.height
                for name, edge in edges.items()
            },
        }


class _Surroundings:
    """How much ink of either polarity is in and around boxes."""

    def __init__(self, boxes: Integers, mask: Mask, opposite: Mask) -> None:
        self._boxes, self._own, self._other = boxes, _integral(mask), _integral(opposite)
        self.inside = _share(self._own, *boxes.T)

    def figures(self) -> dict[str, Figures]:
        left, top, right, bottom = self._boxes.T
        band = np.maximum(2, np.rint((bottom - top) / 4)).astype(np.intp)
        above, below = (left, top - band, right, top), (left, bottom, right, bottom + band)
        own, other, inside = self._own, self._other, self.inside
        sides = ((left - 2 * band, top, left, bottom), (right, top, right + 2 * band, bottom))
        return {
            "above": _share(own, *above) / inside,
            "below": _share(own, *below) / inside,
            "aside": sum((_share(own, *side) for side in sides), np.zeros(1)) / inside,
            "opposite": _share(other, *self._boxes.T),
            "rival": _share(other, *above) + _share(other, *below),
            "valley": self._valley() / inside,
            "crown": _share(own, left, top, right, top + band) / inside,
            "foot": _share(own, left, bottom - band, right, bottom) / inside,
        }

    def _valley(self) -> Figures:
        """The least share in two neighbouring lines between a fifth and four fifths of each box."""
        left, top, right, bottom = self._boxes.T
        margin = (bottom - top) // 5
        least = np.ones(len(top))
        for step in range(_HEIGHTS[1]):
            line = np.minimum(top + margin + step, bottom - margin - 2)
            least = np.minimum(least, _share(self._own, left, line, right, line + 2))
        return least


def _integral(mask: Mask) -> NDArray[np.int32]:
    sums = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), np.int32)
    np.cumsum(mask, axis=0, out=sums[1:, 1:])
    np.cumsum(sums[1:, 1:], axis=1, out=sums[1:, 1:])
    return sums


def _share(
    sums: NDArray[np.int32], left: Integers, top: Integers, right: Integers, bottom: Integers
) -> Figures:
    """Share of set pixels in each box, of its part within the frame; 0 for a box without pixels."""
    height, width = (side - 1 for side in sums.shape)
    left, right = left.clip(0, width), right.clip(0, width)
    top, bottom = top.clip(0, height), bottom.clip(0, height)
    count = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    share: Figures = count / np.maximum((right - left) * (bottom - top), 1)
    return share
