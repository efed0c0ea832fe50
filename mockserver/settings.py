"""What a sandbox can be set to at a provider: QPS, balance, and the provider's quirks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Any, Literal

Kind = Literal["count", "seconds", "switch", "choice", "networks"]
"""A `count` is a whole number from 0 up or None for no limit, `seconds` any number from 0 up, a `switch` a
bool, `networks` a list of IP addresses and networks."""
MOST_COUNTED = 10**12
MOST_SECONDS = 1e9
MOST_NETWORKS = 1000

POSSIBLE: Mapping[Kind, str] = {
    "count": "a whole number from 0 up to 10**12, or None (null in JSON) for no limit",
    "seconds": "a number of seconds from 0 up to 10**9",
    "networks": "a list of at most 1000 IP addresses and networks, such as '10.0.0.0/8'",
    "switch": "True or False (true or false in JSON)",
}


class SettingError(ValueError):
    """A setting that does not exist, or a value that it cannot take. The text says what is possible.

    `at` is where, as in `picwish.qps`; `possible` are the names that exist, or what the value can be."""

    def __init__(self, text: str, *, at: str = "", possible: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.at = at
        self.possible = tuple(possible)


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One thing to set. A quirk, a choice between two readings of the documents, is a `choice`.

    With `stages`, it can also be a mapping with a value of its kind for some of them; the others get 0."""

    name: str
    kind: Kind
    default: Any
    meaning: str
    choices: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()

    @property
    def possible(self) -> str:
        """What it can be set to, for a message."""
        if self.kind == "choice":
            return "one of " + ", ".join(map(repr, self.choices))
        if self.stages:
            return f"{POSSIBLE[self.kind]}; or such a number for each of {', '.join(map(repr, self.stages))}"
        return POSSIBLE[self.kind]

    def accepts(self, value: Any) -> bool:
        """Whether it can be set to this value."""
        if self.stages and isinstance(value, Mapping):
            return all(
                str(stage)[:10] in self.stages and number is not None and self._accepts_one(number)
                for stage, number in value.items()
            )
        return self._accepts_one(value)

    def stored(self, value: Any) -> Any:
        """An accepted value as plain data of our own, which nobody else can change."""
        if isinstance(value, Mapping):
            return {str(stage): number for stage, number in value.items()}
        return list(value) if self.kind == "networks" else value

    def _accepts_one(self, value: Any) -> bool:
        if self.kind == "choice":
            return value in self.choices
        if self.kind == "networks":
            return (
                isinstance(value, list | tuple)
                and len(value) <= MOST_NETWORKS
                and all(map(_is_network, value))
            )
        if self.kind == "switch" or isinstance(value, bool):
            return self.kind == "switch" and isinstance(value, bool)
        if self.kind == "seconds":
            return isinstance(value, int | float) and 0 <= value <= MOST_SECONDS
        return value is None or (isinstance(value, int) and 0 <= value <= MOST_COUNTED)


def _is_network(text: Any) -> bool:
    try:
        return isinstance(text, str) and bool(ip_network(text.strip(), strict=False))
    except ValueError:
        return False


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
            near = get_close_matches(name[:100], known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ";"
            text = f"{provider} has no setting {name!r:.100}{hint} it has {', '.join(sorted(known))}"
            raise SettingError(text, at=f"{provider}.{name:.100}", possible=sorted(known))
        setting = known[name]
        if not setting.accepts(value):
            text = f"{provider} {name} cannot be {value!r:.100}; it can be {setting.possible}"
            possible = setting.choices or (setting.possible,)
            raise SettingError(text, at=f"{provider}.{name}", possible=possible)
    return {**values, **{name: known[name].stored(value) for name, value in changes.items()}}
