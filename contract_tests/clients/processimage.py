"""A reference client of processimage.cn watermark removal."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

PATH = "/watermark/access"
TAKEN = (200, 304)
"""The httpCode of an answer that is no refusal; the HTTP status says less."""
WAITING, NO_TEXT = 52000, 52002
DONE = (0, 52005, 52006)


class ProcessimageError(Exception):
    """The API said no, or the work came to nothing; `http_code` and `process_status` are the body's."""

    def __init__(self, http_code: int, process_status: int, message: str) -> None:
        super().__init__(f"{http_code}, {process_status}: {message}")
        self.http_code = http_code
        self.process_status = process_status


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleared:
    """What became of a picture: the URL of the result, None where nothing was cleared; the rectangles, in
    pixels, as the API names them; whether it came from the cache; and how many uses are left."""

    url: str | None
    locations: Sequence[Mapping[str, Any]]
    cached: bool
    remaining: int


class ProcessimageClient:
    """Signs and sends calls, reads callbacks, downloads results, with one pooled connection."""

    def __init__(self, url: str, app_id: str, app_secret: str, *, timeout: float = 60.0) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout)
        self._app_id = app_id
        self._app_secret = app_secret

    def clear(self, image: bytes, rectangles: Sequence[Mapping[str, int]] = (), **options: str) -> Cleared:
        """Clear a picture of its watermarks, or of what is in the rectangles; without text it has no URL.

        Raises ProcessimageError, and httpx.HTTPError without an answer."""
        return self._read(self._send(image, rectangles, options))

    def begin(
        self, image: bytes, callback: str, rectangles: Sequence[Mapping[str, int]] = (), **options: str
    ) -> None:
        """The same, with the result posted to a callback; `received` reads it."""
        body = self._send(image, rectangles, {**options, "sync": "true", "callback": callback})
        if body["data"]["processStatus"] != WAITING:
            raise _error(body)

    def received(self, body: bytes) -> Cleared:
        """What a callback brought. Raises ProcessimageError, and ValueError for what is not JSON."""
        return self._read(json.loads(body))

    def download(self, cleared: Cleared) -> bytes:
        """The cleared picture, in the format that the original had."""
        if cleared.url is None:
            raise ValueError("nothing was cleared, so there is nothing to download")
        answer = self._client.get(cleared.url)
        answer.raise_for_status()
        return answer.content

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(
        self, image: bytes, rectangles: Sequence[Mapping[str, int]], options: Mapping[str, str]
    ) -> dict[str, Any]:
        salt = str(10_000_000 + secrets.randbelow(90_000_000))
        fields = {"appId": self._app_id, "salt": salt, **options}
        if rectangles:
            fields["rectangles"] = json.dumps(list(rectangles))
        answer = self._client.post(
            PATH,
            headers={"x-access-api-sign": self._sign(image, salt)},
            files={"imageFile": ("image", image)},
            data=fields,
        )
        return _body(answer)

    def _sign(self, image: bytes, salt: str) -> str:
        digest = hashlib.md5(image).hexdigest()
        return hashlib.md5(f"{self._app_id}{digest}{salt}{self._app_secret}".encode()).hexdigest()

    def _read(self, body: Mapping[str, Any]) -> Cleared:
        data = body["data"]
        status = data["processStatus"]
        if body["httpCode"] not in TAKEN or status not in (*DONE, NO_TEXT):
            raise _error(body)
        return Cleared(
            url=data.get("url"),
            locations=data.get("processLocation") or (),
            cached=body["httpCode"] == 304,
            remaining=body["remainingUsage"],
        )


def _body(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:  # a gateway may answer HTML
        body = None
    if not isinstance(body, dict) or "httpCode" not in body:
        raise ProcessimageError(answer.status_code, 0, "the answer is not one of the API")
    if body["httpCode"] not in TAKEN:
        raise _error(body)
    return body


def _error(body: Mapping[str, Any]) -> ProcessimageError:
    data = body.get("data") or {}
    message = " ".join(filter(None, (body.get("httpMsg"), data.get("processMsg"))))
    return ProcessimageError(body["httpCode"], data.get("processStatus", 0), message)
