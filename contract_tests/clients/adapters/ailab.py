"""The reference clients of AILabTools as clients under test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from contract_tests.adapters.ailab import AilabAdapter, Head
from contract_tests.adapters.base import Problem
from contract_tests.clients import ailab
from contract_tests.clients.ailab import AilabClient, AilabError, AsyncAilabClient


class Common(AilabAdapter):
    """What both say of their errors and results."""

    errors = (AilabError, httpx.HTTPError)

    def problem(self, error: BaseException) -> Problem:
        known = super().problem(error)
        if isinstance(error, AilabError):
            return Problem(text=known.text, own=True, code=error.code or None, retryable=error.retryable)
        return known

    def result(self, found: ailab.Head, content: bytes) -> Head:
        """A head as the kit wants it."""
        return Head(x=found.x, y=found.y, width=found.width, height=found.height, image=content)


class Ailab(Common):
    """The reference client."""

    def client(self, access: Any, timeout: float) -> AilabClient:
        return AilabClient(access.url, access.api_key, timeout=timeout)

    def heads(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[Head]:
        return self.finish(client, self.begin(client, image, mask=mask))

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        return client.heads(image, mask=mask)

    def finish(self, client: AilabClient, handle: Sequence[ailab.Head]) -> Sequence[Head]:
        return [self.result(found, client.download(found)) for found in handle]


class AsyncAilab(Common):
    """The asynchronous one; the methods are coroutines."""

    def client(self, access: Any, timeout: float) -> AsyncAilabClient:
        return AsyncAilabClient(access.url, access.api_key, timeout=timeout)

    async def heads(self, client: AsyncAilabClient, image: bytes, *, mask: bool = False) -> Sequence[Head]:
        return await self.finish(client, await self.begin(client, image, mask=mask))

    async def begin(
        self, client: AsyncAilabClient, image: bytes, *, mask: bool = False
    ) -> Sequence[ailab.Head]:
        return await client.heads(image, mask=mask)

    async def finish(self, client: AsyncAilabClient, handle: Sequence[ailab.Head]) -> Sequence[Head]:
        return [self.result(found, await client.download(found)) for found in handle]
