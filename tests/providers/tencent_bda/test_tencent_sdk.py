"""The official Python SDK, unmodified but for endpoint and credentials, over a real socket."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tencentcloud.bda.v20200324 import bda_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from mockserver import RunningSandbox
from mockserver.fixtures.files import bmp, jpeg, png
from mockserver.fixtures.portraits import portrait

URL = "http://example.com/portrait.jpg"
METHODS = [
    (method, http) for method in ("TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256") for http in ("POST", "GET")
]


def client(
    sandbox: RunningSandbox, *, method: str = "TC3-HMAC-SHA256", http: str = "POST", **profile: Any
) -> Any:
    access = sandbox.tencent_bda
    key = profile.pop("key", credential.Credential(access.secret_id, access.secret_key))
    address = HttpProfile(endpoint=access.endpoint, protocol="http", reqMethod=http)
    return bda_client.BdaClient(
        key, "ap-guangzhou", ClientProfile(signMethod=method, httpProfile=address, **profile)
    )


def request(image: bytes | None = None, *, url: str | None = None, options: Any = ("Head",)) -> Any:
    wanted = models.SegmentCustomizedPortraitPicRequest()
    wanted.SegmentationOptions = models.SegmentationOptions()
    for option in options:
        setattr(wanted.SegmentationOptions, option, True)
    wanted.Image = base64.b64encode(image).decode() if image is not None else None
    wanted.Url = url
    return wanted


def opened(encoded: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


@pytest.mark.parametrize(("method", "http"), METHODS)
def test_every_signature_method_succeeds(
    sandbox: RunningSandbox, picture: bytes, method: str, http: str
) -> None:
    sandbox.know_url(URL, picture)
    wanted = request(picture) if http == "POST" else request(url=URL)
    result = client(sandbox, method=method, http=http).SegmentCustomizedPortraitPic(wanted)
    assert opened(result.PortraitImage).size == opened(result.MaskImage).size == (120, 150)
    assert len(result.RequestId) == 36
    assert f"tencent_bda.authentication.{method}.{http}" in sandbox.journal.last.behaviours


@pytest.mark.parametrize(("method", "http"), METHODS)
def test_a_temporary_key_works_with_its_token(
    sandbox: RunningSandbox, picture: bytes, method: str, http: str
) -> None:
    sandbox.know_url(URL, picture)
    access = sandbox.tencent_bda
    key = credential.Credential(access.temporary_secret_id, access.temporary_secret_key, access.token)
    wanted = request(picture) if http == "POST" else request(url=URL)
    client(sandbox, method=method, http=http, key=key).SegmentCustomizedPortraitPic(wanted)
    assert "tencent_bda.authentication.token" in sandbox.journal.last.behaviours


def test_an_unsigned_payload_is_accepted(sandbox: RunningSandbox, picture: bytes) -> None:
    unsigned = client(sandbox)
    unsigned.profile.unsignedPayload = True
    unsigned.SegmentCustomizedPortraitPic(request(picture))
    assert "tencent_bda.authentication.unsigned_payload" in sandbox.journal.last.behaviours


@pytest.mark.parametrize(("method", "http"), METHODS)
@pytest.mark.parametrize(
    ("language", "text"), [("en-US", "Image decoding failed."), ("zh-CN", "图片解码失败。")]
)
def test_an_error_comes_in_the_language_of_the_profile(
    sandbox: RunningSandbox, method: str, http: str, language: str, text: str
) -> None:
    with pytest.raises(TencentCloudSDKException) as raised:
        client(sandbox, method=method, http=http, language=language).SegmentCustomizedPortraitPic(
            request(b"no image")
        )
    assert (raised.value.code, raised.value.message) == ("FailedOperation.ImageDecodeFailed", text)
    assert len(raised.value.requestId) == 36
    assert f"tencent_bda.language.{language}" in sandbox.journal.last.behaviours


def test_a_wrong_key_is_the_sdks_own_exception(sandbox: RunningSandbox, picture: bytes) -> None:
    key = credential.Credential(sandbox.tencent_bda.secret_id, "wrong")
    with pytest.raises(TencentCloudSDKException) as raised:
        client(sandbox, key=key).SegmentCustomizedPortraitPic(request(picture))
    assert raised.value.code == "AuthFailure.SignatureFailure"
    assert raised.value.requestId in str(sandbox.journal.last.response)


def test_a_call_without_signature_is_refused(sandbox: RunningSandbox) -> None:
    skipping = client(sandbox)
    with pytest.raises(TencentCloudSDKException) as raised:
        skipping.call_json("SegmentCustomizedPortraitPic", {}, options={"SkipSign": True})
    assert raised.value.code == "AuthFailure.InvalidAuthorization"


def test_a_multipart_call_is_refused_as_a_content_type(sandbox: RunningSandbox) -> None:
    english = client(sandbox, language="en-US")
    with pytest.raises(TencentCloudSDKException) as raised:
        english.call_json("SegmentCustomizedPortraitPic", {"Url": "x"}, options={"IsMultipart": True})
    assert raised.value.code == "UnsupportedProtocol"
    assert raised.value.message == "this action does not support Content-Type=`multipart/form-data`"


@pytest.mark.parametrize("seed", [1, 4, 6, 11])
def test_the_result_matches_the_known_alpha(sandbox: RunningSandbox, seed: int) -> None:
    truth = portrait(seed, noise=3)
    wanted = request(jpeg(truth), options=("Head", "Body"))
    result = client(sandbox).SegmentCustomizedPortraitPic(wanted)
    picture, mask = opened(result.PortraitImage), opened(result.MaskImage)
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", (640, 800))
    assert (mask.format, mask.mode, mask.size) == ("JPEG", "L", (640, 800))
    alpha = np.asarray(picture)[..., 3].astype(int)
    assert np.abs(alpha - truth.alpha).mean() / 255 < 0.012
    assert np.abs(alpha - np.asarray(mask)).mean() < 2
    solid = alpha == 255
    error = np.abs(np.asarray(picture)[..., :3].astype(int) - truth.rgb)[solid]
    assert np.median(error) <= 5


@pytest.mark.parametrize("seed", [3, 5])
def test_a_head_matches_the_known_one_and_its_rectangle_bounds_it(sandbox: RunningSandbox, seed: int) -> None:
    truth = portrait(seed, width=400, height=500)
    result = client(sandbox).SegmentCustomizedPortraitPic(request(png(truth)))
    found = np.asarray(opened(result.PortraitImage))[..., 3] > 127
    head = truth.heads[0].alpha > 127
    assert (found & head).sum() / (found | head).sum() > 0.75
    (rect,) = result.ImageRects
    assert rect.Label == "Head"
    rows, columns = np.nonzero(found)
    assert rect.X <= columns.min() <= columns.max() < rect.X + rect.Width
    assert rect.Y <= rows.min() <= rows.max() < rect.Y + rect.Height


def test_each_person_has_a_rectangle_for_each_option(sandbox: RunningSandbox) -> None:
    truth = portrait(2, width=600, height=400, people=3)
    wanted = request(bmp(truth), options=("Background", "Head", "Body"))
    result = client(sandbox).SegmentCustomizedPortraitPic(wanted)
    labels = [rect.Label for rect in result.ImageRects]
    assert labels == ["Background", *["Head"] * 3, *["Body"] * 3]
    frame = result.ImageRects[0]
    assert (frame.X, frame.Y, frame.Width, frame.Height) == (0, 0, 600, 400)
    lefts = [rect.X for rect in result.ImageRects if rect.Label == "Head"]
    assert lefts == sorted(lefts)
