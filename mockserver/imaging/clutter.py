"""Where the subject stands before a cluttered background: colour statistics and the usual pose.

The border of such a picture says nothing by itself. What helps: a person is a head over shoulders, cut
by the lower frame or near it, and clothes, skin and hair have other colours than what is behind. A template
of that shape is tried in many places and sizes; the place where knowing the colour tells most about inside
and outside (mutual information) is taken. From there on it is the loop of GrabCut with histograms in place
of Gaussian mixtures and a mean-field step in place of the graph cut: learn the colours of both sides, weigh
every cell by them, let similar neighbours agree, repeat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.grids import Floats, Mask, block_means, density, flood, grow, shrink, smooth_resize

_SIDE = 112
_BINS = 13
_ROUNDS = 6
_MOST_PEOPLE = 7
_SKIN_WEIGHT = 0.15
_WORTH = 1.05
_HAIR = 0.3
_CENTRED = 0.3
_PRIOR_WEIGHT = 0.6
_AGREEMENTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """A head over shoulders: centre and half width of the head, in units of the grid."""

    x: float
    y: float
    size: float


def segment(work: Floats) -> Mask:
    """The subject's cells of a (H, W, 3) picture: more likely subject than not, without specks and holes."""
    likely = _likelihood(_thumbnail(work, _SIDE))
    return smooth_resize(likely, work.shape[:2]) > 0.5


