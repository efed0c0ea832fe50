"""The documents: valid, complete, and true to what they are made from."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from mockserver import catalogue, interface
from mockserver.catalogue import Kind
from mockserver.contract import openapi, schema
from mockserver.contract.openapi import outline

PROVIDERS = catalogue.providers()
every_provider = pytest.mark.parametrize("provider", PROVIDERS)
with_callbacks = pytest.mark.parametrize(
    ("provider", "path", "field"),
    [
        ("picwish", "/api/tasks/visual/segmentation", "callback_url"),
        ("processimage", "/watermark/access", "callback"),
    ],
)


def operations(provider: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in openapi.document(provider)["paths"].items():
        for method, operation in item.items():
            if method != "servers":
                yield path, method, operation


def responses(provider: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, _, operation in operations(provider):
        yield from operation["responses"].items()


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def errors(provider: str, said: dict[str, Any], instance: object) -> list[str]:
    """What is wrong with an instance by a schema that stands in a document."""
    document = openapi.document(provider)
    resource = DRAFT202012.create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:document", resource)
    rebased = json.loads(json.dumps(said).replace('"#/', '"urn:document#/'))
    return [error.message for error in Draft202012Validator(rebased, registry=registry).iter_errors(instance)]


@every_provider
def test_it_is_valid(provider: str) -> None:
    validate(openapi.document(provider))


@every_provider
def test_every_documented_call_is_there_with_its_methods(provider: str) -> None:
    documented = {
        (call.path.replace("<", "{").replace(">", "}"), method.lower())
        for call in interface.load(provider).calls
        for method in call.methods
    }
    assert {(path, method) for path, method, _ in operations(provider)} == documented
    assert outline.load(provider).operations.keys() == {
        call.operation for call in interface.load(provider).calls
    }


@every_provider
def test_every_error_of_the_catalogue_is_at_its_status(provider: str) -> None:
    listed = {
        (one["id"], status) for status, said in responses(provider) for one in said.get("x-behaviours", ())
    }
    known = catalogue.load(provider)
    expected = {(one.id, str(one.error.status)) for one in known if one.error}
    assert expected <= listed
    assert {one for one, _ in listed} == {one for one, _ in expected}


@every_provider
def test_an_error_says_where_it_is_known_from(provider: str) -> None:
    sources = openapi.document(provider)["x-sources"]
    for _, said in responses(provider):
        for one in said.get("x-behaviours", ()):
            known = catalogue.load(provider)[one["id"]]
            assert one["x-evidence"] == known.provenance.kind.value
            assert set(one["x-source"]) <= sources.keys()
            assert known.summary in said["description"]


@every_provider
def test_a_limit_says_where_it_is_known_from(provider: str) -> None:
    document = openapi.document(provider)
    found = {one["x-source"] for one in nodes(document) if isinstance(one.get("x-source"), str)}
    assert found
    assert found <= document["x-sources"].keys()


@every_provider
def test_every_example_is_one(provider: str) -> None:
    media = [one for one in nodes(openapi.document(provider)) if "examples" in one and "schema" in one]
    assert media
    for one in media:
        for name, example in one["examples"].items():
            assert errors(provider, one["schema"], example["value"]) == [], name


@every_provider
def test_the_examples_of_definitions_are_ones_too(provider: str) -> None:
    for name, said in openapi.document(provider)["components"]["schemas"].items():
        for example in said.get("examples", ()):
            assert errors(provider, {"$ref": f"#/components/schemas/{name}"}, example) == [], name


@every_provider
def test_a_wrong_example_would_be_seen(provider: str) -> None:
    assert errors(provider, {"$ref": "#/components/schemas/error"}, {"status": "no"})


@every_provider
def test_every_schema_of_an_answer_is_in_it_and_nothing_that_is_not_referred_to(provider: str) -> None:
    document = openapi.document(provider)
    components = document["components"]["schemas"]
    bodies = [name for name in schema.names(provider) if name.endswith((".response", "callback"))]
    files = {name for name in bodies if components.get(name) is None}
    assert files <= {"result.response"}, "these are files"
    referred = {one["$ref"].split("/")[3] for one in nodes(document) if "$ref" in one}
    assert referred == components.keys()


@every_provider
def test_it_is_about_the_wire_not_about_the_journal(provider: str) -> None:
    # That there is no ellipsis may well be said, and that a link has its ampersands escaped.
    text = re.sub(r"\[\^[^]]*…\]|\\\\u0026", "", openapi.printed(provider))
    for foreign in ("…", "journal", "mockserver.invalid", "\\u00", ".json#"):
        assert foreign not in text


@every_provider
def test_everything_has_a_title_or_a_summary_and_ids_are_unique(provider: str) -> None:
    found = list(operations(provider))
    assert all(operation["summary"] and operation["description"] for _, _, operation in found)
    assert len({operation["operationId"] for _, _, operation in found}) == len(found)
    assert all(said["description"] for _, said in responses(provider))


@every_provider
def test_the_documented_hosts_come_before_the_mock_server(provider: str) -> None:
    known = catalogue.load(provider)
    urls = [server["url"] for server in openapi.document(provider)["servers"]]
    assert urls == [*(f"https://{host}" for host in known.hosts), "/"]


@every_provider
def test_every_documented_field_file_and_header_is_there(provider: str) -> None:
    schemes = openapi.document(provider)["components"]["securitySchemes"]
    for call in interface.load(provider).calls:
        said = [one for _, _, one in operations(provider) if one["operationId"].startswith(call.operation)]
        headers = {one["name"] for one in nodes(said) if one.get("in") == "header"}
        headers |= {scheme["name"] for scheme in schemes.values()}
        assert set(call.headers) <= headers
        names = {name for one in nodes(said) for name in one.get("properties", ())}
        assert {*call.files, *call.fields} - {"ref"} <= names


@pytest.mark.parametrize(
    ("provider", "path", "field", "most", "types"),
    [
        (
            "ailab",
            "/api/cutout/portrait/avatar-extraction",
            "image",
            3145728,
            "image/jpeg, image/png, image/bmp",
        ),
        (
            "picwish",
            "/api/tasks/visual/segmentation",
            "image_file",
            15728640,
            "image/jpeg, image/png, image/bmp, image/webp, image/tiff",
        ),
        ("processimage", "/watermark/access", "imageFile", 4194304, "image/png, image/bmp, image/jpeg"),
    ],
)
def test_a_picture_is_a_part_of_bytes_with_its_limit(
    provider: str, path: str, field: str, most: int, types: str
) -> None:
    body = openapi.document(provider)["paths"][path]["post"]["requestBody"]["content"]["multipart/form-data"]
    part = body["schema"]["properties"][field]
    assert (part["type"], part["contentMediaType"]) == ("string", "application/octet-stream")
    assert part["maxLength"] == part["x-max-bytes"] == most
    assert body["encoding"][field] == {"contentType": types}


@with_callbacks
def test_callbacks_go_to_the_url_in_the_request(provider: str, path: str, field: str) -> None:
    callbacks = openapi.document(provider)["paths"][path]["post"]["callbacks"]
    [[(url, item)]] = [one.items() for one in callbacks.values()]
    assert url == f"{{$request.body#/{field}}}"
    content = item["post"]["requestBody"]["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/callback"}


def test_an_error_is_among_the_answers_with_status_200_where_the_provider_has_it_there() -> None:
    document = openapi.document("tencent_bda")
    answer = document["paths"]["/"]["post"]["responses"]["200"]["content"]["application/json"]
    assert {"$ref": "#/components/schemas/error"} in answer["schema"]["anyOf"]


def test_xml_is_described_by_its_root() -> None:
    document = openapi.document("picwish")
    answer = document["paths"]["/tasks/output/segmentation/{name}"]["get"]["responses"]["403"]
    said = answer["content"]["application/xml"]["schema"]
    assert said["xml"] == {"name": "Error"}
    assert errors("picwish", {"$ref": said["$ref"]}, {"Code": "AccessDenied"})


def test_one_who_signs_in_another_way_is_told_how_the_parameters_go() -> None:
    document = openapi.document("tencent_bda")
    names = [one["name"] for one in document["paths"]["/"]["get"]["parameters"] if one["in"] == "query"]
    assert {"Signature", "SecretId", "SegmentationOptions.Head"} <= set(names)
    assert "SegmentationOptions" not in names


@every_provider
def test_a_behaviour_that_is_no_error_is_not_listed(provider: str) -> None:
    known = catalogue.load(provider)
    listed = {one["id"] for _, said in responses(provider) for one in said.get("x-behaviours", ())}
    assert {known[one].kind for one in listed} <= {Kind.ERROR, Kind.LIFETIME}


def test_it_is_the_same_in_every_process() -> None:
    script = "from mockserver.contract import openapi; print(ascii(openapi.printed('picwish')))"
    made = [
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert made == [f"{openapi.printed('picwish')!a}\n".encode()] * 2


def test_an_unknown_provider_is_told_the_known_ones() -> None:
    with pytest.raises(LookupError, match="ailab, picwish, processimage, tencent_bda"):
        openapi.document("openai")
