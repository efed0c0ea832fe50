"""What it takes to cause a behaviour of the provider."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import httpx
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.edges import sized
from mockserver.providers.picwish.wire import PATH

SMALL = sized(200, 250)
SOURCE = "http://example.com/photo.jpg"
KEY = "X-API-KEY"


@dataclass(frozen=True, kw_only=True)
class World:
    """A running server, a sandbox of it that counts no QPS, and a plain HTTP client with its key."""

    server: MockServer
    sandbox: RunningSandbox
    client: httpx.Client

    def post(self, image: bytes | None = SMALL, /, **fields: str) -> httpx.Response:
        """Send a form with some text fields, and with an image unless it is None."""
        parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
        if image is not None:
            parts.append(("image_file", ("photo.jpg", image)))
        return self.client.post(PATH, files=parts)

    def cut(self, image: bytes | None = SMALL, /, **fields: str) -> dict[str, Any]:
        """What a synchronous request answers about its task."""
        return data_of(self.post(image, sync="1", **fields))

    def begin(self, image: bytes | None = SMALL, /, **fields: str) -> str:
        """The id of a new asynchronous task."""
        task_id: str = data_of(self.post(image, **fields))["task_id"]
        return task_id

    def query(self, task_id: str) -> dict[str, Any]:
        """What a query answers about a task."""
        return data_of(self.client.get(f"{PATH}/{task_id}"))

    def after(self, task_id: str, seconds: float) -> dict[str, Any]:
        """What a query answers about a task after some sandbox time."""
        self.sandbox.clock.travel(seconds)
        return self.query(task_id)

    def set(self, **settings: Any) -> "World":
        self.sandbox.set("picwish", **settings)
        return self

    def frozen(self) -> "World":
        self.sandbox.clock.freeze()
        return self


Cause = Callable[[World], httpx.Response]


def data_of(answer: httpx.Response) -> dict[str, Any]:
    """The data of an answer that has some."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["status"] == 200
    data: dict[str, Any] = body["data"]
    return data


def picture(content: bytes) -> NDArray[np.uint8]:
    """The pixels of a result file."""
    return np.asarray(Image.open(io.BytesIO(content)))


def elements(answer: httpx.Response) -> dict[str, str]:
    """The elements of an error of the storage, in their order."""
    assert answer.headers["content-type"] == "application/xml"
    return {element.tag: element.text or "" for element in ElementTree.fromstring(answer.content)}
