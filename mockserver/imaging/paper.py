"""Paper under print and ink: its colour at every place, and the light that whatever is on it lets through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mockserver.imaging.grids import Bytes, Floats, Mask, smooth_resize, spread

_BLOCKS = 28
_BRIGHT = 0.85
_DARKEST, _TINT = 0.5, 0.16
_NEAR, _PLAIN = 0.14, 0.05
_LIGHT, _COLOURFUL = 90.0, 0.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A picture on the work grid as paper with something on it.

    paper: (H, W, 3) colours of the bare paper, 1 to 255.
    through: (H, W, 3) light let through, 1 for bare paper, 0 for black.
    bare: where nothing is on the paper.
    """

    paper: Floats
    through: Floats
    bare: Mask

    @property
    def share(self) -> float:
        """The share of cells that are bare paper, 0 where it is too dark or too colourful for paper."""
        usual = self._usual
        light, tint = float(usual.max()), float(usual.max() - usual.min())
        return float(self.bare.mean()) if light > _LIGHT and tint < _COLOURFUL * light else 0.0

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
    return Sheet(paper=paper, through=through, bare=_is_bare(through))


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
    return colours, ((level > _DARKEST) & (tint < _TINT)).astype(np.float32)


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
