"""Everything that the catalogue says a request can cause is caused by one, the rest by faults."""

from dataclasses import replace

import httpx
import numpy as np
import pytest
from signer import code
from tencent_world import OTHER_VERSION, PERSON, PUBLIC_URL, Cause, World

from mockserver.catalogue import Behaviour, Trigger, load
from mockserver.fixtures.files import bmp, gif, jpeg, png
from mockserver.fixtures.portraits import portrait
from mockserver.providers.tencent_bda.parameters import OPTIONS

CATALOGUE = load("tencent_bda")
BUSINESS_CODES = {
    "FailedOperation.DownloadError",
    "FailedOperation.ImageDecodeFailed",
    "FailedOperation.ImageDownloadError",
    "FailedOperation.ImageFacedetectFailed",
    "FailedOperation.ImageNotSupported",
    "FailedOperation.ImageResolutionExceed",
    "FailedOperation.ImageResolutionInsufficient",
    "FailedOperation.ImageSizeExceed",
    "FailedOperation.InnerError",
    "FailedOperation.ProfileNumExceed",
    "FailedOperation.RequestEntityTooLarge",
    "FailedOperation.RequestTimeout",
    "FailedOperation.RpcFail",
    "FailedOperation.SegmentFailed",
    "FailedOperation.ServerError",
    "FailedOperation.UnKnowError",
    "InvalidParameter.InvalidParameter",
    "InvalidParameterValue.NoFaceInPhoto",
    "InvalidParameterValue.UrlIllegal",
    "LimitExceeded.TooLargeFileError",
    "ResourceUnavailable.InArrears",
    "ResourceUnavailable.NotExist",
    "UnsupportedOperation.UnknowMethod",
}


SUCCESSES: dict[str, Cause] = {
    "success": lambda w: w.send(),
    "source.Image": lambda w: w.send(),
    "source.Url": lambda w: w.from_url(PUBLIC_URL, jpeg(PERSON)),
    "format.jpeg": lambda w: w.picture(jpeg(PERSON)),
    "format.png": lambda w: w.picture(png(PERSON)),
    "format.bmp": lambda w: w.picture(bmp(PERSON)),
    "authentication.TC3-HMAC-SHA256.POST": lambda w: w.send(),
    "authentication.TC3-HMAC-SHA256.GET": lambda w: w.tc3_query(),
    "authentication.HmacSHA1.GET": lambda w: w.older("GET", "HmacSHA1"),
    "authentication.HmacSHA1.POST": lambda w: w.older("POST", "HmacSHA1"),
    "authentication.HmacSHA256.GET": lambda w: w.older("GET", "HmacSHA256"),
    "authentication.HmacSHA256.POST": lambda w: w.older("POST", "HmacSHA256"),
    "authentication.token": lambda w: w.temporary(w.sandbox.tencent_bda.token),
    "authentication.unsigned_payload": lambda w: replace(
        w.tc3, headers={"X-TC-Content-SHA256": "UNSIGNED-PAYLOAD"}, signed_body=b"UNSIGNED-PAYLOAD"
    ).send(w.url),
}


def in_language(language: str) -> Cause:
    return lambda w: w.send({}, headers={"X-TC-Language": language})


def with_option(option: str) -> Cause:
    return lambda w: w.picture(jpeg(PERSON), option)


IN_A_LANGUAGE = {f"language.{language}": in_language(language) for language in ("zh-CN", "en-US")}

PLATFORM: dict[str, Cause] = {
    "AuthFailure.InvalidAuthorization": lambda w: w.tc3.send(w.url, Authorization="SKIP"),
    "AuthFailure.InvalidSecretId": lambda w: w.send(secret_id="LTAIother"),
    "AuthFailure.SecretIdNotFound": lambda w: w.send(secret_id="AKIDnobody"),
    "AuthFailure.SignatureExpire": lambda w: w.send(timestamp=w.tc3.timestamp - 400),
    "AuthFailure.SignatureFailure": lambda w: w.send(secret_key="wrong"),
    "AuthFailure.TokenFailure": lambda w: w.temporary("another token"),
    "InvalidAction": lambda w: w.send(headers={"X-TC-Action": "DetectBody"}),
    "InvalidParameter": lambda w: w.send({"Image": 7, "SegmentationOptions": {"Head": True}}),
    "InvalidRequest": lambda w: w.send(content_type="multipart/form-data; boundary=x"),
    "MissingParameter": lambda w: w.tc3.send(w.url, without=("x-tc-version",)),
    "NoSuchVersion": lambda w: w.set(wrong_version="NoSuchVersion").send(headers=OTHER_VERSION),
    "RequestLimitExceeded": lambda w: w.set(qps=0).send(),
    "RequestSizeLimitExceeded": lambda w: replace(w.tc3, body=bytes(10 * 1024 * 1024 + 1)).send(w.url),
    "ResourceNotFound": lambda w: w.tc3.send(f"{w.url}/tencent_bda/elsewhere"),
    "UnknownParameter": lambda w: w.send({"SegmentationOptions": {"Heads": True}}),
    "UnsupportedProtocol": lambda w: httpx.put(w.url, content=b"x"),
    "UnsupportedRegion": lambda w: w.send(headers={"X-TC-Region": "eu-frankfurt"}),
}

