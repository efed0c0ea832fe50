"""What it takes to cause a behaviour of the provider."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
from signer import V1, Tc3, flat

from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.files import jpeg
from mockserver.fixtures.portraits import portrait

PUBLIC_URL = "http://example.com/picture"
OTHER_VERSION = {"X-TC-Version": "2017-03-12"}
PERSON = portrait(4, width=120, height=150, noise=0)


@dataclass(frozen=True, kw_only=True)
class World:
    """A server, a sandbox of it, and honest requests to change."""

    server: MockServer
    sandbox: RunningSandbox
    tc3: Tc3
    tc3_get: Tc3
    v1: V1

    @property
    def url(self) -> str:
        return self.sandbox.tencent_bda.url

    def send(self, content: object = None, **changes: Any) -> httpx.Response:
        """An honest TC3 POST of some parameters."""
        body = self.tc3.body if content is None else json.dumps(content).encode()
        return replace(self.tc3, body=body, **changes).send(self.url)

    def body(self, body: bytes) -> httpx.Response:
        return replace(self.tc3, body=body).send(self.url)

    def picture(self, data: bytes, *options: str) -> httpx.Response:
        chosen = dict.fromkeys(options or ("Head",), True)
        return self.send({"SegmentationOptions": chosen, "Image": base64.b64encode(data).decode()})

    def from_url(self, url: str, content: bytes | None = None) -> httpx.Response:
        if content is not None:
            self.sandbox.know_url(url, content)
        return self.send({"SegmentationOptions": {"Head": True}, "Url": url})

    def set(self, **settings: Any) -> "World":
        self.sandbox.set("tencent_bda", **settings)
        return self

    def older(self, method: str, algorithm: str) -> httpx.Response:
        self.sandbox.know_url(PUBLIC_URL, jpeg(PERSON))
        params = flat({"SegmentationOptions": {"Head": True}, "Url": PUBLIC_URL})
        return replace(self.v1, method=method, algorithm=algorithm, params=params).send(self.url)

    def temporary(self, token: str) -> httpx.Response:
        access = self.sandbox.tencent_bda
        key: Any = {"secret_id": access.temporary_secret_id, "secret_key": access.temporary_secret_key}
        return replace(self.tc3, **key, headers={"X-TC-Token": token}).send(self.url)

    def tc3_query(self) -> httpx.Response:
        self.sandbox.know_url(PUBLIC_URL, jpeg(PERSON))
        query = f"{self.tc3_get.query}&Url=http%3A%2F%2Fexample.com%2Fpicture"
        return replace(self.tc3_get, query=query).send(self.url)


Cause = Callable[[World], httpx.Response]
