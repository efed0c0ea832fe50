"""Whatever the server answers as Tencent Cloud validates, and so does every honest request in the journal."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schema_world import of_provider, paths, request_of, violations
from tencentcloud.bda.v20200324 import bda_client, models
from tencentcloud.common import credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from mockserver import MockServer, RunningSandbox, catalogue, fixtures
from mockserver.fixtures.edges import sized
from mockserver.fixtures.files import jpeg
from mockserver.fixtures.portraits import portrait
from mockserver.providers.tencent_bda import SETTINGS
from mockserver.providers.tencent_bda.parameters import OPTIONS

REQUEST, RESPONSE = "SegmentCustomizedPortraitPic.request", "SegmentCustomizedPortraitPic.response"
CATALOGUE = catalogue.load("tencent_bda")
Cause = Callable[[Any], httpx.Response]
CAUSES: Mapping[str, Cause] = of_provider("tencent_bda", "test_tencent_errors").CAUSES
VARIANTS: Sequence[tuple[str, str, Cause]] = of_provider("tencent_bda", "test_tencent_messages").VARIANTS
signer = of_provider("tencent_bda", "signer")
BROKEN_BY: Mapping[str, set[str]] = {
    "AuthFailure.InvalidAuthorization": {"headers.authorization"},
    "AuthFailure.InvalidSecretId": {"headers.authorization"},
    "InvalidAction": {"headers.x-tc-action"},
    "InvalidParameter": {"fields.Image"},
    "InvalidRequest": {"headers.content-type"},
    "MissingParameter": {"headers"},
    "NoSuchVersion": {"headers.x-tc-version"},
    "RequestSizeLimitExceeded": {"headers.content-length"},
    "ResourceNotFound": {"path"},
    "UnknownParameter": {"fields", "fields.SegmentationOptions"},
    "UnsupportedProtocol": {"", "method"},
    "UnsupportedRegion": {"headers.x-tc-region"},
    "FailedOperation.ImageDecodeFailed": {f"files[0].{name}" for name in ("format", "width", "height")},
    "FailedOperation.ImageNotSupported": {"files[0].format"},
    "FailedOperation.ImageResolutionExceed": {"files[0].width"},
    "FailedOperation.ImageResolutionInsufficient": {"files[0].width"},
    "FailedOperation.ImageSizeExceed": {"fields.Image"},
    "InvalidParameter.InvalidParameter": {"fields"},
    "InvalidParameterValue.UrlIllegal": {"fields.Url"},
}
"""Where a request that causes an error is against the documents; of any other it is in order."""
URL = "http://example.com/picture"
PICTURES = {
    "one": sized(120, 150),
    "two": jpeg(portrait(3, width=240, height=160, people=2)),
    "nobody": fixtures.path("empty.jpg").read_bytes(),
}
CHOICES = {one.name: st.sampled_from(one.choices) for one in SETTINGS if one.choices}
METHODS = [
    (method, http) for method in ("TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256") for http in ("POST", "GET")
]


def assert_answer_validates(answer: httpx.Response) -> None:
    document = answer.json()
    name = "error" if "Error" in document["Response"] else RESPONSE
    assert violations("tencent_bda", name, document) == []


@pytest.mark.parametrize("behaviour", CAUSES)
def test_what_is_answered_validates_and_the_request_as_far_as_it_is_in_order(
    server: MockServer, sandbox: RunningSandbox, tencent: Any, behaviour: str
) -> None:
    assert_answer_validates(CAUSES[behaviour](tencent))
    exchange = sandbox.journal.last if len(sandbox.journal) else server.strangers.last
    broken = paths("tencent_bda", REQUEST, request_of(exchange))
    assert set(broken) == BROKEN_BY.get(behaviour.removeprefix("error."), set())


@pytest.mark.parametrize(("code", "message", "cause"), VARIANTS)
def test_every_variant_of_a_message_validates(tencent: Any, code: str, message: str, cause: Cause) -> None:
    answer = cause(tencent)
    assert answer.json()["Response"]["Error"] == {"Code": code, "Message": message}
    assert_answer_validates(answer)


@pytest.mark.parametrize("language", ["zh-CN", "en-US", None])
def test_every_error_validates_in_every_language(
    sandbox: RunningSandbox, tencent: Any, language: str | None
) -> None:
    honest = replace(tencent.tc3, headers={"X-TC-Language": language} if language else {})
    for behaviour in CATALOGUE.errors:
        sandbox.fail("tencent_bda", behaviour.id)
        answer = honest.send(tencent.url)
        assert "Error" in answer.json()["Response"]
        assert_answer_validates(answer)
        assert violations("tencent_bda", REQUEST, request_of(sandbox.journal.last)) == []


@settings(max_examples=100)
@given(
    chosen=st.fixed_dictionaries({}, optional=CHOICES),
    picture=st.sampled_from(list(PICTURES)),
    options=st.dictionaries(st.sampled_from(OPTIONS), st.sampled_from([True, False, None]), max_size=4),
    by_url=st.booleans(),
    older=st.booleans(),
    method=st.sampled_from(["GET", "POST"]),
)
def test_every_answer_in_every_reading_validates(
    server: MockServer,
    chosen: dict[str, Any],
    picture: str,
    options: dict[str, bool | None],
    by_url: bool,
    older: bool,
    method: str,
) -> None:
    sandbox = server.sandbox(tencent_bda=chosen)
    sandbox.know_url(URL, PICTURES[picture])
    image = base64.b64encode(PICTURES[picture]).decode()
    source = {"Url": URL} if by_url or method == "GET" else {"Image": image}
    answer = sent(sandbox, {"SegmentationOptions": options, **source}, older=older, method=method)
    assert_answer_validates(answer)
    broken = set(paths("tencent_bda", REQUEST, request_of(sandbox.journal.last)))
    if any(options.values()):
        assert broken == set()
    else:
        assert broken & {"fields", "fields.SegmentationOptions"}


def sent(sandbox: RunningSandbox, content: Mapping[str, Any], *, older: bool, method: str) -> httpx.Response:
    """An honest request of either kind of signature and either method."""
    access = sandbox.tencent_bda
    key = {"host": access.endpoint, "secret_id": access.secret_id, "secret_key": access.secret_key}
    given = {name: value for name, value in content["SegmentationOptions"].items() if value is not None}
    flat = signer.flat({**content, "SegmentationOptions": given})
    request: Any = signer.V1(**key, method=method, params=flat)
    if not older and method == "GET":
        query = str(httpx.QueryParams(flat))
        request = signer.Tc3(**key, method=method, query=query, content_type=signer.FORM_TYPE)
    elif not older:
        request = signer.Tc3(**key, body=json.dumps(content).encode())
    answer: httpx.Response = request.send(access.url)
    return answer


@pytest.mark.parametrize(("method", "http"), METHODS)
@pytest.mark.parametrize("temporary", [False, True])
def test_the_official_sdk_makes_requests_that_validate(
    sandbox: RunningSandbox, method: str, http: str, temporary: bool
) -> None:
    access = sandbox.tencent_bda
    sandbox.know_url(URL, PICTURES["one"])
    key = credential.Credential(access.secret_id, access.secret_key)
    if temporary:
        key = credential.Credential(access.temporary_secret_id, access.temporary_secret_key, access.token)
    address = HttpProfile(endpoint=access.endpoint, protocol="http", reqMethod=http)
    profile = ClientProfile(signMethod=method, httpProfile=address, language="en-US")
    wanted = models.SegmentCustomizedPortraitPicRequest()
    wanted.SegmentationOptions = models.SegmentationOptions()
    wanted.SegmentationOptions.Head = True
    wanted.SegmentationOptions.Hat = False
    wanted.Url = URL if http == "GET" else None
    wanted.Image = None if http == "GET" else base64.b64encode(PICTURES["one"]).decode()
    bda_client.BdaClient(key, "ap-guangzhou", profile).SegmentCustomizedPortraitPic(wanted)
    assert sandbox.journal.last.files
    assert violations("tencent_bda", REQUEST, request_of(sandbox.journal.last)) == []
