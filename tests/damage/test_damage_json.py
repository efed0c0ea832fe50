import json
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.damage.json_text import NAMES, add_fields, break_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.sampled_from(['"{', "\\", "}{"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), VALUES, max_size=5)
SEEDS = st.integers(0, 1000)


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def without(value: Any, names: list[str]) -> Any:
    """A parsed answer without the fields that were added, which every object must have."""
    if isinstance(value, list):
        return [without(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    assert value.keys() >= set(names)
    return {name: without(inner, names) for name, inner in value.items() if name not in names}


@given(OBJECTS | st.lists(VALUES), SEEDS)
def test_no_parser_takes_broken_json(value: Any, seed: int) -> None:
    for text in (compact(value), json.dumps(value, indent=2).encode()):
        broken, mistake = break_json(text, Random(seed))
        assert mistake
        with pytest.raises(ValueError):  # noqa: PT011 - any parser's own
            json.loads(broken)
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(broken)


@given(VALUES, SEEDS)
def test_what_is_neither_object_nor_list_can_be_broken_as_well(value: Any, seed: int) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(break_json(compact(value), Random(seed))[0])


@given(OBJECTS, SEEDS)
def test_every_object_has_the_new_fields_and_all_else_is_as_it_was(value: Any, seed: int) -> None:
    text, names = add_fields(compact(value), Random(seed))
    assert names
    assert without(json.loads(text), names) == value


@given(SEEDS)
def test_a_field_that_is_there_already_is_not_added(seed: int) -> None:
    known = dict.fromkeys(NAMES, 1)
    text, names = add_fields(compact(known), Random(seed))
    assert not set(names) & set(NAMES)
    assert without(json.loads(text), names) == known


def test_the_text_between_the_new_fields_is_not_written_anew() -> None:
    text = b'{ "a" : 1.50,\n "b": {  }, "c": "\\u0026{" }'
    added, names = add_fields(text, Random(1))
    start = added.index(b'"a"')
    assert added[start:].startswith(b'"a" : 1.50,\n "b": {')
    assert added.endswith(b'  }, "c": "\\u0026{" }')
    assert json.loads(added)["b"].keys() == set(names)


@given(OBJECTS)
def test_the_same_seed_does_the_same(value: Any) -> None:
    text = compact(value)
    assert break_json(text, Random(4)) == break_json(text, Random(4))
    assert add_fields(text, Random(4)) == add_fields(text, Random(4))


def test_seeds_differ_in_what_they_break() -> None:
    assert len({break_json(b'{"a": 1}', Random(seed))[1] for seed in range(50)}) == 6
