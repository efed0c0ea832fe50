"""The official SDK of AILabTools, ailabtools-sdk, as a client under test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from ailabtools import AILabApiError, AILabClient

from contract_tests.adapters.ailab import AilabAdapter, Head
from contract_tests.adapters.base import Problem
from contract_tests.clients.driving import tls

NAMES = ("image_url", "x", "y", "width", "height")
KINDS = (str, int, int, int, int)


class NoHeads(Exception):
    """What the SDK handed on has no heads in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """The SDK, and what downloads the results, since it leaves that to its caller."""

    sdk: AILabClient
    http: httpx.AsyncClient

    async def aclose(self) -> None:
        """Give the connections back."""
        await self.sdk.aclose()
        await self.http.aclose()


class AilabSdk(AilabAdapter):
    """It is used as its own examples have it.

    It answers the JSON of a success as it came, and lets the errors of httpx through. So what is in the JSON
    is checked here, and results are downloaded here, as every caller of it has to do."""

    errors = (AILabApiError, httpx.HTTPError, NoHeads)

    def client(self, access: Any, timeout: float) -> Client:
        sdk = AILabClient(access.api_key, base_url=access.url, timeout=timeout)
        return Client(sdk=sdk, http=httpx.AsyncClient(timeout=timeout, verify=tls()))

    def problem(self, error: BaseException) -> Problem:
        known = super().problem(error)
        if not isinstance(error, AILabApiError) or error.detail is None:
            return known
        return Problem(text=known.text, own=known.own, code=error.detail.code or None)

    async def heads(self, client: Client, image: bytes, *, mask: bool = False) -> Sequence[Head]:
        return await self.finish(client, await self.begin(client, image, mask=mask))

    async def begin(self, client: Client, image: bytes, *, mask: bool = False) -> Any:
        wanted = {"image": image, "returnForm": "mask"} if mask else {"image": image}
        return await client.sdk.cutout.cutoutAvatarExtraction(wanted)

    async def finish(self, client: Client, handle: Any) -> Sequence[Head]:
        return [
            Head(x=x, y=y, width=width, height=height, image=await self._download(client, url))
            for url, x, y, width, height in _elements(handle)
        ]

    async def _download(self, client: Client, url: str) -> bytes:
        try:
            answer = await client.http.get(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise NoHeads(f"a head has a URL that is none: {error}") from error
        answer.raise_for_status()
        if not answer.content:
            raise NoHeads("a head is an empty file")
        return answer.content


def _elements(answer: Any) -> list[tuple[str, int, int, int, int]]:
    """The fields of each head. Raises NoHeads."""
    if not isinstance(answer, dict) or "data" not in answer:
        raise NoHeads("there is no data")
    data = answer["data"]
    elements = [] if data is None else data.get("elements") if isinstance(data, dict) else None
    if not isinstance(elements, list) or not all(isinstance(one, dict) for one in elements):
        raise NoHeads("there are no elements")
    rows = [tuple(element.get(name) for name in NAMES) for element in elements]
    for row in rows:
        if not all(type(value) is kind for value, kind in zip(row, KINDS, strict=True)):
            raise NoHeads(f"a head is {row!r:.200}")
    return rows
