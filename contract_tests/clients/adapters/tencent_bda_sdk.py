"""The official SDK of Tencent Cloud, tencentcloud-sdk-python-bda, as a client under test."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from tencentcloud.bda.v20200324.bda_client import BdaClient
from tencentcloud.bda.v20200324.models import (
    SegmentationOptions,
    SegmentCustomizedPortraitPicRequest,
    SegmentCustomizedPortraitPicResponse,
)
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.retry import StandardRetryer

from contract_tests.adapters.base import Problem
from contract_tests.adapters.tencent_bda import Rect, Segmentation, TencentBdaAdapter

REGION = "ap-guangzhou"


class TencentBdaSdk(TencentBdaAdapter):
    """It is used as its own examples have it; over HTTP, since the mock server has no certificate.

    It answers base64 as text, which is decoded here; what it left empty stays empty."""

    errors = (TencentCloudSDKException,)

    def client(self, access: Any, timeout: float) -> BdaClient:
        address = HttpProfile(protocol="http", endpoint=access.endpoint, reqTimeout=timeout)
        key = Credential(access.secret_id, access.secret_key)
        return BdaClient(key, REGION, ClientProfile(httpProfile=address))

    def close(self, client: BdaClient) -> None:
        client.request.conn._session.close()  # it has no way to be closed

    def problem(self, error: BaseException) -> Problem:
        known = super().problem(error)
        if not isinstance(error, TencentCloudSDKException):
            return known
        again = StandardRetryer.should_retry(None, error)
        return Problem(text=known.text, own=known.own, code=error.get_code(), retryable=again)

    def segment(self, client: BdaClient, image: bytes | str, *, labels: Sequence[str]) -> Segmentation:
        request = SegmentCustomizedPortraitPicRequest()
        request.SegmentationOptions = SegmentationOptions()
        for label in labels:
            setattr(request.SegmentationOptions, label, True)
        if isinstance(image, str):
            request.Url = image
        else:
            request.Image = base64.b64encode(image).decode()
        return _result(client.SegmentCustomizedPortraitPic(request))

    def segment_with_token(
        self,
        client: BdaClient,
        image: bytes | str,
        *,
        labels: Sequence[str],
        secret_id: str,
        secret_key: str,
        token: str,
    ) -> Segmentation:
        other = BdaClient(Credential(secret_id, secret_key, token), client.region, client.profile)
        try:
            return self.segment(other, image, labels=labels)
        finally:
            self.close(other)


def _result(response: SegmentCustomizedPortraitPicResponse) -> Segmentation:
    rects = [
        Rect(label=one.Label, x=one.X, y=one.Y, width=one.Width, height=one.Height)
        for one in response.ImageRects or ()
    ]
    portrait, mask = _decoded(response.PortraitImage), _decoded(response.MaskImage)
    return Segmentation(portrait=portrait, mask=mask, rects=rects)


def _decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        return b""
