"""How violations read: each line names path, value and constraint, whatever keyword was broken."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockserver import catalogue
from mockserver.contract import schema, wording
from mockserver.contract.asking import clause, listed
from mockserver.contract.wording import shown

ABOUT = "What the field is for."
ANNOTATIONS = frozenset(
    {"$schema", "$id", "$defs", "title", "description", "examples", "contentEncoding", "contentMediaType"}
    | {"x-source", "x-evidence", "x-assumed", "x-meaning"}
)
APPLIED = frozenset({"properties", "patternProperties", "items", "allOf", "$ref", "if", "then", "else"})
"""Keywords whose violations are those of the schemas in them."""
BROKEN: Mapping[str, tuple[Any, Any, str]] = {
    "type": ({"type": ["string", "null"]}, 7, "is no string or null"),
    "enum": ({"enum": ["a", "b"]}, "c", 'is none of "a", "b"'),
    "const": ({"const": "a"}, "b", 'is not "a"'),
    "pattern": ({"pattern": "^[0-9]+$"}, "x", "does not match ^[0-9]+$: What the field is for"),
    "minLength": ({"minLength": 2}, "x", "has 1 characters, fewer than 2"),
    "maxLength": ({"maxLength": 1}, "xy", "has 2 characters, more than 1"),
    "minimum": ({"minimum": 5}, 4, "is less than 5"),
    "maximum": ({"maximum": 5}, 6, "is more than 5"),
    "exclusiveMinimum": ({"exclusiveMinimum": 5}, 5, "is not more than 5"),
    "exclusiveMaximum": ({"exclusiveMaximum": 5}, 5, "is not less than 5"),
    "minItems": ({"minItems": 1}, [], "has 0 items, fewer than 1"),
    "maxItems": ({"maxItems": 1}, [1, 2], "has 2 items, more than 1"),
    "minProperties": ({"minProperties": 1}, {}, "has 0 members, fewer than 1"),
    "maxProperties": ({"maxProperties": 0}, {"a": 1}, "has 1 members, more than 0"),
    "uniqueItems": ({"uniqueItems": True}, [1, 1], "has an item twice"),
    "required": ({"required": ["a", "b"]}, {"a": 1}, "lacks b"),
    "dependentRequired": ({"dependentRequired": {"a": ["b", "c"]}}, {"a": 1}, "has a but lacks b and c"),
    "additionalProperties": ({"additionalProperties": {"type": "string"}}, {"a": 1}, "is no string"),
    "propertyNames": ({"propertyNames": {"enum": ["a"]}}, {"b": 1}, 'as a name is none of "a"'),
    "contains": ({"contains": {"properties": {"a": {"const": 1}}, "required": ["a"]}}, [], "its a is 1"),
    "minContains": ({"contains": {"const": 1}, "minContains": 2}, [1], "has fewer than 2 items that is 1"),
    "maxContains": ({"contains": {"const": 1}, "maxContains": 1}, [1, 1], "has more than 1 items that is 1"),
    "not": ({"not": {"required": ["a"]}}, {"a": 1}, "must not be, since it has a: What the field is for"),
    "anyOf": ({"anyOf": [{"title": "A", "const": 1}, {"minimum": 9}]}, 2, "A (is 1); is at least 9"),
    "oneOf": ({"oneOf": [{"minimum": 1}, {"maximum": 9}]}, 5, "fits more than one of these: is at least 1"),
}
"""Of each keyword a schema, what breaks it, and what the constraint says then."""
TELLING = re.compile(
    r"(as a name )?(lacks |is no |is none of |is not |is less than |is more than |has \d+ |has no item "
    r"|has an item twice|has (fewer|more) than \d+ items |has .* but lacks |does not match "
    r"|fits (none|more than one) of these: |must not be)"
)
"""How a constraint begins that names what is asked for."""


def subschemas(part: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(part, Mapping):
        return
    yield part
    for keyword in ("properties", "patternProperties", "$defs"):
        for inner in part.get(keyword, {}).values():
            yield from subschemas(inner)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for inner in part.get(keyword, ()):
            yield from subschemas(inner)
    for keyword in ("items", "contains", "not", "if", "then", "else", "additionalProperties"):
        yield from subschemas(part.get(keyword))
    for keyword in ("propertyNames", "contentSchema"):
        yield from subschemas(part.get(keyword))


def keywords() -> frozenset[str]:
    """All that occur in the schemas of the providers."""
    every = (one for provider in catalogue.providers() for one in schema.schemas(provider).values())
    return frozenset(keyword for one in every for part in subschemas(one) for keyword in part)


def told(wanted: Mapping[str, Any], instance: object) -> list[str]:
    described = {"description": ABOUT, **wanted}
    return [
        wording.constraint(error, ABOUT) for error in Draft202012Validator(described).iter_errors(instance)
    ]


def test_every_keyword_of_the_schemas_has_words() -> None:
    assert keywords() - ANNOTATIONS - APPLIED - {"contentSchema"} <= BROKEN.keys()


@pytest.mark.parametrize("keyword", BROKEN)
def test_a_violation_of_a_keyword_names_the_constraint(keyword: str) -> None:
    wanted, instance, words = BROKEN[keyword]
    assert any(words in one for one in told(wanted, instance))
    assert ABOUT not in told(wanted, instance)


def test_nothing_is_there_where_nothing_may_be() -> None:
    nothing: tuple[Any, ...] = (False, {"not": {}})
    for schema_of_nothing in nothing:
        assert told({"properties": {"a": schema_of_nothing}}, {"a": 1}) == ["must not be there"]


def test_of_a_branch_its_own_error_is_told() -> None:
    wanted = {"if": {"type": "string"}, "then": {"maxLength": 1}, "else": {"minimum": 3}}
    assert told(wanted, "xy") == ["has 2 characters, more than 1"]
    assert told(wanted, 1) == ["is less than 3"]


def test_a_pattern_is_told_with_its_meaning_and_as_long_as_it_is_short() -> None:
    meaning = {"x-meaning": "eight digits"}
    assert told({"pattern": "^[0-9]{8}$", **meaning}, "x") == ["does not match ^[0-9]{8}$: eight digits"]
    assert told({"pattern": "^a" * 40, **meaning}, "x") == ["does not match its pattern: eight digits"]
    assert told({"pattern": "^a" * 40}, "x")[0].startswith("does not match ^a^a")


def test_a_keyword_without_words_is_named() -> None:
    assert told({"unevaluatedProperties": False}, {"a": 1}) == ["breaks unevaluatedProperties false"]


BOUNDS = st.integers(-1000, 1000)
ASKED = st.one_of(
    st.builds(lambda one: {"minimum": one}, BOUNDS),
    st.builds(lambda one: {"const": one}, st.text(max_size=80) | BOUNDS),
    st.builds(lambda some: {"enum": some}, st.lists(st.text(max_size=9), min_size=1, max_size=4)),
    st.builds(lambda some: {"required": some}, st.lists(st.sampled_from("abc"), min_size=1, unique=True)),
)
NESTED = st.recursive(
    ASKED,
    lambda inner: st.one_of(
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda some: {"anyOf": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda some: {"oneOf": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda one: {"properties": {"a": one}}, inner),
        st.builds(lambda one: {"contains": one}, inner),
    ),
    max_leaves=8,
)
VALUES = st.none() | BOUNDS | st.text(max_size=9) | st.lists(BOUNDS, max_size=3)
INSTANCES = VALUES | st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=3)


@given(NESTED, INSTANCES)
def test_any_violation_is_told_in_a_line_that_names_what_is_asked_for(
    wanted: Mapping[str, Any], instance: object
) -> None:
    for one in told(wanted, instance):
        assert TELLING.match(one), one
        assert one.isprintable()
        assert len(one) <= wording.MOST


@given(NESTED)
def test_any_schema_is_a_clause(wanted: Mapping[str, Any]) -> None:
    assert clause(wanted, shown)


@pytest.mark.parametrize("provider", catalogue.providers())
@given(data=st.data())
def test_what_an_example_became_is_told_by_its_constraint(provider: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(schema.names(provider)))
    examples = schema.schemas(provider)[name].get("examples") or [{}]
    instance = json.loads(json.dumps(data.draw(st.sampled_from(examples))))
    spoil(instance, data)
    for one in schema.validate(provider, name, instance):
        assert TELLING.match(one.constraint), one
        assert "\n" not in str(one)


def spoil(instance: Any, data: st.DataObject) -> None:
    """Another value somewhere in an instance, or none."""
    while isinstance(instance, dict | list) and instance:
        step = data.draw(st.sampled_from(sorted(instance) if isinstance(instance, dict) else [0]))
        inner = instance[step]
        if not (isinstance(inner, dict | list) and inner) or data.draw(st.booleans()):
            instance[step] = data.draw(INSTANCES)
            return
        instance = inner


def test_names_are_listed_as_one_says_them() -> None:
    assert [listed("a"), listed("ab"), listed("abc")] == ["a", "a and b", "a, b and c"]