BUSINESS: dict[str, Cause] = {
    "FailedOperation.DownloadError": lambda w: w.from_url("http://not-allowed.example.com/a.jpg"),
    "FailedOperation.ImageDecodeFailed": lambda w: w.picture(b"no image"),
    "FailedOperation.ImageDownloadError": lambda w: w.from_url(f"{w.url}/no/such/picture"),
    "FailedOperation.ImageNotSupported": lambda w: w.picture(gif(PERSON)),
    "FailedOperation.ImageResolutionExceed": lambda w: w.picture(png(np.zeros((40, 2000), np.uint8))),
    "FailedOperation.ImageResolutionInsufficient": lambda w: w.picture(png(np.zeros((40, 31), np.uint8))),
    "FailedOperation.ImageSizeExceed": lambda w: w.picture(bytes(4 * 1024 * 1024)),
    "FailedOperation.ProfileNumExceed": lambda w: w.picture(
        jpeg(portrait(1, width=900, height=300, people=6, background="white", noise=0))
    ),
    "InvalidParameter.InvalidParameter": lambda w: w.send({"SegmentationOptions": {"Head": True}}),
    "InvalidParameterValue.NoFaceInPhoto": lambda w: w.picture(png(np.full((50, 50), 200, np.uint8))),
    "InvalidParameterValue.UrlIllegal": lambda w: w.from_url("IamNotAUrl"),
    "LimitExceeded.TooLargeFileError": lambda w: w.from_url(PUBLIC_URL, bytes(4 * 1024 * 1024)),
    "ResourceUnavailable.InArrears": lambda w: w.set(balance=0).send(),
    "ResourceUnavailable.NotExist": lambda w: w.set(activated=False).send(),
}

CAUSES: dict[str, Cause] = {
    **SUCCESSES,
    **IN_A_LANGUAGE,
    **{f"option.{option}": with_option(option) for option in OPTIONS},
    **{f"error.{code}": cause for code, cause in (PLATFORM | BUSINESS).items()},
}


def test_the_table_has_everything_that_a_request_can_cause() -> None:
    assert {f"tencent_bda.{name}" for name in CAUSES} == {one.id for one in CATALOGUE.by_request}


@pytest.mark.parametrize("behaviour", CAUSES)
def test_a_request_causes(world: World, behaviour: str) -> None:
    response = CAUSES[behaviour](world)
    journals = (*world.sandbox.journal, world.server.strangers.last)
    met = [exchange for exchange in journals if f"tencent_bda.{behaviour}" in exchange.behaviours]
    assert met
    error = CATALOGUE[behaviour].error
    if error is None:
        assert behaviour in SUCCESSES or behaviour in IN_A_LANGUAGE or code(response) == "success"
        return
    assert met[-1].notes
    assert response.status_code == error.status
    assert response.headers["content-type"] == "application/json"
    assert response.json()["Response"]["Error"]["Code"] == error.code


@pytest.mark.parametrize("name", SUCCESSES)
def test_a_success_carries_a_picture(world: World, name: str) -> None:
    assert "PortraitImage" in SUCCESSES[name](world).json()["Response"]


@pytest.mark.parametrize("behaviour", CATALOGUE.errors, ids=lambda behaviour: behaviour.error.code)
@pytest.mark.parametrize(("language", "spoken"), [("zh-CN", "zh"), ("en-US", "en"), (None, None)])
def test_a_fault_causes_any_error_in_its_own_words(
    world: World, behaviour: Behaviour, language: str | None, spoken: str | None
) -> None:
    world.sandbox.fail("tencent_bda", behaviour.id)
    headers = {"X-TC-Language": language} if language else {}
    response = replace(world.tc3, headers=headers).send(world.url)
    error = behaviour.error
    assert error is not None
    assert response.status_code == error.status
    assert response.headers["content-type"] == "application/json"
    text = error.texts[spoken or error.default_language]
    expected = {"Code": error.code, "Message": text.format_map(error.defaults)}
    assert response.json()["Response"]["Error"] == expected
    assert world.sandbox.journal.last.fault == behaviour.id
    assert "caused by the fault" in world.sandbox.journal.last.notes[0]
    assert code(world.tc3.send(world.url)) == "success"


def test_all_business_codes_can_be_reached() -> None:
    assert len(BUSINESS_CODES) == 23
    by_fault = [one.error for one in CATALOGUE.errors if one.cause.by is Trigger.FAULT]
    only_by_fault = {error.code for error in by_fault if error}
    assert set(BUSINESS) | only_by_fault >= BUSINESS_CODES
    assert set(BUSINESS) <= BUSINESS_CODES
