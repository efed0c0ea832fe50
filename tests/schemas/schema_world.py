"""Schemas as the tests see them: read, walked through, and asked what is wrong with an instance."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from mockserver.contract.schema import request_of as request_of
from mockserver.contract.schema import schemas as schemas

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "https://mockserver.invalid/schemas/"
SAMPLES = Path(__file__).parent / "samples"
PROVIDERS = Path(__file__).parents[1] / "providers"
ASSERTIONS = (
    frozenset({"type", "enum", "const", "pattern", "minLength", "maxLength", "required", "dependentRequired"})
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minProperties", "maxProperties"}
    | {"minItems", "maxItems", "uniqueItems", "contains", "maxContains", "not", "oneOf", "anyOf"}
)
"""Keywords that can find fault with an instance themselves."""
CONDITIONS = frozenset({"if", "not", "contains", "oneOf", "anyOf"})
"""Keywords whose subschemas only decide, or whose own violation is that of the keyword."""
OTHERS: tuple[Any, ...] = (..., None, True, 7.5, "\n", [], {})
"""What a value can be instead of itself; `...` is nothing at all."""
Schema = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Violation:
    """What is wrong with an instance: where in it, and which keyword of which subschema says so."""

    path: str
    keyword: str
    schema: Schema
    message: str


@cache
def registry(provider: str) -> Registry[Any]:
    """The schemas of a provider, for those who refer to each other."""
    found: Registry[Any] = Registry()
    return found.with_resources(
        (schema["$id"], DRAFT202012.create_resource(schema)) for schema in schemas(provider).values()
    )


@cache
def validator(provider: str, name: str, pointer: str = "") -> Draft202012Validator:
    """A validator of one schema, or of a part of it."""
    reference = {"$ref": f"{BASE}{provider}/{name}.json{pointer}"}
    return Draft202012Validator(reference, registry=registry(provider))


def referred(provider: str, name: str, reference: str) -> Schema:
    """What a reference in a schema leads to. Raises referencing.exceptions.Unresolvable."""
    found: Schema = registry(provider).resolver(f"{BASE}{provider}/{name}.json").lookup(reference).contents
    return found


def violations(provider: str, name: str, instance: object, *, pointer: str = "") -> list[Violation]:
    """All that a schema, or a part of it, finds in an instance."""
    return [_violation(error) for error in validator(provider, name, pointer).iter_errors(instance)]


def paths(provider: str, name: str, instance: object) -> list[str]:
    """Where an instance breaks a schema, each place once."""
    return list(dict.fromkeys(one.path for one in violations(provider, name, instance)))


def _violation(error: ValidationError) -> Violation:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    return Violation(
        path=written(error.absolute_path), keyword=str(error.validator), schema=schema, message=error.message
    )


def written(path: Sequence[str | int]) -> str:
    """A path as `files[0].size`; a name with a dot in it stands in brackets too."""
    text = ""
    for step in path:
        plain = isinstance(step, str) and "." not in step
        text += f"{'.' if text else ''}{step}" if plain else f"[{step}]"
    return text


def subschemas(schema: object, *, decided: bool = False) -> Iterator[tuple[Schema, bool]]:
    """All parts of a schema that are schemas, each with whether it only decides what others ask for."""
    if not isinstance(schema, Mapping):
        return
    yield schema, decided
    for keyword in ("properties", "patternProperties", "$defs", "dependentSchemas"):
        for inner in schema.get(keyword, {}).values():
            yield from subschemas(inner, decided=decided)
    for keyword in ("items", "additionalProperties", "propertyNames", "then", "else", "allOf", *CONDITIONS):
        inner = schema.get(keyword)
        for one in inner if isinstance(inner, list) else [inner]:
            yield from subschemas(one, decided=decided or keyword in CONDITIONS)


def constraints(provider: str) -> Mapping[tuple[int, str], str]:
    """Every constraint of a provider's schemas by subschema and keyword, with a text to find it by."""
    return {
        (id(part), keyword): f"{name}: {keyword} {json.dumps(part[keyword], ensure_ascii=False)[:80]}"
        for name, schema in schemas(provider).items()
        for part, decided in subschemas(schema)
        for keyword in ASSERTIONS & part.keys()
        if not decided
    }


def asked(provider: str, instances: Iterable[tuple[str, object]]) -> set[tuple[int, str]]:
    """Those of the `constraints` that some instances, each with the name of its schema, break."""
    found = (one for name, instance in instances for one in violations(provider, name, instance))
    return {(id(one.schema), one.keyword) for one in found}


def parse_xml(document: bytes) -> dict[str, Any]:
    """An XML document as a mapping: an element with children is a mapping, any other its text."""
    root = ElementTree.fromstring(document)
    return {root.tag: _parsed(root)}


def _parsed(element: ElementTree.Element) -> Any:
    return {child.tag: _parsed(child) for child in element} if len(element) else element.text or ""


def changed(instance: object, path: Sequence[str | int], value: object) -> Any:
    """A copy of an instance with another value at a path; without what is there when the value is `...`."""
    copy = json.loads(json.dumps(instance))
    *way, last = path
    place = copy
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return copy


def mutations(example: object) -> Iterator[Any]:
    """An example with each of its values left out, or of each other type."""
    for path in _places(example):
        for value in OTHERS:
            if path or value is not ...:
                yield changed(example, path, value) if path else value


def _places(value: object) -> Iterator[tuple[str | int, ...]]:
    yield ()
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from ((step, *rest) for rest in _places(inner))


def sample(name: str) -> str:
    """A sample of the provider's own documents, as it stands there."""
    return (SAMPLES / name).read_text("utf-8")


def of_provider(provider: str, module: str) -> Any:
    """A module of the tests of a provider, where requests are that cause its behaviours."""
    folder = str(PROVIDERS / provider)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return import_module(module)
