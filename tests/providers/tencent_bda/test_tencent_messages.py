"""What the provider says of wrong requests, to the letter, and what it takes."""

from dataclasses import replace

import httpx
import pytest
from signer import code
from tencent_world import OTHER_VERSION, PERSON, Cause, World

from mockserver.fixtures.files import jpeg, webp
from mockserver.fixtures.portraits import portrait
from mockserver.providers.tencent_bda.authentication import V1_REQUIRED


def test_a_formless_format_is_not_supported(world: World) -> None:
    assert code(world.picture(webp(PERSON))) == "FailedOperation.ImageNotSupported"


VARIANTS: list[tuple[str, str, Cause]] = [
    (
        "AuthFailure.InvalidAuthorization",
        (
            "The request `Authorization` header does not conform to tencentcloud standards: "
            "`Service` in Credential not valid."
        ),
        lambda w: w.set(credential_service="bda").send(service="127"),
    ),
    (
        "InvalidAction",
        "The request action=`DetectBody` is invalid or not found in service=`bda` and version=`2020-03-24`.",
        lambda w: w.send(headers={"X-TC-Action": "DetectBody"}),
    ),
    (
        "InvalidAction",
        (
            "The request action=`SegmentCustomizedPortraitPic` is invalid or not found in service=`bda` and "
            "version=`2017-03-12`."
        ),
        lambda w: w.send(headers=OTHER_VERSION),
    ),
    (
        "RequestLimitExceeded",
        (
            "Your current request times equals to `1` in a second, which exceeds the frequency limit `0` for "
            "a second. Please reduce the frequency of calls."
        ),
        lambda w: w.set(qps=0).send(),
    ),
    (
        "InvalidParameter",
        "The value type of parameter `Image` is not valid, input type should be `string`",
        lambda w: w.send({"Image": 7}),
    ),
    (
        "InvalidParameter",
        "The value type of parameter `SegmentationOptions.Head` is not valid, input type should be `boolean`",
        lambda w: w.send({"SegmentationOptions": {"Head": "yes"}}),
    ),
    (
        "InvalidParameter",
        "The request body is not a valid JSON.",
        lambda w: w.body(b"{"),
    ),
    (
        "InvalidParameter",
        "Url key and value should be splited by `=`.",
        lambda w: replace(w.tc3_get, query="Url").send(w.url),
    ),
    (
        "InvalidParameter",
        "Parameter `Nonce` type error.",
        lambda w: replace(w.v1, params={"Nonce": "-1"}).send(w.url),
    ),
    (
        "InvalidParameter",
        "Parameter `Timestamp` type error.",
        lambda w: w.send(headers={"X-TC-Timestamp": "1.7e9"}),
    ),
    (
        "UnknownParameter",
        "The parameter `SegmentationOptions.head` is not recognized.",
        lambda w: w.send({"SegmentationOptions": {"head": True}}),
    ),
    (
        "UnsupportedProtocol",
        "this action does not support Content-Type=`text/plain`",
        lambda w: w.send(content_type="text/plain"),
    ),
    (
        "UnsupportedProtocol",
        "this action does not support Content-Type=`multipart/form-data`",
        lambda w: replace(
            w.tc3,
            content_type="multipart/form-data; boundary=AaB",
            body=b'--AaB\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--AaB--\r\n',
        ).send(w.url),
    ),
    (
        "UnsupportedProtocol",
        "this action does not support Content-Type=`application/json`",
        lambda w: replace(w.tc3_get, content_type="application/json").send(w.url),
    ),
]


@pytest.mark.parametrize(("error", "message", "cause"), VARIANTS)
def test_a_message_says_what_is_wrong(world: World, error: str, message: str, cause: Cause) -> None:
    assert cause(world).json()["Response"]["Error"] == {"Code": error, "Message": message}


REQUIRED = ("X-TC-Timestamp", "X-TC-Action", "X-TC-Version", "X-TC-Region")


@pytest.mark.parametrize("header", REQUIRED)
def test_a_missing_public_header_is_named(world: World, header: str) -> None:
    response = world.tc3.send(world.url, without=(header.lower(),))
    assert code(response) == "MissingParameter"
    assert f"`{header.removeprefix('X-TC-')}`" in response.text


@pytest.mark.parametrize("name", [*V1_REQUIRED, "Region"])
def test_a_missing_public_parameter_is_named(world: World, name: str) -> None:
    sent = replace(world.v1, params={"Region": ""}).sent if name == "Region" else world.v1.sent
    kept = {key: value for key, value in sent.items() if key != name or not value}
    response = httpx.post(world.url, data=kept)
    assert code(response) == "MissingParameter"
    assert f"`{name}`" in response.text


def test_an_empty_request_misses_its_timestamp_first(world: World) -> None:
    assert "`Timestamp`" in httpx.post(world.url).text
    assert "`Timestamp`" in httpx.get(f"{world.url}/tencent_bda/").text


def test_an_unsigned_post_without_action_misses_its_action(world: World) -> None:
    assert "`Action`" in httpx.post(world.url, json={"Image": ""}).text


@pytest.mark.parametrize("token", ["", "another"])
def test_a_temporary_key_needs_its_own_token(world: World, token: str) -> None:
    assert code(world.temporary(token)) == "AuthFailure.TokenFailure"


def test_a_permanent_key_takes_no_token(world: World) -> None:
    assert code(world.send(headers={"X-TC-Token": "t"})) == "AuthFailure.TokenFailure"


@pytest.mark.parametrize("service", ["127", "localhost:9000", "cvm", "bda"])
def test_any_service_may_stand_in_the_scope_by_default(world: World, service: str) -> None:
    assert code(world.send(service=service)) == "success"


@pytest.mark.parametrize("region", ["ap-beijing", "ap-guangzhou", "ap-shanghai"])
def test_every_documented_region_is_taken(world: World, region: str) -> None:
    assert code(world.send(headers={"X-TC-Region": region})) == "success"


def test_an_unknown_signature_method_is_refused(world: World) -> None:
    response = replace(world.v1, params={"SignatureMethod": "HmacMD5"}).send(world.url)
    assert code(response) == "AuthFailure.SignatureFailure"


def test_a_balance_is_charged_by_success_only(world: World) -> None:
    world.set(balance=1)
    assert code(world.picture(b"no image")) == "FailedOperation.ImageDecodeFailed"
    assert code(world.send()) == "success"
    assert code(world.send()) == "ResourceUnavailable.InArrears"


def test_a_second_has_so_many_requests(world: World) -> None:
    world.set(qps=2)
    world.sandbox.clock.freeze()
    assert [code(world.send()) for _ in range(3)] == ["success", "success", "RequestLimitExceeded"]
    world.sandbox.clock.travel(1)
    assert code(world.send()) == "success"


def test_five_people_are_taken(world: World) -> None:
    five = jpeg(portrait(1, width=900, height=300, people=5, background="white", noise=0))
    assert code(world.picture(five)) == "success"
