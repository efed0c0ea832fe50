"""Regions of like colour in a small picture.

The method is that of Felzenszwalb and Huttenlocher, "Efficient Graph-Based Image Segmentation" (2004):
neighbours are joined from the most alike on, as long as they differ no more than is usual within either of
their regions; small regions tolerate more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.grids import Floats

Labels = NDArray[np.intp]

_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


def regions(colours: Floats, *, tolerance: float, least: int) -> Labels:
    """Number the regions of a (H, W, C) picture from 0, (H, W).

    `tolerance` is how much a region may differ within itself, in units of the colours and shared among its
    cells. None has fewer than `least` cells, unless the picture has.
    """
    gaps, ones, others = _edges(colours)
    forest = _Forest(colours.shape[0] * colours.shape[1], tolerance)
    for gap, one, other in zip(gaps, ones, others, strict=True):
        forest.join_alike(gap, one, other)
    for one, other in zip(ones, others, strict=True):
        forest.join_small(least, one, other)
    roots = [forest.root(cell) for cell in range(colours.shape[0] * colours.shape[1])]
    numbers: Labels = np.unique(roots, return_inverse=True)[1]
    return numbers.reshape(colours.shape[:2])


def _edges(colours: Floats) -> tuple[list[float], list[int], list[int]]:
    """Each pair of neighbours, also diagonal: how much they differ, and both; the most alike first."""
    height, width = colours.shape[:2]
    cells = np.arange(height * width).reshape(height, width)
    gaps, ones, others = [], [], []
    for down, across in _STEPS:
        here = np.s_[: height - down, max(0, -across) : width - max(0, across)]
        there = np.s_[down:, max(0, across) : width + min(0, across)]
        gaps.append(np.linalg.norm(colours[here] - colours[there], axis=-1).ravel())
        ones.append(cells[here].ravel())
        others.append(cells[there].ravel())
    gap = np.concatenate(gaps)
    order = np.argsort(gap, kind="stable")
    return (
        gap[order].tolist(),
        np.concatenate(ones)[order].tolist(),
        np.concatenate(others)[order].tolist(),
    )


class _Forest:
    """Sets of cells, each a tree of parents, with its size and the difference that it tolerates."""

    def __init__(self, cells: int, tolerance: float) -> None:
        self._tolerance = tolerance
        self._parent = list(range(cells))
        self._size = [1] * cells
        self._limit = [tolerance] * cells

    def root(self, cell: int) -> int:
        parent = self._parent
        while parent[cell] != cell:
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        return cell

    def join_alike(self, gap: float, one: int, other: int) -> None:
        one, other = self.root(one), self.root(other)
        if one != other and gap <= self._limit[one] and gap <= self._limit[other]:
            self._join(one, other)
            self._limit[one] = gap + self._tolerance / self._size[one]

    def join_small(self, least: int, one: int, other: int) -> None:
        one, other = self.root(one), self.root(other)
        if one != other and min(self._size[one], self._size[other]) < least:
            self._join(one, other)

    def _join(self, one: int, other: int) -> None:
        self._parent[other] = one
        self._size[one] += self._size[other]
