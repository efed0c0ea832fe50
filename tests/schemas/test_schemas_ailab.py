"""What the schemas of AILabTools take and refuse: samples of the documents, limits, and every constraint."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schema_world import asked, changed, constraints, mutations, paths, sample, schemas, violations

from mockserver import catalogue
from mockserver.catalogue import Error

REQUEST, RESPONSE, ERROR = "avatar-extraction.request", "avatar-extraction.response", "error"
DOWNLOAD, FILE, REFUSED = "result.request", "result.response", "result.error"
CATALOGUE = catalogue.load("ailab")
MEBIBYTE = 1024 * 1024
URL = "https://ai-result-rapidapi.ailabtools.com"
NAME = "033936-00000000-5334-4ddf-9173-74e8ecd55801-1795203576"


def examples(name: str) -> list[Any]:
    found: list[Any] = schemas("ailab")[name]["examples"]
    return found


@pytest.mark.parametrize("name", ["ailab.success.json", "ailab.unlisted.success.json"])
def test_the_documented_sample_of_a_success_is_one(name: str) -> None:
    document = json.loads(sample(name))
    assert violations("ailab", RESPONSE, document) == []
    assert document in examples(RESPONSE)


BROKEN: list[tuple[str, int, tuple[str | int, ...], object, str]] = [
    (REQUEST, 0, ("method",), "GET", "method"),
    (REQUEST, 0, ("path",), "/api/cutout/portrait/avatar", "path"),
    (REQUEST, 0, ("headers", "ailabapi-api-key"), "", "headers.ailabapi-api-key"),
    (REQUEST, 0, ("headers", "ailabapi-api-key"), ..., "headers"),
    (REQUEST, 0, ("headers", "content-type"), "application/json", "headers.content-type"),
    (REQUEST, 0, ("headers", "content-type"), "multipart/form-data", "headers.content-type"),
    (REQUEST, 0, ("headers", "x-more"), 1, "headers.x-more"),
    (REQUEST, 0, ("fields", "return_form"), "Mask", "fields.return_form"),
    (REQUEST, 0, ("fields", "return_form"), "whiteBK", "fields.return_form"),
    (REQUEST, 0, ("files",), [], "files"),
    (REQUEST, 0, ("files",), [{**examples(REQUEST)[0]["files"][0], "field": "photo"}], "files"),
    (REQUEST, 0, ("files",), examples(REQUEST)[0]["files"] * 2, "files"),
    (REQUEST, 0, ("files", 0, "size"), 0, "files[0].size"),
    (REQUEST, 0, ("files", 0, "size"), -1, "files[0].size"),
    (REQUEST, 0, ("files", 0, "size"), 3 * MEBIBYTE + 1, "files[0].size"),
    (REQUEST, 0, ("files", 0, "digest"), "d" * 63, "files[0].digest"),
    (REQUEST, 0, ("files", 0, "format"), "gif", "files[0].format"),
    (REQUEST, 0, ("files", 0, "format"), None, "files[0].format"),
    (REQUEST, 0, ("files", 0, "width"), 32, "files[0].width"),
    (REQUEST, 0, ("files", 0, "width"), 2000, "files[0].width"),
    (REQUEST, 0, ("files", 0, "height"), 32, "files[0].height"),
    (REQUEST, 0, ("files", 0, "height"), 2000, "files[0].height"),
    (RESPONSE, 1, ("data",), ..., ""),
    (RESPONSE, 1, ("error_code",), 200, "error_code"),
    (RESPONSE, 4, ("error_code_str",), "ERROR_GATEWAY", "error_code_str"),
    (RESPONSE, 1, ("error_msg",), "OK", "error_msg"),
    (RESPONSE, 1, ("error_detail", "status_code"), 201, "error_detail.status_code"),
    (RESPONSE, 1, ("error_detail", "status_code"), ..., ""),
    (RESPONSE, 1, ("error_detail", "code"), "OK", "error_detail.code"),
    (RESPONSE, 1, ("error_detail", "code_message"), "Fine.", "error_detail.code_message"),
    (RESPONSE, 1, ("error_detail", "message"), "fine", "error_detail.message"),
    (RESPONSE, 1, ("error_detail", "message"), ..., "error_detail"),
    (RESPONSE, 1, ("request_id",), "b704d8b0-21df-42a6-9928-e8496fa8a9e6", "request_id"),
    (RESPONSE, 1, ("log_id",), 77496025, "log_id"),
    (RESPONSE, 1, ("log_id",), "0x4a", "log_id"),
    (RESPONSE, 1, ("data", "elements", 0, "x"), -1, "data.elements[0].x"),
    (RESPONSE, 1, ("data", "elements", 0, "y"), -1, "data.elements[0].y"),
    (RESPONSE, 1, ("data", "elements", 0, "width"), -1, "data.elements[0].width"),
    (RESPONSE, 1, ("data", "elements", 0, "height"), -1, "data.elements[0].height"),
    (RESPONSE, 1, ("data", "elements", 0, "x"), "97", "data.elements[0].x"),
    (RESPONSE, 1, ("data", "elements", 0, "x"), ..., "data.elements[0]"),
    (RESPONSE, 1, ("data", "elements", 0, "image_url"), "/cutout/x.png", "data.elements[0].image_url"),
    (RESPONSE, 1, ("data", "elements", 0, "image_url"), f"{URL}/x/{NAME}.png", "data.elements[0].image_url"),
    (ERROR, 0, ("error_code",), 200, "error_code"),
    (ERROR, 0, ("error_code",), 418, "error_code"),
    (ERROR, 0, ("error_code",), 429, "error_detail.status_code"),
    (ERROR, 0, ("error_msg",), "", "error_msg"),
    (ERROR, 0, ("error_detail", "code"), "ERROR_NO_FACE", "error_detail.code"),
    (ERROR, 0, ("error_detail", "code_message"), "No face detected.", "error_detail.code_message"),
    (ERROR, 0, ("error_detail", "code_message"), ..., "error_detail"),
    (ERROR, 0, ("data",), {"elements": []}, "data"),
    (ERROR, 1, ("error_code_str",), "FACE", "error_code_str"),
    (ERROR, 3, ("error_msg",), "No face detected in the file.", ""),
    (DOWNLOAD, 0, ("method",), "POST", "method"),
    (DOWNLOAD, 0, ("path",), f"/cutout/segmentHead/{NAME}.png", "path"),
    (DOWNLOAD, 0, ("query",), {"Expires": "1"}, "query"),
    (REFUSED, 0, ("Error", "Code"), "AccessDenied", "Error.Code"),
    (REFUSED, 0, ("Error", "Message"), "Gone.", "Error.Message"),
    (REFUSED, 0, ("Error", "RequestId"), "78c7", "Error.RequestId"),
    (REFUSED, 0, ("Error", "Key"), "/cutout/segmentHead/x.png", "Error.Key"),
    (REFUSED, 0, ("Error", "HostId"), ..., "Error"),
]


def broken(name: str, at: int, path: tuple[str | int, ...], value: object) -> Any:
    return changed(examples(name)[at], path, value)


@pytest.mark.parametrize(("name", "at", "path", "value", "where"), BROKEN)
def test_what_breaks_a_constraint_is_named_by_its_place_alone(
    name: str, at: int, path: tuple[str | int, ...], value: object, where: str
) -> None:
    assert paths("ailab", name, broken(name, at, path, value)) == [where]


@pytest.mark.parametrize("content", ["/9j/4AAQSkZJRg==", "", "iVBORw0KGgo=AAAA"])
def test_a_result_is_a_png(content: str) -> None:
    assert paths("ailab", FILE, content) == [""]


def row(code: str) -> dict[str, Any]:
    """The line of a code in the code table."""
    lines = schemas("ailab")[ERROR]["$defs"]["codeTable"]["allOf"]
    (found,) = (line["then"] for line in lines if line["if"]["properties"]["code"]["const"] == code)
    properties: dict[str, Any] = found["properties"]
    return properties


def error_of(code: str, **detail: object) -> dict[str, Any]:
    """A body of the third generation for a code, with something else in its detail."""
    line = row(code)
    status = detail.get("status_code", line["status_code"]["enum"][0])
    written = {"code": code, "code_message": line["code_message"]["const"], "status_code": status}
    document: dict[str, Any] = changed(examples(ERROR)[0], ["error_code"], status)
    document["error_detail"] |= {**written, **detail}
    return document


CODES: list[str] = schemas("ailab")["common"]["$defs"]["code"]["enum"]
STATUSES: list[int] = schemas("ailab")["common"]["$defs"]["status"]["enum"]


def test_the_code_table_is_that_of_the_catalogue_and_what_it_leaves_out() -> None:
    errors = [behaviour.error for behaviour in CATALOGUE.errors if behaviour.error]
    assert {error.code for error in errors} | CATALOGUE.left_out.keys() == set(CODES)
    assert len(CODES) == len(set(CODES)) == 126
    for error in errors:
        assert row(error.code)["code_message"] == {"const": error.message()}
        assert row(error.code)["status_code"] == {"enum": both_statuses(error)}


def both_statuses(error: Error) -> list[int]:
    return sorted({error.status, error.status_before_2026_01_08 or error.status})


@pytest.mark.parametrize("code", CODES)
def test_a_code_goes_with_its_text_and_its_statuses(code: str) -> None:
    assert paths("ailab", ERROR, error_of(code, code_message="Oops.")) == ["error_detail.code_message"]
    fitting = row(code)["status_code"]["enum"]
    for status in fitting:
        assert paths("ailab", ERROR, error_of(code, status_code=status)) == []
    wrong = error_of(code, status_code=next(one for one in STATUSES if one not in fitting))
    assert paths("ailab", ERROR, wrong) == ["error_detail.status_code"]


@given(status=st.sampled_from(STATUSES), other=st.sampled_from(STATUSES))
def test_both_statuses_of_a_body_are_the_same(status: int, other: int) -> None:
    document = {"error_code": status, "error_detail": {"status_code": other}}
    found = violations("ailab", ERROR, document, pointer="#/$defs/sameStatus")
    assert [one.path for one in found] == ([] if status == other else ["error_detail.status_code"])


@given(
    size=st.sampled_from([0, 1, 60030, 3 * MEBIBYTE, 3 * MEBIBYTE + 1]),
    width=st.integers(0, 4000) | st.sampled_from([32, 33, 1999, 2000]),
    height=st.integers(0, 4000) | st.sampled_from([32, 33, 1999, 2000]),
    file_format=st.sampled_from(["jpeg", "png", "bmp", "gif", "webp", None]),
)
def test_an_image_is_judged_at_the_exact_edge(
    size: int, width: int, height: int, file_format: str | None
) -> None:
    facts = {"size": size, "width": width, "height": height, "format": file_format}
    document = broken(REQUEST, 0, ("files", 0), examples(REQUEST)[0]["files"][0] | facts)
    wrong = {
        "size": not 1 <= size <= 3 * MEBIBYTE,
        "width": not 32 < width < 2000,
        "height": not 32 < height < 2000,
        "format": file_format not in ("jpeg", "png", "bmp"),
    }
    expected = {f"files[0].{name}" for name, refused in wrong.items() if refused}
    assert set(paths("ailab", REQUEST, document)) == expected


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (REQUEST, ("headers", "user-agent")),
        (REQUEST, ("fields", "note")),
        (REQUEST, ("query", "trace")),
        (RESPONSE, ("credits_left",)),
        (RESPONSE, ("error_detail", "hint")),
        (RESPONSE, ("data", "elements", 0, "confidence")),
        (ERROR, ("error_detail", "hint")),
        (REFUSED, ("Error", "EC")),
    ],
)
def test_what_the_provider_may_add_is_no_violation(name: str, path: tuple[str | int, ...]) -> None:
    assert violations("ailab", name, broken(name, 0, path, "more")) == []


def test_every_constraint_can_be_broken() -> None:
    instances = [(name, broken(name, at, path, value)) for name, at, path, value, _ in BROKEN]
    instances += [(FILE, "no PNG")]
    instances += [
        (name, one)
        for name, schema in schemas("ailab").items()
        for whole in schema.get("examples", ())
        for one in mutations(whole)
    ]
    instances += [(ERROR, error_of(code, code_message="Oops.")) for code in CODES]
    instances += [(ERROR, error_of(code, status_code=299)) for code in CODES]
    for status in STATUSES:
        body = changed(examples(ERROR)[0], ["error_code"], status)
        instances.append((ERROR, changed(body, ["error_detail", "status_code"], 299)))
    wanted = constraints("ailab")
    unbroken = wanted.keys() - asked("ailab", instances)
    assert [wanted[one] for one in unbroken] == []
