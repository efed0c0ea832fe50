"""Components that may be strokes or glyphs, and the rows that they stand in."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.components import Integers, Runs, runs
from mockserver.imaging.grids import Bytes, Mask

Figures = NDArray[np.float64]

_GAP = 5
_TALLEST, _WIDEST = 44, 110
_LEAST_AREA = 4
_TRIMS = 2
_BAND = 0.7
_LEAST_STRENGTH = 0.6
_MOST_APART = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Arrays with an entry for each piece, sorted by `row`, the number of the row that it stands in.

    `boxes` (N, 4) are left, top, right and bottom, the last two exclusive; `area` counts pixels, `runs` and
    `caps` the beginnings of ink from the left and from above. Of the top hat, `strength` is the mean,
    `square` the mean square and `jump` the sum of its steps where runs begin and end. `colour` (N, 3) is a
    mean.
    """

    boxes: Integers
    row: Integers
    area: Figures
    runs: Figures
    caps: Figures
    strength: Figures
    square: Figures
    jump: Figures
    colour: Figures

    @property
    def heights(self) -> Figures:
        return (self.boxes[:, 3] - self.boxes[:, 1]).astype(np.float64)

    def chosen(self, which: NDArray[np.bool_] | Integers) -> Self:
        """Some of the pieces, or all of them in another order."""
        return type(self)(**{name: getattr(self, name)[which] for name in self.__slots__})


def find_pieces(rgb: Bytes, strength: Bytes, mask: Mask) -> Pieces | None:
    """The pieces in a mask of strokes, less what does not go with its row; None where there are none.

    `rgb` is (H, W, 3), `strength` the top hat that the mask comes from; both of them (H, W).
    """
    found = runs(mask)
    boxes = found.boxes()
    fit = boxes[:, 3] - boxes[:, 1] <= _TALLEST
    fit &= boxes[:, 2] - boxes[:, 0] <= _WIDEST
    fit &= found.totals(found.lengths) >= _LEAST_AREA
    kept = found.chosen(fit)
    if not kept.count:
        return None
    pieces = measured(kept, rgb, strength, mask, row=_rows(kept, mask.shape))
    pieces = pieces.chosen(np.argsort(pieces.row, kind="stable"))
    for _ in range(_TRIMS):
        pieces = _trimmed(pieces)
    return pieces if len(pieces.row) else None


def measured(kept: Runs, rgb: Bytes, strength: Bytes, mask: Mask, *, row: Integers) -> Pieces:
    """Pieces of the components `kept` of a mask, in their order, with the number of the `row` of each.

    `rgb` is (H, W, 3), `strength` how far its pixels stand out, both of them as large as the mask.
    """
    width = mask.shape[1]
    first = np.cumsum(kept.lengths) - kept.lengths
    flat = np.repeat(kept.rows * width + kept.lefts - first, kept.lengths) + np.arange(kept.lengths.sum())
    levels = strength.ravel()[flat].astype(np.float64)
    colours = rgb.reshape(-1, 3)[flat]
    covered = (flat >= width) & mask.ravel()[flat - width]

    def total(values: NDArray[np.generic]) -> Figures:
        return kept.totals(np.add.reduceat(values, first, dtype=np.float64))

    area = kept.totals(kept.lengths)
    return Pieces(
        boxes=kept.boxes(),
        row=row,
        area=area,
        runs=kept.totals(np.ones(len(first))),
        caps=total(~covered),
        strength=total(levels) / area,
        square=total(levels * levels) / area,
        jump=kept.totals(_jumps(kept, strength)),
        colour=np.stack([total(colours[:, channel]) / area for channel in range(3)], axis=1),
    )


def _rows(kept: Runs, shape: tuple[int, ...]) -> Integers:
    """The row that each component stands in: those belong together that a small gap across parts."""
    steps = np.zeros((shape[0], shape[1] + 1), np.int32)
    np.add.at(steps, (kept.rows, np.maximum(kept.lefts - _GAP, 0)), 1)
    np.add.at(steps, (kept.rows, np.minimum(kept.lefts + kept.lengths + _GAP, shape[1])), -1)
    joined = runs(np.cumsum(steps, axis=1)[:, :-1] > 0)
    row = np.empty(kept.count, np.intp)
    row[kept.labels] = joined.at(kept)
    return row


def _jumps(kept: Runs, strength: Bytes) -> Figures:
    padded = np.pad(strength, ((0, 0), (1, 1)), "edge").astype(np.float64)
    rows, lefts, ends = kept.rows, kept.lefts, kept.lefts + kept.lengths
    jumps: Figures = (
        padded[rows, lefts + 1] - padded[rows, lefts] + padded[rows, ends] - padded[rows, ends + 1]
    )
    return jumps


def _trimmed(pieces: Pieces) -> Pieces:
    """Without what is weaker than its row or of another colour, and what lies off the lines with most ink."""
    ink = np.maximum(np.bincount(pieces.row, pieces.area), 1)

    def mean(values: Figures) -> Figures:
        found: Figures = (np.bincount(pieces.row, values * pieces.area) / ink)[pieces.row]
        return found

    top, bottom = (pieces.boxes[:, side].astype(np.float64) for side in (1, 3))
    middle = mean((top + bottom) / 2)
    # The mean square distance of a row's pixels from its middle; a uniform band of height h has h * h / 12.
    height = np.sqrt(12 * mean(((top + bottom) / 2 - middle) ** 2 + (bottom - top) ** 2 / 12))
    kept = (bottom > middle - _BAND * height) & (top < middle + _BAND * height)
    usual = mean(pieces.strength)
    kept &= pieces.strength >= _LEAST_STRENGTH * usual
    apart = np.mean([np.abs(channel - mean(channel)) for channel in pieces.colour.T], axis=0)
    kept &= apart <= _MOST_APART * usual
    return pieces.chosen(kept)
