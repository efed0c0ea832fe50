"""The subject's colours, and which of them is behind a pixel of partial opacity.

Where the subject is opaque its colours are seen. They are gathered along the rim of the opaque region, in a
few groups such as hair, skin and cloth. Outside the rim a mixture lies between the backdrop's colour and
that of one group, so its direction from the backdrop tells the groups apart: strands beside a cheek
are hair. Among groups of one direction the nearer one counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mockserver.imaging.grids import (
    Floats,
    Mask,
    block_means,
    blur,
    grow,
    shrink,
    smooth_resize,
    soften,
    spread,
)

_RIM = 0.012
_EVEN, _EVEN_RADIUS, _TEXTURE = 0.8, 3, 36.0
_GROUPS, _SMALLEST_GROUP, _COARSE = 4, 0.03, 2
_DIRECTION_SCALE, _DOUBT = 0.05, 300.0


def field(work: Floats, back: Floats, gap: Floats, solid: Mask, inner: Mask) -> Floats:
    """(H, W, 3) colours of the subject: seen where it is opaque, and elsewhere those mixed with the backdrop.

    ``gap`` is the distance from the backdrop, and ``solid`` where it is more than noise. ``inner`` is surely
    opaque and gives a first idea of the colours, then all that matches them counts.
    """
    first = spread_from(work, inner if inner.any() else solid)
    seen = solid & shrink(opaque(gap, back, first, share=0.9), 1)
    if not seen.any():
        return spread_from(work, solid)
    colours, weight = _gather(work, seen)
    behind = block_means(back, 2)
    mixed = block_means((solid & ~seen)[..., None].astype(np.float32), 2)
    difference = (block_means(work, 2) - behind) * mixed
    around = _recognised(colours, weight * _rim(weight), behind, difference)
    return _overlay(work.shape, colours, weight, around)


def opaque(gap: Floats, back: Floats, fore: Floats, *, share: float, seam: int = 0) -> Mask:
    """Cells about as far from the backdrop as the foreground's colour within ``seam`` is, but no strands."""
    return grow(shrink(gap > share * _least(distance(fore - back), seam), 1), 1)


def even(gap: Floats, radius: int = _EVEN_RADIUS) -> Mask:
    """Cells about as far from the backdrop as all around them: no strands with gaps between."""
    most = -_least(-gap, radius)
    even: Mask = _least(gap, radius) > np.minimum(_EVEN * most, most - _TEXTURE)
    return even


def _least(field: Floats, radius: int) -> Floats:
    """Minimum over a square, so that a seam between two foreground colours is judged by the nearer one."""
    least = np.pad(field, radius, mode="edge")
    for axis in (0, 1):
        least = np.moveaxis(least, axis, 0)
        span = 1
        while span < 2 * radius + 1:  # a window of twice the span from two of the span
            step = min(span, 2 * radius + 1 - span)
            least = np.minimum(least[:-step], least[step:])
            span += step
        least = np.moveaxis(least, 0, axis)
    return least


def distance(difference: Floats) -> Floats:
    """Euclidean length of the last axis of a (H, W, 3) field."""
    length: Floats = np.sqrt(np.einsum("hwc,hwc->hw", difference, difference))
    return length


def spread_from(work: Floats, source: Mask) -> Floats:
    """The colours of the source cells, spread from its rim over the whole grid, at half its resolution."""
    colours, weight = _gather(work, source)
    return _overlay(work.shape, colours, weight, spread(colours, weight * _rim(weight)))


def _rim(weight: Floats) -> Mask:
    """All but the inner part of what has weight."""
    return ~shrink(weight > 0.5, max(1, round(_RIM * max(weight.shape))))


def _gather(work: Floats, source: Mask) -> tuple[Floats, Floats]:
    """Mean colour and share of the source's cells in blocks of two by two."""
    share = source.astype(np.float32)[..., None]
    weight = block_means(share, 2)
    colours = block_means(work * share, 2)
    colours /= np.maximum(weight, 1e-6)
    return colours, weight[..., 0]


