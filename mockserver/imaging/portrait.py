"""Heads and parts of portraits: who is in a picture, a mask for each part of a person, cut-out heads.

Masks share out the alpha channel. At every pixel of a person head and body add up to alpha, and the hair, the
face, its features and the ears add up to the head; so the head has exactly the silhouette's own edge and ends
where the chin and the neck do. Background is what alpha leaves. All are (H, W) uint8 of the full frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mockserver.imaging.heads import find_people
from mockserver.imaging.parts import DECORATIONS, FEATURES, Part, Shape, Window, coverage, ovals, window
from mockserver.imaging.person import REACH, Box, Person, neckline
from mockserver.imaging.silhouette import Bools, Bytes

__all__ = ["Box", "Part", "Person", "find_people", "head_cutout", "part_box", "part_mask"]

SEEN_ALPHA = 8
"""What is no more opaque than this does not extend a bounding box."""

_FEATURE_PARTS = {shape.part: shape for shape in FEATURES}
_DECORATION_PARTS = {shape.part: shape for shape in DECORATIONS}


def part_mask(rgba: Bytes, people: Sequence[Person], part: Part) -> Bytes:
    """The soft mask (H, W) uint8 of one part of all people in (H, W, 4) uint8 RGBA."""
    alpha = rgba[..., 3]
    if part is Part.BACKGROUND:
        return np.subtract(255, alpha, dtype=np.uint8)
    mask = np.zeros(alpha.shape, np.uint8)
    for person in people:
        area, values = _part(alpha, person, part)
        mask[area.slices] = values
    return mask


def part_box(rgba: Bytes, person: Person, part: Part) -> Box | None:
    """The bounding box of one part of one person; None when there is nothing of it to be seen."""
    alpha = rgba[..., 3]
    if part is Part.BACKGROUND:
        return _bounds(alpha < 255 - SEEN_ALPHA, _frame(alpha))
    area, values = _part(alpha, person, part)
    return _bounds(values > SEEN_ALPHA, area)


def head_cutout(rgba: Bytes, person: Person) -> tuple[Box, Bytes]:
    """Crop (H, W, 4) uint8 RGBA to one head; gives the crop's place and its (h, w, 4) RGBA.

    Its alpha is that of the head alone, without the body and without neighbours. Colours are zero where
    alpha is.
    """
    alpha = rgba[..., 3]
    area = _around(person.head).within(_head_window(alpha, person))
    values = _head(alpha, person, area)
    box = _bounds(values > SEEN_ALPHA, area) or person.head
    crop = Window(top=box.y, bottom=box.bottom, left=box.x, right=box.right)
    cutout = rgba[crop.slices].copy()
    cutout[..., 3] = 0
    common = crop.within(area)
    cutout[(*common.inside(crop), 3)] = values[common.inside(area)]
    cutout[cutout[..., 3] == 0] = 0
    return box, cutout


def _part(alpha: Bytes, person: Person, part: Part) -> tuple[Window, Bytes]:
    """A part of one person, as a window of the frame and its values."""
    if part is Part.HEAD:
        area = _head_window(alpha, person)
        return area, _head(alpha, person, area)
    if part is Part.BODY:
        return _body(alpha, person)
    if part is Part.HAIR:
        area = _head_window(alpha, person)
        return area, _left_over(_head(alpha, person, area), person, area, FEATURES)
    if part in _DECORATION_PARTS:
        return _decoration(alpha, person, _DECORATION_PARTS[part])
    return _feature(alpha, person, _FEATURE_PARTS[part])


def _body(alpha: Bytes, person: Person) -> tuple[Window, Bytes]:
    area = _columns(alpha, person)
    values = alpha[area.slices].copy()
    head = _head_window(alpha, person)
    values[head.inside(area)] -= _head(alpha, person, head)
    return area, values


def _feature(alpha: Bytes, person: Person, shape: Shape) -> tuple[Window, Bytes]:
    placed = ovals(shape, person)
    area = window(placed).within(_head_window(alpha, person))
    before = FEATURES[: FEATURES.index(shape)]
    left = _left_over(_head(alpha, person, area), person, area, before)
    return area, _taken(left, coverage(placed, area))


def _decoration(alpha: Bytes, person: Person, shape: Shape) -> tuple[Window, Bytes]:
    placed = ovals(shape, person)
    area = window(placed).within(_columns(alpha, person))
    return area, _taken(alpha[area.slices], coverage(placed, area))


def _left_over(head: Bytes, person: Person, area: Window, shapes: Sequence[Shape]) -> Bytes:
    """What the shapes leave of a head's values in a window, which are changed."""
    for shape in shapes:
        placed = ovals(shape, person)
        common = window(placed).within(area)
        if not common.empty:
            part = head[common.inside(area)]
            part -= _taken(part, coverage(placed, common))
    return head


def _taken(values: Bytes, share: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Bytes:
    share *= values
    share += np.float32(0.5)
    return share.astype(np.uint8)


def _head(alpha: Bytes, person: Person, area: Window) -> Bytes:
    """The values of a head in a window of its own: alpha above the line of chin and neck, nothing below."""
    values = alpha[area.slices].copy()
    if area.empty:
        return values
    columns = np.arange(area.left, area.right, dtype=np.float32) + np.float32(0.5)
    line = neckline(columns, person.face, person.neck)
    first = min(max(int(line.min()), area.top), area.bottom)
    rows = np.arange(first, area.bottom, dtype=np.float32)
    above = np.clip(line[None, :] - rows[:, None], 0, 1)
    values[first - area.top :] = _taken(values[first - area.top :], above)
    return values


def _head_window(alpha: Bytes, person: Person) -> Window:
    """The columns of a head with what may stray from it, from the frame's top to the line of the neck."""
    reach = round(REACH * person.head.width)
    own = Window(
        top=0,
        bottom=int(np.ceil(max(person.neck.hem, person.neck.shoulder, person.face.bottom))) + 1,
        left=person.head.x - reach,
        right=person.head.right + reach,
    )
    return own.within(_columns(alpha, person))


def _columns(alpha: Bytes, person: Person) -> Window:
    return Window(top=0, bottom=alpha.shape[0], left=person.left, right=person.right).within(_frame(alpha))


def _frame(alpha: Bytes) -> Window:
    return Window(top=0, bottom=alpha.shape[0], left=0, right=alpha.shape[1])


def _around(box: Box) -> Window:
    """A box with a margin for the faintest pixels of its edge."""
    margin = 2 + box.width // 50
    return Window(
        top=box.y - margin, bottom=box.bottom + margin, left=box.x - margin, right=box.right + margin
    )


def _bounds(seen: Bools, area: Window) -> Box | None:
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not rows.size:
        return None
    x, y = area.left + int(columns[0]), area.top + int(rows[0])
    width, height = int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
    return Box(x=x, y=y, width=width, height=height)
