"""The server keeps to its own documents: schemathesis makes requests from them and judges the answers."""

from collections import Counter
from typing import Any
from xml.etree import ElementTree

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_callers import PICTURE, AnyCase, Caller, put
from schemathesis import DeserializationContext, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mockserver import MockServer, catalogue
from mockserver.contract import openapi

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    (provider, path, method)
    for provider in catalogue.providers()
    for path, item in openapi.document(provider)["paths"].items()
    for method in item
    if method != "servers"
]
few = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
every_operation = pytest.mark.parametrize(("provider", "path", "method"), OPERATIONS)


@schemathesis.deserializer("application/xml")
def read_xml(context: DeserializationContext, response: Response) -> Any:
    """The root of a document, whose elements are texts, as a mapping."""
    return {element.tag: element.text or "" for element in ElementTree.fromstring(response.content)}


@schemathesis.deserializer("text/html")
def read_page(context: DeserializationContext, response: Response) -> Any:
    return response.text


def described(provider: str, path: str, method: str) -> dict[str, Any]:
    found: dict[str, Any] = openapi.document(provider)["paths"][path][method]
    return found


def operation(document: dict[str, Any], path: str, method: str) -> Any:
    return schemathesis.openapi.from_dict(document)[path][method.upper()]


def has_input(provider: str, path: str, method: str) -> bool:
    """Whether there is anything that can be sent wrongly."""
    said = described(provider, path, method)
    return bool(said["parameters"] or said["security"] or "requestBody" in said)


def checks(provider: str, case: AnyCase) -> list[Any]:
    """What is asked of an answer. The published server of processimage.cn has 500 for what is no form."""
    is_form = isinstance(case.body, dict)
    return CHECKS if is_form or provider != "processimage" else CHECKS[1:]


@pytest.mark.parametrize(
    ("provider", "path", "method", "mode"),
    [
        (*one, mode)
        for one in OPERATIONS
        for mode in GenerationMode
        if mode is GenerationMode.POSITIVE or has_input(*one)
    ],
)
def test_whatever_is_sent_the_answer_is_documented(
    server: MockServer, provider: str, path: str, method: str, mode: GenerationMode
) -> None:
    @few
    @given(operation(openapi.document(provider), path, method).as_strategy(generation_mode=mode))
    def judge(case: AnyCase) -> None:
        # Below its prefix: without, the server has to guess from the request whom it is for.
        answer = case.call(base_url=f"{server.url}/{provider}")
        case.validate_response(answer, checks=checks(provider, case))

    judge()


@every_operation
def test_who_is_let_in_gets_what_is_documented(
    server: MockServer, caller: Caller, path: str, method: str, provider: str
) -> None:
    statuses: Counter[int] = Counter()

    @few
    @given(operation(openapi.document(provider), path, method).as_strategy())
    def judge(case: AnyCase) -> None:
        answer = case.call(base_url=server.url, auth=caller.let_in(case))
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    judge()
    assert any(status < 300 for status in statuses), statuses


@pytest.mark.parametrize(
    ("provider", "path", "schema"),
    [
        ("picwish", "/api/tasks/visual/segmentation/{task_id}", {"required": ["request_id"]}),
        ("picwish", "/tasks/output/segmentation/{name}", {"required": ["Nothing"]}),
        ("processimage", "/watermark/access", {"pattern": "^nothing$"}),
    ],
)
def test_an_answer_that_is_not_as_its_schema_is_seen(
    server: MockServer, provider: str, path: str, schema: dict[str, Any]
) -> None:
    document = openapi.document(provider)
    for answer in document["paths"][path]["get"]["responses"].values():
        for media in answer.get("content", {}).values():
            media["schema"] = schema

    @few
    @given(operation(document, path, "get").as_strategy())
    def judge(case: AnyCase) -> None:
        case.validate_response(case.call(base_url=f"{server.url}/{provider}"), checks=CHECKS)

    with pytest.raises(FailureGroup):
        judge()


@pytest.mark.parametrize("wrong", ["status", "content type"])
@pytest.mark.parametrize("provider", ["picwish"])
def test_an_answer_that_is_not_documented_is_seen(server: MockServer, caller: Caller, wrong: str) -> None:
    document = openapi.document("picwish")
    path = "/api/tasks/visual/segmentation/{task_id}"
    responses = document["paths"][path]["get"]["responses"]
    if wrong == "status":
        del responses["200"]
    else:
        responses["200"]["content"] = {"text/plain": {}}

    @few
    @given(operation(document, path, "get").as_strategy())
    def judge(case: AnyCase) -> None:
        caller.let_in(case)
        case.validate_response(case.call(base_url=server.url), checks=CHECKS)

    with pytest.raises(FailureGroup):
        judge()


@pytest.mark.parametrize(
    ("provider", "path", "reading", "spoilt", "status"),
    [
        ("processimage", "/watermark/access", {"http_status": "as_http_code"}, {"salt": "87654321"}, 401),
        (
            "ailab",
            "/api/cutout/portrait/avatar-extraction",
            {"status_column": "before_2026_01_08", "envelope": "1"},
            {"image": PICTURE[:1000]},
            400,
        ),
    ],
)
def test_an_error_is_documented_in_the_other_readings_of_the_documents(
    server: MockServer,
    caller: Caller,
    provider: str,
    path: str,
    reading: dict[str, str],
    spoilt: dict[str, Any],
    status: int,
) -> None:
    caller.sandbox.set(provider, **reading)

    @few
    @given(operation(openapi.document(provider), path, "post").as_strategy())
    def judge(case: AnyCase) -> None:
        caller.let_in(case)
        put(case, **spoilt)
        answer = case.call(base_url=server.url)
        assert answer.status_code == status, answer.text
        case.validate_response(answer, checks=CHECKS)

    judge()
