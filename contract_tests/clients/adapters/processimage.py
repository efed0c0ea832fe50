"""The reference clients of processimage.cn as clients under test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from contract_tests.adapters.base import Problem, Unimplemented
from contract_tests.adapters.processimage import Cleared, Location, ProcessimageAdapter
from contract_tests.clients import processimage
from contract_tests.clients.processimage import (
    AsyncProcessimageClient,
    ProcessimageClient,
    ProcessimageError,
)

Rectangles = Sequence[Mapping[str, int]]


class Common(ProcessimageAdapter):
    """What both say of their errors and results."""

    errors = (ProcessimageError, httpx.HTTPError)

    def problem(self, error: BaseException) -> Problem:
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, ProcessimageError):
            code = error.http_code if error.http_code != 200 else error.process_status
            return Problem(text=text, own=True, code=str(code), retryable=error.retryable)
        return super().problem(error)

    def result(self, found: processimage.Cleared, image: bytes | None) -> Cleared:
        """What the client answered, as the kit wants it."""
        locations = [
            Location(x=one["x"], y=one["y"], width=one["w"], height=one["h"], word=one.get("word"))
            for one in found.locations
        ]
        return Cleared(image=image, locations=locations, cached=found.cached)


class Processimage(Common):
    """The reference client."""

    def client(self, access: Any, timeout: float) -> ProcessimageClient:
        return ProcessimageClient(access.url, access.app_id, access.app_secret, timeout=timeout)

    def clear(
        self, client: ProcessimageClient, image: bytes | str, *, rectangles: Rectangles = (), **options: str
    ) -> Cleared:
        return self._downloaded(client, client.clear(_file(image), rectangles, **options))

    def clear_with_token(
        self, client: ProcessimageClient, image: bytes | str, *, rectangles: Rectangles = (), **options: str
    ) -> Cleared:
        return self._downloaded(client, client.clear_with_token(image, rectangles, **options))

    def begin(
        self,
        client: ProcessimageClient,
        image: bytes | str,
        *,
        callback: str,
        rectangles: Rectangles = (),
        **options: str,
    ) -> None:
        client.begin(_file(image), callback, rectangles, **options)

    def received(self, client: ProcessimageClient, body: bytes) -> Cleared:
        return self._downloaded(client, client.received(body))

    def _downloaded(self, client: ProcessimageClient, found: processimage.Cleared) -> Cleared:
        return self.result(found, None if found.url is None else client.download(found))


class AsyncProcessimage(Common):
    """The asynchronous one; the methods are coroutines."""

    def client(self, access: Any, timeout: float) -> AsyncProcessimageClient:
        return AsyncProcessimageClient(access.url, access.app_id, access.app_secret, timeout=timeout)

    async def clear(
        self,
        client: AsyncProcessimageClient,
        image: bytes | str,
        *,
        rectangles: Rectangles = (),
        **options: str,
    ) -> Cleared:
        return await self._downloaded(client, await client.clear(_file(image), rectangles, **options))

    async def clear_with_token(
        self,
        client: AsyncProcessimageClient,
        image: bytes | str,
        *,
        rectangles: Rectangles = (),
        **options: str,
    ) -> Cleared:
        return await self._downloaded(client, await client.clear_with_token(image, rectangles, **options))

    async def begin(
        self,
        client: AsyncProcessimageClient,
        image: bytes | str,
        *,
        callback: str,
        rectangles: Rectangles = (),
        **options: str,
    ) -> None:
        await client.begin(_file(image), callback, rectangles, **options)

    async def received(self, client: AsyncProcessimageClient, body: bytes) -> Cleared:
        return await self._downloaded(client, client.received(body))

    async def _downloaded(self, client: AsyncProcessimageClient, found: processimage.Cleared) -> Cleared:
        return self.result(found, None if found.url is None else await client.download(found))


def _file(image: bytes | str) -> bytes:
    if isinstance(image, str):
        raise Unimplemented("it signs files alone: whoever signs a URL has to know what is behind it")
    return image
