"""What the schemas of PicWish take and refuse: samples of the documents, limits, and every constraint."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from picwish_breaches import (
    BROKEN,
    CALLBACK,
    CREATED,
    CREATION,
    DOWNLOAD,
    ERROR,
    FILE,
    IMAGE,
    MOST,
    QUERIED,
    REFUSED,
    RESULT,
    Path,
    broken,
    examples,
)
from schema_world import asked, changed, constraints, mutations, parse_xml, paths, sample, schemas, violations

from mockserver import catalogue

CATALOGUE = catalogue.load("picwish")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("success", [CREATED, QUERIED, CALLBACK]),
        ("failing", [CREATED, QUERIED, CALLBACK]),
        ("error", [ERROR]),
    ],
)
def test_a_documented_sample_is_taken(text: str, names: list[str]) -> None:
    document = json.loads(sample(f"picwish.{text}.json"))
    for name in names:
        assert violations("picwish", name, document) == []
        assert document in examples(name)


def test_the_documented_refusal_of_a_download_is_taken() -> None:
    document = parse_xml(sample("picwish.refused.xml").encode())
    assert violations("picwish", REFUSED, document) == []
    assert document in examples(REFUSED)


@pytest.mark.parametrize(("name", "at", "path", "value", "where"), BROKEN)
def test_what_breaks_a_constraint_is_named_by_its_place_alone(
    name: str, at: int, path: Path, value: object, where: str
) -> None:
    assert paths("picwish", name, broken(name, at, path, value)) == [where]


def test_a_link_whose_ampersands_were_not_undone_is_named_by_its_first_parameter() -> None:
    query = {"Expires": "1679986124\\u0026OSSAccessKeyId=mock_oss_id\\u0026Signature=mock"}
    found = paths("picwish", DOWNLOAD, broken(DOWNLOAD, 0, ("query",), query))
    assert found == ["query", "query.Expires"]


@pytest.mark.parametrize("name", [FILE, RESULT])
@pytest.mark.parametrize("content", ["R0lGODdhAQABAA==", "", "iVBORw0KGgo=AAAA"])
def test_a_result_is_a_png_or_a_jpeg(name: str, content: str) -> None:
    assert paths("picwish", name, content) == [""]
    assert paths("picwish", name, "/9j/4AAQSkZJRg==") == []


@given(
    size=st.sampled_from([1, 60030, MOST, MOST + 1]),
    width=st.integers(1, 8000) | st.sampled_from([4096, 4097]),
    height=st.integers(1, 8000) | st.sampled_from([4096, 4097]),
    file_format=st.sampled_from(["jpeg", "png", "bmp", "webp", "tiff", "gif", None]),
)
def test_an_image_is_judged_at_the_exact_edge(
    size: int, width: int, height: int, file_format: str | None
) -> None:
    facts = {"size": size, "width": width, "height": height, "format": file_format}
    document = broken(CREATION, 0, ("files", 0), IMAGE | facts)
    wrong = {
        "size": size > MOST,
        "width": width > 4096,
        "height": height > 4096,
        "format": file_format in ("gif", None),
    }
    expected = {f"files[0].{name}" for name, refused in wrong.items() if refused}
    assert set(paths("picwish", CREATION, document)) == expected


@given(st.integers(0, 1_000_000))
def test_a_link_of_version_4_lives_from_one_second_to_a_week(seconds: int) -> None:
    document = broken(DOWNLOAD, 1, ("query", "x-oss-expires"), str(seconds))
    assert paths("picwish", DOWNLOAD, document) == ([] if 1 <= seconds <= 604800 else ["query.x-oss-expires"])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (CREATION, ("headers", "user-agent")),
        (CREATION, ("fields", "image_size")),
        (CREATION, ("query", "trace")),
        (QUERIED, ("data", "hint")),
        (QUERIED, ("request_id",)),
        (CREATED, ("data", "hint")),
        (ERROR, ("msg",)),
        (DOWNLOAD, ("query", "x-oss-process")),
        (REFUSED, ("Error", "RecommendDoc")),
    ],
)
def test_what_the_provider_may_add_is_no_violation(name: str, path: Path) -> None:
    assert violations("picwish", name, broken(name, 0, path, "more")) == []


def test_a_file_by_another_name_is_not_looked_at() -> None:
    thumbnail = {**IMAGE, "field": "thumbnail", "format": "gif", "width": 9000}
    assert violations("picwish", CREATION, broken(CREATION, 0, ("files",), [IMAGE, thumbnail])) == []


def test_a_form_that_was_not_read_says_nothing_of_its_image() -> None:
    refused = {key: value for key, value in examples(CREATION)[0].items() if key not in ("fields", "files")}
    assert violations("picwish", CREATION, refused) == []


def test_the_errors_are_those_of_the_catalogue() -> None:
    common = schemas("picwish")["common"]["$defs"]
    errors = [behaviour.error for behaviour in CATALOGUE.errors if behaviour.error]
    assert {error.status for error in errors} == set(common["error_status"]["enum"])
    refusals = [one.error for one in CATALOGUE if one.error and one.id.startswith("picwish.asset.")]
    codes = {error.code for error in refusals} | {error.v4.code for error in refusals if error.v4}
    assert codes == set(schemas("picwish")[REFUSED]["properties"]["Error"]["properties"]["Code"]["enum"])


SIGNED = {
    "StringToSign": "GET",
    "StringToSignBytes": "47 ",
    "CanonicalRequest": "GET",
    "SignatureProvided": "",
}
NAMED = {"OSSAccessKeyId": "", "ArgumentName": "Expires", "ArgumentValue": "", "Key": "a", "Method": "PUT"}
DETAILED = {"Error": {**examples(REFUSED)[1]["Error"], **SIGNED, **NAMED, "ResourceType": "OBJECT"}}
FAR = {"x-oss-expires": "1", "Expires": 7, "OSSAccessKeyId": 7, "Signature": 7}
RARE: list[tuple[Path, object]] = [(("query",), FAR), (("headers", "range"), 7)]


def test_every_constraint_can_be_broken() -> None:
    instances = [(name, broken(name, at, path, value)) for name, at, path, value, _ in BROKEN]
    instances += [(name, "no picture") for name in (FILE, RESULT)]
    instances += [(REFUSED, one) for one in mutations(DETAILED)]
    instances += [(REFUSED, changed(DETAILED, ("Error", name), "")) for name in DETAILED["Error"]]
    fields = {"image_file": 7, "return_type": 7, "crop": 7, "type": 7, "callback_url": 7}
    instances += [(CREATION, broken(CREATION, at, ("fields",), fields)) for at in (0, 1)]
    instances += [(DOWNLOAD, broken(DOWNLOAD, 0, place, value)) for place, value in RARE]
    instances += [
        (name, one)
        for name, schema in schemas("picwish").items()
        for whole in schema.get("examples", ())
        for one in mutations(whole)
    ]
    wanted = constraints("picwish")
    unbroken = wanted.keys() - asked("picwish", instances)
    # It stands under the condition that there is an image, and carries maxContains.
    (carrier,) = unbroken
    assert wanted[carrier].startswith(f"{CREATION}: contains")
