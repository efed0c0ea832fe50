"""Where an object stands before a cluttered background: what stands out and is not cut by the frame.

The method is that of Zhu, Liang, Wei and Sun, "Saliency Optimization from Robust Background Detection"
(2014), on regions of like colour. A region is background as far as it is joined, through regions of like
colour, to much of the frame's border for its size. It stands out as far as it differs from background near
it. Both are weighed against each other so that like neighbours agree. Larger regions count for more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.grids import Floats, Mask, block_means, flood, smooth_resize
from mockserver.imaging.levels import parting
from mockserver.imaging.regions import Labels, regions

_SIDE = 100
_TOLERANCE, _SMALLEST = 25.0, 10
_ALIKE, _SAME = 10.0, 3.0
_NEAR = 0.25
_SIZE_WEIGHT = 0.6
_TIE = 0.1

Reals = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Map:
    """The n regions: cells, mean Lab colour (n, 3), centre (n, 2), cells at the border, neighbours (n, n)."""

    size: Reals
    colour: Reals
    centre: Reals
    border: Reals
    touching: NDArray[np.bool_]


def segment(work: Floats) -> Mask:
    """The object's cells of a (H, W, 3) picture of 0 to 255; none where nothing stands out."""
    grid = _thumbnail(work)
    lab = _lab(grid)
    numbers = regions(lab, tolerance=_TOLERANCE, least=_SMALLEST)
    if not numbers.any():
        return np.zeros(work.shape[:2], np.bool_)
    salience = _salience(_survey(lab, numbers))[numbers]
    salient = smooth_resize(salience.astype(np.float32), work.shape[:2]) > parting(salience)
    return _filled(salient)


def _thumbnail(work: Floats) -> Floats:
    height, width = work.shape[:2]
    step = max(1, round(max(height, width) / _SIDE))
    missing = (0, -height % step), (0, -width % step), (0, 0)
    return block_means(np.pad(work, missing, mode="edge"), step)


def _lab(grid: Floats) -> Floats:
    """CIE L*a*b* of sRGB under D65."""
    share = grid / np.float32(255)
    linear = np.where(share > 0.04045, ((share + 0.055) / 1.055) ** 2.4, share / 12.92)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ (to_xyz / to_xyz.sum(axis=1, keepdims=True)).T
    x, y, z = np.moveaxis(np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def _survey(lab: Floats, numbers: Labels) -> _Map:
    count = int(numbers.max()) + 1
    flat = numbers.ravel()
    size = np.bincount(flat, minlength=count).astype(np.float64)
    sums = [np.bincount(flat, lab[..., channel].ravel(), count) for channel in range(3)]
    places = np.indices(numbers.shape).reshape(2, -1) / max(numbers.shape)
    middles = [np.bincount(flat, place, count) for place in places]
    frame = np.ones(numbers.shape, np.bool_)
    frame[1:-1, 1:-1] = False
    border = np.bincount(numbers[frame], minlength=count).astype(np.float64)
    touching = np.outer(border > 0, border > 0)
    for one, other in ((numbers[1:], numbers[:-1]), (numbers[:, 1:], numbers[:, :-1])):
        touching[one, other] = touching[other, one] = True
    np.fill_diagonal(touching, False)
    return _Map(
        size=size,
        colour=np.stack(sums, axis=1) / size[:, None],
        centre=np.stack(middles, axis=1) / size[:, None],
        border=border,
        touching=touching,
    )


def _salience(found: _Map) -> Reals:
    """How much each region stands out, (n,) 0 to 1: a compromise of evidence, and of like neighbours."""
    apart = _distances(found.colour)
    alike = np.exp(-((_shortest(found.touching, apart) / _ALIKE) ** 2) / 2)
    area = alike @ found.size
    back = 1 - np.exp(-((alike @ found.border) ** 2 / area) / 2)
    near = np.exp(-((_distances(found.centre) / _NEAR) ** 2) / 2)
    contrast = (apart * near) @ (back * found.size)
    fore = contrast * (1 - back) * area**_SIZE_WEIGHT
    fore /= max(float(fore.max()), 1e-9)
    ties = np.where(found.touching, np.exp(-((apart / _ALIKE) ** 2) / 2) + _TIE, 0)
    balance = np.diag(ties.sum(axis=1) + back + fore + 1e-6) - ties
    return np.linalg.solve(balance, fore)


def _distances(points: Reals) -> Reals:
    distances: Reals = np.linalg.norm(points[:, None] - points[None], axis=-1)
    return distances


def _shortest(touching: NDArray[np.bool_], apart: Reals) -> Reals:
    """The least sum of differences on a way from region to region (Floyd, Warshall); small ones are 0."""
    ways = np.where(touching, np.maximum(apart - _SAME, 0), np.inf)
    np.fill_diagonal(ways, 0)
    for through in range(len(ways)):
        np.minimum(ways, ways[:, through, None] + ways[through], out=ways)
    return ways


def _filled(mask: Mask) -> Mask:
    """With what it encloses."""
    frame = np.ones(mask.shape, np.bool_)
    frame[1:-1, 1:-1] = False
    return ~flood(frame, ~mask)
