"""What can stand where in an answer, as its schema has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.contract.schema import ENDING, schemas

Schema = Mapping[str, Any]
BRANCHES = ("allOf", "anyOf", "oneOf")
CONDITIONAL = ("if", "then", "else")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place in an answer, as a JSON Pointer, and the JSON types that its schema allows there; none where it
    says nothing of them."""

    pointer: str
    types: tuple[str, ...]


def places(provider: str, name: str) -> tuple[Place, ...]:
    """All places that a schema knows, but for the whole; of an array, its first item. Parents first."""
    found: dict[str, set[str]] = {}
    for pointer, part in _walked(provider, name, schemas(provider)[name], "", 0):
        kinds = part.get("type", ())
        found.setdefault(pointer, set()).update([kinds] if isinstance(kinds, str) else kinds)
    return tuple(Place(pointer=at, types=tuple(sorted(found[at]))) for at in sorted(found) if at)


def _walked(provider: str, file: str, part: Schema, pointer: str, depth: int) -> Iterator[tuple[str, Schema]]:
    if depth > 40:  # a schema that refers to itself
        return
    yield pointer, part
    if "$ref" in part:
        other, _, inner = part["$ref"].partition("#")
        name = other.removesuffix(ENDING) or file
        yield from _walked(provider, name, _at(schemas(provider)[name], inner), pointer, depth + 1)
    for branch in (one for keyword in BRANCHES for one in part.get(keyword, ())):
        yield from _walked(provider, file, branch, pointer, depth + 1)
    for keyword in CONDITIONAL:
        if isinstance(part.get(keyword), Mapping):
            yield from _walked(provider, file, part[keyword], pointer, depth + 1)
    for member, inner in part.get("properties", {}).items():
        step = member.replace("~", "~0").replace("/", "~1")
        if isinstance(inner, Mapping):
            yield from _walked(provider, file, inner, f"{pointer}/{step}", depth + 1)
    if isinstance(part.get("items"), Mapping):
        yield from _walked(provider, file, part["items"], f"{pointer}/0", depth + 1)


def _at(schema: Schema, pointer: str) -> Schema:
    for step in filter(None, pointer.split("/")):
        schema = schema[step]
    return schema
