"""What a damage can be told, and what a fault answers that cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["number", "whole", "choice", "text", "header"]
"""A `number` and a `whole` number lie between `low` and `high`; a `header` is a text that can be the value of
an HTTP header."""


class FaultError(ValueError):
    """A fault that cannot be. The text says what is possible.

    `at` names what is wrong with it, such as `operation` or `status`; `possible` are the names that exist, or
    what the value can be."""

    def __init__(self, text: str, *, at: str = "", possible: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.at = at
        self.possible = tuple(possible)


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One thing that a damage can be told. Without a default it may be left out, which None stands for."""

    name: str
    kind: Kind
    meaning: str
    default: float | str | None = None
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()

    @property
    def possible(self) -> str:
        """What it can be, for a message."""
        texts = {
            "number": f"a number from {self.low:g} to {self.high:g}",
            "whole": f"a whole number from {self.low:g} to {self.high:g}",
            "choice": "one of " + ", ".join(map(repr, self.choices)),
            "text": "a string",
            "header": "a string of printable ASCII characters",
        }
        return texts[self.kind] + ("" if self.default is not None else ", or None")

    def accepts(self, value: Any) -> bool:
        """Whether it can be this value."""
        if value is None:
            return self.default is None
        if self.kind in ("number", "whole"):
            numeric = int if self.kind == "whole" else int | float
            fits = isinstance(value, numeric) and not isinstance(value, bool)
            return fits and self.low <= value <= self.high
        if not isinstance(value, str):
            return False
        if self.kind == "choice":
            return value in self.choices
        if self.kind == "header":
            return value.isascii() and value.isprintable()
        return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