def _thumbnail(work: Floats, side: int) -> Floats:
    height, width = work.shape[:2]
    step = max(1, round(max(height, width) / side))
    rows, columns = -(-height // step), -(-width // step)
    padded = np.pad(work, ((0, rows * step - height), (0, columns * step - width), (0, 0)), mode="edge")
    return block_means(padded, step)


def _likelihood(grid: Floats) -> Floats:
    people = _people(grid)
    prior: Floats = _crowd(grid.shape, people)
    prior[_surroundings(grid.shape, people)] = 0.02
    bins = _bins(grid) + _BINS**3 * _below_chin(grid.shape, people)
    ties = _ties(grid)
    belief: Floats = prior
    for _ in range(_ROUNDS):
        odds = _PRIOR_WEIGHT * _log_odds(prior) + _colour_odds(bins, belief)
        belief = _agree(odds, belief, ties)
    return _tidy(belief > 0.5).astype(np.float32) * 0.5 + belief * 0.5


def _bins(grid: Floats) -> NDArray[np.intp]:
    levels = np.minimum((grid * (_BINS / 256)).astype(np.intp), _BINS - 1)
    number: NDArray[np.intp] = (levels[..., 0] * _BINS + levels[..., 1]) * _BINS + levels[..., 2]
    return number


def _log_odds(probability: Floats) -> Floats:
    odds: Floats = np.log(probability / (1 - probability))
    return odds


# ---- the pose


def _template(shape: tuple[int, ...], pose: Pose, hair: float = 0.0) -> Floats:
    """Probability of subject for that pose: about 0.95 inside, falling over a quarter of a head to 0.04.

    ``hair`` widens the head beyond its usual outline, in half widths.
    """
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    across = np.abs(columns - pose.x).astype(np.float32) / pose.size
    down = (rows - pose.y).astype(np.float32) / pose.size
    head = 1 + hair - np.hypot(across, down / 1.35)
    slope = np.sqrt(np.clip((down - 1.5) / 1.2, 0, 1))
    torso = np.minimum(np.where(down < 1.5, 0.5, 1.1 + 1.6 * slope) - across, (down - 0.9) * 2)
    torso = np.where((torso < 0) & (down > 1.5), torso / 2, torso)
    inside = np.clip(np.maximum(head, torso), -3, 3)
    share: Floats = (0.04 + 0.91 / (1 + np.exp(-6 * inside))).astype(np.float32)
    return share


def _poses(shape: tuple[int, ...]) -> Iterator[Pose]:
    height, width = shape[:2]
    for size in np.array([0.09, 0.12, 0.15, 0.19, 0.24]) * min(height, 1.3 * width):
        for y in np.arange(0.16, 0.56, 0.05) * height:
            if y > 1.1 * size:
                for x in np.arange(0.1, 0.91, 0.05) * width:
                    yield Pose(x=float(x), y=float(y), size=float(size))


def _people(grid: Floats) -> list[Pose]:
    """The best pose, and further ones beside it as long as each explains clearly more of the colours."""
    small = _thumbnail(grid, _SIDE // 2)
    scale = grid.shape[0] / small.shape[0]
    bins, skin = _bins(small), _skin(small)
    poses = list(_poses(small.shape))
    chosen: list[Pose] = []
    known, crowd = 0.0, np.zeros(small.shape[:2], np.float32)

    def worth(pose: Pose) -> float:
        told = _information(bins, np.maximum(crowd, _template(small.shape, pose)))
        aside = pose.x / small.shape[1] - 0.5
        return float(told + _SKIN_WEIGHT * _face(skin, pose) - _CENTRED * aside * aside)

    while len(chosen) < _MOST_PEOPLE:
        free = [pose for pose in poses if all(_apart(pose, other) for other in chosen)]
        if not free:
            break
        best = max(free, key=worth)
        for _ in range(3):
            best = max(_nearby(best), key=worth)
        together = np.maximum(crowd, _template(small.shape, best))
        told = _information(bins, together)
        if chosen and (told < known * _WORTH or _face(skin, best) < _face(skin, chosen[0]) / 2):
            break
        known, crowd = told, together
        chosen.append(best)
    return [Pose(x=p.x * scale, y=p.y * scale, size=p.size * scale) for p in chosen]


def _nearby(pose: Pose) -> list[Pose]:
    """The pose, and others a fraction of a head away or a little larger or smaller."""
    shifts = (-0.2, 0.0, 0.2)
    return [
        Pose(x=pose.x + across * pose.size, y=pose.y + down * pose.size, size=pose.size * scale)
        for scale in (1.0, 0.88, 1.12)
        for across in shifts
        for down in shifts
    ]


def _apart(one: Pose, other: Pose) -> bool:
    return abs(one.x - other.x) > 1.1 * (one.size + other.size) and 0.7 < one.size / other.size < 1.4


def _crowd(shape: tuple[int, ...], people: list[Pose]) -> Floats:
    crowd: Floats = np.max([_template(shape, pose, _HAIR) for pose in people], axis=0)
    return crowd


def _surroundings(shape: tuple[int, ...], people: list[Pose]) -> Mask:
    """Cells at the upper edge and at the sides down to the chins: hardly ever subject."""
    edge = np.ones(shape[:2], np.bool_)
    edge[2:, 2:-2] = False
    edge[int(_chin(people)) :] = False
    return edge


def _chin(people: list[Pose]) -> float:
    return max(pose.y + 1.35 * pose.size for pose in people)


def _below_chin(shape: tuple[int, ...], people: list[Pose]) -> NDArray[np.intp]:
    """1 in the rows of the shoulders and 0 in those of the heads: either has colours of its own."""
    return np.broadcast_to((np.arange(shape[0]) > _chin(people))[:, None], shape[:2]).astype(np.intp)


def _information(bins: NDArray[np.intp], inside: Floats) -> float:
    """Nats by which the colour of a cell lowers the uncertainty whether it is inside."""
    total = np.bincount(bins.ravel(), minlength=_BINS**3)
    within = np.bincount(bins.ravel(), inside.ravel(), _BINS**3)
    left = float((total * _entropy(within / np.maximum(total, 1))).sum()) / inside.size
    return float(_entropy(inside.mean())) - left


def _entropy(share: NDArray[np.float64] | np.floating) -> NDArray[np.float64]:
    p = np.clip(share, 1e-9, 1 - 1e-9)
    result: NDArray[np.float64] = -(p * np.log(p) + (1 - p) * np.log(1 - p))
    return result


def _skin(grid: Floats) -> Floats:
    """Likeness of each cell to skin of any tone, 0..1: all tones lie close together in chromaticity."""
    total = grid.sum(axis=-1) + 1e-3
    red, green = grid[..., 0] / total, grid[..., 1] / total
    distance = ((red - 0.43) / 0.055) ** 2 + ((green - 0.32) / 0.025) ** 2
    likeness: Floats = np.exp(-distance / 2) * np.clip(total / 90, 0, 1)
    return likeness


def _face(skin: Floats, pose: Pose) -> float:
    """How much more skin there is in the face than beside the head."""
    rows, columns = np.ogrid[: skin.shape[0], : skin.shape[1]]
    reach = np.hypot((columns - pose.x) / pose.size, (rows - pose.y) / (1.3 * pose.size))
    beside = (reach > 1.3) & (reach < 2) & (rows < pose.y + pose.size / 2)
    face = reach < 0.7
    if not face.any():  # a head that is mostly outside of a sliver of a picture
        return 0.0
    return float(skin[face].mean() - 0.5 * (skin[beside].mean() if beside.any() else 0))


# ---- the colours


def _colour_odds(bins: NDArray[np.intp], belief: Floats) -> Floats:
    """Log odds of subject by colour, from smoothed histograms weighted by the present belief."""
    inside, outside = (_histogram(bins, weight) for weight in (belief, 1 - belief))
    odds: Floats = np.clip(np.log(inside / outside), -3, 3)[bins]
    return odds


def _histogram(bins: NDArray[np.intp], weight: Floats) -> Floats:
    counts = np.bincount(bins.ravel(), weight.ravel(), 2 * _BINS**3).reshape(2, _BINS, _BINS, _BINS)
    for axis in (1, 2, 3):
        padded = np.pad(counts, [(int(axis == i),) * 2 for i in range(4)], mode="edge")
        left, right = padded.take(range(_BINS), axis), padded.take(range(2, _BINS + 2), axis)
        counts = 0.7 * counts + 0.15 * (left + right)
    smooth = counts.reshape(2, -1) + 0.5
    shares: Floats = (smooth / smooth.sum(axis=1, keepdims=True)).ravel().astype(np.float32)
    return shares


# ---- the neighbours


def _ties(grid: Floats) -> list[tuple[tuple[int, int], Floats]]:
    """For four of the eight neighbours, how much a cell and that neighbour should agree, 0..1."""
    steps = ((0, 1), (1, 0), (1, 1), (1, -1))
    squares = [((grid - np.roll(grid, step, (0, 1))) ** 2).sum(-1) for step in steps]
    scale = float(np.mean(squares[0] + squares[1])) / 2 + 1
    ties = [np.exp(-square / scale) for square in squares]
    for (down, across), tie in zip(steps, ties, strict=True):
        tie[:down] = 0  # the frame does not wrap around
        tie[:, {1: 0, 0: slice(0), -1: -1}[across]] = 0
    return list(zip(steps, ties, strict=True))


def _agree(odds: Floats, belief: Floats, ties: list[tuple[tuple[int, int], Floats]]) -> Floats:
    for _ in range(_AGREEMENTS):
        leaning = 2 * belief - 1
        pull = np.zeros_like(odds)
        for step, weight in ties:
            back = (-step[0], -step[1])
            pull += weight * np.roll(leaning, step, (0, 1)) + np.roll(weight * leaning, back, (0, 1))
        belief = (1 / (1 + np.exp(-(odds + pull)))).clip(0.01, 0.99).astype(np.float32)
    return belief


def _tidy(subject: Mask) -> Mask:
    """Keep the large pieces, fill what they enclose, smooth the outline by a cell."""
    radius = max(1, round(0.03 * min(subject.shape)))
    core = density(subject, radius) > 0.85
    kept = flood(core & subject, subject)
    frame = np.ones(kept.shape, np.bool_)
    frame[1:, 1:-1] = False
    outside = flood(frame, ~kept)
    return shrink(grow(~outside, 1), 1)
