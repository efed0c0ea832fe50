"""A client under judgement: a sandbox of a real server, the rule's provider reached over a socket."""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
from callback_hook import Hook

from contract_tests.clients.ailab import AilabClient
from contract_tests.clients.picwish import PicwishClient
from contract_tests.clients.processimage import ProcessimageClient
from contract_tests.clients.tencent_bda import TencentBdaClient
from mockserver import RunningSandbox
from mockserver.contract import findings
from mockserver.contract.findings import Findings
from mockserver.fixtures.files import jpeg
from mockserver.fixtures.portraits import portrait

PICTURE = jpeg(portrait(3, width=120, height=150))
OTHER = jpeg(portrait(4, width=120, height=150))
URL = "http://example.com/portrait.jpg"
BOX = {"x": 5, "y": 5, "w": 40, "h": 20}
HEADS = "/api/cutout/portrait/avatar-extraction"
TASKS = "/api/tasks/visual/segmentation"
ACCESS, TOKEN = "/watermark/access", "/watermark/token"


@dataclass(frozen=True, kw_only=True)
class World:
    """A sandbox, an HTTP client without any manners, a receiver of callbacks, and what closes the reference
    clients."""

    sandbox: RunningSandbox
    http: httpx.Client
    hook: Hook
    stack: ExitStack

    def found(self) -> Findings:
        return findings.findings(self.sandbox)

    def ids(self) -> set[str]:
        return {finding.rule.id for finding in self.found()}

    def set(self, provider: str, **settings: Any) -> "World":
        self.sandbox.set(provider, **settings)
        return self

    @cached_property
    def ailab(self) -> AilabClient:
        access = self.sandbox.ailab
        return self.stack.enter_context(AilabClient(access.url, access.api_key))

    @cached_property
    def tencent(self) -> TencentBdaClient:
        access = self.sandbox.tencent_bda
        return self.stack.enter_context(TencentBdaClient(access.url, access.secret_id, access.secret_key))

    @cached_property
    def picwish(self) -> PicwishClient:
        access = self.sandbox.picwish
        return self.stack.enter_context(PicwishClient(access.url, access.api_key, sleep=self.travel))

    @cached_property
    def processimage(self) -> ProcessimageClient:
        access = self.sandbox.processimage
        return self.stack.enter_context(ProcessimageClient(access.url, access.app_id, access.app_secret))

    def travel(self, seconds: float) -> None:
        self.sandbox.clock.travel(seconds)

    def cut_heads(self, image: bytes = PICTURE, **options: Any) -> httpx.Response:
        """A raw call of AILabTools."""
        wanted: dict[str, Any] = {"headers": {"ailabapi-api-key": self.sandbox.ailab.api_key}, **options}
        return self.http.post(HEADS, **{"files": {"image": ("image", image)}, **wanted})

    def cut_out(self, image: bytes = PICTURE, **options: Any) -> httpx.Response:
        """A raw call of PicWish."""
        wanted: dict[str, Any] = {"headers": self.picwish_key, **options}
        return self.http.post(TASKS, **{"files": {"image_file": ("image", image)}, **wanted})

    @property
    def picwish_key(self) -> Mapping[str, str]:
        return {"x-api-key": self.sandbox.picwish.api_key}

    def query(self, task: str) -> httpx.Response:
        return self.http.get(f"{TASKS}/{task}", headers=self.picwish_key)

    def clear(
        self, image: bytes = PICTURE, *, headers: Mapping[str, str] | None = None, **fields: str
    ) -> Any:
        """A raw call of processimage.cn, signed unless there are headers."""
        app_id, salt = self.sandbox.processimage.app_id, fields.get("salt", "12345678")
        sign = self.sign(hashlib.md5(image).hexdigest(), salt)
        return self.http.post(
            ACCESS,
            headers={"x-access-api-sign": sign} if headers is None else headers,
            files={"imageFile": ("image", image)},
            data={"appId": app_id, "salt": salt, "rectangles": json.dumps([BOX]), **fields},
        )

    def sign(self, image_md5: str, salt: str) -> str:
        access = self.sandbox.processimage
        return hashlib.md5(f"{access.app_id}{image_md5}{salt}{access.app_secret}".encode()).hexdigest()

    def token(self) -> str:
        """A fresh token of processimage.cn."""
        data = {"appId": self.sandbox.processimage.app_id, "salt": "12345678"}
        sign = {"x-access-api-sign": self.sign("", "12345678")}
        body = self.http.post(TOKEN, data=data, headers=sign).json()
        return str(body.get("data", {}).get("token", ""))

    def segment(self, timestamp: int | None = None, **fields: Any) -> httpx.Response:
        """A call of Tencent, signed as the reference client does, with fields of one's own."""
        content = {"Url": URL, "SegmentationOptions": {"Head": True}, **fields}
        body = json.dumps({name: value for name, value in content.items() if value is not None}).encode()
        headers = self.signed(body, timestamp)
        return self.http.post("/", content=body, headers=headers)

    def signed(self, body: bytes, timestamp: int | None = None) -> dict[str, str]:
        moment = int(self.sandbox.clock.wall()) if timestamp is None else timestamp
        return self.tencent._signed_headers(body, moment)


Behaviour = Callable[[World], object]
"""What a client does."""
