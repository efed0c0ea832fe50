"""The segmentation options of Tencent Cloud BDA as regions of a person, in tables.

A mock has no neural network: parts lie where the canon of drawing puts them. A face has its brows at a third
of its height, the base of the nose at two thirds, the eyes two fifths below the hairline. Hats, jewellery
and belongings are imagined: they are a plausible place inside the silhouette, whether or not the picture
shows such a thing. The provider does not say whose left is meant; here it is the person's own, which is on
the right in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

import numpy as np
import numpy.typing as npt

from mockserver.imaging.person import Person

Floats = npt.NDArray[np.float32]


class Part(StrEnum):
    """The 21 options of `SegmentationOptions` (Tencent Cloud BDA 2020-03-24), by their documented names."""

    BACKGROUND = "Background"
    HAIR = "Hair"
    LEFT_EYEBROW = "LeftEyebrow"
    RIGHT_EYEBROW = "RightEyebrow"
    LEFT_EYE = "LeftEye"
    RIGHT_EYE = "RightEye"
    NOSE = "Nose"
    UPPER_LIP = "UpperLip"
    LOWER_LIP = "LowerLip"
    TOOTH = "Tooth"
    MOUTH = "Mouth"
    LEFT_EAR = "LeftEar"
    RIGHT_EAR = "RightEar"
    FACE = "Face"
    HEAD = "Head"
    BODY = "Body"
    HAT = "Hat"
    HEADDRESS = "Headdress"
    EARRINGS = "Earrings"
    NECKLACE = "Necklace"
    BELONGINGS = "Belongings"


class Anchor(Enum):
    """What an oval's coordinates are relative to: origin, and the units of x and y."""

    FACE = "middle of the face; half its width, half its height"
    CROWN = "top of the head above the face; half the face's width, half its height"
    NECK = "where neck and shoulders meet; half the neck's width, half the face's height"
    FIGURE = "corner of the figure's box; its width, its height"


@dataclass(frozen=True, slots=True)
class Oval:
    """An ellipse by its centre and half axes, in the units of an anchor."""

    x: float
    y: float
    half_width: float
    half_height: float


@dataclass(frozen=True, slots=True)
class Shape:
    """A part as the union of ovals."""

    part: Part
    anchor: Anchor
    ovals: tuple[Oval, ...]


FEATURES = (
    Shape(Part.TOOTH, Anchor.FACE, (Oval(0.0, 0.545, 0.17, 0.03),)),
    Shape(Part.MOUTH, Anchor.FACE, (Oval(0.0, 0.56, 0.27, 0.06),)),
    Shape(Part.UPPER_LIP, Anchor.FACE, (Oval(-0.11, 0.52, 0.22, 0.07), Oval(0.11, 0.52, 0.22, 0.07))),
    Shape(Part.LOWER_LIP, Anchor.FACE, (Oval(0.0, 0.6, 0.27, 0.1),)),
    Shape(Part.NOSE, Anchor.FACE, (Oval(0.0, 0.22, 0.17, 0.13), Oval(0.0, 0.04, 0.09, 0.26))),
    Shape(Part.RIGHT_EYE, Anchor.FACE, (Oval(-0.42, -0.19, 0.19, 0.08),)),
    Shape(Part.LEFT_EYE, Anchor.FACE, (Oval(0.42, -0.19, 0.19, 0.08),)),
    Shape(Part.RIGHT_EYEBROW, Anchor.FACE, (Oval(-0.43, -0.42, 0.25, 0.06),)),
    Shape(Part.LEFT_EYEBROW, Anchor.FACE, (Oval(0.43, -0.42, 0.25, 0.06),)),
    Shape(Part.RIGHT_EAR, Anchor.FACE, (Oval(-0.99, -0.08, 0.12, 0.26),)),
    Shape(Part.LEFT_EAR, Anchor.FACE, (Oval(0.99, -0.08, 0.12, 0.26),)),
    Shape(Part.FACE, Anchor.FACE, (Oval(0.0, 0.0, 1.0, 1.0),)),
)
"""What a head is made of, front to back: each part has what those before it left; hair has the rest."""

