"""Thin structures that are brighter or darker than what is around them, as pen strokes are.

A top hat, the difference to the opening or closing by a square, keeps what the square does not fit into. The
threshold follows the neighbourhood: half way between what stands out there and what does not, and nothing
where the two are hardly apart, as in noise.
"""

from enum import Enum

import numpy as np

from mockserver.imaging.grids import Bytes, Floats, Mask, block_means, blur

_WINDOW = 11
_BLOCK = 8
_REACH = 2
_ROUNDS = 2
_LEAST_CONTRAST = 10
_LEAST_RATIO = 2.5


class Polarity(Enum):
    """How strokes differ from their ground."""

    BRIGHT = "bright"
    DARK = "dark"


def top_hat(plane: Bytes, polarity: Polarity) -> Bytes:
    """How far each pixel of a (H, W) plane stands out, 0 to 255."""
    pixels = plane if polarity is Polarity.BRIGHT else ~plane
    return pixels - _slide(_slide(pixels, np.minimum), np.maximum)


def stroke_mask(strength: Bytes) -> Mask:
    """Where a top hat stands out from the one around it."""
    height, width = strength.shape
    # Mirrored, not blank: blank pixels would make the noise of a cut block stand out.
    padded = np.pad(strength, ((0, -height % _BLOCK), (0, -width % _BLOCK)), "symmetric")
    field = padded.astype(np.float32)[..., None]
    whole = block_means(field, _BLOCK)
    level = _ratio(block_means(field * field, _BLOCK), whole) * np.float32(0.5)
    for _ in range(_ROUNDS):
        standing = padded > _expanded(level)
        share = block_means(standing[..., None].astype(np.float32), _BLOCK)
        inside = block_means((padded * standing)[..., None].astype(np.float32), _BLOCK)
        fore, back = _ratio(inside, share), _ratio(whole - inside, 1 - share)
        level = np.maximum((fore + back) * np.float32(0.5), np.float32(_LEAST_CONTRAST))
    level[(fore < _LEAST_RATIO * back) | (fore < _LEAST_CONTRAST)] = 255
    return (padded > _expanded(level))[:height, :width]


def _ratio(upper: Floats, lower: Floats) -> Floats:
    """Quotient of two block fields, each smoothed over the neighbourhood; (H, W, 1) to (H, W)."""
    below = np.maximum(blur(lower, _REACH)[..., 0], np.float32(1e-3))
    return np.divide(blur(upper, _REACH)[..., 0], below, dtype=np.float32)


def _expanded(level: Floats) -> Bytes:
    return level.clip(0, 255).astype(np.uint8).repeat(_BLOCK, 0).repeat(_BLOCK, 1)


def _slide(pixels: Bytes, extreme: np.ufunc) -> Bytes:
    """The extreme over a centred square window, cut off at the frame."""
    for axis in (0, 1):
        pixels = _slide_along(pixels, extreme, axis)
    return pixels


def _slide_along(pixels: Bytes, extreme: np.ufunc, axis: int) -> Bytes:
    radius = _WINDOW // 2
    edges = [(0, 0)] * pixels.ndim
    edges[axis] = (radius, radius)
    wide = np.pad(pixels, edges, "edge")
    reached = 1
    while reached < _WINDOW:
        step = min(reached, _WINDOW - reached)
        ahead = [slice(None)] * pixels.ndim
        behind = [slice(None)] * pixels.ndim
        ahead[axis], behind[axis] = slice(step, None), slice(None, -step)
        wide = extreme(wide[tuple(ahead)], wide[tuple(behind)])
        reached += step
    return wide
