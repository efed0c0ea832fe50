"""Tell the ink of a text from the ground that it stands on.

Ink is thin and of one colour, or of one that lets a share of the ground shine through. The polarity and
channel in which strokes stand out best give that colour; then every pixel of that colour is ink, and what
is less so but touches it. Outlines, shadows and what compression left around strokes are met by widening
them until colours no longer change with the distance. What is still written in what remains is a further
ink.

A rectangle may hold more than text, or text that is but half seen, and nothing of that may remain: ground is
kept only where there is as much ink around as elsewhere in the text, and not if it is that of a plate.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from mockserver.imaging.grids import (
    Bytes,
    Floats,
    Mask,
    block_means,
    blur,
    flood,
    grow,
    shrink,
    smooth_resize,
    spread,
)

Frame = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two exclusive."""

_LEAST_WINDOW, _MOST_WINDOW = 9, 41
_LEAST_STRENGTH = 12
_LEAST_SHARE, _MOST_SHARE = 0.03, 0.6
_FEW = 2
_HALO = 4
_MOST_SHINE = 0.7
_LIKE, _ALIKE = 0.3, 14
_CERTAIN = 3.0
_SUSPECT = 2.0
_MOST_INKS = 3
_MOST_REACH, _STEP = 6, 3.0
_MOST_LOST = 0.9
_LEAST_PIXELS = 30
_ASPECT = 0.5
_LEAST_INK = 0.5
_PLATE = 10.0
_DEPTH = 14
_LEAST_SIDE = 0.2
_BLOCK = 4
_CELL = 48
_TINY = np.float32(1e-6)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strokes:
    """Pixels that stand out in one plane and polarity, the clearest of them, and how clearly they do."""

    mask: Mask
    strong: Mask
    clarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ink:
    """Strokes with their colour: what each pixel of the picture would be under full ink, (H, W, 3).

    `error` is how far the clearest strokes are from that, in levels; `score` how well they stand out and
    agree, `spanned` along which share of the rectangle's width.
    """

    strokes: _Strokes
    ground: Floats
    colours: Floats
    error: float
    score: float
    spanned: float


