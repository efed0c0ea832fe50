"""Dark ink on paper: which of the black, grey and navy marks are a stamp or a signature and not print.

Print is of many small marks of one size, in lines; rules are long and thin. A stamp or a signature has a mark
that is several times as large as a letter; what lies within its outline belongs to it. Where no mark is
large, a few are a stamp, and many are print.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.components import Runs, runs
from mockserver.imaging.grids import Floats, Mask, grow
from mockserver.imaging.ink import LUMA
from mockserver.imaging.paper import Sheet, between

_FAINT, _CLEAR, _OF_STRONGEST = 0.14, 0.26, 0.4
_SPECK = 3
_LEAST_SIDE, _THIN = 0.1, 0.12
_SEVERAL, _MANY, _USUAL = 4, 40, 0.75
_TIMES, _TIMES_MANY = (2.2, 1.8), (4.0, 3.0)
_MOST_LARGE, _FEW, _FLAT = 16, 14, 0.3
_MARGIN = 0.02

Sides = NDArray[np.intp]
Flags = NDArray[np.bool_]


def find_dark(sheet: Sheet) -> Mask | None:
    """The cells of dark ink that are a stamp or a signature; None where there are none."""
    darkness = 1 - sheet.through @ LUMA
    dark = darkness > _level(darkness)
    found = runs(dark)
    boxes = found.boxes()
    sides = np.stack([boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]], axis=1)
    marks = (found.totals(found.lengths) >= _SPECK) & (sides.min(axis=1) > _THIN * sides.max(axis=1))
    if not marks.any():
        return None
    large = _large(sides, marks, dark.shape)
    small = marks & ~large
    if not large.any():
        return None if _is_text(sides[small]) else _painted(found.chosen(small), dark.shape)
    region = _outlines(found, large, dark.shape)
    within = region[found.rows, found.lefts]
    outside = small & (found.totals(within) == 0)
    if np.count_nonzero(outside) <= _FEW:
        region |= _painted(found.chosen(outside), dark.shape)
    return dark & region


def _level(darkness: Floats) -> float:
    """From which darkness on a cell is a mark."""
    clear = darkness[darkness > _FAINT]
    strongest = float(np.quantile(clear, 0.9)) if clear.size else 1.0
    return float(np.clip(_OF_STRONGEST * strongest, _FAINT, _CLEAR))


def _large(sides: Sides, marks: Flags, shape: tuple[int, ...]) -> Flags:
    """Which marks are no letters, nor words of joined ones: several times larger than most, both ways."""
    longer, shorter = sides.max(axis=1), sides.min(axis=1)
    large: Flags = marks & (longer >= _LEAST_SIDE * min(shape))
    count = np.count_nonzero(marks)
    if count >= _SEVERAL:
        times = _TIMES if count < _MANY else _TIMES_MANY
        large &= longer >= times[0] * np.quantile(longer[marks], _USUAL)
        large &= shorter >= times[1] * np.quantile(shorter[marks], _USUAL)
    if np.count_nonzero(large) > _MOST_LARGE:
        large &= longer >= np.sort(longer[large])[-_MOST_LARGE]
    return large


def _is_text(sides: Sides) -> bool:
    """Whether marks are too many for a stamp without a frame, or lines."""
    flat = float(np.median(sides.min(axis=1) / sides.max(axis=1))) < _FLAT
    return len(sides) > _FEW or (len(sides) >= _SEVERAL and flat)


def _outlines(found: Runs, large: Flags, shape: tuple[int, ...]) -> Mask:
    """What lies between the outermost cells of each large mark, both along its row and its column."""
    region = np.zeros(shape, np.bool_)
    for label in np.flatnonzero(large):
        only = np.zeros(found.count, np.bool_)
        only[label] = True
        cells = _painted(found.chosen(only), shape)
        margin = round(_MARGIN * max(np.ptp(axis) + 1 for axis in np.nonzero(cells)))
        region |= grow(between(cells, 0) & between(cells, 1), margin)
    return region


def _painted(found: Runs, shape: tuple[int, ...]) -> Mask:
    """A mask of the runs."""
    changes = np.zeros(shape[0] * found.stride + 1, np.int8)
    changes[found.starts] += 1
    changes[found.ends] -= 1
    inside = np.cumsum(changes[:-1], dtype=np.int8).astype(np.bool_)
    return inside.reshape(shape[0], found.stride)[:, : shape[1]]
