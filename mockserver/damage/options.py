"""What a damage can be told, and what a fault answers that cannot be."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["number", "whole", "choice", "text", "media_type", "json", "pointer"]
"""A `number` and a `whole` number lie between `low` and `high`; a `media_type` is the value of a Content-Type
header, `json` a JSON text, a `pointer` a JSON Pointer (RFC 6901), such as `/data/state`."""
LONGEST_TEXT = 1_000_000
"""Bytes of a text in UTF-8."""
LONGEST_MEDIA_TYPE = 256
"""Characters of a media type with its parameters."""
MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+*-]+ *(;[ -~]*)?", re.ASCII)
LONGEST_POINTER = 1000
"""Characters of a JSON Pointer."""
POINTER = re.compile(r"(/([^~/]|~[01])*)*", re.DOTALL)
SHOWN = 100
"""Characters of what somebody sent that an error repeats."""


class FaultError(ValueError):
    """A fault that cannot be. The text says what is possible.

    `at` names what is wrong with it, such as `operation` or `status`; `possible` are the names that exist, or
    what the value can be."""

    def __init__(self, text: str, *, at: str = "", possible: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.at = at
        self.possible = tuple(possible)


def shown(value: Any) -> str:
    """A value as an error repeats it: like `repr`, but not for long, whatever it is."""
    try:
        text = repr(value[: SHOWN + 1] if isinstance(value, str | bytes) else value)
    except (ValueError, RecursionError):  # such as an integer of thousands of digits
        return f"a {type(value).__name__}"
    return text if len(text) <= SHOWN + 2 else f"{text[:SHOWN]}…"


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
            "text": f"a string of at most {LONGEST_TEXT} bytes",
            "media_type": f"a media type, such as 'text/html', of at most {LONGEST_MEDIA_TYPE} printable "
            "ASCII characters",
            "json": f"a JSON text of at most {LONGEST_TEXT} bytes",
            "pointer": "a JSON Pointer, such as '/data/state', or '' for all of it",
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
        if self.kind == "json":
            return len(value) <= LONGEST_TEXT and _is_json(value)
        if self.kind == "pointer":
            return len(value) <= LONGEST_POINTER and POINTER.fullmatch(value) is not None
        if self.kind == "media_type":
            return len(value) <= LONGEST_MEDIA_TYPE and MEDIA_TYPE.fullmatch(value) is not None
        return len(value) <= LONGEST_TEXT and _is_encodable(value)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return _is_encodable(text)


def _is_encodable(text: str) -> bool:
    try:
        return len(text.encode()) <= LONGEST_TEXT
    except UnicodeEncodeError:
        return False
