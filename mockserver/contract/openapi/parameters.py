"""Parameters of a call in path, query and headers, made from the schema of its requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.contract.openapi.bundle import Bundle, Schema
from mockserver.contract.openapi.outline import Operation
from mockserver.contract.openapi.patterns import without_asides
from mockserver.interface import Call

PLACE = re.compile(r"<(\w+)>")
"""Something that stands for anything in a documented path."""


def path(call: Call) -> str:
    """The path of a call as a template."""
    return PLACE.sub(r"{\1}", call.path)


def parameters(
    bundle: Bundle, call: Call, outline: Operation, *, method: str, secured: frozenset[str]
) -> list[Schema]:
    """All parameters of a call with a method; without the headers of lower-case name that are `secured`."""
    return [
        *_in_path(bundle, call),
        *(_in_query(bundle, call, outline) if method != "POST" else ()),
        *_in_headers(bundle, call, outline, secured),
    ]


def fields(bundle: Bundle, call: Call, outline: Operation, pointer: str) -> Iterator[tuple[str, Schema]]:
    """Fields at a place of a request's schema, by name; nested ones are written with dots."""
    file = f"{call.operation}.request"
    found = bundle.at(file, pointer)
    yield from ((name, one) for name, one in found["properties"].items() if name not in outline.nested)
    for name in call.fields:
        for pattern, one in found.get("patternProperties", {}).items():
            if re.search(pattern, name):
                yield name, one


def _in_path(bundle: Bundle, call: Call) -> Iterator[Schema]:
    file = f"{call.operation}.request"
    whole = bundle.at(file, "#/properties/path")
    for template, pattern in zip(call.path.split("/"), _steps(whole["pattern"]), strict=False):
        if place := PLACE.fullmatch(template):
            schema = {"type": "string", "pattern": f"^{pattern}$", **_provenance(whole)}
            said = {"description": whole["description"]} if "description" in whole else {}
            yield {"name": place[1], "in": "path", "required": True, **said, "schema": schema}


def _steps(pattern: str) -> list[str]:
    """The pattern of a path as patterns of what stands between its slashes."""
    plain = pattern.removeprefix("^(/.*)?").removesuffix("$")
    return plain.replace("/+", "/").split("/")


def _in_query(bundle: Bundle, call: Call, outline: Operation) -> Iterator[Schema]:
    file = f"{call.operation}.request"
    for pointer in outline.query:
        holder = pointer.removesuffix("/properties")
        title = bundle.at(file, holder.removesuffix("/fields").removesuffix("/properties")).get("title")
        for name, said in fields(bundle, call, outline, holder):
            if not _forbidden(said):
                yield _parameter(bundle, file, name, said, place="query", when=title)


def _forbidden(said: Mapping[str, Any]) -> bool:
    """Whether a schema says that something is not there."""
    return said.get("not") == {}


def _in_headers(bundle: Bundle, call: Call, outline: Operation, secured: frozenset[str]) -> Iterator[Schema]:
    file = f"{call.operation}.request"
    known = _headers_at(bundle, file, outline.headers_at)
    for name in (*call.headers, *outline.headers):
        if name.lower() not in secured:
            said = known.get(name.lower(), {"type": "string"})
            yield _parameter(bundle, file, name, said, place="header")


def _headers_at(bundle: Bundle, file: str, pointer: str) -> Mapping[str, Any]:
    try:
        return bundle.at(file, pointer)
    except LookupError:
        return {}


def _parameter(
    bundle: Bundle, file: str, name: str, said: Mapping[str, Any], *, place: str, when: str | None = None
) -> Schema:
    whole, _ = bundle.followed(said, file)
    texts = (f"{when}." if when else None, whole.get("description"))
    description = without_asides(" ".join(filter(None, texts)))
    described = {"description": description} if description else {}
    return {"name": name, "in": place, **described, "schema": bundle.schema(said, file)}


def _provenance(said: Mapping[str, Any]) -> Schema:
    return {key: said[key] for key in ("x-source", "x-evidence") if key in said}