DECORATIONS = (
    Shape(Part.HAT, Anchor.CROWN, (Oval(0.0, 0.0, 1.3, 0.32),)),
    Shape(Part.HEADDRESS, Anchor.CROWN, (Oval(0.42, 0.3, 0.24, 0.16),)),
    Shape(Part.EARRINGS, Anchor.FACE, (Oval(-0.92, 0.27, 0.08, 0.1), Oval(0.92, 0.27, 0.08, 0.1))),
    Shape(Part.NECKLACE, Anchor.NECK, (Oval(0.0, 0.02, 0.95, 0.1),)),
    Shape(Part.BELONGINGS, Anchor.FIGURE, (Oval(0.64, 0.86, 0.13, 0.09),)),
)
"""Imagined things, in front of head or body, from which they take nothing away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A rectangle of the frame: rows top to bottom, columns left to right, the last ones excluded."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def empty(self) -> bool:
        """Whether there is no pixel in it."""
        return self.top >= self.bottom or self.left >= self.right

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array of the frame."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def within(self, other: Window) -> Window:
        """What both have in common."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        return Window(
            top=top, bottom=max(top, min(self.bottom, other.bottom)),
            left=left, right=max(left, min(self.right, other.right)),
        )  # fmt: skip

    def inside(self, outer: Window) -> tuple[slice, slice]:
        """Rows and columns, to index an array of `outer`."""
        return (
            slice(self.top - outer.top, self.bottom - outer.top),
            slice(self.left - outer.left, self.right - outer.left),
        )


def ovals(shape: Shape, person: Person) -> tuple[Oval, ...]:
    """The shape's ovals in pixels of the frame."""
    x, y, width, height = _origin(shape.anchor, person)
    return tuple(
        Oval(x + oval.x * width, y + oval.y * height, oval.half_width * width, oval.half_height * height)
        for oval in shape.ovals
    )


def window(placed: tuple[Oval, ...]) -> Window:
    """The pixels that ovals in pixels of the frame touch."""
    return Window(
        top=int(np.floor(min(oval.y - oval.half_height for oval in placed))) - 1,
        bottom=int(np.ceil(max(oval.y + oval.half_height for oval in placed))) + 1,
        left=int(np.floor(min(oval.x - oval.half_width for oval in placed))) - 1,
        right=int(np.ceil(max(oval.x + oval.half_width for oval in placed))) + 1,
    )


def coverage(placed: tuple[Oval, ...], area: Window) -> Floats:
    """How much of each pixel of a window the ovals cover, (h, w) float32 from 0 to 1, soft over a pixel."""
    rows = np.arange(area.top, area.bottom, dtype=np.float32) + np.float32(0.5)
    columns = np.arange(area.left, area.right, dtype=np.float32) + np.float32(0.5)
    covered = np.zeros((len(rows), len(columns)), np.float32)
    for oval in placed:
        across = np.square((columns - np.float32(oval.x)) / np.float32(oval.half_width))
        down = np.square((rows - np.float32(oval.y)) / np.float32(oval.half_height))
        radius = np.sqrt(across[None, :] + down[:, None])
        np.subtract(1, radius, out=radius)
        radius *= np.float32(min(oval.half_width, oval.half_height))
        radius += np.float32(0.5)
        np.maximum(covered, radius, out=covered)
    return np.minimum(covered, 1, out=covered)


def _origin(anchor: Anchor, person: Person) -> tuple[float, float, float, float]:
    face, body = person.face, person.body
    match anchor:
        case Anchor.FACE:
            return face.x, face.y, face.half_width, face.half_height
        case Anchor.CROWN:
            return face.x, person.crown, face.half_width, face.half_height
        case Anchor.NECK:
            row = max(person.neck.hem, face.bottom + 0.2 * face.half_height)
            return face.x, row, person.neck.half_width, face.half_height
        case Anchor.FIGURE:
            return float(body.x), float(body.y), float(body.width), float(body.height)
