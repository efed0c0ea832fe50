"""What to cut out of a picture and how: people, an object of any kind, or the ink of a stamp.

A plain background tells what stands before it (`matting`). Before clutter people are found by their pose,
which `matting` does as well, and other objects by what stands out (`objects`). A stamp is ink, not a thing
(`stamp`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mockserver.imaging.decode import Picture
from mockserver.imaging.evidence import people_among
from mockserver.imaging.grids import flood, grow
from mockserver.imaging.matting import matte
from mockserver.imaging.objects import is_plain, matte_object
from mockserver.imaging.person import Box, Person
from mockserver.imaging.portrait import SEEN_ALPHA, find_people
from mockserver.imaging.silhouette import holding, large_components, paint, reduce_alpha, sweep
from mockserver.imaging.stamp import is_stamped, lift

if TYPE_CHECKING:
    from mockserver.imaging.studio import Cutout

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

SOLID_ALPHA = 128
"""From this opacity on a pixel is white in a mask."""

_REDUCED_SIDE = 400
_LEAST_SHARE = 0.01
_LOOSE = 4
_STRIP_PIXELS = 1 << 18


class Subject(StrEnum):
    """What is to be cut out; AUTO takes people, else a stamp, else whatever object there is."""

    PERSON = "person"
    OBJECT = "object"
    STAMP = "stamp"
    AUTO = "auto"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A subject, never AUTO, and the picture without the rest: (H, W, 4) uint8 RGBA, A its opacity.

    RGB is the subject's own colour wherever it is partly transparent.
    """

    subject: Subject
    rgba: Pixels


def cut_out(picture: Picture, subject: Subject) -> Pixels | None:
    """Cut a subject out as (H, W, 4) uint8 RGBA, A its opacity; None when there is no such subject."""
    found = find(picture, subject)
    return None if found is None else found.rgba


def recognise(picture: Picture) -> Subject | None:
    """What AUTO takes a picture's subject to be; None for an empty picture."""
    found = find(picture, Subject.AUTO)
    return None if found is None else found.subject


def find(picture: Picture, subject: Subject, *, cutout: Callable[[], Cutout] | None = None) -> Found | None:
    """Cut out as `cut_out` does, and say what AUTO came to. `cutout` gives the picture's matte, if known."""
    if subject is Subject.STAMP:
        return _found(subject, lift(picture))
    if subject is Subject.OBJECT:
        return _object(picture, cutout or _matting(picture))
    known = (cutout or _matting(picture))()
    people = people_among(known.rgba, known.people, shape_tells=lambda: is_plain(picture))
    if people:
        return _found(Subject.PERSON, _alone(known.rgba, people))
    if subject is Subject.PERSON:
        return None
    if is_stamped(picture):
        return _found(Subject.STAMP, lift(picture))
    return _object(picture, lambda: known)


def box(rgba: Pixels) -> Box | None:
    """Bounds of what is visible of (H, W, 4) uint8 RGBA; None when nothing is.

    Small specks count only near something larger, as loose strands of hair are.
    """
    alpha = rgba[..., 3]
    outline = reduce_alpha(alpha, _REDUCED_SIDE)
    runs, _ = sweep(outline.faint, outline.faint)
    large = paint(runs, large_components(runs, _LEAST_SHARE), outline.faint.shape)
    seen = alpha > SEEN_ALPHA
    if large.any():
        near = flood(large, grow(outline.faint, _LOOSE))
        seen &= _enlarged(near, outline.step, alpha.shape)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not rows.size:
        return None
    x, y = int(columns[0]), int(rows[0])
    return Box(x=x, y=y, width=int(columns[-1]) - x + 1, height=int(rows[-1]) - y + 1)


def mask(rgba: Pixels) -> Pixels:
    """(H, W) uint8 of RGBA: 255 where it is at least half opaque, else 0."""
    return (rgba[..., 3] >= SOLID_ALPHA).astype(np.uint8) * np.uint8(255)


def on_colour(rgba: Pixels, colour: tuple[int, int, int]) -> Pixels:
    """(H, W, 4) uint8 RGBA set before a plain colour: (H, W, 3) uint8."""
    result = np.empty((*rgba.shape[:2], 3), np.uint8)
    rows = max(1, _STRIP_PIXELS // rgba.shape[1])
    for top in range(0, rgba.shape[0], rows):
        strip = slice(top, top + rows)
        opacity = rgba[strip, :, 3].astype(np.uint16)
        for channel, level in enumerate(colour):
            mixed = rgba[strip, :, channel] * opacity
            mixed += (255 - opacity) * np.uint16(level) + np.uint16(127)
            mixed //= np.uint16(255)
            result[strip, :, channel] = mixed
    return result


def _matting(picture: Picture) -> Callable[[], Cutout]:
    def cutout() -> Cutout:
        from mockserver.imaging.studio import Cutout

        rgba = matte(picture)
        return Cutout(rgba=rgba, people=find_people(rgba))

    return cutout


def _object(picture: Picture, cutout: Callable[[], Cutout]) -> Found | None:
    rgba = matte_object(picture)
    return _found(Subject.OBJECT, cutout().rgba if rgba is None else rgba)


def _found(subject: Subject, rgba: Pixels | None) -> Found | None:
    """None where nothing is opaque."""
    if rgba is None or rgba[..., 3].max() < SOLID_ALPHA:
        return None
    return Found(subject=subject, rgba=rgba)


def _alone(rgba: Pixels, people: Sequence[Person]) -> Pixels:
    """Without the things that do not hang together with somebody's head or trunk.

    The same array where there are none. Loose strands of hair are too small for a thing."""
    outline = reduce_alpha(rgba[..., 3], _REDUCED_SIDE)
    runs, _ = sweep(outline.faint, outline.faint)
    body = _bodies(outline.faint.shape, outline.step, people) & outline.solid
    others = np.setdiff1d(large_components(runs, _LEAST_SHARE), holding(runs, body))
    if not others.size:
        return rgba
    things = paint(runs, others, outline.faint.shape)
    margin = grow(things, 1) & ~(outline.faint & ~things)
    result = rgba.copy()
    result[..., 3][_enlarged(margin, outline.step, rgba.shape)] = 0
    return result


def _bodies(shape: tuple[int, ...], step: int, people: Sequence[Person]) -> Mask:
    """The cells of each face, of the trunk below it, and of the shoulders as wide as two heads."""
    bodies = np.zeros(shape, np.bool_)
    for person in people:
        face, hem = person.face, max(person.neck.hem, person.neck.shoulder)
        for reach, top in ((face.half_width, person.head.y), (person.head.width, hem)):
            left, right = int(face.x - reach) // step, int(face.x + reach) // step
            bodies[int(top) // step : -(-person.body.bottom // step), max(0, left) : right + 1] = True
    return bodies


def _enlarged(cells: Mask, step: int, shape: tuple[int, ...]) -> Mask:
    return cells.repeat(step, axis=0).repeat(step, axis=1)[: shape[0], : shape[1]]
