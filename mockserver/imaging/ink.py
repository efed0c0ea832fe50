"""The ink on a sheet: its hue, what light it lets through, and how dense it is.

The hue is an angle in the plane of two differences between channels, in which grey is the origin. Neither
the density of the ink nor grey print beneath it turn that angle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mockserver.imaging.grids import Floats, Mask
from mockserver.imaging.paper import Sheet

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
CHROMA = np.array([[1.0, -1.0, 0.0], [0.5, 0.5, -1.0]], np.float32)
"""The two differences: red from green, and both from blue."""

_COLOURED = 0.12
_SECTORS, _REACH = 72, 5
_SPREAD = 0.45
_LEAST_CELLS, _LEAST_SHARE = 16, 0.0004
_PALEST = 0.2
_TELLING = 0.4
_FULL = 0.85


@dataclass(frozen=True, kw_only=True, slots=True)
class Ink:
    """One ink: the light (3,) that its full density lets through, 0 to 1, and the cells that it colours."""

    through: Floats
    cells: Mask

    @property
    def direction(self) -> Floats:
        """(3,) weights of the channels of T that give p a, the density dimmed by print."""
        chroma = CHROMA @ self.through
        weights: Floats = np.divide(chroma @ CHROMA, chroma @ chroma, dtype=np.float32)
        return weights

    @property
    def darkness(self) -> float:
        """How much luma its full density takes, 0 to 1."""
        return float(1 - LUMA @ self.through)

    @property
    def hue(self) -> float:
        """The angle in the plane of the two differences: red about 0.4, yellow 1.5, green 3, blue -1.7."""
        across, down = CHROMA @ self.through
        return float(np.arctan2(down, across))

    @property
    def is_coloured(self) -> bool:
        """Whether its colour tells it from print; that of navy does not."""
        return self.saturation > _TELLING * self.darkness

    @property
    def saturation(self) -> float:
        """The distance of its full density from grey."""
        return float(np.linalg.norm(CHROMA @ self.through))


def find_ink(sheet: Sheet) -> Ink | None:
    """The ink that most of the coloured cells share, None where hardly any are coloured."""
    chroma = sheet.through @ CHROMA.T
    strength = np.hypot(chroma[..., 0], chroma[..., 1])
    coloured = strength > _COLOURED
    if not coloured.any():
        return None
    angle = np.arctan2(chroma[..., 1], chroma[..., 0])
    cells = coloured & (np.abs(_turned(angle, _main_hue(angle[coloured], strength[coloured]))) < _SPREAD)
    enough = max(_LEAST_CELLS, round(_LEAST_SHARE * cells.size))
    if np.count_nonzero(cells) < enough:
        return None
    strongest = cells & (strength >= np.quantile(strength[cells], _FULL))
    ink = Ink(through=np.clip(sheet.through[strongest].mean(axis=0), 0, 1), cells=cells)
    return ink if ink.saturation > _PALEST else None


def _main_hue(angle: Floats, strength: Floats) -> float:
    """The angle around which most of the coloured cells lie, in radians."""
    sector = ((angle + np.pi) * (_SECTORS / (2 * np.pi))).astype(np.intp) % _SECTORS
    weight = np.bincount(sector, strength, _SECTORS)
    nearness = {shift: _REACH + 1 - abs(shift) for shift in range(-_REACH, _REACH + 1)}
    around = sum((np.roll(weight, shift) * near for shift, near in nearness.items()), np.zeros(_SECTORS))
    peak = (int(np.argmax(around)) + 0.5) * 2 * np.pi / _SECTORS - np.pi
    off = _turned(angle, peak)
    alike = np.abs(off) < _SPREAD
    return peak + float(np.average(off[alike], weights=strength[alike]))


def _turned(angle: Floats, origin: float) -> Floats:
    """Angles from an origin, -pi to pi."""
    half = np.float32(np.pi)
    turned: Floats = (angle - np.float32(origin) + half) % (2 * half) - half
    return turned
