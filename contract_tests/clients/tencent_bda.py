"""A reference client of Tencent Cloud BDA SegmentCustomizedPortraitPic, and an asynchronous one.

What is sent, and what is made of the answers, is written once, as a flow; each client runs it in its way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypedDict, TypeVar
from urllib.parse import urlsplit

import httpx

from contract_tests.clients.driving import Build, Flow, run, run_async, tls

SERVICE, VERSION, ACTION = "bda", "2020-03-24", "SegmentCustomizedPortraitPic"
CONTENT_TYPE = "application/json"
REGION = "ap-guangzhou"
AnyClient = TypeVar("AnyClient", "TencentBdaClient", "AsyncTencentBdaClient")
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
PASSING = ("InternalError", "RequestLimitExceeded", "ServiceUnavailable", "ResourceInsufficient")
PASSING_FAILURES = (
    "DownloadError",
    "ImageDownloadError",
    "InnerError",
    "RequestTimeout",
    "RpcFail",
    "ServerError",
)
"""FailedOperation is told of many things; these are the ones that pass."""


class TencentError(Exception):
    """The API said no. `code` is that of its code table, such as `AuthFailure.SignatureFailure`;
    `retryable` whether the same call may go well later."""

    def __init__(self, code: str, message: str, request_id: str) -> None:
        super().__init__(f"{code}: {message} (request {request_id})")
        self.code = code
        self.request_id = request_id
        group, _, detail = code.partition(".")
        self.retryable = group in PASSING or (group == "FailedOperation" and detail in PASSING_FAILURES)


class UnreadableAnswer(Exception):
    """What came back with HTTP 200 is no answer of the API."""


class Rect(TypedDict):
    """Where a part is, in pixels of the image, and which it is."""

    X: int
    Y: int
    Width: int
    Height: int
    Label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Segmentation:
    """The portrait as PNG, the mask, and a rectangle per label; no rectangle when there is none.

    The mask is a greyscale JPEG, or floats of 32 bits, one for each pixel; the documents have both."""

    portrait: bytes
    mask: bytes
    rects: Sequence[Rect]


@dataclass(frozen=True, kw_only=True, slots=True)
class Flows:
    """What the API is asked, and what its answers mean. `host` is the one that is called, with its port."""

    build: Build
    host: str
    secret_id: str
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)
    region: str = REGION

    def segment(self, image: bytes | str, options: Sequence[str]) -> Flow[Segmentation]:
        """One request."""
        body = self.body(image, options)
        answer = yield self.build("POST", "/", content=body, headers=self.headers(body, int(time.time())))
        assert answer is not None
        return self.read(answer)

    def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
        """The parameters of the action, in the very bytes that are signed and sent."""
        source = {"Url": image} if isinstance(image, str) else {"Image": base64.b64encode(image).decode()}
        return json.dumps({**source, "SegmentationOptions": dict.fromkeys(options, True)}).encode()

    def read(self, answer: httpx.Response) -> Segmentation:
        """What an answer has. Raises TencentError, UnreadableAnswer."""
        response = _response(answer)
        portrait = _file(response, "PortraitImage")
        if not portrait.startswith(PNG):
            raise UnreadableAnswer("the portrait is no PNG")
        mask = _file(response, "MaskImage")
        if not mask.startswith((JPEG, PNG)) and len(mask) != 4 * _pixels(portrait):
            raise UnreadableAnswer("the mask is neither an image nor floats")
        return Segmentation(portrait=portrait, mask=mask, rects=_rects(response.get("ImageRects")))

    def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
        """The public parameters, and the signature of all."""
        return {
            "Authorization": self._authorization(body, timestamp),
            "Content-Type": CONTENT_TYPE,
            "Host": self.host,
            "X-TC-Action": ACTION,
            "X-TC-Version": VERSION,
            "X-TC-Timestamp": str(timestamp),
            "X-TC-Region": self.region,
            **({"X-TC-Token": self.token} if self.token else {}),
        }

    def _authorization(self, body: bytes, timestamp: int, service: str = SERVICE) -> str:
        date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
        scope = f"{date}/{service}/tc3_request"
        payload = hashlib.sha256(body).hexdigest()
        canonical = (
            f"POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{self.host}\n\ncontent-type;host\n{payload}"
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        key = f"TC3{self.secret_key}".encode()
        for step in (date, service, "tc3_request"):
            key = hmac.digest(key, step.encode(), "sha256")
        text = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}"
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        return (
            f"TC3-HMAC-SHA256 Credential={self.secret_id}/{scope}, "
            f"SignedHeaders=content-type;host, Signature={signature}"
        )


class TencentBdaClient:
    """Signs and sends calls, with one pooled connection. A temporary key needs its `token`."""

    def __init__(
        self,
        url: str,
        secret_id: str,
        secret_key: str,
        *,
        token: str = "",
        region: str = REGION,
        timeout: float = 60.0,
    ) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout, verify=tls())
        self._flows = Flows(
            build=self._client.build_request,
            host=urlsplit(url).netloc,
            secret_id=secret_id,
            secret_key=secret_key,
            token=token,
            region=region,
        )

    def segment(self, image: bytes | str, options: Sequence[str]) -> Segmentation:
        """Cut the named parts out of an image, a file's bytes or its URL.

        Raises TencentError, UnreadableAnswer, and httpx.HTTPError without an answer, or with a status."""
        return run(self._flows.segment(image, options), self._client)

    def with_key(self, secret_id: str, secret_key: str, token: str = "") -> TencentBdaClient:
        """The same client, over the same connection, with another key; a temporary one has a token."""
        return _with_key(self, secret_id, secret_key, token)

    def _signed_headers(self, body: bytes, timestamp: int) -> dict[str, str]:
        return self._flows.headers(body, timestamp)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncTencentBdaClient:
    """The same for asyncio."""

    def __init__(
        self,
        url: str,
        secret_id: str,
        secret_key: str,
        *,
        token: str = "",
        region: str = REGION,
        timeout: float = 60.0,
    ) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout, verify=tls())
        self._flows = Flows(
            build=self._client.build_request,
            host=urlsplit(url).netloc,
            secret_id=secret_id,
            secret_key=secret_key,
            token=token,
            region=region,
        )

    async def segment(self, image: bytes | str, options: Sequence[str]) -> Segmentation:
        """Cut the named parts out of an image, a file's bytes or its URL."""
        return await run_async(self._flows.segment(image, options), self._client)

    def with_key(self, secret_id: str, secret_key: str, token: str = "") -> AsyncTencentBdaClient:
        """The same client, over the same connection, with another key; a temporary one has a token."""
        return _with_key(self, secret_id, secret_key, token)

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _with_key(client: AnyClient, secret_id: str, secret_key: str, token: str) -> AnyClient:
    other = copy(client)
    other._flows = replace(client._flows, secret_id=secret_id, secret_key=secret_key, token=token)
    return other


