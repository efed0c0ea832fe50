"""Fill rectangles of a picture from what surrounds them.

Each pixel is interpolated between the border's left and right and between its top and bottom, and of the two
the nearer sides weigh more, so that whatever runs across a narrow rectangle goes on within it. A plain or
linear background comes back as it was. Grain does not: it is taken out of the border, and put back as small
tiles of the surroundings without their slope.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.grids import Bytes, Floats, Mask, blur

_DEPTH = 3
_TILE = 8
_RING = 2 * _TILE
_MOST_TILES = 2048
_CALM_SHARE = 0.5
_SMOOTH = 8
_STRIP = 64

Frame = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two exclusive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """Colours beside a rectangle: above and below (W, 3), at the left and right (H, 3)."""

    top: Floats
    bottom: Floats
    left: Floats
    right: Floats


def fill(rgb: Bytes, unknown: Mask, frame: Frame) -> None:
    """Overwrite a rectangle of (H, W, 3) pixels, which lies within them, in place.

    What is `unknown` outside the rectangle is not looked at. Where nothing around is known, as when the
    rectangle is the whole picture, its mean colour fills it.
    """
    left, top, right, bottom = frame
    tiles = _grain(rgb, unknown, frame)
    border = _without_grain(_border(rgb, unknown, frame), float(tiles.std()) if len(tiles) else 0.0)
    source = np.random.default_rng([left, top, right, bottom])
    for start in range(0, bottom - top, _STRIP):
        stop = min(start + _STRIP, bottom - top)
        colours = _interpolated(border, start, stop)
        if len(tiles):
            colours += _quilt(tiles, source, colours.shape)
        np.rint(colours, out=colours)
        rgb[top + start : top + stop, left:right] = colours.clip(0, 255)


def _border(rgb: Bytes, unknown: Mask, frame: Frame) -> Border:
    """The mean of the nearest lines on each side; where they are unknown, between the nearest known ones."""
    left, top, right, bottom = frame
    width, height = right - left, bottom - top
    before_left, before_top = max(0, left - _DEPTH), max(0, top - _DEPTH)
    above = np.s_[before_top:top, left:right]
    beneath = np.s_[bottom : bottom + _DEPTH, left:right]
    aside = np.s_[top:bottom, before_left:left]
    beyond = np.s_[top:bottom, right : right + _DEPTH]
    sides = [
        _side(rgb[above], ~unknown[above], 0),
        _side(rgb[beyond], ~unknown[beyond], 1),
        _side(rgb[beneath], ~unknown[beneath], 0, backwards=True),
        _side(rgb[aside], ~unknown[aside], 1, backwards=True),
    ]
    around = np.concatenate(sides)
    known = np.isfinite(around[:, 0])
    if not known.any():
        around[:] = rgb[top:bottom, left:right].mean((0, 1))
    elif not known.all():
        places = np.arange(len(around))
        for channel in around.T:
            channel[~known] = np.interp(places[~known], places[known], channel[known], period=len(around))
    turn, end = width + height, 2 * width + height
    return Border(
        top=around[:width],
        right=around[width:turn],
        bottom=around[turn:end][::-1],
        left=around[end:][::-1],
    )


def _side(colours: Bytes, known: Mask, across: int, *, backwards: bool = False) -> Floats:
    """Clockwise (N, 3) means of the known pixels in each line across one side; NaN where there are none."""
    count = known.sum(across, dtype=np.float32)[:, None]
    total = (colours * known[..., None]).sum(across, dtype=np.float32)
    # A mean of three along the side as well, of its known lines alone.
    total, count = _three(total), _three(count)
    means: Floats = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
    return means[::-1] if backwards else means


def _three(values: Floats) -> Floats:
    """Sums of each line and its two neighbours."""
    wide = np.pad(values, ((1, 1), (0, 0)))
    return wide[:-2] + wide[1:-1] + wide[2:]


def _without_grain(border: Border, grain: float) -> Border:
    """The border without detail as weak as grain, which would be drawn out to streaks."""
    sides = (border.top, border.bottom, border.left, border.right)
    top, bottom, left, right = (_shrunk(side, grain) for side in sides)
    return Border(top=top, bottom=bottom, left=left, right=right)


def _shrunk(side: Floats, grain: float) -> Floats:
    wide = np.pad(side, ((_SMOOTH, _SMOOTH), (0, 0)), "edge")
    smooth: Floats = blur(wide[:, None], _SMOOTH)[_SMOOTH:-_SMOOTH, 0]
    detail: Floats = side - smooth
    strong: Floats = detail - detail.clip(-grain, grain)
    return smooth + strong


def _interpolated(border: Border, start: int, stop: int) -> Floats:
    """Rows `start` to `stop` of the rectangle."""
    height, width = len(border.left), len(border.top)
    down, across = _shares(height)[start:stop, None, None], _shares(width)[None, :, None]
    left, right = border.left[start:stop, None], border.right[start:stop, None]
    vertical = border.top + (border.bottom - border.top) * down
    horizontal = left + (right - left) * across
    near_rows, near_columns = _nearness(height)[start:stop, None, None], _nearness(width)[None, :, None]
    share: Floats = np.divide(near_rows, near_rows + near_columns, dtype=np.float32)
    return horizontal + (vertical - horizontal) * share


def _shares(length: int) -> Floats:
    """How far each place is on the way from one side to the opposite one, above 0 and below 1."""
    shares: Floats = np.arange(1, length + 1, dtype=np.float32) / np.float32(length + 1)
    return shares


def _nearness(length: int) -> Floats:
    """How much two opposite sides count at each place between them: less by the square of the distance."""
    nearness: Floats = np.square(np.divide(1, np.arange(1, length + 1), dtype=np.float32))
    return nearness + nearness[::-1]


def _grain(rgb: Bytes, unknown: Mask, frame: Frame) -> Floats:
    """The calmer of the known tiles around a rectangle, (N, 8, 8, 3), each without its mean and slope."""
    rows, columns = _tiles_around(unknown.shape, frame)
    known = ~unknown[rows, columns].any((1, 2))
    tiles: Floats = rgb[rows[known], columns[known]].astype(np.float32)
    ramp = np.arange(_TILE, dtype=np.float32) - np.float32((_TILE - 1) / 2)
    tiles -= tiles.mean((1, 2), keepdims=True)
    for slope in (ramp[:, None, None], ramp[:, None]):
        tiles -= (tiles * slope).mean((1, 2), keepdims=True) / np.square(ramp).mean() * slope
    energy = np.square(tiles).mean((1, 2, 3))
    calm: Floats = tiles[energy <= np.quantile(energy, _CALM_SHARE)] if len(tiles) else tiles
    return calm


def _tiles_around(shape: tuple[int, ...], frame: Frame) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows (N, 8, 1) and columns (N, 1, 8) of tiles that lie around a rectangle and not in it."""
    left, top, right, bottom = frame
    rows = np.arange(max(0, top - _RING), min(shape[0], bottom + _RING) - _TILE + 1, _TILE // 2)
    columns = np.arange(max(0, left - _RING), min(shape[1], right + _RING) - _TILE + 1, _TILE // 2)
    beside = (rows <= top - _TILE) | (rows >= bottom)
    down, across = np.nonzero(beside[:, None] | (columns <= left - _TILE) | (columns >= right))
    step = len(down) // _MOST_TILES + 1
    inside = np.arange(_TILE)
    return rows[down[::step], None, None] + inside[:, None], columns[across[::step], None, None] + inside


def _quilt(tiles: Floats, source: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    height, width = (-(-side // _TILE) for side in shape[:2])
    chosen = tiles[source.integers(0, len(tiles), (height, width))]
    sheet = chosen.swapaxes(1, 2).reshape(height * _TILE, width * _TILE, 3)
    return sheet[: shape[0], : shape[1]]
