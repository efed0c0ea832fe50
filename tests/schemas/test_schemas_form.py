"""What holds of every schema of every provider: its dialect, its words, its sources, its examples."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from schema_world import ASSERTIONS, BASE, Schema, referred, schemas, subschemas, violations

from mockserver import catalogue, interface

ALL = [(provider, name) for provider in catalogue.providers() for name in schemas(provider)]
EVIDENCE = {"documented", "observed", "assumed"}
LEADING = frozenset({"properties", "required", "const", "enum", "items", "not"})
"""What a subschema has that says more of a property which is described elsewhere."""


def parts(schema: Schema) -> Iterator[Schema]:
    """The subschemas that ask for something themselves."""
    return (part for part, decided in subschemas(schema) if not decided)


@pytest.mark.parametrize("provider", catalogue.providers())
def test_every_operation_has_the_schemas_of_its_request_and_its_success(provider: str) -> None:
    operations = {call.operation for call in interface.load(provider).calls}
    wanted = {f"{operation}.{side}" for operation in operations for side in ("request", "response")}
    assert wanted | {"error"} <= schemas(provider).keys()


@pytest.mark.parametrize(("provider", "name"), ALL)
def test_a_schema_is_one(provider: str, name: str) -> None:
    schema = schemas(provider)[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"{BASE}{provider}/{name}.json"


@pytest.mark.parametrize(("provider", "name"), ALL)
def test_every_reference_leads_somewhere(provider: str, name: str) -> None:
    for part, _ in subschemas(schemas(provider)[name]):
        if "$ref" in part:
            assert referred(provider, name, part["$ref"])


@pytest.mark.parametrize(("provider", "name"), ALL)
def test_a_schema_and_its_alternatives_have_a_title_and_a_description(provider: str, name: str) -> None:
    schema = schemas(provider)[name]
    assert schema["description"].endswith(".")
    alternatives = (one for part in parts(schema) for one in part.get("oneOf", ()))
    for part in (schema, *alternatives):
        assert part["title"]


@pytest.mark.parametrize(("provider", "name"), ALL)
def test_every_property_is_described(provider: str, name: str) -> None:
    for part in parts(schemas(provider)[name]):
        for key, inner in (part.get("properties", {}) | part.get("patternProperties", {})).items():
            if inner and inner.keys() - LEADING:
                assert described(provider, name, inner), key


def described(provider: str, name: str, part: Schema) -> bool:
    return "description" in part or (
        "$ref" in part and "description" in referred(provider, name, part["$ref"])
    )


@pytest.mark.parametrize(("provider", "name"), ALL)
def test_every_constraint_has_a_source_of_the_catalogue_and_its_evidence(provider: str, name: str) -> None:
    schema = schemas(provider)[name]
    sources = catalogue.load(provider).sources
    for part, _ in subschemas(schema):
        assert part.get("x-source") in {*sources, None}
        assert part.get("x-evidence") in EVIDENCE | {None}
        assert {*part.get("x-assumed", ())} <= ASSERTIONS & part.keys()
    asking = [part for part in (schema, *schema.get("$defs", {}).values()) if ASSERTIONS & part.keys()]
    for part in asking:
        assert {"x-source", "x-evidence"} <= schema.keys() | part.keys()


@pytest.mark.parametrize(("provider", "name"), ALL)
def test_every_schema_has_examples_and_they_validate_as_do_those_of_its_definitions(
    provider: str, name: str
) -> None:
    schema = schemas(provider)[name]
    assert schema.get("examples") or not ASSERTIONS & schema.keys()
    broken: list[Any] = [violations(provider, name, example) for example in schema.get("examples", ())]
    for key, definition in schema.get("$defs", {}).items():
        examples = definition.get("examples", ())
        broken += [violations(provider, name, one, pointer=f"#/$defs/{key}") for one in examples]
    assert not any(broken), broken
