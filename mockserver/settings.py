"""What a sandbox can be set to at a provider: QPS, balance, and the provider's quirks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["count", "switch", "choice"]
"""A `count` is a whole number from 0 up or None for no limit; a `switch` is a bool."""


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
        return "a whole number from 0 up, or None for no limit" if self.kind == "count" else "True or False"

    def accepts(self, value: Any) -> bool:
        """Whether it can be set to this value."""
        if self.kind == "choice":
            return value in self.choices
        if self.kind == "switch":
            return isinstance(value, bool)
        return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


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
    return {**values, **changes}
