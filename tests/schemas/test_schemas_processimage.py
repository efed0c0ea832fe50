"""What the schemas of processimage.cn take and refuse: samples of the document, limits, every constraint."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from json_texts import errors, places
from processimage_breaches import (
    ACCESS,
    ANSWER,
    BROKEN,
    CALLBACK,
    DONE,
    DRAWN,
    ERROR,
    ISSUED,
    MISSING,
    MOST,
    NAMED,
    RESULT,
    SHOWN,
    Path,
    broken,
    examples,
)
from schema_world import changed, constraints, mutations, sample, schemas

from mockserver import catalogue

CATALOGUE = catalogue.load("processimage")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("success", [ANSWER, CALLBACK]),
        ("accepted", [ANSWER]),
        ("recognised", [ANSWER, CALLBACK]),
        ("cached", [ANSWER, CALLBACK]),
        ("error", [ERROR, CALLBACK]),
    ],
)
def test_a_documented_sample_is_taken(text: str, names: list[str]) -> None:
    document = json.loads(sample(f"processimage.{text}.json"))
    assert [errors("processimage", name, document) for name in names] == [[]] * len(names)
    assert document in examples(names[0])


@pytest.mark.parametrize(("name", "at", "path", "value", "where"), BROKEN)
def test_what_breaks_a_constraint_is_named_by_its_place_alone(
    name: str, at: int, path: Path, value: object, where: str
) -> None:
    assert places("processimage", name, broken(name, at, path, value)) == [where]


@pytest.mark.parametrize("content", ["R0lGODdhAQABAA==", "", "iVBORw0KGgo=AAAA"])
def test_a_result_is_a_png_a_bmp_or_a_jpeg(content: str) -> None:
    assert places("processimage", RESULT, content) == [""]
    for good in ("/9j/4AAQSkZJRg==", "Qk02AAAAAAAAAA==", *examples(RESULT)):
        assert places("processimage", RESULT, good) == []


@pytest.mark.parametrize("name", [ERROR, MISSING, SHOWN])
def test_a_page_is_html(name: str) -> None:
    assert places("processimage", name, "Not Found") == [""]


@given(size=st.integers(1, 2 * MOST) | st.sampled_from([MOST, MOST + 1]))
def test_a_picture_is_judged_at_the_exact_edge(size: int) -> None:
    document = broken(ACCESS, DRAWN, ("files", 0, "size"), size)
    assert places("processimage", ACCESS, document) == ([] if size <= MOST else ["files[0].size"])


@given(st.integers(0, 200_000_000))
def test_a_salt_has_eight_digits(salt: int) -> None:
    document = broken(ACCESS, DRAWN, ("fields", "salt"), str(salt))
    assert places("processimage", ACCESS, document) == ([] if len(str(salt)) == 8 else ["fields.salt"])


KEYS = [sign + side for side in "xywh" for sign in "+-"]


@given(st.dictionaries(st.sampled_from([*KEYS, "x", "h"]), st.integers(-99, 99), max_size=6))
def test_an_offset_has_one_to_four_of_eight_keys(offset: dict[str, int]) -> None:
    document = broken(ACCESS, NAMED, ("fields", "offset"), json.dumps(offset))
    legal = 1 <= len(offset) <= 4 and set(offset) <= set(KEYS)
    assert places("processimage", ACCESS, document) == ([] if legal else ["fields.offset"])


@pytest.mark.parametrize("rule", ["similar", "absolute", "default", "other", "", None])
def test_any_rule_is_taken_since_the_document_takes_it_for_the_default(rule: str | None) -> None:
    names = json.dumps({"items": [{"value": "a", "rule": rule}]})
    assert places("processimage", ACCESS, broken(ACCESS, NAMED, ("fields", "watermarkNames"), names)) == []


@pytest.mark.parametrize("name", ["rectangles", "watermarkNames", "excludeKeywords", "offset", "callback"])
def test_a_blank_field_counts_as_none(name: str) -> None:
    assert places("processimage", ACCESS, broken(ACCESS, DRAWN, ("fields", name), " ")) == []


def test_json_that_the_journal_cut_short_is_not_judged() -> None:
    text = f'[{{"x":1,{" " * 70}… (2049 characters)'
    assert places("processimage", ACCESS, broken(ACCESS, DRAWN, ("fields", "rectangles"), text)) == []


@pytest.mark.parametrize(
    ("name", "at", "path"),
    [
        (ACCESS, DRAWN, ("headers", "user-agent")),
        (ACCESS, DRAWN, ("fields", "note")),
        (ANSWER, DONE, ("traceId",)),
        (ANSWER, DONE, ("data", "traceId")),
        (ANSWER, DONE, ("data", "processLocation", 0, "angle")),
        (ERROR, 0, ("traceId",)),
        (MISSING, 0, ("message",)),
        (ISSUED, 0, ("data", "scope")),
    ],
)
def test_what_the_provider_may_add_is_no_violation(name: str, at: int, path: Path) -> None:
    assert places("processimage", name, broken(name, at, path, "more")) == []


def test_a_form_that_was_not_read_says_nothing_of_its_picture() -> None:
    refused = {key: value for key, value in examples(ACCESS)[0].items() if key not in ("fields", "files")}
    assert places("processimage", ACCESS, refused) == []


def test_the_errors_are_those_of_the_catalogue() -> None:
    failure = schemas("processimage")["common"]["$defs"]["failure"]
    table = {
        line["if"]["properties"]["httpCode"]["const"]: line["then"]["properties"]["msgInnerReferer"]["enum"]
        for line in failure["allOf"]
    }
    wanted: dict[int, set[str]] = {}
    for behaviour in CATALOGUE.errors:
        error = behaviour.error
        if error and error.code != "404":
            classes = wanted.setdefault(error.http_code or error.status, set())
            classes.add(f"ExceptionHandler[{error.code}.class]")
    assert {code: set(classes) for code, classes in table.items()} == wanted
    assert set(failure["properties"]["httpCode"]["enum"]) == wanted.keys()


def unusual() -> list[tuple[str, object]]:
    """Instances that break what neither BROKEN nor another type in place of a value does."""
    fields = dict.fromkeys(["image_url", "image_base64", "callback", "ocrOnly", "show", "sync"], 7)
    fields |= dict.fromkeys(["uploadFile", "imageFile", "image_file", "rectangles", "offset"], 7)
    found: list[tuple[str, object]] = [(ACCESS, broken(ACCESS, DRAWN, ("fields",), fields))]
    found += [(name, "Not Found") for name in (ERROR, RESULT, SHOWN)]
    for code in schemas("processimage")["common"]["$defs"]["failure"]["properties"]["httpCode"]["enum"]:
        document = broken(ERROR, 0, ("httpCode",), code)
        found.append((ERROR, changed(document, ("msgInnerReferer",), "ExceptionHandler[Other.class]")))
    observed = changed(broken(ANSWER, DONE, ("allUsedCount",), ...), ("callSuccessful",), -1)
    return [*found, (ANSWER, observed), (ANSWER, changed(observed, ("callSuccessful",), "9"))]


def test_every_constraint_can_be_broken() -> None:
    instances = [(name, broken(name, at, path, value)) for name, at, path, value, _ in BROKEN]
    instances += unusual()
    instances += [
        (name, one)
        for name, schema in schemas("processimage").items()
        for whole in schema.get("examples", ())
        for one in mutations(whole)
    ]
    found = (error for name, one in instances for error in errors("processimage", name, one))
    asked = {(id(error.schema), str(error.validator)) for error in found}
    wanted = constraints("processimage")
    assert [wanted[one] for one in wanted.keys() - asked] == []
