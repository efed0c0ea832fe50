"""One figure of a silhouette: the run of each row from the top of the head down, and its proportions.

Below a top the width of a figure is followed from row to row: it grows to the head's widest, shrinks to the
neck and grows again into the shoulders. Where hair or a coat hides the neck, a head is taken to be about one
and a fifth times as high as wide, the mean of drawn and photographed heads with their hair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mockserver.imaging.silhouette import Bools, Peak, Runs

LEAST_WIDTH = 0.3
"""A head narrower than this share of the widest one is something else."""
SHOULDER_GROWTH = 1.15
NECK_SHRINK = 0.78
NECK_FLARE = 1.15
HEAD_ASPECT = 1.2

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One person at reduced size.

    left, right: the columns of the frame that are this person's.
    top, starts, stops: the first row, and the run of each row from there.
    width: of the head. chin, hem: rows of the chin and of where the shoulders begin.
    neck: half its width. necked: whether the silhouette shows it.
    """

    peak: Peak
    left: int
    right: int
    top: int
    starts: Floats
    stops: Floats
    width: float
    chin: float
    hem: float
    neck: float
    necked: bool

    @property
    def bottom(self) -> int:
        """The row after the last."""
        return self.top + len(self.starts)

    @property
    def middle(self) -> float:
        """The column in the middle of the head."""
        head = slice(0, max(1, round(self.width)))
        return float(np.median(self.starts[head] + self.stops[head])) / 2


def territories(solid: Bools, peaks: Sequence[Peak]) -> list[tuple[int, int]]:
    """Cut the frame's columns between neighbours where their heads leave the widest gap."""
    cuts = [0]
    for one, two in pairwise(peaks):
        end = max(one.end, two.end) if one.label == two.label else len(solid)
        rows = solid[min(one.row, two.row) : end, one.column : two.column + 1]
        filled = np.count_nonzero(rows, axis=0)
        best = np.flatnonzero(filled == filled.min())
        cuts.append(one.column + int(best[len(best) // 2]))
    cuts.append(solid.shape[1])
    return list(pairwise(cuts))


def trace(runs: Runs, peak: Peak, span: tuple[int, int]) -> Figure | None:
    """Follow the figure's run downwards from its peak, within its columns; None when it has none of them."""
    left, right = span
    starts, stops = _follow(runs, peak, left, right)
    if not len(starts):
        return None
    widths = _smooth(stops - starts)
    wide = _widest_row(widths)
    width = float(widths[: wide + 1].max())
    neck_row = _neck_row(widths, wide, width)
    hem = _hem_row(widths, wide, width, neck_row)
    chin = _chin_row(widths, wide, width, neck_row)
    neck = NECK_FLARE * float(widths[neck_row]) / 2 + 1 if neck_row is not None else 0.24 * width
    return Figure(
        peak=peak, left=left, right=right, top=peak.row, starts=starts, stops=stops, width=width,
        chin=peak.row + chin, hem=peak.row + hem, neck=neck, necked=neck_row is not None,
    )  # fmt: skip


def _follow(runs: Runs, peak: Peak, left: int, right: int) -> tuple[Floats, Floats]:
    """First and last + 1 column of the figure, row by row, from its peak as far as it hangs together."""
    rows = np.searchsorted(runs.row, np.arange(peak.row, int(runs.row[-1]) + 2)).tolist()
    spans = list(zip(runs.start.tolist(), runs.stop.tolist(), strict=True))
    start, stop = peak.column, peak.column + 1
    starts, stops = [], []
    for first, last in pairwise(rows):
        touching = [span for span in spans[first:last] if span[0] <= stop and span[1] >= start]
        if not touching:
            break
        start, stop = max(left, touching[0][0]), min(right, touching[-1][1])
        if start >= stop:
            break
        starts.append(start)
        stops.append(stop)
    return np.array(starts, np.float64), np.array(stops, np.float64)


def _smooth(widths: Floats) -> Floats:
    if len(widths) < 3:
        return widths
    padded = np.pad(widths, 1, mode="edge")
    return np.median(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0)


def _widest_row(widths: Floats) -> int:
    """The row at half a head's height: as deep as two thirds of the width above it."""
    depth = np.arange(1, len(widths) + 1)
    deep = depth >= 0.65 * np.maximum.accumulate(widths)
    first_wide = int(np.argmax(widths >= 0.2 * widths.max()))
    candidates = np.flatnonzero(deep[first_wide:])
    return first_wide + int(candidates[0]) if candidates.size else len(widths) - 1


def _neck_row(widths: Floats, wide: int, width: float) -> int | None:
    """The narrowest row between head and shoulders, None when hair or a coat hides it."""
    below = widths[wide : round(wide + 1.7 * width) + 1]
    row = wide + int(np.argmin(below))
    if widths[row] > NECK_SHRINK * width:
        return None
    under = widths[row : round(row + 1.2 * width) + 1]
    grows = under.max() >= SHOULDER_GROWTH * widths[row]
    return row if grows else None


def _hem_row(widths: Floats, wide: int, width: float, neck_row: int | None) -> float:
    """The last row before the shoulders begin."""
    start, narrow = (wide, width) if neck_row is None else (neck_row, float(widths[neck_row]))
    below = np.flatnonzero(widths[start:] > SHOULDER_GROWTH * narrow)
    latest = round(wide + 1.7 * width)
    end = start + max(0, int(below[0]) - 1) if below.size else len(widths)
    return float(min(end, latest, len(widths)))


def _chin_row(widths: Floats, wide: int, width: float, neck_row: int | None) -> float:
    usual = HEAD_ASPECT * width
    if neck_row is None:
        return min(usual, float(len(widths)))
    narrow = float(widths[neck_row])
    joint = wide + int(np.argmax(widths[wide : neck_row + 1] <= narrow + 0.12 * (width - narrow)))
    shown = joint + 0.1 * width
    return max(0.95 * width, min(shown, (shown + usual) / 2))


def without_objects(figures: Sequence[Figure]) -> list[Figure]:
    """Drop what is too narrow for a head, and what somebody carries or has put down."""
    if not figures:
        return []
    widest = max(figure.width for figure in figures)
    best = max(figures, key=lambda figure: (figure.necked, figure.width))
    return [
        figure
        for figure in figures
        if figure is best
        or (
            figure.width >= LEAST_WIDTH * widest
            and not _is_object(figure, best)
            and not any(_is_body_of(figure, head) for head in figures)
        )
    ]


def _is_body_of(figure: Figure, head: Figure) -> bool:
    """Whether it is a separate component below a head, the neck of which the matte has lost."""
    apart = figure.peak.label != head.peak.label and figure.top > head.top
    below = head.bottom <= figure.top + 0.5 * head.width
    return apart and below and abs(figure.peak.column - head.middle) < 1.5 * head.width


def _is_object(figure: Figure, best: Figure) -> bool:
    """Whether too little of it is in the frame for a head; or it has no neck, is lower than the shoulders
    of somebody who has one, and is not tall, or is wider than that head as only a shoulder would be."""
    if len(figure.starts) < 0.5 * figure.width:
        return True
    if figure.necked or not best.necked or figure.top <= best.hem + 0.3 * best.width:
        return False
    attached = figure.peak.label == best.peak.label
    if attached and figure.width > 1.25 * best.width:
        return True
    height = figure.peak.end - figure.top if attached else len(figure.starts)
    return height < (1.0 if attached else 2.0) * figure.width
