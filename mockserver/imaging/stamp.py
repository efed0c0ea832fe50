"""Take the ink of a stamp off its paper: how dense it is at every pixel, without the print beneath.

Ink and print are transparent layers on paper. Where the light that bare paper throws back is taken as 1,
print lets through the same share p of all colours, and ink of density a takes the share k of each colour, so
what is seen is T = p (1 - a k). Print is grey: differences between the channels of T are those of the ink,
weakened by p alone. That gives

- from chroma q = p a, the differences between channels along the ink's hue;
- from luma L = p (1 - a k_L), so p = L + q k_L and a = q / p, whatever is printed there.

JPEG files hold colour at half the resolution, so q is soft. Where nothing is printed, that is where p is 1 in
the mean over a few pixels, which softens L as much, the density follows from L as well and stays crisp.
Elsewhere the mean of q over the mean of p is taken: under a thin stroke of print, which lets nothing
through, that is the density beside it.

Black, grey and navy ink have no chroma to speak of. They are taken only where there is no coloured ink, told
from print by the size of their marks (`dark_ink`), and p is taken to be 1: a = (1 - L) / k_L.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from mockserver.imaging.dark_ink import find_dark
from mockserver.imaging.drawing import is_chart, is_drawn, solid_share
from mockserver.imaging.grids import Bytes, Floats, Mask, grow, reduce, soften
from mockserver.imaging.ink import LUMA, Ink, find_ink
from mockserver.imaging.levels import parting
from mockserver.imaging.matting import work_factor
from mockserver.imaging.paper import Sheet, lay_out

if TYPE_CHECKING:
    from mockserver.imaging.decode import Picture

_Light = tuple[Floats, Floats]

_STRIP_PIXELS = 1 << 17
_LEAST_PAPER, _MOSTLY_PAPER, _SOLID = 0.4, 0.5, 0.1
_VIVID, _VIVID_WOOD, _WOOD = 0.28, 0.6, (0.5, 2.0)
_SKY = 0.12
_ONE = np.float32(180)
_CHROMA_WEIGHT = np.float32(0.15)
_PRINTED, _BLANK = 0.76, 0.9
_SUPPORT = np.float32(2.2)
_LOW, _HIGH = 0.1, 0.98
_CLEAR, _FULL, _STRONGEST = 64, 0.75, 0.85
_SHARE, _BLACKER = 0.3, 1.35
_BLACK, _ALONE = 0.5, 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class _Window:
    """The pixels that may be inked: rows and columns of the frame, and of the work grid."""

    top: int
    bottom: int
    left: int
    right: int
    factor: int

    def strips(self) -> Iterator[tuple[slice, slice]]:
        """Rows of the frame, and the same rows from the window's top."""
        rows = max(1, _STRIP_PIXELS // (self.right - self.left) // self.factor) * self.factor
        for top in range(self.top, self.bottom, rows):
            bottom = min(top + rows, self.bottom)
            yield slice(top, bottom), slice(top - self.top, bottom - self.top)

    @property
    def columns(self) -> slice:
        return slice(self.left, self.right)


def lift(picture: Picture) -> Bytes | None:
    """The ink of a stamp on paper as (H, W, 4) uint8 RGBA; None where there is no such ink or no paper.

    Coloured ink is taken before dark ink, which may be print. Ink is drawn on paper in strokes: a thing in a
    photograph is none. A is the density of the ink, 0 to 255, and RGB everywhere the ink's one colour on
    white paper. A picture with an alpha of its own is taken to lie on white paper.
    """
    rgb = _on_white(picture)
    factor = work_factor(rgb)
    sheet = lay_out(reduce(rgb, factor))
    ink = find_ink(sheet) if sheet.share >= _LEAST_PAPER else None
    if ink is not None and ink.is_coloured:
        if not is_drawn(sheet, ink.cells):
            return None
        if _is_alone(sheet, ink):
            return _darkened(rgb, sheet, ink.cells, factor)
        return _lifted(rgb, sheet, ink, factor)
    dark = find_dark(sheet) if sheet.share >= _MOSTLY_PAPER else None
    return None if dark is None or not is_drawn(sheet, dark) else _darkened(rgb, sheet, dark, factor)


def is_stamped(picture: Picture) -> bool:
    """Whether a picture shows paper that is stamped in colour, and not a coloured thing before a wall.

    A stamp is of strokes of one hue, not of bars. What is of the hues of wood, leather and clay counts only
    where it is as vivid as none of these. Paper that is clearly blue is the sky. Black ink does not count: a
    drawing of something on white is as likely (assumed).
    """
    rgb = _on_white(picture)
    sheet = lay_out(reduce(rgb, work_factor(rgb)))
    ink = find_ink(sheet) if sheet.share >= _MOSTLY_PAPER else None
    if ink is None or sheet.blue > _SKY:
        return False
    vivid = _VIVID_WOOD if _WOOD[0] < ink.hue < _WOOD[1] else _VIVID
    if ink.saturation <= vivid or is_chart(sheet, ink) or not is_drawn(sheet, ink.cells):
        return False
    return solid_share(ink.cells, ~sheet.bare) < _SOLID


def _is_alone(sheet: Sheet, ink: Ink) -> bool:
    """Whether there is nothing but ink where it is, neither print nor another ink."""
    rows, columns = (slice(axis.min(), axis.max() + 1) for axis in np.nonzero(ink.cells))
    inked, covered = grow(ink.cells, 2)[rows, columns], sheet.covered[rows, columns]
    blacker = ink.cells & (sheet.through @ LUMA < _BLACK * (1 - ink.darkness))
    others = np.count_nonzero(covered & ~inked) + np.count_nonzero(blacker)
    return bool(others < _ALONE * np.count_nonzero(ink.cells))


def _on_white(picture: Picture) -> Bytes:
    if picture.alpha is None:
        return picture.rgb
    result = np.empty_like(picture.rgb)
    for row, (colours, opacity) in enumerate(zip(picture.rgb, picture.alpha, strict=True)):
        share = opacity[:, None].astype(np.uint16)
        result[row] = (colours * share + 255 * (255 - share)) // 255
    return result


def _lifted(rgb: Bytes, sheet: Sheet, ink: Ink, factor: int) -> Bytes:
    near = grow(ink.cells, 2)
    window = _around(near, factor, rgb.shape)
    chroma, luma = _split(rgb, sheet, ink, window)
    result = _blank(rgb, ink.through)
    radius = max(2, round(0.004 * max(rgb.shape[:2])))
    around = [(soften(chroma, reach), soften(luma, reach)) for reach in (1, radius)]
    for rows, inner in window.strips():
        allowed = _enlarged(near, rows, window)
        close, wide = (_light(*planes, inner) for planes in around)
        density = _density(_light(chroma, luma, inner), close, wide, ink.darkness)
        result[rows, window.columns, 3] = _opacity(density) * allowed
    return result


def _darkened(rgb: Bytes, sheet: Sheet, cells: Mask, factor: int) -> Bytes:
    """Dark ink by its darkness alone."""
    near = grow(cells, 2)
    window = _around(near, factor, rgb.shape)
    darkness = _darkness(rgb, sheet, near, window)
    full = np.float32(_ridge(darkness))
    result = _blank(rgb, _dark_colour(sheet, cells, float(full) / 255))
    for rows, inner in window.strips():
        result[rows, window.columns, 3] = _opacity(darkness[inner].astype(np.float32) / full)
    return result


def _darkness(rgb: Bytes, sheet: Sheet, near: Mask, window: _Window) -> Bytes:
    """The share of luma that is missing of a window's pixels, 255 for all, and 0 where no ink is near."""
    result = np.empty((window.bottom - window.top, window.right - window.left), np.uint8)
    for rows, inner in window.strips():
        light = (rgb[rows, window.columns] / _enlarged(sheet.paper, rows, window)) @ LUMA
        result[inner] = (1 - np.clip(light, 0, 1)) * _enlarged(near, rows, window) * 255
    return result


def _ridge(darkness: Bytes) -> float:
    """The darkness in the middle of strokes; of the lighter kind where there are two: print is blacker."""
    highest = np.asarray(Image.fromarray(darkness).filter(ImageFilter.MaxFilter(3)))
    middle = darkness[(darkness > _CLEAR) & (darkness >= highest)]
    if not middle.size:
        return 255.0
    is_lighter = middle <= parting(middle)
    lighter, darker = middle[is_lighter], middle[~is_lighter]
    blacker = darker.size and np.median(darker) > _BLACKER * np.median(lighter)
    if blacker and lighter.size > _SHARE * middle.size:
        middle = lighter
    return float(np.quantile(middle, _FULL))


def _dark_colour(sheet: Sheet, cells: Mask, full: float) -> Floats:
    """(3,) light that dark ink of full density lets through; the cells mix it with paper."""
    seen = 1 - sheet.through[cells]
    darkness = seen @ LUMA
    taken = seen[darkness >= np.quantile(darkness, _STRONGEST)].mean(axis=0)
    return np.asarray(np.clip(1 - taken * full / (taken @ LUMA), 0, 1))


def _blank(rgb: Bytes, through: Floats) -> Bytes:
    """No ink anywhere, of one colour."""
    result = np.empty((*rgb.shape[:2], 4), np.uint8)
    result[:] = (*np.rint(through * 255).astype(np.uint8).tolist(), 0)
    return result


def _opacity(density: Floats) -> Bytes:
    stretched = np.clip((density - _LOW) / (_HIGH - _LOW), 0, 1)
    return np.asarray(stretched * 255 + 0.5).astype(np.uint8)


def _around(near: Mask, factor: int, frame: tuple[int, ...]) -> _Window:
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    return _Window(
        top=int(rows[0]) * factor,
        bottom=min((int(rows[-1]) + 1) * factor, frame[0]),
        left=int(columns[0]) * factor,
        right=min((int(columns[-1]) + 1) * factor, frame[1]),
        factor=factor,
    )


def _split(rgb: Bytes, sheet: Sheet, ink: Ink, window: _Window) -> tuple[Bytes, Bytes]:
    """The chroma q and the luma L of a window's pixels, `_ONE` levels for 1."""
    shape = (window.bottom - window.top, window.right - window.left)
    chroma, luma = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
    weights = np.stack([ink.direction, LUMA]) * _ONE
    for rows, inner in window.strips():
        through = rgb[rows, window.columns] / _enlarged(sheet.paper, rows, window)
        np.clip(through @ weights[0] + np.float32(0.5), 0, 255, out=chroma[inner], casting="unsafe")
        np.clip(through @ weights[1] + np.float32(0.5), 0, 255, out=luma[inner], casting="unsafe")
    return chroma, luma


def _enlarged(cells: Floats | Mask, rows: slice, window: _Window) -> Floats | Mask:
    """The cells behind some rows of a window, each repeated for its pixels."""
    factor = window.factor
    part = cells[rows.start // factor : -(-rows.stop // factor), window.left // factor :]
    wide = part.repeat(factor, axis=0).repeat(factor, axis=1)
    return wide[: rows.stop - rows.start, : window.right - window.left]


def _light(chroma: Bytes, luma: Bytes, rows: slice) -> _Light:
    q, light = (np.divide(plane[rows], _ONE, dtype=np.float32) for plane in (chroma, luma))
    return q, light


def _density(pixels: _Light, close: _Light, wide: _Light, dark: float) -> Floats:
    """The density a, 0 to 1 and beyond, from chroma and luma of pixels and their means near and around."""
    weight = _CHROMA_WEIGHT
    crisp = ((1 - pixels[1]) * dark + weight * pixels[0]) / (dark * dark + weight)
    crisp = np.minimum(crisp, _SUPPORT * close[0])
    filled = wide[0] / np.maximum(wide[1] + dark * wide[0], 0.08)
    unprinted = close[1] + dark * close[0]
    share = np.clip((unprinted - _PRINTED) / (_BLANK - _PRINTED), 0, 1)
    density: Floats = filled + share * (crisp - filled)
    return density
