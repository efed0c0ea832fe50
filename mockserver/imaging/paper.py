"""Paper under print and ink: its colour at every place, and the light that whatever is on it lets through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mockserver.imaging.grids import Bytes, Floats, Mask, flood, grow, shrink, smooth_resize, spread

_BLOCKS = 28
_BRIGHT = 0.85
_DARKEST, _TINT = 0.5, 0.16
_NEAR, _PLAIN = 0.14, 0.05
_LIGHT, _COLOURFUL, _BRIGHTER = 90.0, 0.4, 0.02
_COVERED = 0.75
_SUNK, _SHARP = 0.85, 0.85
_SOLID, _ALONG, _DENTED = 0.02, 0.6, 1.04


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A picture on the work grid as paper with something on it.

    paper: (H, W, 3) colours of the bare paper, 1 to 255.
    through: (H, W, 3) light let through, 1 for bare paper and beyond its edges, 0 for black.
    bare: where nothing is on the paper.
    """

    paper: Floats
    through: Floats
    bare: Mask

    @property
    def share(self) -> float:
        """The share of cells that are bare paper; 0 where that is dark or colourful, or much is brighter."""
        usual = self._usual
        light, tint = float(usual.max()), float(usual.max() - usual.min())
        brighter = float((self.through.max(axis=-1) > 1 + _NEAR).mean())
        is_paper = light > _LIGHT and tint < _COLOURFUL * light and brighter < _BRIGHTER
        return float(self.bare.mean()) if is_paper else 0.0

    @property
    def covered(self) -> Mask:
        """Where something is clearly on the paper."""
        covered: Mask = self.through.min(axis=-1) < _COVERED
        return covered

    @property
    def blue(self) -> float:
        """How much bluer the paper is than its other colours, as a share; below zero where it is yellow."""
        red, green, blue = map(float, self._usual)
        return (blue - min(red, green)) / max(blue, 1.0)

    @property
    def _usual(self) -> Floats:
        usual: Floats = np.median(self.paper, axis=(0, 1))
        return usual


def lay_out(work8: Bytes) -> Sheet:
    """Find the paper of a (H, W, 3) uint8 picture: what is brightest, and of the usual tint, all around."""
    work = work8.astype(np.float32)
    paper = _spread(work, _brightest(work))
    paper = _spread(work, _means(work, _is_bare(work / paper)))
    through = work / paper
    bare = _is_bare(through)
    through[_surroundings(bare)] = 1
    return Sheet(paper=paper, through=through, bare=bare)


def _surroundings(bare: Mask) -> Mask:
    """What a sheet lies on: solid, along much of the frame, and around something without dents."""
    frame = np.ones(bare.shape, np.bool_)
    frame[1:-1, 1:-1] = False
    radius = max(2, round(_SOLID * min(bare.shape)))
    solid = shrink(~bare, radius)
    around = flood(frame & solid, solid)
    sheet = ~grow(around, radius)
    hull = between(sheet, 0) & between(sheet, 1)
    along = np.count_nonzero(around & frame) / np.count_nonzero(frame)
    if along < _ALONG or np.count_nonzero(hull) > _DENTED * np.count_nonzero(sheet):
        return np.zeros_like(bare)
    return grow(around, radius + 2) & ~bare


def between(mask: Mask, axis: int) -> Mask:
    """What lies between the first and the last set cell of each column (axis 0) or row (axis 1)."""
    ahead = np.logical_or.accumulate(mask, axis=axis)
    behind = np.flip(np.logical_or.accumulate(np.flip(mask, axis), axis=axis), axis)
    between: Mask = ahead & behind
    return between


def _brightest(work: Floats) -> tuple[Floats, Floats]:
    """Of each block the mean of its brightest eighth, and 1 where that can be paper, else 0."""
    blocks = _blocks(work)
    light = blocks.sum(axis=-1)
    count = max(1, light.shape[-1] // 8)
    chosen = np.argpartition(light, -count, axis=-1)[..., -count:]
    colours = np.take_along_axis(blocks, chosen[..., None], axis=2).mean(axis=2)
    usual = np.median(colours.reshape(-1, 3), axis=0)
    ratio = colours / np.maximum(usual, 1)
    level = ratio.mean(axis=-1)
    tint = np.abs(ratio / np.maximum(level, 1e-3)[..., None] - 1).max(axis=-1)
    paper = (level > _DARKEST) & (tint < _TINT) & ~_sunk(level)
    return colours, paper.astype(np.float32)


def _sunk(level: Floats) -> Mask:
    """Blocks with much brighter ones all around, as in solid grey ink; a shadow has no such sharp edge."""
    sunk: Mask = level < _SUNK * _filled(level)
    if not sunk.any():
        return sunk
    edge, beyond = sunk & ~shrink(sunk, 1), grow(sunk, 2) & ~grow(sunk, 1)
    sharp = beyond.any() and level[edge].mean() < _SHARP * level[beyond].mean()
    return sunk & sharp


def _filled(level: Floats) -> Floats:
    """Basins filled up to the lowest way out to the frame."""
    filled = np.full_like(level, np.inf)
    filled[[0, -1]], filled[:, [0, -1]] = level[[0, -1]], level[:, [0, -1]]
    while True:
        lowest = filled.copy()
        for axis in (0, 1):
            for shift in (-1, 1):
                lowest = np.minimum(lowest, np.roll(filled, shift, axis))
        lower = np.maximum(level, lowest)
        lower[[0, -1]], lower[:, [0, -1]] = level[[0, -1]], level[:, [0, -1]]
        if np.array_equal(lower, filled):
            return filled
        filled = lower


def _means(work: Floats, bare: Mask) -> tuple[Floats, Floats]:
    """Of each block the mean colour of its bare cells, and their share."""
    share = _blocks(bare[..., None].astype(np.float32)).mean(axis=2)
    colours = _blocks(work * bare[..., None]).mean(axis=2) / np.maximum(share, 1e-6)
    return colours, share[..., 0]


def _spread(work: Floats, known: tuple[Floats, Floats]) -> Floats:
    colours, weights = known
    if not weights.any():
        weights = np.ones_like(weights)
    return np.maximum(smooth_resize(spread(colours, weights), work.shape[:2]), 1)


def _is_bare(through: Floats) -> Mask:
    least, most = through.min(axis=-1), through.max(axis=-1)
    bare: Mask = (least > 1 - _NEAR) & (most < 1 + _NEAR) & (most - least < 2 * _PLAIN)
    return bare


def _blocks(work: Floats) -> Floats:
    """(h, w, cells, C): the cells of each of about 28 blocks along the longer side."""
    side = max(1, -(-max(work.shape[:2]) // _BLOCKS))
    height, width, channels = work.shape
    rows, columns = -(-height // side), -(-width // side)
    padded = np.pad(work, ((0, rows * side - height), (0, columns * side - width), (0, 0)), mode="edge")
    tiles = padded.reshape(rows, side, columns, side, channels).swapaxes(1, 2)
    return tiles.reshape(rows, columns, side * side, channels)
