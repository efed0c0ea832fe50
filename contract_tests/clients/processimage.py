"""A reference client of processimage.cn watermark removal, and an asynchronous one.

What is sent, and what is made of the answers, is written once, as flows; each client runs them in its way.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from contract_tests.clients.driving import Build, Flow, run, run_async, tls
from contract_tests.clients.processimage_answers import (
    Cleared,
    ProcessimageError,
    Token,
    accepted,
    cleared,
    no_answer,
    token,
)

PATH = "/watermark/access"
TOKEN_PATH = "/watermark/token"
REFRESH_PATH = "/watermark/token/refresh"
GRACE = 240.0
"""Seconds after its end in which a token is still exchanged for another; the API gives it five minutes."""

__all__ = ["AsyncProcessimageClient", "Cleared", "Flows", "ProcessimageClient", "ProcessimageError"]

Rectangles = Sequence[Mapping[str, int]]
"""What to clear: x, y, w and h of each, in pixels of the picture as displayed."""
Options = Mapping[str, str]


@dataclass(kw_only=True, slots=True)
class Flows:
    """What the API is asked, and what its answers mean. A token is kept for as long as it is good."""

    build: Build
    app_id: str
    app_secret: str = field(repr=False)
    token: Token | None = field(default=None, repr=False)

    def clear(self, image: bytes, rectangles: Rectangles, options: Options) -> Flow[Cleared]:
        """A picture without its watermarks, as soon as there is one."""
        answer = yield self._signed(image, _fields(rectangles, options))
        return self.read(answer, located_only=_is_located_only(options))

    def clear_with_token(self, image: bytes | str, rectangles: Rectangles, options: Options) -> Flow[Cleared]:
        """The same with a token in place of a sign. One that is refused is replaced, once."""
        is_new = self.token is None
        try:
            return (yield from self._by_token(image, rectangles, options, (yield from self._current())))
        except ProcessimageError as error:
            if error.http_code != 401 or is_new:
                raise
        return (yield from self._by_token(image, rectangles, options, (yield from self._fresh())))

    def begin(self, image: bytes, callback: str, rectangles: Rectangles, options: Options) -> Flow[None]:
        """A picture that is cleared later: sync=true means asynchronous here."""
        fields = _fields(rectangles, options)
        accepted((yield self._signed(image, {**fields, "sync": "true", "callback": callback})))

    def received(self, body: bytes) -> Cleared:
        """What a callback says, the same as the answer to a call that waits."""
        return self.read(httpx.Response(200, content=body), located_only=True)

    def read(self, answer: httpx.Response | None, *, located_only: bool) -> Cleared:
        """What an answer says of a picture; a picture that was to be located only has no URL."""
        return cleared(answer, located_only=located_only)

    def download(self, link: str) -> Flow[bytes]:
        """A result file. Neither sign nor token is sent along."""
        if not link.startswith(("http://", "https://")):
            raise no_answer("the answer has a link that is none")
        try:
            request = self.build("GET", link)
        except (httpx.InvalidURL, ValueError) as error:
            raise no_answer(f"the answer has a link that is none: {error}") from error
        answer = yield request
        assert answer is not None
        answer.raise_for_status()
        if answer.status_code != 200 or not answer.content:
            raise ProcessimageError(answer.status_code, 0, "the result is not to be had")
        return answer.content

    def _by_token(
        self, image: bytes | str, rectangles: Rectangles, options: Options, text: str
    ) -> Flow[Cleared]:
        answer = yield self._with_token(image, _fields(rectangles, options), text)
        return self.read(answer, located_only=_is_located_only(options))

    def _signed(self, image: bytes, fields: Options) -> httpx.Request:
        salt = self._salt()
        return self.build(
            "POST",
            PATH,
            headers={"x-access-api-sign": self._sign(hashlib.md5(image).hexdigest(), salt)},
            files={"imageFile": ("image", image)},
            data={"appId": self.app_id, "salt": salt, **fields},
        )

    def _with_token(self, image: bytes | str, fields: Options, text: str) -> httpx.Request:
        parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
        source = ("imageUrl", (None, image)) if isinstance(image, str) else ("imageFile", ("image", image))
        return self.build("POST", PATH, headers={"x-access-api-token": text}, files=[*parts, source])

    def _current(self) -> Flow[str]:
        kept, now = self.token, time.monotonic()
        if kept is None or now >= kept.ends + GRACE:
            return (yield from self._fresh())
        if now >= kept.ends:
            headers = {"x-access-api-token": kept.text}
            return self._keep((yield self.build("POST", REFRESH_PATH, headers=headers)))
        return kept.text

    def _fresh(self) -> Flow[str]:
        salt = self._salt()
        self.token = None
        headers = {"x-access-api-sign": self._sign("", salt)}
        data = {"appId": self.app_id, "salt": salt}
        return self._keep((yield self.build("POST", TOKEN_PATH, headers=headers, data=data)))

    def _keep(self, answer: httpx.Response | None) -> str:
        self.token = token(answer, time.monotonic())
        return self.token.text

    def _salt(self) -> str:
        return str(10_000_000 + secrets.randbelow(90_000_000))  # eight digits, the first of them not 0

    def _sign(self, image_md5: str, salt: str) -> str:
        return hashlib.md5(f"{self.app_id}{image_md5}{salt}{self.app_secret}".encode()).hexdigest()


class ProcessimageClient:
    """Signs and sends calls, reads callbacks, downloads results, with one pooled connection."""

    def __init__(self, url: str, app_id: str, app_secret: str, *, timeout: float = 60.0) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout, verify=tls())
        self._flows = Flows(build=self._client.build_request, app_id=app_id, app_secret=app_secret)

    def clear(self, image: bytes, rectangles: Rectangles = (), **options: str) -> Cleared:
        """Clear a picture of its watermarks, or of what is in the rectangles; without text it has no URL.

        `options` are the documented parameters. Raises ProcessimageError, and httpx.HTTPError without an
        answer; so do the other calls."""
        return run(self._flows.clear(image, rectangles, options), self._client)

    def clear_with_token(self, image: bytes | str, rectangles: Rectangles = (), **options: str) -> Cleared:
        """The same with a token, which is got and kept; the picture may be behind a URL then."""
        return run(self._flows.clear_with_token(image, rectangles, options), self._client)

    def begin(self, image: bytes, callback: str, rectangles: Rectangles = (), **options: str) -> None:
        """The same, with the result posted to a callback; `received` reads it."""
        run(self._flows.begin(image, callback, rectangles, options), self._client)

    def received(self, body: bytes) -> Cleared:
        """What a callback brought."""
        return self._flows.received(body)

    def download(self, cleared: Cleared) -> bytes:
        """The cleared picture, in the format that the original had. Raises ValueError where there is none."""
        return run(self._flows.download(_link(cleared)), self._client)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncProcessimageClient:
    """The same for asyncio."""

    def __init__(self, url: str, app_id: str, app_secret: str, *, timeout: float = 60.0) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout, verify=tls())
        self._flows = Flows(build=self._client.build_request, app_id=app_id, app_secret=app_secret)

    async def clear(self, image: bytes, rectangles: Rectangles = (), **options: str) -> Cleared:
        """Clear a picture of its watermarks, or of what is in the rectangles."""
        return await run_async(self._flows.clear(image, rectangles, options), self._client)

    async def clear_with_token(
        self, image: bytes | str, rectangles: Rectangles = (), **options: str
    ) -> Cleared:
        """The same with a token, which is got and kept; the picture may be behind a URL then."""
        return await run_async(self._flows.clear_with_token(image, rectangles, options), self._client)

    async def begin(self, image: bytes, callback: str, rectangles: Rectangles = (), **options: str) -> None:
        """The same, with the result posted to a callback; `received` reads it."""
        await run_async(self._flows.begin(image, callback, rectangles, options), self._client)

    def received(self, body: bytes) -> Cleared:
        """What a callback brought."""
        return self._flows.received(body)

    async def download(self, cleared: Cleared) -> bytes:
        """The cleared picture. Raises ValueError where there is none."""
        return await run_async(self._flows.download(_link(cleared)), self._client)

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _fields(rectangles: Rectangles, options: Options) -> dict[str, str]:
    return {**options, "rectangles": json.dumps(list(rectangles))} if rectangles else dict(options)


def _is_located_only(options: Options) -> bool:
    return options.get("ocrOnly", "").lower() == "true"


def _link(cleared: Cleared) -> str:
    if cleared.url is None:
        raise ValueError("nothing was cleared, so there is nothing to download")
    return cleared.url
