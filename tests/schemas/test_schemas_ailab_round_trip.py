"""Whatever the server answers as AILabTools validates, and so does every honest request in the journal."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from ailabtools.client import AILabClient
from hypothesis import given, settings
from hypothesis import strategies as st
from schema_world import of_provider, parse_xml, paths, request_of, violations

from mockserver import MockServer, RunningSandbox, catalogue, fixtures
from mockserver.exchange import Exchange
from mockserver.fixtures.edges import sized
from mockserver.fixtures.files import jpeg
from mockserver.fixtures.portraits import portrait
from mockserver.providers.ailab import SETTINGS
from mockserver.providers.ailab.wire import PATH

CATALOGUE = catalogue.load("ailab")
CAUSES: Mapping[str, Callable[..., httpx.Response]] = of_provider("ailab", "test_ailab_behaviours").CAUSES
WITH_A_BODY = [name for name in CAUSES if name != "cors.preflight"]
BROKEN_BY: Mapping[str, set[str]] = {
    "error.ERROR_PARAMETERS": {"headers.content-type"},
    "error.MISSING_PARAMETERS": {"files"},
    "error.PARAMETERS_CANNOT_EMPTY": {f"files[0].{name}" for name in ("size", "format", "width", "height")},
    "error.UNSUPPORTED_PARAMETER_VALUES": {"fields.return_form"},
    "error.ERROR_APPLICATIONS_NOT_EXISTS": {"headers.ailabapi-api-key"},
    "error.ERROR_ILLEGAL_OPERATION": {"method", "headers"},
    "error.ERROR_AI_NOT_EXISTS": {"path", "headers"},
    "error.ERROR_TOO_MANY_FILES": {"files"},
    "error.FILE_RESOLUTION_EXCEEDS_LIMITS": {"files[0].width"},
    "error.UNSUPPORTED_FILE_TYPES": {"files[0].format"},
    "error.ERROR_LOW_RESOLUTION": {"files[0].width"},
}
"""Where a request that causes a behaviour is against the documents; of any other it is in order.

A file that is refused while it comes in has left no facts, and what the account or the picture itself is
refused for is no matter of form."""
PICTURES = {
    "one": sized(200, 250),
    "two": jpeg(portrait(3, width=300, height=200, people=2)),
    "nobody": fixtures.path("empty.jpg").read_bytes(),
    "no image": b"no image",
}
CHOICES = {one.name: st.sampled_from(one.choices) for one in SETTINGS if one.choices}


def schema_of(exchange: Exchange) -> str:
    side = "response" if exchange.status == 200 else "error"
    if exchange.operation == "result":
        return f"result.{side}"
    return "avatar-extraction.response" if side == "response" else side


def content(answer: httpx.Response) -> object:
    """The body of an answer as its schema sees it."""
    kind = answer.headers["content-type"]
    if kind == "application/xml":
        return parse_xml(answer.content)
    return base64.b64encode(answer.content).decode() if kind == "image/png" else answer.json()


def request_schema(exchange: Exchange) -> str:
    return "result.request" if exchange.operation == "result" else "avatar-extraction.request"


def last(server: MockServer, sandbox: RunningSandbox) -> Exchange:
    return sandbox.journal.last if len(sandbox.journal) else server.strangers.last


@pytest.mark.parametrize("behaviour", WITH_A_BODY)
def test_what_is_answered_validates_and_the_request_as_far_as_it_is_in_order(
    server: MockServer, sandbox: RunningSandbox, ailab: httpx.Client, behaviour: str
) -> None:
    answer = CAUSES[behaviour](ailab, sandbox)
    exchange = last(server, sandbox)
    assert violations("ailab", schema_of(exchange), content(answer)) == []
    broken = paths("ailab", request_schema(exchange), request_of(exchange))
    assert set(broken) == BROKEN_BY.get(behaviour, set())


def test_a_preflight_has_no_body(sandbox: RunningSandbox, ailab: httpx.Client) -> None:
    assert CAUSES["cors.preflight"](ailab, sandbox).content == b""


@settings(max_examples=150)
@given(
    chosen=st.fixed_dictionaries({}, optional=CHOICES),
    picture=st.sampled_from(list(PICTURES)),
    form=st.fixed_dictionaries({}, optional={"return_form": st.sampled_from(["", "mask", "other"])}),
    fault=st.none() | st.sampled_from([behaviour.id for behaviour in CATALOGUE.errors]),
    prefix=st.sampled_from(["", "/ailab"]),
)
def test_every_answer_in_every_reading_validates(
    server: MockServer,
    chosen: dict[str, Any],
    picture: str,
    form: dict[str, str],
    fault: str | None,
    prefix: str,
) -> None:
    sandbox = server.sandbox(ailab=chosen)
    if fault:
        sandbox.fail("ailab", fault)
    key = {"ailabapi-api-key": sandbox.ailab.api_key}
    url = sandbox.ailab.url + prefix + PATH
    with httpx.Client(verify=False) as client:
        answer = client.post(url, headers=key, files={"image": PICTURES[picture]}, data=form)
        exchange = sandbox.journal.last
        assert violations("ailab", schema_of(exchange), content(answer)) == []
        wrong_form = form.get("return_form") == "other"
        if not wrong_form and picture != "no image":
            assert paths("ailab", "avatar-extraction.request", request_of(exchange)) == []
        for element in elements(answer):
            assert_file(client, sandbox, element["image_url"])


@pytest.mark.parametrize("envelope", ["1", "2", "3", "4"])
@pytest.mark.parametrize("column", ["since_2026_01_08", "before_2026_01_08"])
def test_every_error_validates_in_every_generation(
    sandbox: RunningSandbox, ailab: httpx.Client, envelope: str, column: str
) -> None:
    sandbox.set("ailab", envelope=envelope, status_column=column)
    for behaviour in CATALOGUE.errors:
        sandbox.fail("ailab", behaviour.id)
        assert violations("ailab", "error", ailab.post(PATH).json()) == [], behaviour.id


def elements(answer: httpx.Response) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (answer.json().get("data") or {}).get("elements", [])
    return found


def assert_file(client: httpx.Client, sandbox: RunningSandbox, url: str) -> None:
    assert violations("ailab", "result.response", content(client.get(url))) == []
    assert violations("ailab", "result.request", request_of(sandbox.journal.last)) == []


@pytest.mark.parametrize("fault", ["asset.expired", "asset.unknown"])
def test_a_fault_of_a_download_validates(sandbox: RunningSandbox, ailab: httpx.Client, fault: str) -> None:
    (element,) = elements(ailab.post(PATH, files={"image": PICTURES["one"]}))
    sandbox.fail("ailab", fault)
    assert violations("ailab", "result.error", content(ailab.get(element["image_url"]))) == []


@pytest.mark.parametrize("options", [{}, {"returnForm": "mask"}])
def test_the_official_sdk_makes_requests_that_validate(
    sandbox: RunningSandbox, options: dict[str, str]
) -> None:
    async def call() -> None:
        client = AILabClient(sandbox.ailab.api_key, base_url=sandbox.ailab.url)
        try:
            await client.cutout.cutoutAvatarExtraction({"image": PICTURES["one"], **options})
        finally:
            await client.aclose()

    asyncio.run(call())
    assert violations("ailab", "avatar-extraction.request", request_of(sandbox.journal.last)) == []
