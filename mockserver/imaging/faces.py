"""Where the face lies in a head: the ellipse from hairline to chin, by colour where colours tell.

The colour of the skin is that of the middle of the head, the colour of the hair that of its top. Where the
two differ clearly they show the face's sides and the hairline; the chin is the strongest change of colour
below skin, near where the silhouette or the usual proportions put it. Where colours tell nothing, a head
of the canon of drawing stands in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mockserver.imaging.person import JAW, Ellipse, Neck
from mockserver.imaging.silhouette import Bytes

SAMPLES = 56
"""Samples across the width of a head."""
CLEAR_CONTRAST = 40.0
"""Distance of skin and hair, in levels of 255, from which they are told apart."""
CHIN_CONTRAST = 7.0
CHIN_SATURATION = 40.0
CHIN_ABOVE, CHIN_BELOW = 0.08, 0.13
"""Standard deviations of the chin's row, over the head's height; higher up are the lips."""
CHIN_DEPTH = 0.007
"""How far the chin lies below the clearest end of the skin's colour, measured on drawn portraits."""
FACE_HALF_WIDTH = 0.4
HAIRLINE = 0.2
NECK_SHARE = 0.62

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """What the silhouette tells of a head, in pixels of the frame; x is its middle, neck half its width."""

    x: float
    top: float
    width: float
    chin: float
    hem: float
    neck: float
    necked: bool

    @property
    def height(self) -> float:
        """From the top to where the chin is expected."""
        return max(1.0, self.chin - self.top)

    @property
    def hem_share(self) -> float:
        """The hem's row, over the head's height."""
        return (self.hem - self.top) / self.height


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """What `Person` says of a face: its ellipse, and where the head ends below it."""

    face: Ellipse
    neck: Neck


@dataclass(frozen=True, kw_only=True, slots=True)
class _Patch:
    """Colours (h, w, 3) around a head; x over the head's half width, y from top 0 to chin 1."""

    colour: Floats
    opaque: npt.NDArray[np.bool_]
    x: Floats
    y: Floats


def fit_face(rgba: Bytes, outline: Outline) -> Fit:
    """Fit the face of a head in (H, W, 4) uint8 RGBA, by colour if it is large enough."""
    patch = _patch(rgba, outline)
    if patch is None:
        return _fit(outline, 1.0, HAIRLINE, 0.0, 2 * FACE_HALF_WIDTH, None, None)
    skin = _median(patch, 0.36, 0.5, 0.8)
    hair = _median(patch, 0.4, 0.03, 0.14)
    chin = _chin(patch, skin)
    if float(np.linalg.norm(skin - hair)) < CLEAR_CONTRAST:
        return _fit(outline, chin, HAIRLINE, 0.0, 2 * FACE_HALF_WIDTH, None, None)
    skinny = _nearer(patch, skin, hair)
    middle, half_width = _sides(patch, skinny)
    neck = None if outline.necked else _neck(patch, skinny, middle, half_width, chin, outline.hem_share)
    beside = outline.neck / outline.width * 2 if neck is None else neck
    hem = _hem(patch, (hair, skin), middle, beside, chin, outline.hem_share)
    return _fit(outline, chin, _hairline(patch, skinny, middle), middle, half_width, neck, hem)


def _fit(
    outline: Outline,
    chin: float,
    hairline: float,
    middle: float,
    half_width: float,
    neck: float | None,
    hem: float | None,
) -> Fit:
    """From shares of the head's height and half width to pixels."""
    low, high = outline.top + chin * outline.height, outline.top + hairline * outline.height
    face = Ellipse(
        x=outline.x + middle * outline.width / 2,
        y=(low + high) / 2,
        half_width=max(0.5, half_width * outline.width / 2),
        half_height=max(0.5, (low - high) / 2),
    )
    if outline.necked:
        width = outline.neck
    else:
        width = NECK_SHARE * face.half_width if neck is None else neck * outline.width / 2
    end = outline.hem if hem is None else outline.top + hem * outline.height
    jaw = face.y + JAW * face.half_height
    hair = 0.52 * outline.width
    return Fit(
        face=face, neck=Neck(half_width=width, hair=hair, hem=max(end, jaw), shoulder=max(outline.hem, jaw))
    )


def _patch(rgba: Bytes, outline: Outline) -> _Patch | None:
    """Sample the head's surroundings, blurred by the mean of a few neighbours; None for a tiny head."""
    step = max(1, round(outline.width / SAMPLES))
    reach = 0.6 * outline.width
    left, right = max(0, round(outline.x - reach)), min(rgba.shape[1], round(outline.x + reach))
    top = round(outline.top)
    bottom = min(rgba.shape[0], round(top + max(1.45, outline.hem_share + 0.35) * outline.height))
    patch = rgba[top:bottom:step, left:right:step].astype(np.float32)
    if min(patch.shape[:2]) < 12:
        return None
    colour = _blurred(patch[..., :3])
    x = (np.arange(left, right, step, dtype=np.float32) - outline.x) / (outline.width / 2)
    y = (np.arange(top, bottom, step, dtype=np.float32) - outline.top) / outline.height
    return _Patch(colour=colour, opaque=patch[..., 3] > 200, x=x.astype(np.float32), y=y.astype(np.float32))


