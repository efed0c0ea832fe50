"""Connected components of a mask, by its horizontal runs: arrays with an entry for each run or component.

Two runs of neighbouring rows belong together where they touch, diagonals included. Labels spread over those
contacts by pointer jumping, so that no Python loop goes over pixels, runs or components.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.grids import Mask

Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Runs:
    """The maximal horizontal runs of a (H, W) mask in reading order, and the component of each.

    `starts` and `ends` (exclusive) are flat indices in rows of `stride`, which is one more than W, so that no
    run touches the next row's. `labels` count from 0 to `count` - 1.
    """

    starts: Integers
    ends: Integers
    labels: Integers
    stride: int
    count: int

    @property
    def rows(self) -> Integers:
        return self.starts // self.stride

    @property
    def lefts(self) -> Integers:
        return self.starts % self.stride

    @property
    def lengths(self) -> Integers:
        return self.ends - self.starts

    def totals(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """Sum of a value of each run over the runs of each component."""
        return np.bincount(self.labels, values, minlength=self.count).astype(np.float64, copy=False)

    def boxes(self) -> Integers:
        """Left, top, right and bottom of each component, (N, 4), the last two exclusive."""
        order = np.argsort(self.labels, kind="stable")
        first = np.searchsorted(self.labels[order], np.arange(self.count))
        rows, lefts = self.rows[order], self.lefts[order]
        rights = lefts + self.lengths[order]
        if not self.count:
            return np.empty((0, 4), np.intp)
        return np.stack(
            [
                np.minimum.reduceat(lefts, first),
                np.minimum.reduceat(rows, first),
                np.maximum.reduceat(rights, first),
                np.maximum.reduceat(rows, first) + 1,
            ],
            axis=1,
        )

    def chosen(self, which: NDArray[np.bool_]) -> Self:
        """The runs of some of the components, which are numbered anew."""
        kept = which[self.labels]
        names, labels = np.unique(self.labels[kept], return_inverse=True)
        return type(self)(
            starts=self.starts[kept],
            ends=self.ends[kept],
            labels=labels,
            stride=self.stride,
            count=len(names),
        )

    def at(self, other: "Runs") -> Integers:
        """For each run of `other`, which lies within one of these, the component that it lies in."""
        return self.labels[np.searchsorted(self.starts, other.starts, "right") - 1]


def runs(mask: Mask) -> Runs:
    """The runs of a (H, W) mask with their components, 8-connected."""
    height, width = mask.shape
    stride = width + 1
    padded = np.zeros((height + 1) * stride + 1, np.int8)
    padded[1:].reshape(height + 1, stride)[:height, :width] = mask
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    starts, ends = edges[::2], edges[1::2]
    labels, count = _labels(*_contacts(starts, ends, stride), len(starts))
    return Runs(starts=starts, ends=ends, labels=labels, stride=stride, count=count)


def _contacts(starts: Integers, ends: Integers, stride: int) -> tuple[Integers, Integers]:
    """Pairs of runs, upper and lower, that touch."""
    first = np.searchsorted(ends, starts + stride, "left")
    last = np.searchsorted(starts, ends + stride, "right")
    counts = np.maximum(last - first, 0)
    upper = np.repeat(np.arange(len(starts)), counts)
    offsets = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts)
    return upper, np.repeat(first, counts) + offsets


def _labels(upper: Integers, lower: Integers, size: int) -> tuple[Integers, int]:
    parent = np.arange(size)
    while len(upper):
        one, two = parent[upper], parent[lower]
        apart = one != two
        if not apart.any():
            break
        upper, lower = upper[apart], lower[apart]
        one, two = one[apart], two[apart]
        np.minimum.at(parent, np.maximum(one, two), np.minimum(one, two))
        while not np.array_equal(further := parent[parent], parent):
            parent = further
    roots, labels = np.unique(parent, return_inverse=True)
    return labels, len(roots)
