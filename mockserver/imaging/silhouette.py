"""The alpha channel at reduced size, as runs of pixels swept from the top: where heads stick out.

A silhouette is swept row by row. Where a run of pixels has nothing above it a branch begins; where two
branches meet, each of them that rises high enough and holds a wide enough core is the top of a head, the
other is a bump (a tuft of hair, a raised hand, something carried). What is left at the end is one tree per
connected component, with a list of heads. This is the join tree of computational topology, with the
persistence of a branch compared to its width in place of a fixed threshold.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]

REDUCED_SIDE = 320
SOLID_ALPHA = 128
FAINT_ALPHA = 26
BRANCH_ASPECT = 0.4
"""How far a branch rises above the place where it meets another, over its width, to be a head."""
CORE_SHARE = 0.03
"""Half the side of a square that fits into every head, over the square root of the silhouette's area."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Silhouette:
    """Masks of (h, w) bool at 1/`step` of the frame: `solid` where alpha is 0.5, `faint` where it is 0.1.

    `solid` takes the mean of each block; `faint` a pixel or two of it, so that single strands of hair stay.
    """

    solid: Bools
    faint: Bools
    step: int


def reduce_alpha(alpha: Bytes, side: int) -> Silhouette:
    """Reduce (H, W) uint8 alpha (any strides) to about `side` pixels on its longer side."""
    step = max(1, -(-max(alpha.shape) // side))
    blocks = min(step, 3)
    stride = step // blocks
    step = stride * blocks
    samples = alpha[::stride, ::stride]
    rows, columns = (-samples.shape[0]) % blocks, (-samples.shape[1]) % blocks
    samples = np.pad(samples, ((0, rows), (0, columns)), mode="edge")
    tiles = [samples[i::blocks, j::blocks] for i in range(blocks) for j in range(blocks)]
    total = np.zeros(tiles[0].shape, np.uint16)
    seen = np.zeros(tiles[0].shape, np.uint8)
    for tile in tiles:
        total += tile
        seen += tile >= FAINT_ALPHA
    if step == 1:
        total = _mean3(total)
    enough = 2 if stride == 1 and blocks > 1 else 1
    solid = total >= SOLID_ALPHA * len(tiles)
    return Silhouette(solid=solid, faint=solid | (seen >= enough), step=step)


def _mean3(values: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
    """Mean of 3x3 neighbours, against single pixels that are wrong."""
    padded = np.pad(values, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: npt.NDArray[np.uint16] = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) // np.uint16(9)
    return mean


def _shrink(mask: Bools, radius: int, axis: int) -> Bools:
    width = [(0, 0), (0, 0)]
    width[axis] = (radius + 1, radius)
    sums = np.cumsum(np.pad(mask, width, mode="edge"), axis=axis, dtype=np.int32)
    side = 2 * radius + 1
    ends = np.take(sums, range(side, sums.shape[axis]), axis=axis)
    starts = np.take(sums, range(sums.shape[axis] - side), axis=axis)
    shrunk: Bools = ends - starts == side
    return shrunk


def erode(mask: Bools, radius: int) -> Bools:
    """Erode by a square of 2 radius + 1 pixels; what lies outside the frame repeats its edge."""
    return _shrink(_shrink(mask, radius, 0), radius, 1) if radius > 0 else mask


def open_mask(mask: Bools, radius: int) -> Bools:
    """Remove what is narrower than 2 radius + 1 pixels."""
    return ~erode(~erode(mask, radius), radius)


@dataclass(frozen=True, kw_only=True, slots=True)
class Runs:
    """Horizontal runs in raster order: row, first column, column after the last, component label."""

    row: Ints
    start: Ints
    stop: Ints
    label: Ints


@dataclass(frozen=True, kw_only=True, slots=True)
class Peak:
    """The top of a head: the middle of its first run, the row where its branch ends, its component."""

    row: int
    column: int
    end: int
    label: int


@dataclass(slots=True)
class _Branch:
    row: int
    column: int
    widest: int
    cored: bool
    closed: list[tuple[int, int, int]] = field(default_factory=list)

    def is_head(self, end: int) -> bool:
        return not self.closed and self.cored and end - self.row >= BRANCH_ASPECT * self.widest

    def close(self, end: int) -> None:
        self.closed.append((self.row, self.column, end))

    def absorb(self, other: _Branch, end: int) -> None:
        if self.is_head(end) and other.is_head(end):
            self.close(end)
            other.close(end)
        elif self.closed and other.is_head(end):
            other.close(end)
        elif other.closed and self.is_head(end):
            self.close(end)
        if not (self.closed or other.closed) and (other.cored, -other.row) > (self.cored, -self.row):
            self.row, self.column = other.row, other.column
        self.closed += other.closed
        self.widest = max(self.widest, other.widest)
        self.cored |= other.cored


def _runs(mask: Bools) -> tuple[Ints, Ints, Ints]:
    height, width = mask.shape
    edges = np.zeros((height, width + 2), np.int8)
    edges[:, 1:-1] = mask
    steps = np.diff(edges, axis=1)
    row, start = np.nonzero(steps == 1)
    stop = np.nonzero(steps == -1)[1]
    return row, start, stop


def _overlaps(row: Ints, start: Ints, stop: Ints, width: int) -> tuple[list[int], list[int]]:
    """For each run, the range of runs in the row above that touch it (diagonally, too)."""
    pitch = width + 2
    above = (row - 1) * pitch
    first = np.searchsorted(row * pitch + stop, above + start, side="left")
    last = np.searchsorted(row * pitch + start, above + stop, side="right")
    return first.tolist(), last.tolist()


def _find(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def sweep(mask: Bools, core: Bools) -> tuple[Runs, tuple[Peak, ...]]:
    """Label the connected components of `mask` (h, w) and find the heads that stick out of them.

    A branch needs a pixel of `core` to count. Every component with a pixel of `core` has one peak at least.
    """
    row, start, stop = _runs(mask)
    first, last = _overlaps(row, start, stop, mask.shape[1])
    offset = row * mask.shape[1]
    sums = np.concatenate(([0], np.cumsum(core.ravel(), dtype=np.int64)))
    cored = (sums[offset + stop] > sums[offset + start]).tolist()
    parent = list(range(len(row)))
    branches: dict[int, _Branch] = {}
    for i, (y, x0, x1) in enumerate(zip(row.tolist(), start.tolist(), stop.tolist(), strict=True)):
        if first[i] + 1 == last[i]:
            roots = [_find(parent, first[i])]
        else:
            roots = list(dict.fromkeys(_find(parent, j) for j in range(first[i], last[i])))
        if not roots:
            branches[i] = _Branch(y, (x0 + x1) // 2, x1 - x0, cored[i])
            continue
        branch = branches[roots[0]]
        for root in roots[1:]:
            branch.absorb(branches.pop(root), y)
            parent[root] = roots[0]
        parent[i] = roots[0]
        branch.cored |= cored[i]
        branch.widest = max(branch.widest, x1 - x0)
    label = np.array([_find(parent, i) for i in range(len(row))], np.intp)
    runs = Runs(row=row, start=start, stop=stop, label=label)
    return runs, tuple(_peaks(branches, mask.shape[0]))


def _peaks(branches: dict[int, _Branch], height: int) -> list[Peak]:
    peaks = []
    for label, branch in branches.items():
        if not branch.cored:
            continue
        closed = branch.closed or [(branch.row, branch.column, height)]
        peaks += [Peak(row=y, column=x, end=end, label=label) for y, x, end in closed]
    return sorted(peaks, key=lambda peak: (peak.column, peak.row))


def large_components(runs: Runs, share: float) -> Ints:
    """The labels of the components of at least a share of the largest one's pixels."""
    if not runs.label.size:
        return np.zeros(0, np.intp)
    areas = np.bincount(runs.label, weights=runs.stop - runs.start)
    return np.flatnonzero(areas >= share * areas.max())


def holding(runs: Runs, mask: Bools) -> Ints:
    """The labels of the components with a pixel of `mask`."""
    offset = runs.row * mask.shape[1]
    sums = np.concatenate(([0], np.cumsum(mask.ravel(), dtype=np.int64)))
    return np.unique(runs.label[sums[offset + runs.stop] > sums[offset + runs.start]])


def paint(runs: Runs, labels: Ints, shape: tuple[int, ...]) -> Bools:
    """The mask (h, w) of the components with these labels."""
    chosen = np.isin(runs.label, labels)
    steps = np.zeros((shape[0], shape[1] + 1), np.int8)
    steps[runs.row[chosen], runs.start[chosen]] = 1
    steps[runs.row[chosen], runs.stop[chosen]] -= 1
    return np.cumsum(steps, axis=1)[:, :-1] > 0
