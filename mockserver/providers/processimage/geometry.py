"""Rectangles in a picture, and the offset that moves and resizes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

SIDES = ("x", "y", "w", "h")
KEYS = tuple(f"{sign}{side}" for side in SIDES for sign in "+-")
FIELDS = {"x": "x", "y": "y", "w": "width", "h": "height"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle in pixels: its upper left corner, width and height."""

    x: int
    y: int
    width: int
    height: int

    def within(self, width: int, height: int) -> bool:
        """Whether it has an area, all of it inside a frame of this size."""
        return (
            self.width > 0
            and self.height > 0
            and 0 <= self.x <= width - self.width
            and 0 <= self.y <= height - self.height
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """One member of an offset: a key such as `+x`, and by how many pixels."""

    key: str
    value: int

    @property
    def pixels(self) -> int:
        """The change, with the sign of the key."""
        return -self.value if self.key[0] == "-" else self.value


def moved(box: Box, offset: Sequence[Shift], *, by_position: bool = False) -> Box:
    """The box after an offset: each key changes the side that it names; + moves right and down, or grows.

    By position, the first key changes x, the second y, the third w, the fourth h, whatever they name."""
    for place, shift in enumerate(offset):
        name = FIELDS[SIDES[place] if by_position else shift.key[1]]
        box = replace(box, **{name: getattr(box, name) + shift.pixels})
    return box
