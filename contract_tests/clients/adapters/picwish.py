"""The reference clients of PicWish as clients under test."""

from __future__ import annotations

from typing import Any

import httpx

from contract_tests.adapters import Cutout, PicwishAdapter, Problem, Unimplemented
from contract_tests.clients.picwish import (
    AsyncPicwishClient,
    PicwishClient,
    PicwishError,
    Result,
    TaskFailed,
    TaskUnfinished,
)


class Common(PicwishAdapter):
    """What both say of their errors."""

    errors = (PicwishError, TaskFailed, TaskUnfinished, httpx.HTTPError)

    def problem(self, error: BaseException) -> Problem:
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, PicwishError):
            return Problem(text=text, own=True, code=str(error.status), retryable=error.retryable)
        if isinstance(error, TaskFailed):
            return Problem(text=text, own=True, code=str(error.state), retryable=error.retryable)
        return super().problem(error)


class Picwish(Common):
    """The reference client."""

    def client(self, access: Any, timeout: float) -> PicwishClient:
        return PicwishClient(access.url, access.api_key, timeout=timeout)

    def cut_out(self, client: PicwishClient, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        _check(options)
        if not sync:
            return self.finish(client, self.begin(client, image, **options))
        return self._downloaded(client, client.cut_out(image, **options))

    def begin(self, client: PicwishClient, image: bytes | str, **options: str) -> str:
        return client.create(image, **options)

    def finish(self, client: PicwishClient, handle: str) -> Cutout:
        return self._downloaded(client, client.wait(handle))

    def received(self, client: PicwishClient, body: bytes) -> Cutout:
        return self._downloaded(client, client.received(body))

    def _downloaded(self, client: PicwishClient, result: Result) -> Cutout:
        links = (result.image, result.mask)
        image, mask = (None if link is None else client.download(link) for link in links)
        return Cutout(image=image, mask=mask)


class AsyncPicwish(Common):
    """The asynchronous one; the methods are coroutines."""

    def client(self, access: Any, timeout: float) -> AsyncPicwishClient:
        return AsyncPicwishClient(access.url, access.api_key, timeout=timeout)

    async def cut_out(
        self, client: AsyncPicwishClient, image: bytes | str, *, sync: bool, **options: str
    ) -> Cutout:
        _check(options)
        if not sync:
            return await self.finish(client, await self.begin(client, image, **options))
        return await self._downloaded(client, await client.cut_out(image, **options))

    async def begin(self, client: AsyncPicwishClient, image: bytes | str, **options: str) -> str:
        return await client.create(image, **options)

    async def finish(self, client: AsyncPicwishClient, handle: str) -> Cutout:
        return await self._downloaded(client, await client.wait(handle))

    async def received(self, client: AsyncPicwishClient, body: bytes) -> Cutout:
        return await self._downloaded(client, client.received(body))

    async def _downloaded(self, client: AsyncPicwishClient, result: Result) -> Cutout:
        links = (result.image, result.mask)
        image, mask = [None if link is None else await client.download(link) for link in links]
        return Cutout(image=image, mask=mask)


def _check(options: dict[str, str]) -> None:
    if options.get("return_type", "1") != "1":
        raise Unimplemented("it takes results as links alone")
