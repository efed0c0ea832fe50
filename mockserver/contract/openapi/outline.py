"""What an OpenAPI document needs to say beyond schemas, interface and catalogue.

Read from `schemas/<provider>/openapi.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files as resources
from typing import Any

BYTES = "bytes"
"""In place of the name of a schema: the content is a file."""
Content = Mapping[str, Sequence[str]]
"""Names of schemas, such as `error` or `common#page`, by media type."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Callback:
    """What the provider posts to a URL of the client, and what it makes of the client's answers."""

    name: str
    url: str
    schema: str
    summary: str
    answers: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One call. `bodies` are places in the request's schema by media type, `headers_at` and `query` places
    with the properties that are parameters; `nested` are fields that only JSON can have, which are written
    out with dots elsewhere. `behaviours` are shell patterns of ids of the catalogue."""

    summary: str
    description: str
    security: Sequence[Mapping[str, Sequence[str]]] = ()
    results: bool = False
    """Whether it is at the hosts of results."""
    headers: Sequence[str] = ()
    headers_at: str = "#/properties/headers/properties"
    query: Sequence[str] = ()
    bodies: Mapping[str, str] = field(default_factory=dict, hash=False)
    nested: Sequence[str] = ()
    required: Sequence[str] = ()
    oneOf: Sequence[Sequence[str]] = ()  # noqa: N815
    anyOf: Sequence[Sequence[str]] = ()  # noqa: N815
    answers: Mapping[str, Content] = field(hash=False)
    errors: Content = field(default_factory=dict, hash=False)
    behaviours: Sequence[str] = ()
    callback: Callback | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """The calls of one provider by their names, and the ways to be let in."""

    provider: str
    security_schemes: Mapping[str, Any] = field(hash=False)
    operations: Mapping[str, Operation] = field(hash=False)


@cache
def load(provider: str) -> Outline:
    """The outline of a provider, read once. Raises FileNotFoundError when it has none."""
    file = resources("mockserver.schemas").joinpath(provider, "openapi.json")
    raw = json.loads(file.read_text("utf-8"))
    return Outline(
        provider=raw["provider"],
        security_schemes=raw["securitySchemes"],
        operations={name: _operation(said) for name, said in raw["operations"].items()},
    )


def _operation(said: Mapping[str, Any]) -> Operation:
    callback = Callback(**said["callback"]) if "callback" in said else None
    return Operation(**{**said, "callback": callback})