def _overlay(shape: tuple[int, ...], colours: Floats, weight: Floats, around: Floats) -> Floats:
    """At full size, the colours by their weight and otherwise those of ``around``, slightly smoothed."""
    around = smooth_resize(around, weight.shape)
    mixed = around + weight[..., None] * (colours - around)
    smooth = Image.fromarray(soften(np.clip(mixed + np.float32(0.5), 0, 255).astype(np.uint8), 1))
    return np.asarray(smooth.resize((shape[1], shape[0]), Image.Resampling.BILINEAR), np.float32)


def _recognised(colours: Floats, weight: Floats, behind: Floats, difference: Floats) -> Floats:
    """On a coarser grid, for each place the colour of the group that explains the mixtures around it."""
    share = block_means(weight[..., None], _COARSE)
    if not share.any():
        return spread(colours, weight)
    first, second = _moments(difference)
    colours = block_means(colours * weight[..., None], _COARSE)
    colours /= np.maximum(share, 1e-6)
    behind, weight = block_means(behind, _COARSE), share[..., 0]
    group = _groups(colours, weight)
    total, wanted = np.zeros_like(colours), np.full_like(weight, 1e-30)
    for number in range(_GROUPS):
        member = np.where(group == number, weight, np.float32(0))
        if member.sum() <= _SMALLEST_GROUP * weight.sum():
            continue
        theirs = spread(colours, member)
        fitting = _nearness(member) * np.exp(-_astray(theirs - behind, first, second) / _DIRECTION_SCALE)
        total += theirs * fitting[..., None]
        wanted += fitting
    return total / wanted[..., None]


def _groups(colours: Floats, weight: Floats) -> NDArray[np.intp]:
    """Number of the group that each block's colour belongs to (k-means from far apart beginnings)."""
    known = colours[weight > 0]
    centres = known.mean(axis=0, keepdims=True)
    gaps = np.full(len(known), np.inf, np.float32)
    for _ in range(_GROUPS - 1):
        gaps = np.minimum(gaps, ((known - centres[-1]) ** 2).sum(-1))
        centres = np.concatenate([centres, known[gaps.argmax()][None]])
    for _ in range(2):
        nearest = _nearest(known, centres)
        for number in range(_GROUPS):
            if (nearest == number).any():
                centres[number] = known[nearest == number].mean(axis=0)
    return _nearest(colours, centres)


def _nearest(colours: Floats, centres: Floats) -> NDArray[np.intp]:
    nearest: NDArray[np.intp] = np.argmin([((colours - centre) ** 2).sum(-1) for centre in centres], axis=0)
    return nearest


def _moments(difference: Floats) -> tuple[Floats, Floats]:
    """Means of d and of d d' around each coarse block, (h, w, 3) and (h, w, 3, 3)."""
    first = blur(block_means(difference, _COARSE), 1)
    pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    products = np.stack([difference[..., i] * difference[..., j] for i, j in pairs], axis=-1)
    second = blur(block_means(products, _COARSE), 1)[..., [0, 1, 2, 1, 3, 4, 2, 4, 5]]
    return first, second.reshape(*first.shape[:2], 3, 3)


def _astray(line: Floats, first: Floats, second: Floats) -> Floats:
    """Share of the squared differences that lies off the direction of the line; little if all are small."""
    length = np.maximum(np.einsum("hwc,hwc->hw", line, line), 1)
    total = np.einsum("hwcc->hw", second)
    along = np.einsum("hwc,hwcd,hwd->hw", line, second, line, optimize=True) / length
    ahead = np.einsum("hwc,hwc->hw", line, first) > 0
    off: Floats = (total - np.where(ahead, along, np.float32(0))) / (total + _DOUBT)
    return off


def _nearness(member: Floats) -> Floats:
    """Larger where the group is near, and nowhere 0."""
    near, far = blur(member, 2), blur(member, 5)
    nearness: Floats = near + np.float32(0.2) * far + np.float32(0.05) * blur(far, 10) + np.float32(1e-6)
    return nearness
