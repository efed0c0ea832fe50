"""Requests and answers against the schemas of their provider: each violation in one line.

The schemas are `schemas/<provider>/<name>.json`, JSON Schema 2020-12, compiled once and when first asked for.
In them `x-source` is a key of the catalogue's sources and `x-evidence` how something is known, for all within
that does not say otherwise; `x-assumed` lists keywords that are assumed, `x-meaning` says a pattern in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files as resources
from typing import TYPE_CHECKING, Any

from mockserver.contract import wording
from mockserver.contract.reading import headers, query
from mockserver.exchange import Exchange

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENDING = ".json"
CUT_SHORT = re.compile(r"… \(\d+ characters\)$")
"""The end of a text of which the journal keeps the beginning alone."""


class UnknownSchema(LookupError):
    """A provider has no such schema."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Violation:
    """What is wrong with an instance: the `path` in it, such as `files[0].size`, the `value` there, short,
    the `constraint` in words, and its `source`, such as `documented: docs-api`."""

    path: str
    value: str
    constraint: str
    source: str

    def __str__(self) -> str:
        value = f"{self.value} " if self.value else ""
        text = f"{self.path or 'all of it'}: {value}{self.constraint}"
        return f"{text[:-1]}, {self.source})" if text.endswith(" MB)") else f"{text} ({self.source})"


def request_of(exchange: Exchange) -> dict[str, Any]:
    """The request of an exchange, as its schema sees it; of a repeated name the last counts.

    Without `fields` and `files` where the journal has neither: many a refusal comes before a body is read."""
    request: dict[str, Any] = {
        "method": exchange.method,
        "path": exchange.path,
        "headers": headers(exchange),
        "query": query(exchange),
    }
    if exchange.fields or exchange.files:
        request["fields"] = dict(exchange.fields)
        request["files"] = [asdict(file) for file in exchange.files]
    return request


def names(provider: str) -> tuple[str, ...]:
    """The schemas of a provider, such as `segmentation.request`, in alphabetical order."""
    return tuple(schemas(provider))


def validate(provider: str, name: str, instance: object) -> list[Violation]:
    """All that a schema finds in an instance, each thing once. Raises UnknownSchema."""
    errors = validator(provider, name).iter_errors(instance)
    found = (_violation(provider, name, error) for error in errors)
    return list(dict.fromkeys(found))


@cache
def schemas(provider: str) -> Mapping[str, Mapping[str, Any]]:
    """The schemas of a provider by name, in alphabetical order; none of one that does not exist."""
    folder = resources("mockserver.schemas").joinpath(provider)
    if not folder.is_dir():
        return {}
    read = {
        file.name.removesuffix(ENDING): json.loads(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(ENDING)
    }
    return {name: schema for name, schema in read.items() if schema.get("$schema") == DIALECT}


@cache
def validator(provider: str, name: str) -> Draft202012Validator:
    """What judges instances of a schema, JSON in their texts included. Raises UnknownSchema."""
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    known = schemas(provider)
    if name not in known:
        raise UnknownSchema(f"{provider} has no schema {name!r}; it has {', '.join(sorted(known)) or 'none'}")
    contents = [(schema["$id"], DRAFT202012.create_resource(schema)) for schema in known.values()]
    registry: Registry[Any] = Registry().with_resources(contents)
    extended: Callable[..., type[Draft202012Validator]] = validators.extend
    with_content = extended(Draft202012Validator, {"contentSchema": _content})
    return with_content(known[name], registry=registry)


def _content(
    validator: Any, wanted: Mapping[str, Any], text: object, _: Mapping[str, Any]
) -> Iterator[ValidationError]:
    """JSON in a text, as long as the journal has kept all of it: judged like the rest."""
    from jsonschema.exceptions import ValidationError

    if not isinstance(text, str) or CUT_SHORT.search(text):
        return
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield ValidationError(f"it is not JSON: {error}")
    else:
        yield from validator.descend(content, wanted)


def _violation(provider: str, name: str, error: ValidationError) -> Violation:
    trail = _trail(provider, name, error)
    source = _nearest(trail, "x-source") or "assumed"
    own = error.schema if isinstance(error.schema, Mapping) else {}
    known = _nearest(trail, "x-evidence") or "assumed"
    evidence = "assumed" if error.validator in own.get("x-assumed", ()) else known
    return Violation(
        path=wording.path(error.absolute_path),
        value=wording.value(error),
        constraint=wording.constraint(error, _nearest(trail, "description", "title") or error.message),
        source=evidence if source == evidence else f"{evidence}: {source}",
    )


def _nearest(trail: Sequence[Mapping[str, Any]], *keywords: str) -> str | None:
    said = (schema[keyword] for schema in reversed(trail) for keyword in keywords if keyword in schema)
    return next(said, None)


def _trail(provider: str, name: str, error: ValidationError) -> Sequence[Mapping[str, Any]]:
    """The subschemas from the whole schema to the one that was broken."""
    *way, _ = error.absolute_schema_path or [""]
    found = _walked(provider, name, schemas(provider)[name], list(way), error.schema)
    return next(found, ()) or (error.schema if isinstance(error.schema, Mapping) else {},)


def _walked(
    provider: str, name: str, part: Any, way: Sequence[str | int], goal: object
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The ways to a subschema. References leave no step in the way, so both ways on are tried."""
    own = (part,) if isinstance(part, Mapping) else ()
    if part is goal or (not way and part == goal):
        yield own
    if way and isinstance(part, Mapping | list) and (step := _step(part, way[0])) is not None:
        for trail in _walked(provider, name, step, way[1:], goal):
            yield (*own, *trail)
    if isinstance(part, Mapping) and "$ref" in part:
        file, _, pointer = part["$ref"].partition("#")
        other = file.removesuffix(ENDING) or name
        referred = _at(schemas(provider).get(other, {}), pointer)
        for trail in _walked(provider, other, referred, way, goal):
            yield (*own, *trail)


def _step(part: Any, step: str | int) -> Any:
    try:
        return part[step]
    except (KeyError, IndexError, TypeError):
        return None


def _at(schema: Any, pointer: str) -> Any:
    for step in filter(None, pointer.split("/")):
        schema = _step(schema, step)
    return schema
