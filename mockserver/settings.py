"""What a sandbox can be set to at a provider: QPS, balance, and the provider's quirks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["count", "seconds", "switch", "choice", "texts"]
"""A `count` is a whole number from 0 up or None for no limit, `seconds` any number from 0 up, a `switch` a
bool, `texts` a list of strings."""

POSSIBLE: Mapping[Kind, str] = {
    "count": "a whole number from 0 up, or None for no limit",
    "seconds": "a number of seconds from 0 up",
    "switch": "True or False",
    "texts": "a list of strings",
}


class SettingError(ValueError):
    """A setting that does not exist, or a value that it cannot take. The text says what is possible."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One thing to set. A quirk, a choice between two readings of the documents, is a `choice`."""

    name: str
    kind: Kind
    default: Any
    meaning: str
    choices: tuple[str, ...] = ()

    @property
    def possible(self) -> str:
        """What it can be set to, for a message."""
        if self.kind == "choice":
            return "one of " + ", ".join(map(repr, self.choices))
        return POSSIBLE[self.kind]

    def accepts(self, value: Any) -> bool:
        """Whether it can be set to this value."""
        if self.kind == "choice":
            return value in self.choices
        if self.kind == "texts":
            return isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)
        if self.kind == "switch" or isinstance(value, bool):
            return self.kind == "switch" and isinstance(value, bool)
        if self.kind == "seconds":
            return isinstance(value, int | float) and 0 <= value < math.inf
        return value is None or (isinstance(value, int) and value >= 0)


def defaults(settings: Sequence[Setting]) -> dict[str, Any]:
    """The values of a new sandbox."""
    return {setting.name: setting.default for setting in settings}


def changed(
    provider: str, settings: Sequence[Setting], values: Mapping[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """`values` with `changes` made. Raises SettingError."""
    known = {setting.name: setting for setting in settings}
    for name, value in changes.items():
        if name not in known:
            raise SettingError(f"{provider} has no setting {name!r}; it has {', '.join(sorted(known))}")
        if not known[name].accepts(value):
            raise SettingError(f"{provider} {name} cannot be {value!r}; it can be {known[name].possible}")
    copies = {name: list(value) if known[name].kind == "texts" else value for name, value in changes.items()}
    return {**values, **copies}
