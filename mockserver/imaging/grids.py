"""Neighbourhood operations on small grids: grow and shrink a mask, flood, blur, spread colours, resize.

Integer or float32 arithmetic in NumPy and Pillow alone. Rank filters are avoided: a square
dilation is a handful of shifted maxima, each twice as far as the one before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def grow(mask: Mask, radius: int) -> Mask:
    """Dilate by a square of side ``2 * radius + 1``; outside the frame counts as False."""
    return _stretch(_stretch(mask, radius, 0), radius, 1)


def shrink(mask: Mask, radius: int) -> Mask:
    """Erode by a square of side ``2 * radius + 1``; outside the frame counts as True."""
    return ~grow(~mask, radius)


def _stretch(mask: Mask, radius: int, axis: int) -> Mask:
    result = mask
    reached = 0
    while reached < radius:
        step = min(reached + 1, radius - reached)
        # Not by a transposed view, which would make every later step slower.
        ahead = (*[slice(None)] * axis, slice(step, None))
        behind = (*[slice(None)] * axis, slice(None, -step))
        wider = result.copy()
        wider[ahead] |= result[behind]
        wider[behind] |= result[ahead]
        result = wider
        reached += step
    return result if radius else mask.copy()


def flood(seeds: Mask, allowed: Mask) -> Mask:
    """The cells of ``allowed`` that are joined to a seed by steps along rows and columns.

    Each sweep fills whole runs of allowed cells, so the number of sweeps is that of the turns of the
    longest path and not that of its cells.
    """
    rows, columns = _Runs(allowed), _Runs(allowed.T)
    reached, count = seeds & allowed, -1
    while (now := int(np.count_nonzero(reached))) != count:
        count = now
        reached = rows.fill(reached)
        reached = columns.fill(reached.T).T
    return reached


class _Runs:
    """The horizontal runs of equal cells of a mask."""

    def __init__(self, mask: Mask) -> None:
        changes = np.ones(mask.shape, np.bool_)
        np.not_equal(mask[:, 1:], mask[:, :-1], out=changes[:, 1:])
        self._starts = np.flatnonzero(changes)
        self._lengths = np.diff(self._starts, append=mask.size)
        self._set = mask.ravel()[self._starts]

    def fill(self, reached: Mask) -> Mask:
        """Every run of the mask in which a cell is reached."""
        hit = np.logical_or.reduceat(reached.ravel(), self._starts) & self._set
        return hit.repeat(self._lengths).reshape(reached.shape)


def blur(field: Floats, radius: int) -> Floats:
    """Mean over a square window, cut off at the frame; (H, W) or (H, W, C) float32."""
    return _mean(_mean(field, radius, 0), radius, 1)


def _mean(field: Floats, radius: int, axis: int) -> Floats:
    length = field.shape[axis]
    ends = np.arange(length)
    first, last = np.maximum(ends - radius, 0), np.minimum(ends + radius + 1, length)
    sums = np.zeros([n + (i == axis) for i, n in enumerate(field.shape)], np.float32)
    np.cumsum(field, axis=axis, out=sums[1:] if axis == 0 else sums[:, 1:])
    counts = (last - first).astype(np.float32)
    counts = counts.reshape([-1 if i == axis else 1 for i in range(field.ndim)])
    mean: Floats = (sums.take(last, axis) - sums.take(first, axis)) / counts
    return mean


def spread(values: Floats, weights: Floats) -> Floats:
    """Fill a (H, W, C) field from the cells with weight, each gap from the nearest ones around it.

    Averages up a pyramid, then comes down and keeps at each level what that level knows (pull and push).
    Where nothing has any weight the result is 0.
    """
    height, width = weights.shape
    if min(height, width) < 2:
        total = max(float(weights.sum()), 1e-9)
        mean: Floats = (values * weights[..., None]).sum((0, 1), keepdims=True) / np.float32(total)
        known = weights[..., None] > 0
        return np.where(known, values, mean).astype(np.float32)
    coarse_weights = _quarter(weights[..., None])[..., 0]
    coarse = _quarter(values * weights[..., None])
    coarse /= np.maximum(coarse_weights, 1e-9)[..., None]
    below = spread(coarse, np.minimum(coarse_weights * 4, 1))
    around = smooth_resize(below, (height, width))
    trust = weights[..., None]
    return values * trust + around * (1 - trust)


def soften(colours: Bytes, radius: int) -> Bytes:
    """Mean over a square window of a (H, W) or (H, W, 3) uint8 picture, rounded."""
    return np.asarray(Image.fromarray(colours).filter(ImageFilter.BoxBlur(radius)))


def density(mask: Mask, radius: int) -> Floats:
    """Share of set cells in a square window, 0..1 in steps of 1/255."""
    return soften(mask.astype(np.uint8) * np.uint8(255), radius) * np.float32(1 / 255)


def block_means(field: Floats, step: int) -> Floats:
    """Means of the whole ``step`` x ``step`` blocks of a (H, W, C) field; remainders are dropped."""
    height, width = (n // step * step for n in field.shape[:2])
    whole = field[:height, :width]
    down = whole[::step].copy()
    for row in range(1, step):
        down += whole[row::step]
    sums = down[:, ::step].copy()
    for column in range(1, step):
        sums += down[:, column::step]
    return sums * np.float32(1 / step**2)


def _quarter(field: Floats) -> Floats:
    height, width = field.shape[:2]
    return block_means(np.pad(field, ((0, height % 2), (0, width % 2), (0, 0))), 2)


def smooth_resize(field: Floats, shape: tuple[int, int]) -> Floats:
    """Bilinear resize of a (H, W) or (H, W, C) float32 field to ``shape`` (height, width)."""
    if field.shape[:2] == shape:
        return field
    if field.ndim == 2:
        size = shape[1], shape[0]
        return np.asarray(Image.fromarray(field).resize(size, Image.Resampling.BILINEAR), np.float32)
    return np.stack([smooth_resize(field[..., i], shape) for i in range(field.shape[2])], axis=-1)


def reduce(rgb: Bytes, factor: int, *, strip: int = 256) -> Bytes:
    """Means of ``factor`` x ``factor`` blocks, partial blocks at the right and lower edges.

    Works in row strips, so that no second copy of a large frame is made.
    """
    if factor == 1:
        return rgb
    rows = max(1, strip // factor) * factor
    parts = [Image.fromarray(rgb[top : top + rows]).reduce(factor) for top in range(0, rgb.shape[0], rows)]
    return np.concatenate([np.asarray(part) for part in parts])
