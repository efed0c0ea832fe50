"""A reference client of Tencent Cloud BDA SegmentCustomizedPortraitPic, with TC3-HMAC-SHA256."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

SERVICE, VERSION, ACTION = "bda", "2020-03-24", "SegmentCustomizedPortraitPic"
CONTENT_TYPE = "application/json"


class TencentError(Exception):
    """The API said no. `code` is that of its code table, such as `AuthFailure.SignatureFailure`."""

    def __init__(self, code: str, message: str, request_id: str) -> None:
        super().__init__(f"{code}: {message} (request {request_id})")
        self.code = code
        self.request_id = request_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Segmentation:
    """The portrait as PNG, the mask as JPEG, and a rectangle per label; no rectangle when there is none."""

    portrait: bytes
    mask: bytes
    rects: Sequence[dict[str, Any]]


class TencentBdaClient:
    """Signs and sends calls, with one pooled connection."""

    def __init__(
        self,
        url: str,
        secret_id: str,
        secret_key: str,
        *,
        region: str = "ap-guangzhou",
        timeout: float = 60.0,
    ) -> None:
        self._host = urlsplit(url).netloc
        self._client = httpx.Client(base_url=url, timeout=timeout)
        self._secret_id = secret_id
        self._secret_key = secret_key
        self._region = region

    def segment(self, image: bytes, options: Sequence[str]) -> Segmentation:
        """Cut the named parts out of an image. Raises TencentError, and httpx.HTTPError without an answer."""
        asked = {
            "Image": base64.b64encode(image).decode(),
            "SegmentationOptions": dict.fromkeys(options, True),
        }
        body = json.dumps(asked).encode()
        answer = self._client.post("/", content=body, headers=self._signed_headers(body, int(time.time())))
        # Success and errors alike come with HTTP 200; any other status is no answer of the API.
        answer.raise_for_status()
        response = answer.json()["Response"]
        if "Error" in response:
            error = response["Error"]
            raise TencentError(error["Code"], error["Message"], response["RequestId"])
        return Segmentation(
            portrait=base64.b64decode(response["PortraitImage"]),
            mask=base64.b64decode(response["MaskImage"]),
            rects=response["ImageRects"] or (),
        )

    def _signed_headers(self, body: bytes, timestamp: int) -> dict[str, str]:
        date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
        scope = f"{date}/{SERVICE}/tc3_request"
        payload = hashlib.sha256(body).hexdigest()
        canonical = (
            f"POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{self._host}\n\ncontent-type;host\n{payload}"
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        key = f"TC3{self._secret_key}".encode()
        for step in (date, SERVICE, "tc3_request"):
            key = hmac.digest(key, step.encode(), "sha256")
        signature = hmac.digest(
            key, f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}".encode(), "sha256"
        ).hex()
        return {
            "Authorization": f"TC3-HMAC-SHA256 Credential={self._secret_id}/{scope}, "
            f"SignedHeaders=content-type;host, Signature={signature}",
            "Content-Type": CONTENT_TYPE,
            "Host": self._host,
            "X-TC-Action": ACTION,
            "X-TC-Version": VERSION,
            "X-TC-Timestamp": str(timestamp),
            "X-TC-Region": self._region,
        }

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
