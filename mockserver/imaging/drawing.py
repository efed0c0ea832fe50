"""Whether ink is drawn on paper, or is part of a thing in a photograph, or of a chart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.components import runs
from mockserver.imaging.grids import Mask, flood, grow, shrink
from mockserver.imaging.ink import CHROMA, Ink
from mockserver.imaging.paper import Sheet

_PAPER_AROUND, _STROKE, _SOLID = 0.53, 0.1, 0.15
_CLEARLY, _OTHERS = 0.15, 0.35
_FILLED, _BAR, _BARS = 0.85, 0.1, 0.6


def is_drawn(sheet: Sheet, cells: Mask) -> bool:
    """Whether the cells of ink are drawn on bare paper in strokes, and are not part of some thing.

    Paper is all around ink, and hardly any of it, with what hangs together with it, is as wide as a fifth of
    the whole."""
    around = grow(cells, 2) & ~grow(cells, 1)
    if np.count_nonzero(around & sheet.bare) < _PAPER_AROUND * np.count_nonzero(around):
        return False
    return solid_share(cells, flood(cells, sheet.covered)) < _SOLID


def solid_share(cells: Mask, whole: Mask) -> float:
    """How much of the whole is as wide and high as a fifth of the ink's extent, as a share of the ink."""
    extent = min(_spread(np.nonzero(cells)[axis]) for axis in (0, 1))
    solid = shrink(whole, max(1, round(_STROKE * extent)))
    return np.count_nonzero(solid) / np.count_nonzero(cells)


def is_chart(sheet: Sheet, ink: Ink) -> bool:
    """Whether what is coloured is of several hues, or mostly of bars: two or more filled rectangles."""
    chroma = sheet.through @ CHROMA.T
    others = (np.hypot(chroma[..., 0], chroma[..., 1]) > _CLEARLY) & ~grow(ink.cells, 2)
    if np.count_nonzero(others) > _OTHERS * np.count_nonzero(ink.cells):
        return True
    found = runs(ink.cells)
    boxes, cells = found.boxes(), found.totals(found.lengths)
    filled = cells > _FILLED * (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    bars = filled & (cells > _BAR * cells.max())
    return bool(np.count_nonzero(bars) > 1 and cells[bars].sum() > _BARS * cells.sum())


def _spread(places: NDArray[np.intp]) -> float:
    """From the first to the last of nearly all places."""
    first, last = np.quantile(places, (0.02, 0.98))
    return float(last - first) + 1
