"""Cut out an object of any kind, also before clutter, where `matting` would look for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mockserver.imaging import backdrop, salience
from mockserver.imaging.foreground import spread_from
from mockserver.imaging.grids import Bytes, Floats, grow, reduce, shrink
from mockserver.imaging.matting import PLAIN_SUPPORT, SMALLEST_CLUTTER, Trimap, paint, work_factor

if TYPE_CHECKING:
    from mockserver.imaging.decode import Picture

_SMALL_SIDE = 112
_BAND = 0.008


def matte_object(picture: Picture) -> Bytes | None:
    """Separate what stands out of a cluttered picture, as `matting.matte` does a subject: (H, W, 4) uint8.

    None for a picture with a plain background, of which `matte` knows better, or with an alpha of its own.
    """
    if is_plain(picture):
        return None
    factor = work_factor(picture.rgb)
    return paint(picture.rgb, _trimap(reduce(picture.rgb, factor).astype(np.float32)), factor)


def is_plain(picture: Picture) -> bool:
    """Whether what stands in a picture can be told by its background, or by its own alpha."""
    if picture.alpha is not None:
        return True
    small = reduce(picture.rgb, work_factor(picture.rgb, _SMALL_SIDE)).astype(np.float32)
    return min(small.shape[:2]) < SMALLEST_CLUTTER or backdrop.fit(small).support >= PLAIN_SUPPORT


def _trimap(work: Floats) -> Trimap:
    """Both colours spread into a band around the outline."""
    thing = salience.segment(work)
    radius = max(1, round(_BAND * max(work.shape[:2])))
    inside, outside = shrink(thing, radius), ~grow(thing, radius)
    return Trimap(
        background=outside,
        foreground=inside,
        back_colour=spread_from(work, outside),
        fore_colour=spread_from(work, inside),
    )
