"""A plain backdrop as a smooth surface, found from the border of the frame inwards.

Studio walls, screens, gradients and vignettes are low-order polynomials of the position. The border is
mostly backdrop, but subjects cut by the frame stand in it as well, so the first surface is fitted with
weights that fall with the residual (iteratively reweighted least squares), from several starts. Then the
known region grows inwards cell by cell, the surface is refitted, and stops where the subject begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mockserver.imaging.grids import Floats, Mask, block_means, blur, grow, smooth_resize, spread

_CELLS = 64
_LOOSE, _TIGHT, _CLOSE, _FOLLOW, _SIMPLE = 12.0, 6.0, 2.5, 1.2, 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop:
    """What the border tells: a colour field of the work size and how far it can be trusted."""

    colour: Floats
    """(H, W, 3), the backdrop's colour at each cell, 0..255."""
    noise: float
    """Standard deviation of the picture around the field, in levels, per channel."""
    support: float
    """Share of the upper border that the surface explains, 0..1; low means that it is no plain backdrop."""


def fit(work: Floats) -> Backdrop:
    """The backdrop of a (H, W, 3) float32 picture."""
    height, width = work.shape[:2]
    step = _cell_size(work)
    grid = block_means(work, step)
    noise = _pixel_noise(work)
    known, surface = _grow_inwards(grid, _first_guess(grid), noise / step)
    missed = grid - _terms(grid.shape, 4) @ surface
    followed = spread(missed, known.astype(np.float32))
    field = _evaluate(surface, grid, work, step) + _to_pixels(followed, work, step)
    sample = _enlarge(known, step)[:height, :width]
    return Backdrop(
        colour=field,
        noise=_noise(work, field, sample),
        support=float(known[_upper_border(known.shape)].mean()),
    )


