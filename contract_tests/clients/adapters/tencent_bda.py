"""The reference clients of Tencent Cloud BDA as clients under test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from contract_tests.adapters.base import Problem
from contract_tests.adapters.tencent_bda import Rect, Segmentation, TencentBdaAdapter
from contract_tests.clients import tencent_bda
from contract_tests.clients.tencent_bda import (
    AsyncTencentBdaClient,
    TencentBdaClient,
    TencentError,
    UnreadableAnswer,
)


class Common(TencentBdaAdapter):
    """What both say of their errors and results."""

    errors = (TencentError, UnreadableAnswer, httpx.HTTPError)

    def problem(self, error: BaseException) -> Problem:
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, TencentError):
            return Problem(text=text, own=True, code=error.code, retryable=error.retryable)
        if isinstance(error, httpx.HTTPStatusError):
            return Problem(text=text, own=True, retryable=error.response.status_code >= 500)
        return super().problem(error)

    def result(self, found: tencent_bda.Segmentation) -> Segmentation:
        """What the client answered, as the kit wants it."""
        rects = [
            Rect(label=one["Label"], x=one["X"], y=one["Y"], width=one["Width"], height=one["Height"])
            for one in found.rects
        ]
        return Segmentation(portrait=found.portrait, mask=found.mask, rects=rects)


class TencentBda(Common):
    """The reference client."""

    def client(self, access: Any, timeout: float) -> TencentBdaClient:
        return TencentBdaClient(access.url, access.secret_id, access.secret_key, timeout=timeout)

    def segment(self, client: TencentBdaClient, image: bytes | str, *, labels: Sequence[str]) -> Segmentation:
        return self.result(client.segment(image, labels))

    def segment_with_token(
        self,
        client: TencentBdaClient,
        image: bytes | str,
        *,
        labels: Sequence[str],
        secret_id: str,
        secret_key: str,
        token: str,
    ) -> Segmentation:
        return self.segment(client.with_key(secret_id, secret_key, token), image, labels=labels)


class AsyncTencentBda(Common):
    """The asynchronous one; the methods are coroutines."""

    def client(self, access: Any, timeout: float) -> AsyncTencentBdaClient:
        return AsyncTencentBdaClient(access.url, access.secret_id, access.secret_key, timeout=timeout)

    async def segment(
        self, client: AsyncTencentBdaClient, image: bytes | str, *, labels: Sequence[str]
    ) -> Segmentation:
        return self.result(await client.segment(image, labels))

    async def segment_with_token(
        self,
        client: AsyncTencentBdaClient,
        image: bytes | str,
        *,
        labels: Sequence[str],
        secret_id: str,
        secret_key: str,
        token: str,
    ) -> Segmentation:
        return await self.segment(client.with_key(secret_id, secret_key, token), image, labels=labels)
