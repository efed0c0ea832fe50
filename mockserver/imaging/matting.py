"""Cut the subject out of a picture: an opacity for every pixel, and the colour behind partial opacity.

A pixel on the outline mixes two colours, I = a F + (1 - a) B. Where foreground F and backdrop B are known
its opacity a is the place of I on the line from B to F, as in chroma keying; here both are fields that vary
over the frame. The steps:

1. The frame is reduced to a work grid of at most 450 x 450 cells, where smooth fields are cheap.
2. B: a smooth surface grown from the border inwards (`backdrop`). A border without a plain surface tells
   nothing; then colour statistics find the subject instead (`clutter`, the idea of GrabCut).
3. What differs from B by more than noise is evidence of a subject. Evidence splits the grid into sure
   background, sure foreground and the unknown band between (a trimap).
4. F: the colours of the sure foreground, carried outwards into the band by those they explain (`foreground`).
5. Opacity in the band by projection, from full-size pixels, block by block, so that a hair finer
   than a cell keeps its edge and no float copy of a large frame ever exists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging import backdrop, clutter
from mockserver.imaging.foreground import distance, even, field, opaque, spread_from
from mockserver.imaging.grids import (
    Bytes,
    Floats,
    Mask,
    density,
    flood,
    grow,
    reduce,
    shrink,
    soften,
)

if TYPE_CHECKING:
    from mockserver.imaging.decode import Picture

WORK_SIDE = 450
PLAIN_SUPPORT = 0.72
"""The share of the border that one smooth surface must explain, for the background to count as plain."""
SMALLEST_CLUTTER = 24
"""Cells that a side must have for a subject to be looked for before clutter."""
_FRINGE = 0.06
_DEPTH = 0.03
_CHUNK_PIXELS = 1 << 17
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_BLUE, _RED = (np.float32(s) * (np.eye(3, dtype=np.float32)[i] - _LUMA) for s, i in ((0.564, 2), (0.713, 0)))
_CHROMA_WEIGHT = 0.25
_METRIC = np.outer(_LUMA, _LUMA) + _CHROMA_WEIGHT * (np.outer(_BLUE, _BLUE) + np.outer(_RED, _RED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trimap:
    """On the work grid: where opacity is known to be 0 or 1, and the two colours to mix elsewhere."""

    background: Mask
    foreground: Mask
    back_colour: Floats
    fore_colour: Floats


def matte(picture: Picture) -> NDArray[np.uint8]:
    """Separate the subject from its background.

    Returns (H, W, 4) uint8 RGBA: A is the subject's opacity, exactly 0 and 255 away from its outline. RGB is
    the estimated foreground colour where A is in between and the source colour elsewhere. A picture with
    an alpha channel of its own keeps it; a picture without a subject is all 0.
    """
    if picture.alpha is not None:
        result = _opaque(picture.rgb)
        result[..., 3] = picture.alpha
        return result
    factor = work_factor(picture.rgb)
    return paint(picture.rgb, _trimap(reduce(picture.rgb, factor)), factor)


def work_factor(rgb: Bytes, side: int = WORK_SIDE) -> int:
    """By how much to reduce a picture so that it has at most `side` x `side` cells, by area."""
    return max(1, math.ceil(math.sqrt(rgb.size / 3) / side))


def paint(rgb: Bytes, trimap: Trimap, factor: int) -> Bytes:
    """The cut-out of a full-size picture by a trimap of its work grid, which is `factor` times smaller.

    Returns (H, W, 4) uint8, as `matte` does."""
    result = _opaque(rgb)
    _paint_sure(result, trimap, factor)
    _paint_band(result, rgb, trimap, factor)
    return result


def _opaque(rgb: Bytes) -> Bytes:
    """The colours with room for an opacity."""
    result = np.empty((*rgb.shape[:2], 4), np.uint8)
    for channel in range(3):  # plane by plane is eight times faster than all at once
        result[..., channel] = rgb[..., channel]
    return result


def _trimap(work8: Bytes) -> Trimap:
    work = work8.astype(np.float32)
    behind = backdrop.fit(work)
    if behind.support < PLAIN_SUPPORT and min(work.shape[:2]) >= SMALLEST_CLUTTER:
        return _cluttered_trimap(work)
    gap = distance(work - behind.colour)
    subject = _subject(work8, behind, gap)
    solid = _fill_holes(subject)
    inner = shrink(solid & subject, 3) & (even(gap) | _deep(solid, gap))
    fore = field(work, behind.colour, gap, solid & subject, inner)
    whole = solid & (inner | opaque(gap, behind.colour, fore, share=0.9, seam=3))
    return Trimap(
        background=~grow(solid, 1),
        foreground=_enclosed(whole, solid),
        back_colour=behind.colour,
        fore_colour=fore,
    )


def _deep(solid: Mask, gap: Floats) -> Mask:
    """Even patches well inside, where strands seldom reach: skin that is as pale as thin hair, say."""
    margin = max(3, round(_DEPTH * min(solid.shape)))
    return grow(shrink(even(gap, 1), 1), 1) & ~grow(~solid, margin)


def _enclosed(opaque: Mask, solid: Mask) -> Mask:
    """What cannot be reached from outside except through opaque cells, less a margin of one cell.

    Eyes, teeth and collars look like the backdrop but lie behind opaque cells; gaps in hair do not.
    Far from any gap there is no hair either, only a shaded shirt that comes near the backdrop's colour.
    """
    fringe = grow(~solid, max(2, round(_FRINGE * min(solid.shape))))
    exposed = flood(~solid, ~opaque & fringe)
    return shrink(~exposed, 1)


def _cluttered_trimap(work: Floats) -> Trimap:
    """Both colours spread into a band around the outline that colour statistics gave."""
    subject = clutter.segment(work)
    radius = max(1, round(0.008 * max(work.shape[:2])))
    inside, outside = shrink(subject, radius), ~grow(subject, radius)
    return Trimap(
        background=outside,
        foreground=inside,
        back_colour=spread_from(work, outside),
        fore_colour=spread_from(work, inside),
    )


def _subject(work8: Bytes, behind: backdrop.Backdrop, alone: Floats) -> Mask:
    """Cells that differ from the backdrop by more than noise, alone or together with their neighbours.

    Only what is joined to a dense patch of strong difference with an edge counts; the rest is noise
    or shading.
    """
    noise = max(behind.noise, 1.0)
    together = distance(soften(work8, 2) - behind.colour)
    evidence = (alone > max(6 * noise, 12)) | (together > max(2.5 * noise, 6))
    radius = max(2, round(0.012 * min(evidence.shape)))
    strong = (together > max(4 * noise, 24)) & grow(_steep(together) > max(4 * noise, 16), 2)
    seeds = strong & (density(evidence, radius) > 0.7)
    return flood(seeds, grow(evidence, 1)) & evidence


def _steep(field: Floats) -> Floats:
    """The larger of the changes across four cells, down and across."""
    steep = np.zeros_like(field)
    steep[2:-2] = np.abs(field[4:] - field[:-4])
    steep[:, 2:-2] = np.maximum(steep[:, 2:-2], np.abs(field[:, 4:] - field[:, :-4]))
    return steep


def _fill_holes(subject: Mask) -> Mask:
    """Close what is enclosed and small, such as the white of an eye; large gaps stay open."""
    outside = flood(_frame(subject.shape), ~subject)
    holes = ~subject & ~outside
    radius = max(1, round(0.02 * min(subject.shape)))
    gaps = flood(grow(shrink(holes, radius), radius) & holes, holes)
    return ~outside & ~gaps


def _frame(shape: tuple[int, ...]) -> Mask:
    frame = np.ones(shape, np.bool_)
    frame[1:-1, 1:-1] = False
    return frame


def _project(pixels: Floats, back: Floats, fore: Floats) -> Floats:
    """Place of each pixel on the line from the backdrop's colour (0) to the foreground's (1).

    Distances count more in luma than in chroma, which JPEG stores at half the resolution.
    """
    line = fore - back
    weighted = line @ _METRIC
    length = np.einsum("...c,...c->...", line, weighted)
    along = np.einsum("...c,...c->...", pixels - back, weighted)
    share: Floats = np.clip(along / np.maximum(length, 8.0), 0, 1)
    return share


def _paint_sure(result: Bytes, trimap: Trimap, factor: int) -> None:
    width = result.shape[1]
    sure = np.where(trimap.foreground, np.uint8(255), np.uint8(0))
    for row, line in enumerate(sure):
        result[row * factor : (row + 1) * factor, :, 3] = line.repeat(factor)[:width]


def _paint_band(result: Bytes, rgb: Bytes, trimap: Trimap, factor: int) -> None:
    """Opacity and foreground colour of the unknown cells' full-size pixels."""
    height, width = rgb.shape[:2]
    rows, columns = np.nonzero(~(trimap.background | trimap.foreground))
    offsets = np.arange(factor)
    at_once = max(1, _CHUNK_PIXELS // factor**2)
    source, target = rgb.reshape(-1, 3), result.reshape(-1, 4)
    for first in range(0, len(rows), at_once):
        row, column = rows[first : first + at_once], columns[first : first + at_once]
        down = np.minimum(row[:, None] * factor + offsets, height - 1)
        across = np.minimum(column[:, None] * factor + offsets, width - 1)
        places = (down[:, :, None] * width + across[:, None, :]).reshape(len(row), -1)
        pixels = source[places].astype(np.float32)
        back = trimap.back_colour[row, column][:, None]
        fore = trimap.fore_colour[row, column][:, None]
        target[places] = _unmix(pixels, back, fore)


def _unmix(pixels: Floats, back: Floats, fore: Floats) -> Bytes:
    """RGBA of the pixels; where a = 1 or 0 the source colour, else I + (1 - a)(F - B) = F."""
    alpha = (_stretch_ends(_project(pixels, back, fore)) * 255 + 0.5).astype(np.uint8)
    lacking = np.where(alpha == 0, np.float32(0), 1 - alpha * np.float32(1 / 255))
    result = np.empty((*alpha.shape, 4), np.uint8)
    result[..., :3] = np.clip(pixels + lacking[..., None] * (fore - back) + np.float32(0.5), 0, 255)
    result[..., 3] = alpha
    return result


def _stretch_ends(alpha: Floats, low: float = 0.04, high: float = 0.94) -> Floats:
    """Noise at either end becomes exactly 0 and 1."""
    stretched: Floats = np.clip((alpha - low) / (high - low), 0, 1)
    return stretched
