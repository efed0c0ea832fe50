"""The names that a provider knows: its calls, with their paths, headers and fields.

Read from `schemas/<provider>/interface.json`, and for hints only: what a provider takes, its code decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as resources
from itertools import chain
from typing import Any

from mockserver import catalogue


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One documented call. A part of `path` in angle brackets stands for anything.

    `files` and `fields` are those of its body, where a name with a dot is nested, and `public` are the
    parameters that stand beside them, or in headers."""

    operation: str
    methods: tuple[str, ...]
    path: str
    headers: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    public: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Interface:
    """The documented calls of one provider."""

    provider: str
    title: str
    calls: tuple[Call, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that any of them knows, as documented."""
        return _distinct(call.headers for call in self.calls)

    @property
    def files(self) -> tuple[str, ...]:
        """The file parts that any of them knows."""
        return _distinct(call.files for call in self.calls)

    @property
    def fields(self) -> tuple[str, ...]:
        """The parameters and fields that any of them knows."""
        return _distinct(call.public + call.fields for call in self.calls)


@cache
def providers() -> tuple[str, ...]:
    """The names of all providers, in alphabetical order."""
    return catalogue.providers()


@cache
def load(provider: str) -> Interface:
    """The interface of a provider, read once. Raises FileNotFoundError when there is no such provider."""
    file = resources("mockserver.schemas").joinpath(provider, "interface.json")
    raw = json.loads(file.read_text(encoding="utf-8"))
    calls = tuple(Call(**{name: _plain(content) for name, content in call.items()}) for call in raw["calls"])
    return Interface(provider=raw["provider"], title=raw["title"], calls=calls)


def _plain(content: Any) -> Any:
    return tuple(content) if isinstance(content, list) else content


def _distinct(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(names)))
