"""What the schemas of Tencent Cloud take and refuse: documented samples, limits, and every constraint."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schema_world import asked, changed, constraints, mutations, paths, sample, schemas, violations

from mockserver import catalogue
from mockserver.providers.tencent_bda.parameters import OPTIONS

REQUEST, RESPONSE = "SegmentCustomizedPortraitPic.request", "SegmentCustomizedPortraitPic.response"
ERROR = "error"
TC3, TC3_IMAGE, TC3_GET, OLDER = range(4)
"""Which example of a request is which."""
MEBIBYTE = 1024 * 1024
MAX_BASE64 = 5 * MEBIBYTE
CATALOGUE = catalogue.load("tencent_bda")
Path = tuple[str | int, ...]


def examples(name: str) -> list[Any]:
    found: list[Any] = schemas("tencent_bda")[name]["examples"]
    return found


def broken(name: str, at: int, path: Path, value: object) -> Any:
    return changed(examples(name)[at], path, value)


def where(name: str, document: object) -> list[str]:
    return paths("tencent_bda", name, document)


@pytest.mark.parametrize(
    ("file", "name"), [("tencent_bda.success.json", RESPONSE), ("tencent_bda.error.json", ERROR)]
)
def test_a_documented_sample_of_a_response_is_one(file: str, name: str) -> None:
    document = json.loads(sample(file))
    assert violations("tencent_bda", name, document) == []
    assert document in examples(name)


def test_the_documented_request_that_succeeds_is_in_order() -> None:
    fields = json.loads(sample("tencent_bda.succeeding.request.json"))
    assert examples(REQUEST)[TC3]["fields"] == fields


def test_the_documented_request_that_fails_is_not() -> None:
    fields = json.loads(sample("tencent_bda.failing.request.json"))
    assert where(REQUEST, broken(REQUEST, TC3, ("fields",), fields)) == ["fields.SegmentationOptions"]


def authorization(before: str, after: str) -> str:
    whole: str = examples(REQUEST)[TC3]["headers"]["authorization"]
    assert before in whole
    return whole.replace(before, after)


BROKEN: list[tuple[str, int, Path, object, str]] = [
    (REQUEST, TC3, ("method",), "PUT", "method"),
    (REQUEST, TC3, ("path",), "/v3", "path"),
    (REQUEST, TC3, ("headers", "user-agent"), 1, "headers.user-agent"),
    (REQUEST, TC3, ("headers", "content-type"), "application/x-www-form-urlencoded", "headers.content-type"),
    (REQUEST, TC3_GET, ("headers", "content-type"), "application/json", "headers.content-type"),
    (REQUEST, TC3, ("headers", "content-length"), "10485761", "headers.content-length"),
    (REQUEST, TC3, ("headers", "authorization"), ..., "headers"),
    (REQUEST, TC3, ("headers", "authorization"), "SKIP", "headers.authorization"),
    (REQUEST, TC3, ("headers", "x-tc-action"), "DetectBody", "headers.x-tc-action"),
    (REQUEST, TC3, ("headers", "x-tc-version"), "2017-03-12", "headers.x-tc-version"),
    (REQUEST, TC3, ("headers", "x-tc-region"), "eu-frankfurt", "headers.x-tc-region"),
    (REQUEST, TC3, ("headers", "x-tc-timestamp"), "1795203577000", "headers.x-tc-timestamp"),
    (REQUEST, TC3, ("headers", "x-tc-timestamp"), "1795203577.5", "headers.x-tc-timestamp"),
    (REQUEST, TC3, ("headers", "x-tc-token"), "", "headers.x-tc-token"),
    (REQUEST, TC3, ("headers", "x-tc-language"), "en", "headers.x-tc-language"),
    (REQUEST, TC3, ("headers", "x-tc-content-sha256"), "UNSIGNED", "headers.x-tc-content-sha256"),
    (REQUEST, TC3, ("fields", "Picture"), "x", "fields"),
    (REQUEST, TC3, ("fields", "SegmentationOptions"), ..., "fields"),
    (REQUEST, TC3, ("fields", "SegmentationOptions"), "Head", "fields.SegmentationOptions"),
    (REQUEST, TC3, ("fields", "SegmentationOptions"), {}, "fields.SegmentationOptions"),
    (REQUEST, TC3, ("fields", "SegmentationOptions", "Head"), False, "fields.SegmentationOptions"),
    (REQUEST, TC3, ("fields", "SegmentationOptions", "Head"), None, "fields.SegmentationOptions"),
    (REQUEST, TC3, ("fields", "SegmentationOptions", "Heads"), True, "fields.SegmentationOptions"),
    (REQUEST, TC3, ("fields", "SegmentationOptions", "Hair"), "yes", "fields.SegmentationOptions.Hair"),
    (REQUEST, TC3, ("fields", "Url"), ..., "fields"),
    (REQUEST, TC3, ("fields", "Url"), "", "fields"),
    (REQUEST, TC3, ("fields", "Url"), "IamNotAUrl", "fields.Url"),
    (REQUEST, TC3, ("fields", "Url"), "ftp://example.com/a.jpg", "fields.Url"),
    (REQUEST, TC3, ("fields", "Url"), "https:///a.jpg", "fields.Url"),
    (REQUEST, TC3, ("fields", "Url"), "https://example.com/a b.jpg", "fields.Url"),
    (REQUEST, TC3_IMAGE, ("fields", "Image"), None, "fields"),
    (REQUEST, TC3_IMAGE, ("fields", "Image"), 7, "fields.Image"),
    (REQUEST, TC3_IMAGE, ("fields", "Image"), "data:image/png;base64,iVBORw0KGgo=", "fields.Image"),
    (REQUEST, TC3_IMAGE, ("fields", "Image"), "iVBORw0KGgo\nAAAANSUhEUg==", "fields.Image"),
    (REQUEST, TC3_IMAGE, ("fields", "Image"), "iVBORw0KGgo-AAAA_SUhEUg==", "fields.Image"),
    (REQUEST, TC3_IMAGE, ("fields", "Image"), "A" * (MAX_BASE64 + 4), "fields.Image"),
    (REQUEST, TC3_IMAGE, ("fields", "Image"), f"{'A' * 80}… (5242881 characters)", "fields.Image"),
    (REQUEST, TC3_IMAGE, ("files", 0, "field"), "image", "files[0].field"),
    (REQUEST, TC3_IMAGE, ("files", 0, "size"), 0, "files[0].size"),
    (REQUEST, TC3_IMAGE, ("files", 0, "size"), MAX_BASE64 // 4 * 3 + 1, "files[0].size"),
    (REQUEST, TC3_IMAGE, ("files", 0, "digest"), "", "files[0].digest"),
    (REQUEST, TC3_IMAGE, ("files", 0, "format"), "gif", "files[0].format"),
    (REQUEST, TC3_IMAGE, ("files", 0, "width"), 31, "files[0].width"),
    (REQUEST, TC3_IMAGE, ("files", 0, "width"), 2000, "files[0].width"),
    (REQUEST, TC3_IMAGE, ("files", 0, "height"), 31, "files[0].height"),
    (REQUEST, TC3_IMAGE, ("files", 0, "height"), 2000, "files[0].height"),
    (REQUEST, TC3_IMAGE, ("files",), examples(REQUEST)[TC3_IMAGE]["files"] * 2, "files"),
    (REQUEST, OLDER, ("headers", "content-type"), "application/json", "headers.content-type"),
    (REQUEST, OLDER, ("headers", "content-type"), ..., "headers"),
    (REQUEST, OLDER, ("headers", "content-length"), "1048577", "headers.content-length"),
    (REQUEST, OLDER, ("fields",), ..., ""),
    (REQUEST, OLDER, ("fields", "Nonce"), "-1", "fields.Nonce"),
    (REQUEST, OLDER, ("fields", "Nonce"), ..., "fields"),
    (REQUEST, OLDER, ("fields", "SecretId"), "LTAIother", "fields.SecretId"),
    (REQUEST, OLDER, ("fields", "Signature"), "4386f1… (64 characters)", "fields.Signature"),
    (REQUEST, OLDER, ("fields", "SignatureMethod"), "HmacMD5", "fields.SignatureMethod"),
    (REQUEST, OLDER, ("fields", "RequestClient"), 3, "fields.RequestClient"),
    (REQUEST, OLDER, ("fields", "Picture"), "x", "fields"),
    (REQUEST, OLDER, ("fields", "SegmentationOptions.Heads"), "True", "fields"),
    (REQUEST, OLDER, ("fields", "SegmentationOptions.Head"), "False", "fields"),
    (REQUEST, OLDER, ("fields", "SegmentationOptions.Hair"), "yes", "fields[SegmentationOptions.Hair]"),
    (REQUEST, OLDER, ("fields", "Url"), ..., "fields"),
    (RESPONSE, 0, ("Response",), ..., ""),
    (RESPONSE, 0, ("Response", "PortraitImage"), "/9j/4AAQSkZJRgABAQAAAQ", "Response.PortraitImage"),
    (RESPONSE, 0, ("Response", "MaskImage"), "/9j/4AAQ*", "Response.MaskImage"),
    (RESPONSE, 0, ("Response", "MaskImage"), "", "Response.MaskImage"),
    (RESPONSE, 0, ("Response", "ImageRects"), ..., "Response"),
    (RESPONSE, 0, ("Response", "ImageRects", 0, "Label"), "Heads", "Response.ImageRects[0].Label"),
    *(
        (RESPONSE, 0, ("Response", "ImageRects", 0, side), -1, f"Response.ImageRects[0].{side}")
        for side in "XY"
    ),
    (RESPONSE, 0, ("Response", "ImageRects", 0, "Width"), -1, "Response.ImageRects[0].Width"),
    (RESPONSE, 0, ("Response", "ImageRects", 0, "Height"), -1, "Response.ImageRects[0].Height"),
    (RESPONSE, 0, ("Response", "RequestId"), "07D71AF0-D3AF-4D36-8217-1E6836F38007", "Response.RequestId"),
    (RESPONSE, 0, ("Response", "Error"), {"Code": "InternalError"}, "Response.Error"),
    (ERROR, 0, ("Response", "Error", "Code"), "UrlIllegal", "Response.Error.Code"),
    (ERROR, 0, ("Response", "Error", "Message"), "", "Response.Error.Message"),
    (ERROR, 0, ("Response", "Error"), ..., "Response"),
    (ERROR, 0, ("Response", "RequestId"), ..., "Response"),
    (ERROR, 0, ("Response", "PortraitImage"), "iVBORw0KGgo=", "Response.PortraitImage"),
    (ERROR, 0, ("Response", "MaskImage"), "/9j/4AAQ", "Response.MaskImage"),
    (ERROR, 0, ("Response", "ImageRects"), [], "Response.ImageRects"),
]


@pytest.mark.parametrize(
    ("name", "at", "path", "value", "place"),
    BROKEN,
    ids=[f"{one[0]} {one[2]} {str(one[3])[:40]}" for one in BROKEN],
)
def test_what_breaks_a_constraint_is_named_by_its_place_alone(
    name: str, at: int, path: Path, value: object, place: str
) -> None:
    assert where(name, broken(name, at, path, value)) == [place]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("TC3-HMAC-SHA256", "TC3-HMAC-SHA1"),
        ("AKIDmo", "LTAImo"),
        ("2026-11-20", "20261120"),
        ("/bda/", "//"),
        ("tc3_request", "aws4_request"),
        ("content-type;host", "host"),
        ("content-type;host", "content-type"),
        ("content-type;host", "content-type;x-host"),
        ("content-type;host", "x-content-type;host"),
        ("(64 characters)", "(44 characters)"),
    ],
)
def test_a_malformed_authorization_is_a_violation(before: str, after: str) -> None:
    document = broken(REQUEST, TC3, ("headers", "authorization"), authorization(before, after))
    assert where(REQUEST, document) == ["headers.authorization"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("AKIDmo… (16 characters)", "AKIDmock9e8821a2"),
        ("4386f1… (64 characters)", "4386f1" + "0" * 58),
        ("/bda/", "/localhost:9000/"),
        ("content-type;host", "content-type;host;x-tc-action"),
        (", ", ","),
    ],
)
def test_an_authorization_may_be_written_otherwise(before: str, after: str) -> None:
    document = broken(REQUEST, TC3, ("headers", "authorization"), authorization(before, after))
    assert where(REQUEST, document) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "HTTPS://example.com:8443/a.jpg?x=1#part",
        "https://…@example.com/a.jpg",
        "https://example.com/a.jpg?sign=…&x=ü",
        "https://example.com/a.jpg?Signature=JZ4/h4… (28 characters)&Expires=1",
        "https://example.com/" + "a" * 60 + "… (3000 characters)",
    ],
)
def test_a_url_is_taken_as_the_journal_has_it(url: str) -> None:
    assert where(REQUEST, broken(REQUEST, TC3, ("fields", "Url"), url)) == []


EDGES = [1, 6576, 1048576, 1048577, MAX_BASE64, MAX_BASE64 + 1, 10485760, 10485761]


@given(length=st.integers(0, 20_000_000) | st.sampled_from(EDGES))
def test_a_length_is_judged_at_the_exact_edge(length: int) -> None:
    image = broken(REQUEST, TC3_IMAGE, ("fields", "Image"), f"{'A' * 80}… ({length} characters)")
    assert where(REQUEST, image) == ([] if length <= MAX_BASE64 else ["fields.Image"])
    for at, most in ((TC3, 10 * MEBIBYTE), (OLDER, MEBIBYTE)):
        body = broken(REQUEST, at, ("headers", "content-length"), str(length))
        assert where(REQUEST, body) == ([] if length <= most else ["headers.content-length"])


@given(
    size=st.sampled_from([0, 1, 4932, MAX_BASE64 // 4 * 3, MAX_BASE64 // 4 * 3 + 1]),
    width=st.integers(0, 4000) | st.sampled_from([31, 32, 1999, 2000]),
    height=st.integers(0, 4000) | st.sampled_from([31, 32, 1999, 2000]),
)
def test_an_image_is_judged_at_the_exact_edge(size: int, width: int, height: int) -> None:
    facts = {"size": size, "width": width, "height": height}
    document = broken(REQUEST, TC3_IMAGE, ("files", 0), examples(REQUEST)[TC3_IMAGE]["files"][0] | facts)
    wrong = {
        "size": not 1 <= size <= MAX_BASE64 // 4 * 3,
        "width": not 32 <= width < 2000,
        "height": not 32 <= height < 2000,
    }
    assert set(where(REQUEST, document)) == {f"files[0].{name}" for name, refused in wrong.items() if refused}


@given(options=st.dictionaries(st.sampled_from(OPTIONS), st.sampled_from([True, False, None])))
def test_one_true_option_is_enough_and_none_is_not(options: dict[str, bool | None]) -> None:
    document = broken(REQUEST, TC3, ("fields", "SegmentationOptions"), options)
    enough = any(options.values())
    assert where(REQUEST, document) == ([] if enough else ["fields.SegmentationOptions"])
    flat = {f"SegmentationOptions.{name}": str(bool(value)) for name, value in options.items()}
    kept = {
        name: value for name, value in examples(REQUEST)[OLDER]["fields"].items() if "Options" not in name
    }
    assert where(REQUEST, broken(REQUEST, OLDER, ("fields",), kept | flat)) == ([] if enough else ["fields"])


def test_the_options_and_the_codes_are_those_of_the_catalogue() -> None:
    definitions = schemas("tencent_bda")["common"]["$defs"]
    assert tuple(definitions["label"]["enum"]) == OPTIONS
    assert tuple(definitions["options"]["properties"]) == OPTIONS
    envelope = schemas("tencent_bda")[ERROR]["properties"]["Response"]["properties"]
    codes = envelope["Error"]["properties"]["Code"]["enum"]
    known = {behaviour.error.code for behaviour in CATALOGUE.errors if behaviour.error}
    assert set(codes) == known | CATALOGUE.left_out.keys()


@pytest.mark.parametrize("mask", ["/9j/4AAQSkZJRgABAQ==", "/9j/2wBDAAMCAg==", "AAB/Qw==", "/9j/QgAAAAA="])
def test_a_mask_is_one_of_two_things(mask: str) -> None:
    assert where(RESPONSE, broken(RESPONSE, 1, ("Response", "MaskImage"), mask)) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (REQUEST, ("headers", "user-agent")),
        (REQUEST, ("query", "trace")),
        (RESPONSE, ("Response", "DeprecatedWarning")),
        (RESPONSE, ("Response", "ImageRects", 0, "Score")),
        (ERROR, ("Response", "Error", "Hint")),
    ],
)
def test_what_may_be_added_is_no_violation(name: str, path: Path) -> None:
    assert where(name, broken(name, 0, path, "more")) == []


def test_every_constraint_can_be_broken() -> None:
    instances = [(name, broken(name, at, path, value)) for name, at, path, value, _ in BROKEN]
    instances += [
        (name, one)
        for name, schema in schemas("tencent_bda").items()
        for whole in schema.get("examples", ())
        for one in mutations(whole)
    ]
    options = dict.fromkeys(OPTIONS, "yes")
    instances.append((REQUEST, broken(REQUEST, TC3, ("fields", "SegmentationOptions"), options)))
    instances.append((REQUEST, broken(REQUEST, OLDER, ("fields", "Language"), "en")))
    wanted = constraints("tencent_bda")
    unbroken = wanted.keys() - asked("tencent_bda", instances)
    assert [wanted[one] for one in unbroken] == []