def _cell_size(work: Floats) -> int:
    longest, shortest = max(work.shape[:2]), min(work.shape[:2])
    return int(min(max(-(-longest // _CELLS), min(4, shortest // 16), 1), shortest))


def _pixel_noise(work: Floats) -> float:
    """Standard deviation of what differs from pixel to pixel, from the median step along the rows."""
    steps = np.abs(work[::3, 2:] - work[::3, :-2])
    return float(np.median(steps)) / 0.954 if steps.size else 0.0


def _enlarge(mask: Mask, step: int) -> Mask:
    """Repeat each cell; one more row and column, for the remainder that made no whole cell."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    return padded.repeat(step, 0).repeat(step, 1)


def _border(shape: tuple[int, ...], thickness: int = 2) -> Mask:
    border = np.ones(shape, np.bool_)
    border[thickness:-thickness, thickness:-thickness] = False
    return border


def _upper_border(shape: tuple[int, ...]) -> Mask:
    border = _border(shape)
    border[-(-shape[0] * 2 // 3) :] = False
    return border


def _without_floor(shape: tuple[int, ...]) -> Mask:
    """The border without its lower edge, where subjects stand."""
    border = _border(shape)
    border[-2:, 2:-2] = False
    return border


def _powers(position: Floats) -> Floats:
    return np.stack([position**power for power in range(5)], axis=1)


def _centres(count: int) -> Floats:
    """Positions of a row of cells, from -1 to 1."""
    return np.linspace(-1, 1, count, dtype=np.float32) if count > 1 else np.zeros(1, np.float32)


def _within(pixels: int, cells: int, step: int) -> Floats:
    """Positions of pixels on the scale of the cells that they were gathered in."""
    index = (np.arange(pixels, dtype=np.float32) + 0.5) / step - 0.5
    scaled: Floats = (index * 2 / max(cells - 1, 1) - float(cells > 1)).astype(np.float32)
    return scaled


def _terms(shape: tuple[int, ...], degree: int) -> Floats:
    """(H, W, 25): the products of powers up to 4, those of a higher total degree being 0."""
    products = _powers(_centres(shape[0]))[:, None, :, None] * _powers(_centres(shape[1]))[None, :, None, :]
    total = np.add.outer(np.arange(5), np.arange(5))
    terms: Floats = (products * (total <= degree)).reshape(*shape[:2], 25)
    return terms


def _solve(terms: Floats, colours: Floats, weights: Floats) -> Floats:
    """Ridge-regularised weighted least squares, (25, 3) coefficients."""
    exact = terms.astype(np.float64)
    weighted = exact * weights[:, None]
    ridge = np.full(25, 1e-5 * max(float(weights.sum()), 1e-6))
    ridge[0] *= 1e-6
    surface = np.linalg.solve(weighted.T @ exact + np.diag(ridge), weighted.T @ colours)
    return surface.astype(np.float32)


def _evaluate(surface: Floats, grid: Floats, work: Floats, step: int) -> Floats:
    rows = _powers(_within(work.shape[0], grid.shape[0], step))
    columns = _powers(_within(work.shape[1], grid.shape[1], step))
    table = surface.reshape(5, 5, 3)
    return np.stack([rows @ table[..., i] @ columns.T for i in range(3)], axis=-1)


def _to_pixels(cells: Floats, work: Floats, step: int) -> Floats:
    height, width = work.shape[:2]
    whole = smooth_resize(cells, (cells.shape[0] * step, cells.shape[1] * step))
    missing = (0, height - whole.shape[0]), (0, width - whole.shape[1]), (0, 0)
    return np.pad(whole, missing, mode="edge")


def _first_guess(grid: Floats) -> Mask:
    """The border cells that one surface explains, from the start and degree that explain most of them."""
    shape = grid.shape[:2]
    border = _without_floor(shape)
    rows = np.broadcast_to(np.linspace(0, 1, shape[0])[:, None], shape)
    judges = _upper_border(shape)
    most_possible = 2 * int(judges.sum()) + int(border.sum())
    best, most = border, 0.0
    for degree, doubt in ((1, 1.0), (2, 1.04)):
        for lowest in (1.0, 0.6, 0.15):
            explained = border & (_reweighted(grid, border & (rows <= lowest), degree) < _LOOSE)
            score = 2 * int(explained[judges].sum()) + int(explained.sum())
            if score > most * doubt:
                best, most = explained, float(score)
            if most * 1.04 > most_possible:
                return best
    return best


def _reweighted(grid: Floats, chosen: Mask, degree: int) -> Floats:
    terms = _terms(grid.shape, degree)
    inside, colours = terms[chosen], grid[chosen]
    weights = np.ones(len(inside), np.float32)
    surface = _solve(inside, colours, weights)
    for _ in range(10):
        misfit = np.abs(colours - inside @ surface).max(axis=1)
        weights = 1 / (1 + (misfit / 4) ** 2)
        surface = _solve(inside, colours, weights)
    return _misfit(grid, terms, surface)


def _misfit(grid: Floats, terms: Floats, surface: Floats) -> Floats:
    """Largest difference of a channel from the surface, in levels."""
    largest: Floats = np.abs(grid - terms @ surface).max(axis=-1)
    return largest


def _grow_inwards(grid: Floats, known: Mask, noise: float) -> tuple[Mask, Floats]:
    """Refit while the known region widens; then let it follow slow residuals cell by cell."""
    fourth, second = _terms(grid.shape, 4), _terms(grid.shape, 2)
    surface = np.zeros((25, 3), np.float32)
    for turn in range(14):
        surface = _solve(second[known], grid[known], np.ones(int(known.sum()), np.float32))
        residual = _misfit(grid, second, surface)
        if turn >= 4 and np.quantile(residual[known], 0.9) > max(_SIMPLE, 2.5 * noise):
            surface = _solve(fourth[known], grid[known], np.ones(int(known.sum()), np.float32))
            residual = _misfit(grid, fourth, surface)
        limit = max(_limit(residual[known], 2 if turn < 2 else 1), 4 * noise)
        wider = grow(known, 3) & (residual < limit)
        if not wider.any() or (turn > 4 and np.array_equal(wider, known)):
            break
        known = wider
    missed = grid - fourth @ surface
    return _follow(missed, known, max(_FOLLOW, 3 * noise)), surface


def _limit(residual: Floats, tolerance: int) -> float:
    """How far a cell may lie from the surface: some times what is usual, within fixed bounds."""
    return tolerance * float(np.clip(5 * np.median(residual), _CLOSE, _TIGHT)) if residual.size else _TIGHT


def _follow(missed: Floats, known: Mask, limit: float) -> Mask:
    """Widen to cells whose residual is like that of the known cells next to them."""
    for _ in range(24):
        weight = blur(known.astype(np.float32), 1)
        near = blur(missed * known[..., None], 1) / np.maximum(weight, 1e-6)[..., None]
        wider = known | ((weight > 0.2) & (np.abs(missed - near).max(axis=-1) < limit))
        if np.array_equal(wider, known):
            break
        known = wider
    return known


def _noise(work: Floats, field: Floats, known: Mask) -> float:
    """Robust spread of the known pixels around the field, from every third row and column."""
    residual = np.abs(work[::3, ::3] - field[::3, ::3])[known[::3, ::3]]
    return float(1.4826 * np.median(residual)) if residual.size else 0.0