def _response(answer: httpx.Response) -> Mapping[str, Any]:
    """What an answer has, if it is none of an error. Both come with HTTP 200, and the Content-Type that a
    gateway writes over it says nothing of what is in it."""
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        body = None
    response = body.get("Response") if isinstance(body, dict) else None
    if not isinstance(response, dict):
        answer.raise_for_status()
        raise UnreadableAnswer("it is not one of the API")
    error = response.get("Error")
    if isinstance(error, dict) and isinstance(error.get("Code"), str):
        raise TencentError(error["Code"], str(error.get("Message")), str(response.get("RequestId")))
    answer.raise_for_status()
    if error is not None:
        raise UnreadableAnswer("there is an error without a code in it")
    return response


def _file(response: Mapping[str, Any], name: str) -> bytes:
    text = response.get(name)
    try:
        content = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        content = b""
    if not content:
        raise UnreadableAnswer(f"{name} is no file in base64")
    return content


def _pixels(portrait: bytes) -> int:
    """Width times height, as the first chunk of a PNG has them."""
    header = portrait[16:24]
    width, height = struct.unpack(">II", header) if len(header) == 8 else (0, 0)
    return int(width) * int(height)


def _rects(rects: Any) -> Sequence[Rect]:
    if rects is None:  # documented: nothing was found
        return ()
    if not isinstance(rects, list) or not all(map(_is_rect, rects)):
        raise UnreadableAnswer("ImageRects are no rectangles")
    return tuple(Rect(**{name: rect[name] for name in Rect.__annotations__}) for rect in rects)  # type: ignore[typeddict-item]


def _is_rect(rect: Any) -> bool:
    if not isinstance(rect, dict) or not isinstance(rect.get("Label"), str):
        return False
    return all(type(rect.get(name)) is int for name in ("X", "Y", "Width", "Height"))