def find_mark(rgb: Bytes, frame: Frame, usable: Mask) -> Mask | None:
    """What must go of a rectangle of (H, W, 3) pixels, (H, W), so that nothing of a text in it is left.

    None where the ink cannot be told apart, so that all of it must go. `usable` is False where colours say
    nothing of the ground. Some 32 pixels around the rectangle should be seen too.
    """
    window = int(np.clip((frame[3] - frame[1]) // 3, _LEAST_WINDOW, _MOST_WINDOW)) | 1
    within = np.zeros(rgb.shape[:2], np.bool_)
    within[frame[1] : frame[3], frame[0] : frame[2]] = True
    text, lost, pixels = np.zeros_like(within), np.zeros_like(within), rgb
    for count in range(_MOST_INKS + 1):
        ink = _clearest(pixels, frame, within, usable & ~lost, window)
        # A first ink is a text's, from end to end; whatever is seen later might be a letter's remains.
        if ink is None or (ink.score < _SUSPECT if count else ink.score * ink.spanned**2 < _CERTAIN):
            break
        if count == _MOST_INKS:
            return None
        found = _all_of(pixels, ink, within, window)
        text = text if count else found
        lost |= _widened(rgb, found, within)
        pixels = _without(rgb, lost, usable)
    if not text.any() or _on_a_plate(rgb, frame, lost):
        return None
    mark = lost | (within & ~_written(text, within, window))
    return None if np.count_nonzero(mark) > _MOST_LOST * np.count_nonzero(within) else mark


def _clearest(rgb: Bytes, frame: Frame, within: Mask, usable: Mask, window: int) -> _Ink | None:
    """The likeliest ink among the strokes that stand out best, bright ones and dark ones."""
    luma = np.rint(rgb @ np.array([0.299, 0.587, 0.114], np.float32)).astype(np.uint8)
    planes = np.dstack([rgb, luma])
    inks = []
    for pixels in (planes, ~planes):
        found = sorted(_strokes(pixels, frame, within, window), key=lambda one: one.clarity, reverse=True)
        inks += [_inked(rgb, frame, strokes, usable) for strokes in found[:_FEW]]
    return max(inks, key=lambda ink: ink.score, default=None)


def _strokes(planes: Bytes, frame: Frame, within: Mask, window: int) -> Iterator[_Strokes]:
    """What is brighter than its surroundings in each plane of (H, W, N)."""
    hats = planes - _extreme(_extreme(planes, np.minimum, window), np.maximum, window)
    for channel in range(hats.shape[2]):
        hat = hats[..., channel]
        level, clarity = _parted(hat[within])
        mask = (hat > max(level, _LEAST_STRENGTH)) & within
        if _LEAST_SHARE < np.count_nonzero(mask) / np.count_nonzero(within) < _MOST_SHARE:
            strong = mask & (hat >= hat[mask].mean())
            yield _Strokes(mask=mask, strong=strong, clarity=clarity * _spanned(mask, frame))


def _extreme(planes: Bytes, extreme: np.ufunc, window: int) -> Bytes:
    """The extreme over a centred square, cut off at the frame; each step doubles what is seen."""
    for axis in (0, 1):
        rims = [(window // 2, window // 2) if axis == n else (0, 0) for n in range(planes.ndim)]
        planes, reached = np.moveaxis(np.pad(planes, rims, "edge"), axis, 0), 1
        while reached < window:
            step = min(reached, window - reached)
            planes, reached = extreme(planes[step:], planes[:-step]), reached + step
        planes = np.moveaxis(planes, 0, axis)
    return planes


def _parted(levels: Bytes) -> tuple[int, float]:
    """The level that parts values best into two classes, after Otsu, and how much of the spread it tells."""
    counts = np.bincount(levels, minlength=256) / levels.size
    below, sums = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    mean, rest = sums[-1], below * (1 - below)
    between = np.divide((mean * below - sums) ** 2, rest, out=np.zeros(256), where=rest > 1e-9)
    level = int(between.argmax())
    return level, float(between[level] / max(levels.var(), 1e-6))


def _spanned(mask: Mask, frame: Frame) -> float:
    """The share of the rectangle's width along which there are strokes."""
    left, top, right, bottom = frame
    columns = mask[top:bottom, left:right].max(0)
    count = max(1, round((right - left) / min(max(bottom - top, 8), _CELL)))
    cells = np.array_split(columns, count)
    return float(np.mean([cell.mean() > 0.2 for cell in cells]))


def _inked(rgb: Bytes, frame: Frame, strokes: _Strokes, usable: Mask) -> _Ink:
    """The colour of strokes as a share of the ground and a constant, fitted without the worst quarter."""
    ground = _ground(rgb, usable & ~grow(strokes.mask, _HALO))
    seen, behind = rgb[strokes.strong].astype(np.float32), ground[strokes.strong]
    for _ in range(2):
        apart, varied = seen - seen.mean(0), behind - behind.mean(0)
        shine = float((apart * varied).sum() / max(float((varied * varied).sum()), 1e-3))
        shine = min(max(shine, 0.0), _MOST_SHINE)
        constant = seen.mean(0) - np.float32(shine) * behind.mean(0)
        errors = np.abs(seen - np.float32(shine) * behind - constant).mean(1)
        kept = errors <= np.quantile(errors, 0.75)
        seen, behind = seen[kept], behind[kept]
    colours: Floats = np.float32(shine) * ground + constant
    contrast = float(_length(colours - ground)[strokes.strong].mean())
    error = float(errors.mean())
    alike = strokes.mask & (_length(rgb - colours) < contrast / 2)
    score = contrast / (3 * error + 12) * strokes.clarity**0.5
    return _Ink(
        strokes=strokes,
        ground=ground,
        colours=colours,
        error=error,
        score=score,
        spanned=_spanned(alike, frame),
    )


def _length(vectors: Floats) -> Floats:
    lengths: Floats = np.sqrt(np.einsum("ijc,ijc->ij", vectors, vectors))
    return lengths


def _ground(rgb: Bytes, known: Mask) -> Floats:
    """Smooth colours of what is known, everywhere."""
    edges = tuple((0, -side % _BLOCK) for side in known.shape)
    weight = np.pad(known, edges)[..., None].astype(np.float32)
    share = block_means(weight, _BLOCK)
    sums = block_means(np.pad(rgb, (*edges, (0, 0))) * weight, _BLOCK)
    means: Floats = np.divide(sums, np.maximum(share, _TINY), dtype=np.float32)
    whole = smooth_resize(spread(means, share[..., 0]), (weight.shape[0], weight.shape[1]))
    return whole[: known.shape[0], : known.shape[1]]


def _all_of(rgb: Bytes, ink: _Ink, within: Mask, window: int) -> Mask:
    """Every pixel of an ink, and those that have a part of it and touch them."""
    towards, apart = ink.colours - ink.ground, rgb - ink.ground
    contrast = _length(towards)
    cover = np.einsum("ijc,ijc->ij", apart, towards) / np.maximum(contrast**2, 100)
    off = _length(rgb - ink.colours)
    usual = float(contrast[ink.strokes.strong].mean())
    same = within & (off < max(3 * ink.error, _ALIKE))
    # What is wider than strokes is ground that happens to have the colour of the ink.
    broad = grow(shrink(same, window // 2), window // 2)
    seeds = (ink.strokes.mask & (off < 0.6 * usual)) | (same & ~broad)
    partly = within & ~broad & (cover > _LIKE) & (off < 0.75 * np.maximum(contrast, 40))
    return flood(seeds, partly | seeds)


def _widened(rgb: Bytes, ink: Mask, within: Mask) -> Mask:
    """Ink with all around it whose colours still change with the distance, and a pixel more."""
    colours, reach, inner = rgb.astype(np.float32), 0, ink
    for distance in range(1, _MOST_REACH + 1):
        outer = grow(ink, distance)
        if _change(colours, outer & ~inner & within, grow(ink, distance + 1) & ~outer) > _STEP:
            reach = distance
        elif distance - reach >= 2:
            break
        inner = outer
    return grow(ink, reach + 1) & within


def _change(colours: Floats, ring: Mask, beyond: Mask) -> float:
    """By how many levels a ring differs, on the whole, from what is next to it."""
    weight = blur(beyond.astype(np.float32), 2)
    ring = ring & (weight > 1e-3)
    if np.count_nonzero(ring) < _LEAST_PIXELS:
        return 0.0
    means = blur(colours * beyond[..., None], 2)[ring] / weight[ring][:, None]
    return float(np.abs((colours[ring] - means).mean(0)).max())


def _without(rgb: Bytes, lost: Mask, usable: Mask) -> Bytes:
    smooth = _ground(rgb, usable & ~lost).clip(0, 255).astype(np.uint8)
    return np.where(lost[..., None], smooth, rgb)


def _written(text: Mask, within: Mask, window: int) -> Mask:
    """Where about as much of a rectangle is ink as elsewhere in its text."""
    inked, all_of_it = (_blurred(mask, window) for mask in (text, within))
    share = np.divide(inked, np.maximum(all_of_it, 1), dtype=np.float32)
    written: Mask = share >= _LEAST_INK * np.median(share[text])
    return written


def _blurred(mask: Mask, window: int) -> Bytes:
    sheet = Image.fromarray(mask.astype(np.uint8) * np.uint8(255))
    return np.asarray(sheet.filter(ImageFilter.BoxBlur((_ASPECT * window, window))))


def _on_a_plate(rgb: Bytes, frame: Frame, lost: Mask) -> bool:
    """Whether inside two opposite sides of a rectangle it is lighter, or darker, than outside of both."""
    left, top, right, bottom = frame
    upright = rgb[:, left:right], lost[:, left:right]
    lying = rgb[top:bottom].swapaxes(0, 1), lost[top:bottom].T
    return any(
        _all_alike(_step(*part, first, 1), _step(*part, last - 1, -1))
        for part, first, last in ((upright, top, bottom), (lying, left, right))
    )


def _all_alike(one: Floats, two: Floats) -> bool:
    return bool((np.minimum(one, two).max() > _PLATE) or (np.maximum(one, two).min() < -_PLATE))


def _step(rgb: Bytes, lost: Mask, edge: int, inwards: int) -> Floats:
    """By how much more than before it gets lighter, (3,), from a line of a rectangle inwards."""
    inner, outer, farther = (
        [line for line in edge + inwards * np.arange(start, start + _DEPTH) if 0 <= line < len(rgb)]
        for start in (0, -_DEPTH, -2 * _DEPTH)
    )
    kept = ~lost[inner][..., None]
    known = kept[..., 0].max(0)
    if not outer or known.mean() < _LEAST_SIDE:
        return np.zeros(3, np.float32)
    within = (rgb[inner] * kept).sum(0)[known] / kept.sum(0)[known]
    before = rgb[outer].mean(0)[known]
    steps: Floats = np.median(within - before, axis=0).astype(np.float32)
    if not farther:
        return steps
    slopes = np.abs(np.median(before - rgb[farther].mean(0)[known], axis=0)).astype(np.float32)
    more: Floats = steps - steps.clip(-slopes, slopes)
    return more
