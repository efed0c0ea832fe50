"""Fill a hole in a picture with patches of what is known of it, so that edges and texture go on.

From coarse to fine: at each scale every patch that touches the hole looks for a similar one that is wholly
known, and each pixel of the hole becomes the weighted mean of what the patches over it have found. The
coarsest scale compares with sources from everywhere; finer ones begin with what the coarser one found, and
try what their neighbours found. A source may be lighter or darker than what it stands for: it is shifted by
the difference, within limits, so that slopes go on. What the patches are wrong in beside the hole is taken
from the whole of it, fading inwards, so that no seam is seen.

After Barnes and others, "PatchMatch" (2009), and Wexler and others, "Space-Time Completion of Video" (2007).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.grids import Bytes, Floats, Mask, block_means, grow, shrink, smooth_resize, spread

_RADIUS = 2
_INNER = slice(_RADIUS, -_RADIUS)
_MOST_SCALES = 4
_LEAST_SIDE = 48
_SHALLOW = 2
_MOST_SOURCES = 800
_AT_ONCE = 2048
_COARSE_ROUNDS = 3
_FINE_STRIDE = 2
_ASIDE = (6, 12)
_GUESSED = np.float32(0.1)
_SHIFT_COST = np.float32(0.3)
_MOST_SHIFT = np.float32(16)
_LEAST_COST = np.float32(4)
_TINY = np.float32(1e-6)

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """A picture at one scale, (H, W, 3), what of it is known, and its hole, (H, W).

    There is a rim around it, neither known nor hole, as wide as the radius of a patch.
    """

    colours: Floats
    known: Mask
    hole: Mask

    @property
    def width(self) -> int:
        return int(self.hole.shape[1])

    @property
    def window(self) -> Places:
        """Flat offsets of the pixels of a patch from its middle."""
        reach = np.arange(-_RADIUS, _RADIUS + 1)
        return (reach[:, None] * self.width + reach).ravel()

    def sources(self) -> Mask:
        """The middles of patches that are wholly known."""
        return shrink(self.known, _RADIUS) & _without_rim(self.known)

    def targets(self, stride: int) -> Places:
        """The flat middles of patches that touch the hole, every `stride` rows and columns."""
        touching = grow(self.hole, _RADIUS + 1 - stride)
        chosen = np.zeros_like(touching)
        chosen[_INNER, _INNER][::stride, ::stride] = touching[_INNER, _INNER][::stride, ::stride]
        return np.flatnonzero(chosen)


def restore(rgb: Bytes, hole: Mask, usable: Mask) -> Bytes:
    """A copy of (H, W, 3) pixels with the hole filled from the usable ones, both (H, W).

    All other pixels stay as they are. Where no patch is wholly usable, the hole gets smooth colours. The same
    arguments give the same result.
    """
    scales = list(_pyramid(rgb, hole, usable & ~hole))
    field = spread(scales[-1].colours, scales[-1].known.astype(np.float32))
    found: Places | None = None
    for depth in reversed(range(len(scales))):
        scale = scales[depth]
        if depth + 1 < len(scales):
            field = _finer(scale, field)
            found = None if found is None else _doubled(found, scales[depth + 1], scale)
        field, found = _matched(scale, field, found, fine=depth == 0)
    result = rgb.copy()
    result[hole] = np.rint(field[_INNER, _INNER][hole]).clip(0, 255)
    return result


def _pyramid(rgb: Bytes, hole: Mask, usable: Mask) -> Iterator[_Scale]:
    """Finest first, as long as the hole is deep; colours of a cell come from its known pixels alone."""
    colours, known = rgb.astype(np.float32), usable
    for _ in range(_MOST_SCALES):
        rim = ((_RADIUS, _RADIUS), (_RADIUS, _RADIUS))
        wide = np.pad(colours, (*rim, (0, 0)), "edge")
        yield _Scale(colours=wide, known=np.pad(known, rim), hole=np.pad(hole, rim))
        if min(hole.shape) < _LEAST_SIDE or not shrink(hole, _SHALLOW).any():
            return
        share, lost = _quarter(known[..., None])[..., 0], _quarter(hole[..., None])[..., 0] > 0
        sums = _quarter(colours * known[..., None])
        colours = np.divide(sums, np.maximum(share, _TINY)[..., None], dtype=np.float32)
        known = share >= 0.5
        hole = lost & ~known


def _quarter(field: Floats | Mask) -> Floats:
    height, width = field.shape[:2]
    padded = np.pad(field, ((0, height % 2), (0, width % 2), (0, 0)))
    return block_means(padded.astype(np.float32), 2)


def _without_rim(mask: Mask) -> Mask:
    inner = np.zeros_like(mask)
    inner[_INNER, _INNER] = mask[_INNER, _INNER]
    return inner


def _finer(scale: _Scale, coarse: Floats) -> Floats:
    """What is known of a scale, and in its hole what a coarser one was filled with."""
    inner = coarse[_INNER, _INNER]
    doubled = smooth_resize(inner, (2 * inner.shape[0], 2 * inner.shape[1]))
    rim = ((_RADIUS, _RADIUS), (_RADIUS, _RADIUS), (0, 0))
    guess = np.pad(doubled, rim, "edge")[: scale.hole.shape[0], : scale.hole.shape[1]]
    return np.where(scale.hole[..., None], guess, scale.colours)


def _doubled(found: Places, coarse: _Scale, fine: _Scale) -> Places:
    """For each pixel of a finer scale the flat source that a coarser one found for it; -1 where none."""
    down, across = (np.arange(side) - _RADIUS for side in fine.hole.shape)
    rows = (down // 2 + _RADIUS).clip(0, coarse.hole.shape[0] - 1)
    columns = (across // 2 + _RADIUS).clip(0, coarse.width - 1)
    source = found[rows[:, None], columns]
    row = 2 * (source // coarse.width - _RADIUS) + (down % 2)[:, None] + _RADIUS
    column = 2 * (source % coarse.width - _RADIUS) + across % 2 + _RADIUS
    return np.where(source < 0, -1, row * fine.width + column)


def _matched(
    scale: _Scale, field: Floats, found: Places | None, *, fine: bool
) -> tuple[Floats, Places | None]:
    """The field with its hole filled anew, and the flat source for each target, (H, W), elsewhere -1."""
    if not scale.sources().any():
        return field, None
    search = _Search(scale, _FINE_STRIDE if fine else 1)
    if found is None:
        for _ in range(_COARSE_ROUNDS):
            search.look_for(field)
            search.compare_all()
            field = search.filled(field)
        return field, search.found
    search.start(found)
    search.look_for(field)
    search.ask_around()
    return search.filled(field), search.found


class _Search:
    """For each target at one scale the best source so far."""

    def __init__(self, scale: _Scale, stride: int) -> None:
        self._scale, self._stride, self._window = scale, stride, scale.window
        self._sources = scale.sources().ravel()
        self._colours = scale.colours.reshape(-1, 3)
        self._targets = scale.targets(stride)
        self._cells = self._targets[:, None] + self._window
        trust = (scale.known + scale.hole * _GUESSED).ravel()[self._cells]
        self._weights: Floats = trust / trust.sum(1, keepdims=True)
        self._best = np.full(len(self._targets), -1)
        self._costs = np.full(len(self._targets), np.inf, np.float32)
        self._shifts = np.zeros((len(self._targets), 3), np.float32)
        self._wanted = self._colours[self._cells]

    @property
    def found(self) -> Places:
        """The flat source for each target, (H, W), elsewhere -1."""
        sheet = np.full(self._scale.hole.shape, -1)
        sheet.ravel()[self._targets] = self._best
        return sheet

    def start(self, found: Places) -> None:
        """Begin with sources for some targets."""
        self._best = found.ravel()[self._targets]

    def look_for(self, field: Floats) -> None:
        """Take what a field shows as what is wanted, and weigh anew what was found."""
        self._wanted = field.reshape(-1, 3)[self._cells]
        before = self._best
        self._best = np.full_like(before, -1)
        self._costs[:] = np.inf
        self._offer(before)

    def compare_all(self) -> None:
        """Compare each target with a sample of all sources, whatever the colours are shifted by."""
        places = np.flatnonzero(self._sources)
        places = places[:: -(-len(places) // _MOST_SOURCES)]
        patches = self._colours[places[:, None] + self._window].reshape(len(places), -1)
        squares = (patches * patches).T
        candidates = np.empty_like(self._targets)
        for start in range(0, len(candidates), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            weights = self._weights[part].repeat(3, axis=1)
            wanted = weights * self._wanted[part].reshape(weights.shape)
            candidates[part] = places[(weights @ squares - 2 * wanted @ patches.T).argmin(1)]
        self._offer(candidates)

    def ask_around(self) -> None:
        """Try what goes on with the sources of the neighbours; without any, what is a few pixels aside."""
        width = self._scale.width
        for step in (1, -1, width, -width):
            for aside in _ASIDE:
                self._offer(np.where(self._best < 0, self._targets + aside * step, -1))
        for step in (1, -1, width, -width):
            near = self.found.ravel()[(self._targets - self._stride * step).clip(0, self._sources.size - 1)]
            self._offer(np.where(near < 0, -1, near + self._stride * step))

    def _offer(self, candidates: Places) -> None:
        """Take a candidate for each target where it is better; what is no source does not count."""
        fit = (candidates >= 0) & (candidates < self._sources.size) & (candidates != self._best)
        fit &= self._sources[np.where(fit, candidates, 0)]
        which = np.flatnonzero(fit)
        weights, apart = self._weights[which], self._wanted[which]
        apart -= self._colours[candidates[which, None] + self._window]
        mean = np.einsum("np,npc->nc", weights, apart)
        cost = np.einsum("np,npc,npc->n", weights, apart, apart)
        shift = mean.clip(-_MOST_SHIFT, _MOST_SHIFT)
        # Of the difference that a shift makes up for, a part counts.
        cost -= (1 - _SHIFT_COST) * (shift * (2 * mean - shift)).sum(1)
        better = cost < self._costs[which]
        chosen = which[better]
        self._best[chosen], self._costs[chosen] = candidates[chosen], cost[better]
        self._shifts[chosen] = shift[better]

    def filled(self, field: Floats) -> Floats:
        """The field with what the sources say of its hole, less what they are wrong in beside it."""
        scale, placed = self._scale, np.flatnonzero(self._best >= 0)
        targets, sources, shifts = self._targets[placed], self._best[placed], self._shifts[placed]
        strength = 1 / (np.maximum(self._costs[placed, None], 0) + _LEAST_COST)
        sums, weights = np.zeros_like(self._colours), np.zeros((scale.hole.size, 1), np.float32)
        for offset in self._window:
            sums[targets + offset] += (self._colours[sources + offset] + shifts) * strength
            weights[targets + offset] += strength
        said: Floats = np.divide(sums, np.maximum(weights, _TINY), dtype=np.float32).reshape(field.shape)
        spoken_of = (weights > 0).reshape(scale.hole.shape)
        beside = spoken_of & scale.known & grow(scale.hole, 1)
        said += spread(scale.colours - said, beside.astype(np.float32))
        return np.where((spoken_of & scale.hole)[..., None], said, field)
