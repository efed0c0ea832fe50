"""How large a page may yet become."""

from __future__ import annotations

from collections.abc import Callable


class Room:
    """So many bytes of a page, to be taken by its parts until one does not fit."""

    def __init__(self, size: int) -> None:
        self._left = size
        self.is_full = False

    def take(self, make: Callable[[], str]) -> str:
        """The part, if there is room for it; else nothing, and from then on nothing is even made."""
        if self.is_full:
            return ""
        part = make()
        self._left -= len(part.encode(errors="replace"))
        self.is_full = self._left < 0
        return "" if self.is_full else part
