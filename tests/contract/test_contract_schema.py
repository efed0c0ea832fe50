"""Validation of instances: what is found, and how it is told."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from contract_world import PICTURE, World
from hypothesis import given
from hypothesis import strategies as st

from mockserver import catalogue
from mockserver.contract import schema
from mockserver.contract.schema import UnknownSchema, Violation

EXPECTED = {
    "ailab": {"avatar-extraction.request", "avatar-extraction.response", "error", "result.error"},
    "tencent_bda": {"SegmentCustomizedPortraitPic.request", "SegmentCustomizedPortraitPic.response", "error"},
    "picwish": {
        "segmentation.request",
        "segmentation.response",
        "query.request",
        "query.response",
        "error",
        "callback",
        "result.error",
    },
    "processimage": {
        "access.request",
        "access.response",
        "token.request",
        "token.response",
        "refresh.request",
        "refresh.response",
        "error",
        "callback",
        "result.error",
    },
}
FILE = {
    "field": "image_file",
    "filename": "a.jpg",
    "content_type": "image/jpeg",
    "size": 1000,
    "digest": "0" * 64,
    "format": "jpeg",
    "width": 100,
    "height": 100,
}


def request(file: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A request of PicWish, as its schema sees it."""
    return {
        "method": "POST",
        "path": "/api/tasks/visual/segmentation",
        "headers": {
            "x-api-key": "mock-p… (42 characters)",
            "content-type": "multipart/form-data; boundary=x",
        },
        "query": {},
        "fields": fields,
        "files": [{**FILE, **(file or {})}],
    }


def found(instance: object) -> list[str]:
    return [str(one) for one in schema.validate("picwish", "segmentation.request", instance)]


@pytest.mark.parametrize("provider", catalogue.providers())
def test_the_schemas_that_rules_need_are_there(provider: str) -> None:
    assert EXPECTED[provider] <= {*schema.names(provider)}


def test_what_is_right_has_no_violation() -> None:
    assert found(request()) == []


@pytest.mark.parametrize(
    ("instance", "line"),
    [
        (
            request({"size": 16777217}),
            "files[0].size: 16777217 is more than 15728640 (15 MB, documented: docs-zh)",
        ),
        (request({"width": 5000}), "files[0].width: 5000 is more than 4096 (documented: docs-zh)"),
        (
            request(type="face"),
            'fields.type: "face" is none of "", "person", "object", "stamp" (documented: docs-zh)',
        ),
        (request() | {"method": "PUT"}, 'method: "PUT" is not "POST" (documented: docs)'),
        (request() | {"fields": 7}, "fields: 7 is no object (documented: docs-zh)"),
        (request(return_type="3"), "fields: lacks sync (documented: docs-zh)"),
        ([], "all of it: [] is no object (documented: docs-zh)"),
    ],
)
def test_a_violation_is_told_in_one_line(instance: object, line: str) -> None:
    assert line in found(instance)


def test_a_limit_that_no_document_has_is_told_as_assumed() -> None:
    (example, *_) = schema.schemas("ailab")["avatar-extraction.response"]["examples"]
    spoiled = json.loads(json.dumps(example))
    spoiled["data"]["elements"][0] |= {"x": -1, "width": "wide"}
    told = {str(one) for one in schema.validate("ailab", "avatar-extraction.response", spoiled)}
    assert "data.elements[0].x: -1 is less than 0 (assumed: docs-api)" in told
    assert 'data.elements[0].width: "wide" is no integer (documented: docs-api)' in told


def test_a_long_value_is_shortened() -> None:
    [line] = found(request(bg_color="7" * 500))
    assert len(line) < 250
    assert line.startswith('fields.bg_color: "777')
    assert "…" in line


def test_the_same_violation_is_told_once() -> None:
    every = schema.validate("picwish", "segmentation.request", request(type="face"))
    assert len(every) == len(set(every))


def test_an_unknown_schema_names_those_that_exist() -> None:
    with pytest.raises(UnknownSchema, match=re.escape("segmentation.request")):
        schema.validate("picwish", "segmentation.wish", {})
    with pytest.raises(UnknownSchema, match="none"):
        schema.validate("nobody", "error", {})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("provider", catalogue.providers())
@given(changes=st.dictionaries(st.sampled_from(("method", "headers", "query", "fields", "files")), JSON))
def test_any_instance_is_judged_in_lines_with_path_constraint_and_source(
    provider: str, changes: dict[str, Any]
) -> None:
    sources = {*catalogue.load(provider).sources, "assumed"}
    for name in schema.names(provider):
        for one in schema.validate(provider, name, {**request(), **changes}):
            assert isinstance(one, Violation)
            assert "\n" not in str(one)
            assert one.constraint
            assert one.source.rpartition(": ")[2] in sources


def test_the_request_of_an_exchange_is_as_the_journal_has_it(world: World) -> None:
    world.http.post(
        "/api/tasks/visual/segmentation",
        params={"a": "1"},
        headers=world.picwish_key,
        data={"crop": "1"},
        files={"image_file": ("a.jpg", PICTURE, "image/jpeg")},
    )
    exchange = world.sandbox.journal.last
    asked = schema.request_of(exchange)
    assert json.loads(json.dumps(asked)) == asked
    assert (asked["method"], asked["query"], asked["fields"]) == ("POST", {"a": "1"}, {"crop": "1"})
    assert asked["headers"]["x-api-key"].startswith("mock-p…")
    [file] = asked["files"]
    assert (file["field"], file["size"], file["width"]) == ("image_file", len(PICTURE), 120)
    assert schema.validate("picwish", "segmentation.request", asked) == []


def test_a_request_whose_body_was_not_read_claims_nothing_about_it(world: World) -> None:
    world.set("picwish", enabled=False).cut_out()
    asked = schema.request_of(world.sandbox.journal.last)
    assert not {"fields", "files"} & asked.keys()


def test_neither_server_nor_rules_import_the_validator_before_it_is_needed() -> None:
    program = (
        "import sys; import mockserver.server, mockserver.contract.findings; "
        "sys.exit('jsonschema' in sys.modules or 'referencing' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("rectangles", "told"),
    [
        ("[", 'fields.rectangles: "[" is not JSON'),
        ('[{"x": 1, "y": 2, "w": 3}]', "fields.rectangles[0]: lacks h"),
        ('[{"x": "1", "y": 2, "w": 3, "h": 4}]', 'fields.rectangles[0].x: "1" is'),
    ],
)
def test_json_in_a_text_is_judged_too(rectangles: str, told: str) -> None:
    (example, *_) = schema.schemas("processimage")["access.request"]["examples"]
    fields = {**example.get("fields", {}), "rectangles": rectangles}
    found = schema.validate("processimage", "access.request", {**example, "fields": fields})
    assert any(str(one).startswith(told) for one in found), found


def test_json_of_which_the_journal_keeps_the_beginning_alone_is_not_judged() -> None:
    (example, *_) = schema.schemas("processimage")["access.request"]["examples"]
    fields = {**example.get("fields", {}), "rectangles": '[{"x": 1… (3000 characters)'}
    assert schema.validate("processimage", "access.request", {**example, "fields": fields}) == []
