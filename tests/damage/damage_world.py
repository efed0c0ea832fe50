"""Requests to each provider as bytes, and what a plain socket gets for them."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from mockserver import RunningSandbox
from mockserver.fixtures.edges import sized
from mockserver.fixtures.files import jpeg
from mockserver.fixtures.portraits import portrait

PERSON = jpeg(portrait(4, width=120, height=150, noise=0))
TIMEOUT = 20.0
"""Seconds after which a test gives up; nothing here takes that long."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """What came: the head, if any, what followed it, and how the connection stood then."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    end: str
    """open, closed or reset"""
    seconds: float = 0.0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def as_bytes(request: httpx.Request) -> bytes:
    """A request as it goes over the wire."""
    head = [f"{request.method} {request.url.raw_path.decode()} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + request.read()


def connected(request: httpx.Request) -> socket.socket:
    assert request.url.port is not None
    return socket.create_connection((request.url.host, request.url.port), timeout=TIMEOUT)


def answered(request: httpx.Request, *, to_the_end: bool = False) -> Received:
    """Send a request on its own connection, and read the answer; `to_the_end` until the server ends it."""
    with connected(request) as peer:
        began = time.perf_counter()
        peer.sendall(as_bytes(request))
        received = read(peer, head_only=request.method == "HEAD", to_the_end=to_the_end)
        return Received(**{**vars(received), "seconds": time.perf_counter() - began})


def read(peer: socket.socket, *, head_only: bool = False, to_the_end: bool = False) -> Received:
    data, end = bytearray(), "open"
    while to_the_end or not _is_whole(bytes(data), head_only):
        try:
            chunk = peer.recv(1 << 20)
        except ConnectionResetError:
            end = "reset"
            break
        if not chunk:
            end = "closed"
            break
        data += chunk
    head, blank, body = bytes(data).partition(b"\r\n\r\n")
    if not blank:
        assert not data
        return Received(end=end)
    status, headers = _head(head)
    return Received(status=status, headers=headers, body=body, end=end)


def _is_whole(data: bytes, head_only: bool) -> bool:
    head, blank, body = data.partition(b"\r\n\r\n")
    if not blank:
        return False
    status, headers = _head(head)
    bodiless = head_only or status in (204, 304)
    return bodiless or len(body) >= int(headers["content-length"])


def _head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin1").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return int(first.split(" ")[1]), {name.lower(): value for name, _, value in pairs}


def post(url: str, **parts: Any) -> httpx.Request:
    return httpx.Request("POST", url, **parts)


def ailab(sandbox: RunningSandbox) -> httpx.Request:
    access = sandbox.ailab
    url = f"{access.url}/api/cutout/portrait/avatar-extraction"
    return post(url, headers={"ailabapi-api-key": access.api_key}, files={"image": ("a.jpg", PERSON)})


def picwish(sandbox: RunningSandbox, **fields: str) -> httpx.Request:
    access = sandbox.picwish
    return post(
        f"{access.url}/api/tasks/visual/segmentation",
        headers={"X-API-KEY": access.api_key},
        data={"sync": "1", **fields},
        files={"image_file": ("a.jpg", sized(200, 250))},
    )


def picwish_base64(sandbox: RunningSandbox) -> httpx.Request:
    return picwish(sandbox, return_type="2")


def picwish_binary(sandbox: RunningSandbox) -> httpx.Request:
    return picwish(sandbox, return_type="3", output_type="2")


def processimage(sandbox: RunningSandbox) -> httpx.Request:
    access, salt = sandbox.processimage, "12345678"
    digest = hashlib.md5(PERSON).hexdigest()
    sign = hashlib.md5(f"{access.app_id}{digest}{salt}{access.app_secret}".encode()).hexdigest()
    rectangles = '[{"x":10,"y":10,"w":60,"h":20}]'
    return post(
        f"{access.url}/watermark/access",
        headers={"x-access-api-sign": sign},
        data={"appId": access.app_id, "salt": salt, "rectangles": rectangles},
        files={"imageFile": ("a.jpg", PERSON)},
    )


def tencent_bda(sandbox: RunningSandbox) -> httpx.Request:
    access = sandbox.tencent_bda
    content = {"SegmentationOptions": {"Head": True}, "Image": base64.b64encode(PERSON).decode()}
    body = json.dumps(content).encode()
    headers = tc3_headers(access.secret_id, access.secret_key, access.endpoint, body)
    return post(access.url, content=body, headers=headers)


def tc3_headers(secret_id: str, secret_key: str, host: str, body: bytes) -> Mapping[str, str]:
    now = int(time.time())
    date = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")
    signed = f"content-type:application/json\nhost:{host}\n\ncontent-type;host"
    canonical = f"POST\n/\n\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{date}/bda/tc3_request"
    text = f"TC3-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"TC3" + secret_key.encode()
    for part in (date, "bda", "tc3_request", text):
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders=content-type;host"
    return {
        "Host": host,
        "Content-Type": "application/json",
        "Authorization": f"{credential}, Signature={key.hex()}",
        "X-TC-Action": "SegmentCustomizedPortraitPic",
        "X-TC-Version": "2020-03-24",
        "X-TC-Timestamp": str(now),
        "X-TC-Region": "ap-guangzhou",
    }


def ailab_result(sandbox: RunningSandbox) -> httpx.Request:
    return httpx.Request("GET", answered(ailab(sandbox)).json["data"]["elements"][0]["image_url"])


def picwish_result(sandbox: RunningSandbox) -> httpx.Request:
    return httpx.Request("GET", answered(picwish(sandbox)).json["data"]["image"])


def processimage_result(sandbox: RunningSandbox) -> httpx.Request:
    return httpx.Request("GET", answered(processimage(sandbox)).json["data"]["url"])


Prepared = Callable[[RunningSandbox], httpx.Request]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One honest exchange, whose provider and operation are those of its journal."""

    provider: str
    operation: str
    prepared: Prepared

    def __str__(self) -> str:
        return self.prepared.__name__


CALLS = (
    Case(provider="ailab", operation="avatar-extraction", prepared=ailab),
    Case(provider="picwish", operation="segmentation", prepared=picwish),
    Case(provider="processimage", operation="access", prepared=processimage),
    Case(provider="tencent_bda", operation="SegmentCustomizedPortraitPic", prepared=tencent_bda),
)
BASE64 = Case(provider="picwish", operation="segmentation", prepared=picwish_base64)
BINARY = Case(provider="picwish", operation="segmentation", prepared=picwish_binary)
DOWNLOADS = (
    Case(provider="ailab", operation="result", prepared=ailab_result),
    Case(provider="picwish", operation="result", prepared=picwish_result),
    Case(provider="processimage", operation="result", prepared=processimage_result),
)
IN_BASE64 = (CALLS[3], BASE64)
JSON = (*CALLS, BASE64)
IMAGES = (BINARY, *DOWNLOADS)
ALL = (*JSON, *IMAGES)


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    pause = threading.Event()
    for _ in range(5000):
        if condition():
            return
        pause.wait(0.001)
    raise AssertionError("it never came to be")
