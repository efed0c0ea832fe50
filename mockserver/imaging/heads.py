"""People in a matte: one for each head that the silhouette shows, with the geometry that the parts need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mockserver.imaging.faces import Outline, fit_face
from mockserver.imaging.figures import Figure, territories, trace, without_objects
from mockserver.imaging.person import REACH, Box, Person, neckline
from mockserver.imaging.silhouette import (
    CORE_SHARE,
    REDUCED_SIDE,
    Bools,
    Bytes,
    Ints,
    Peak,
    Runs,
    erode,
    holding,
    large_components,
    open_mask,
    paint,
    reduce_alpha,
    sweep,
)

LEAST_SHARE = 0.03
"""A component smaller than this share of the largest one is noise."""
SMALL_HEAD = 13
SMALLEST_SIDE = 16
"""Pixels that a side must have for a person to be seen in a picture."""
"""Where a head is less wide than this at reduced size, twice that size is looked at."""


def find_people(rgba: Bytes) -> tuple[Person, ...]:
    """Find the subjects of (H, W, 4) uint8 RGBA by the shape of its alpha, from left to right.

    The colours help to find the chin and the hairline. Empty when nothing is opaque, and
    for a picture with a side below SMALLEST_SIDE.
    """
    if min(rgba.shape[:2]) < SMALLEST_SIDE:
        return ()
    scene = _look(rgba[..., 3], REDUCED_SIDE)
    if scene.step > 1 and any(figure.width < SMALL_HEAD for figure in scene.figures):
        scene = _look(rgba[..., 3], 2 * REDUCED_SIDE)
    return tuple(_person(rgba, scene, figure) for figure in scene.figures)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scene:
    """A silhouette at 1/`step` of the frame: runs, large components, and these with their strands."""

    step: int
    runs: Runs
    large: Ints
    faint: Bools
    figures: list[Figure]


def _look(alpha: Bytes, side: int) -> _Scene:
    silhouette = reduce_alpha(alpha, side)
    solid, core = _structure(silhouette.solid)
    runs, peaks = sweep(solid, core)
    large = large_components(runs, LEAST_SHARE)
    peaks = tuple(peak for peak in peaks if peak.label in large)
    kept = without_objects(_figures(solid, runs, peaks))
    if len(kept) < len(peaks):
        kept = _figures(solid, runs, tuple(figure.peak for figure in kept))
    faint = _attached(silhouette.faint, paint(runs, large, solid.shape))
    return _Scene(step=silhouette.step, runs=runs, large=large, faint=faint, figures=kept)


def _structure(solid: Bools) -> tuple[Bools, Bools]:
    """The silhouette without its strands, and the cores that heads must have."""
    radius = round(CORE_SHARE * float(np.sqrt(np.count_nonzero(solid))))
    opened = open_mask(solid, 1)
    if not opened.any():
        return solid, solid
    return opened, erode(opened, radius)


def _figures(solid: Bools, runs: Runs, peaks: tuple[Peak, ...]) -> list[Figure]:
    spans = territories(solid, peaks) if peaks else []
    traced = [trace(runs, peak, span) for peak, span in zip(peaks, spans, strict=True)]
    return [figure for figure in traced if figure is not None]


def _attached(faint: Bools, solid: Bools) -> Bools:
    """The faint pixels that hang together with solid ones: strands, and no specks."""
    runs, _ = sweep(faint, solid)
    return paint(runs, holding(runs, solid), faint.shape)


def _person(rgba: Bytes, scene: _Scene, figure: Figure) -> Person:
    step, span = scene.step, slice(figure.left, figure.right)
    outline = _outline(figure, step)
    fit = fit_face(rgba, outline)
    columns = (np.arange(figure.left, figure.right, dtype=np.float32) + np.float32(0.5)) * step
    rows = np.arange(len(scene.faint), dtype=np.float32)[:, None] * step
    near = np.abs(columns - outline.x) <= outline.width * (0.5 + REACH)
    head = scene.faint[:, span] & near & (rows < neckline(columns, fit.face, fit.neck))
    others = [other.peak.label for other in scene.figures if other.peak.label != figure.peak.label]
    whole = paint(scene.runs, np.setdiff1d(scene.large, others), scene.faint.shape)[:, span] | head
    return Person(
        head=_bounds(head if head.any() else whole, figure.left, step, rgba.shape),
        body=_bounds(whole, figure.left, step, rgba.shape),
        left=figure.left * step,
        right=min(figure.right * step, rgba.shape[1]),
        crown=outline.top,
        face=fit.face,
        neck=fit.neck,
    )


def _outline(figure: Figure, step: int) -> Outline:
    head = slice(0, max(1, round(figure.chin - figure.top)))
    middle = slice(head.stop // 4, max(head.stop // 4 + 1, head.stop * 3 // 4))
    centre = float(np.median(figure.starts[middle] + figure.stops[middle])) / 2
    return Outline(
        x=centre * step,
        top=float(figure.top * step),
        width=figure.width * step,
        chin=figure.chin * step,
        hem=figure.hem * step,
        neck=figure.neck * step,
        necked=figure.necked,
    )


def _bounds(mask: Bools, left: int, step: int, frame: tuple[int, ...]) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    y, bottom = int(rows[0]) * step, min((int(rows[-1]) + 1) * step, frame[0])
    x, right = (left + int(columns[0])) * step, min((left + int(columns[-1]) + 1) * step, frame[1])
    return Box(x=x, y=y, width=right - x, height=bottom - y)
