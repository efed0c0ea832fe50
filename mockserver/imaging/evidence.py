"""Whether the figures in a matte are people: a head with skin in it, over shoulders that show less of it.

`find_people` looks for the shape of people and finds one in any outline. Skin of all tones lies close
together in chromaticity, but so do wood, cardboard and fur; those are on the whole of a thing, while people
wear clothes, or have hair of another colour above the face. Where a picture has no colour the shape alone
must tell: a person then has shoulders, a head of human proportions, and is cut by the lower frame or stands
on legs. That says nothing before clutter, where the matte itself was looked for in that shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mockserver.imaging.grids import Bytes, Floats, Mask, soften
from mockserver.imaging.person import Person

_SAMPLES = 28
_OPAQUE = 200
_FACE_SHARE = 0.4
_SKIN, _LESS_SKIN, _SOME_SKIN = 0.54, 0.33, 0.35
_SHOULDERS, _BODY, _FLATTEST = 1.15, 1.25, 0.77
_HEAD_SKIN, _HEAD_ASPECT, _HAIR_CONTRAST = 0.65, (1.0, 1.5), 60.0
_GREY, _GREY_SHARE = 6.0, 0.15
_GREY_SHOULDERS, _GREY_ASPECT, _STANDING = 1.3, (0.8, 1.7), 4.0


def people_among(
    rgba: Bytes, figures: Sequence[Person], *, shape_tells: Callable[[], bool]
) -> tuple[Person, ...]:
    """Those figures in (H, W, 4) uint8 RGBA that are people; beside a sure one, some skin is enough.

    `shape_tells` is asked about pictures without colour: whether the matte shows the shape of its subject.
    """
    skins = [_skin_of(rgba, figure) for figure in figures]
    pairs = list(zip(figures, skins, strict=True))
    if any(_is_person(rgba, figure, *skin) for figure, skin in pairs):
        return tuple(figure for figure, (face, _) in pairs if face > _SOME_SKIN)
    shaped = tuple(figure for figure in figures if _is_colourless(rgba, figure) and _is_shaped(rgba, figure))
    return shaped if shaped and shape_tells() else ()


def _is_person(rgba: Bytes, figure: Person, face: float, elsewhere: float) -> bool:
    head, body = figure.head, figure.body
    shoulders = body.width > _SHOULDERS * head.width and body.height > _BODY * head.height
    dressed = face > _SKIN and face - elsewhere > _LESS_SKIN
    if shoulders and dressed and head.height > _FLATTEST * head.width:
        return True
    return face > _HEAD_SKIN and _is_head(rgba, figure)


def _is_head(rgba: Bytes, figure: Person) -> bool:
    """Whether a head has hair of another colour than its face, whatever is or is not below it."""
    head = figure.head
    third = head.width // 3
    left, right = head.x + third, head.right - third
    hair, _ = _samples(rgba, left, right, head.y, head.y + head.height // 7)
    face, _ = _samples(rgba, left, right, head.y + head.height // 2, head.y + head.height * 3 // 4)
    if not (hair.size and face.size and _HEAD_ASPECT[0] < head.height / head.width < _HEAD_ASPECT[1]):
        return False
    contrast = hair.mean(axis=(0, 1)) - face.mean(axis=(0, 1))
    return float(np.linalg.norm(contrast)) > _HAIR_CONTRAST


def _is_shaped(rgba: Bytes, figure: Person) -> bool:
    """Whether the outline alone is that of a portrait."""
    head, body = figure.head, figure.body
    large = body.width * body.height > _GREY_SHARE * rgba.shape[0] * rgba.shape[1]
    lower = body.bottom >= 0.985 * rgba.shape[0] or body.height >= _STANDING * head.height
    shoulders = body.width >= _GREY_SHOULDERS * head.width and body.height > _BODY * head.height
    return large and lower and shoulders and _GREY_ASPECT[0] < head.height / head.width < _GREY_ASPECT[1]


def _is_colourless(rgba: Bytes, figure: Person) -> bool:
    colours, opaque = _samples(rgba, figure.body.x, figure.body.right, figure.body.y, figure.body.bottom)
    chroma = (colours.max(axis=-1) - colours.min(axis=-1))[opaque]
    return bool(chroma.size) and float(chroma.mean()) < _GREY


def _skin_of(rgba: Bytes, figure: Person) -> tuple[float, float]:
    """The likeness to skin of the window in the head that has most of it, and of the body."""
    head, body = figure.head, figure.body
    colours, opaque = _samples(rgba, head.x, head.right, head.y, round(head.y + 1.6 * head.width))
    skin = _likeness(colours) * opaque
    side = max(1, round(_FACE_SHARE * skin.shape[1]))
    below = round(max(figure.neck.hem, figure.neck.shoulder))
    clothes, dressed = _samples(rgba, body.x, body.right, below, body.bottom)
    elsewhere = float(_likeness(clothes)[dressed].mean()) if dressed.any() else 0.0
    return _most(skin, side), elsewhere


def _samples(rgba: Bytes, left: int, right: int, top: int, bottom: int) -> tuple[Floats, Mask]:
    """Colours (h, w, 3) of about 28 columns of a window, without noise, and which of them are opaque."""
    step = max(1, (right - left) // _SAMPLES)
    part = rgba[max(0, top) : max(0, bottom) : step, max(0, left) : right : step]
    if not part.size:
        return np.zeros((0, 0, 3), np.float32), np.zeros((0, 0), np.bool_)
    return soften(np.ascontiguousarray(part[..., :3]), 1).astype(np.float32), part[..., 3] > _OPAQUE


def _likeness(colours: Floats) -> Floats:
    """Likeness to skin of any tone, 0 to 1."""
    total = colours.sum(axis=-1) + np.float32(1e-3)
    red, green = colours[..., 0] / total, colours[..., 1] / total
    distance = ((red - 0.43) / 0.055) ** 2 + ((green - 0.32) / 0.025) ** 2
    likeness: Floats = np.exp(-distance / 2) * np.clip(total / 90, 0, 1)
    return likeness


def _most(values: Floats, side: int) -> float:
    """The largest mean of a square window that lies within the field, or the mean of a smaller field."""
    if min(values.shape) <= side:
        return float(values.mean()) if values.size else 0.0
    sums = np.pad(values, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    windows = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    return float(windows.max()) / side**2