def _blurred(colour: Floats) -> Floats:
    """Mean of 3x3 neighbours, against noise."""
    padded = np.pad(colour, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Floats = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def _median(patch: _Patch, reach: float, top: float, bottom: float) -> Floats:
    rows = np.flatnonzero((patch.y >= top) & (patch.y <= bottom))
    columns = np.flatnonzero(np.abs(patch.x) <= reach)
    part = patch.colour[np.ix_(rows, columns)][patch.opaque[np.ix_(rows, columns)]]
    if not len(part):
        part = patch.colour.reshape(-1, 3)
    return np.median(part, axis=0).astype(np.float32)


def _nearer(patch: _Patch, skin: Floats, hair: Floats) -> npt.NDArray[np.bool_]:
    to_skin = np.linalg.norm(patch.colour - skin, axis=2)
    to_hair = np.linalg.norm(patch.colour - hair, axis=2)
    nearer: npt.NDArray[np.bool_] = (to_skin < to_hair) & patch.opaque
    return nearer


def _sides(patch: _Patch, skinny: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """The middle and the half width of the face, over half of the head's width."""
    rows = (patch.y >= 0.45) & (patch.y <= 0.8)
    columns = np.flatnonzero(skinny[rows].mean(axis=0) > 0.55)
    if not columns.size:
        return 0.0, 2 * FACE_HALF_WIDTH
    left, right = float(patch.x[columns[0]]), float(patch.x[columns[-1]])
    return float(np.clip((left + right) / 2, -0.25, 0.25)), float(np.clip((right - left) / 2, 0.56, 0.96))


def _hairline(patch: _Patch, skinny: npt.NDArray[np.bool_], middle: float) -> float:
    columns = np.abs(patch.x - middle) <= 0.25
    share = skinny[:, columns].mean(axis=1)
    rows = np.flatnonzero((share > 0.5) & (patch.y > 0.02))
    return float(np.clip(patch.y[rows[0]], 0.02, 0.42)) if rows.size else HAIRLINE


def _chin(patch: _Patch, skin: Floats) -> float:
    """The row of the chin, over the head's expected height: the clearest end of skin near 1."""
    columns = np.abs(patch.x) <= 0.2
    profile = patch.colour[:, columns].mean(axis=1)
    reach = max(1, round(0.035 * len(profile)))
    sums = np.concatenate([np.zeros((1, 3), np.float32), np.cumsum(profile, axis=0)])
    means = (sums[reach:] - sums[:-reach]) / reach
    above, below = means[:-reach], means[reach:]
    at = patch.y[reach : reach + len(above)]
    near, far = _unlike(above, skin), _unlike(below, skin)
    contrast = np.clip(far - near, 0, CHIN_SATURATION)
    likeness = np.exp(-near / 40)
    spread = np.where(at > 1, CHIN_BELOW, CHIN_ABOVE)
    score = contrast * likeness * np.exp(-(((at - 1) / spread) ** 2) / 2)
    if not score.size or score.max() < CHIN_CONTRAST:
        return 1.0
    return float(np.clip(at[int(np.argmax(score))] + CHIN_DEPTH, 0.8, 1.25))


def _neck(
    patch: _Patch, skinny: npt.NDArray[np.bool_], middle: float, half_width: float, chin: float, hem: float
) -> float:
    """Half the width of skin between chin and hem, over half of the head's width."""
    rows = (patch.y >= chin + 0.02) & (patch.y <= max(hem - 0.03, chin + 0.06))
    usual, least, most = (share * half_width for share in (NECK_SHARE, 0.4, 0.95))
    columns = skinny[rows].mean(axis=0) > 0.5 if rows.any() else np.zeros(len(patch.x), bool)
    found = np.abs(patch.x[columns & (np.abs(patch.x - middle) < most)] - middle)
    return float(np.clip(found.max(), least, most)) if found.size else usual


def _hem(
    patch: _Patch, others: tuple[Floats, Floats], middle: float, neck: float, chin: float, hem: float
) -> float | None:
    """Where hair beside the neck gives way to clothes, over the head's height; None when colours are alike.

    `others` are the colours of hair and skin.
    """
    beside = (np.abs(patch.x - middle) > neck + 0.02) & (np.abs(patch.x - middle) < 1.1)
    under = (patch.y > hem + 0.06) & (patch.y < hem + 0.3)
    sample = patch.colour[np.ix_(under, beside)][patch.opaque[np.ix_(under, beside)]]
    if len(sample) < 8:
        return None
    clothes = np.median(sample, axis=0).astype(np.float32)
    if float(np.linalg.norm(clothes - others[0])) < CLEAR_CONTRAST:
        return None
    rows = (patch.y >= chin - 0.15) & (patch.y <= hem + 0.06)
    colour, opaque = patch.colour[np.ix_(rows, beside)], patch.opaque[np.ix_(rows, beside)]
    nearest = np.minimum(*(np.linalg.norm(colour - other, axis=2) for other in others))
    dressed = (np.linalg.norm(colour - clothes, axis=2) < nearest) & opaque
    counts = opaque.sum(axis=1)
    last = np.flatnonzero((counts > 2) & (dressed.sum(axis=1) <= 0.5 * counts))
    y = patch.y[rows]
    return float(y[last[-1]] + y[1] - y[0]) if last.size and len(y) > 1 else None


def _unlike(colours: Floats, skin: Floats) -> Floats:
    """Distance of colours (n, 3) from that of skin; what is brighter counts half, for a chin may shine."""
    apart = colours - skin
    distance: Floats = np.linalg.norm(np.where(apart > 0, apart / 2, apart), axis=1)
    return distance
