"""What is known of one person in a picture, as plain numbers that can be stored as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

REACH = 0.4
"""How far loose strands may stand off the head sideways, over its width."""

JAW = 0.6
"""The least depth of the face's lower edge below its middle, over half its height: at the jaw's angle."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle in pixels: the column and row of its first pixel, width and height."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The column after the last."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The row after the last."""
        return self.y + self.height


@dataclass(frozen=True, kw_only=True, slots=True)
class Ellipse:
    """An upright ellipse in pixels: centre and half axes."""

    x: float
    y: float
    half_width: float
    half_height: float

    @property
    def bottom(self) -> float:
        """The row of the lowest point."""
        return self.y + self.half_height


@dataclass(frozen=True, kw_only=True, slots=True)
class Neck:
    """Where a head ends below, in pixels. All columns count from the middle of the face.

    half_width: of the neck. hair: half the width of the head with its hair, without loose strands.
    hem: the row where hair beside the neck ends at the latest. shoulder: the row where the figure widens.
    """

    half_width: float
    hair: float
    hem: float
    shoulder: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One subject. All lengths are in pixels of the full frame.

    head: bounds hair, strands and face down to the chin, or to the end of long hair.
    body: bounds the whole figure, head included.
    left, right: the columns between which pixels belong to this person and to no neighbour.
    crown: the row where the head begins, loose strands apart.
    face: ellipse around the face, hairline to chin.
    neck: where the head ends.
    """

    head: Box
    body: Box
    left: int
    right: int
    crown: float
    face: Ellipse
    neck: Neck

    def to_json(self) -> dict[str, Any]:
        """Numbers in nested dicts; `from_json` is the inverse."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Person:
        """Make a person again out of what `to_json` gave. Raises KeyError or TypeError for anything else."""
        nested = {"head": Box(**data["head"]), "body": Box(**data["body"]), "face": Ellipse(**data["face"])}
        return cls(**{**data, **nested, "neck": Neck(**data["neck"])})


def neckline(columns: Floats, face: Ellipse, neck: Neck) -> Floats:
    """The row where the head ends, for each column (n,) float32.

    That is the arc of chin and jaw before the neck, the hem of the hair beside it, and the shoulder
    farther out.
    """
    across = columns - np.float32(face.x)
    drop = np.sqrt(np.maximum(1 - np.square(across / np.float32(face.half_width)), np.float32(JAW * JAW)))
    arc = np.float32(face.y) + np.float32(face.half_height) * drop
    beside = np.where(np.abs(across) <= neck.hair, neck.hem, min(neck.hem, neck.shoulder))
    line = np.where(np.abs(across) <= neck.half_width, arc, beside)
    return line.astype(np.float32)
