"""How tests of the control API call it: in process or over a socket, and in a sandbox that was minted."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.types import ASGIApp

from mockserver import fixtures

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
EXTRACTION = "/api/cutout/portrait/avatar-extraction"


class InProcess(httpx.BaseTransport):
    """Requests from `client`, an address, to an application; all on one event loop."""

    def __init__(self, app: ASGIApp, client: str = "127.0.0.1") -> None:
        self._runner = asyncio.Runner()
        self._transport = httpx.ASGITransport(app=app, client=(client, 50_000))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._runner.run(self._answer(request))

    def close(self) -> None:
        self._runner.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)


@dataclass(frozen=True, kw_only=True, slots=True)
class Minted:
    """A sandbox as a user of curl has it: a path, and what the minting has answered."""

    client: httpx.Client
    content: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/_mock/sandboxes/{self.content['id']}"

    def key(self, provider: str) -> str:
        key: str = self.content["providers"][provider]["credentials"]["api_key"]
        return key

    def ask(self, method: str, below: str = "", body: Any = None) -> httpx.Response:
        """A control call at this sandbox."""
        return self.client.request(method, self.path + below, **({} if body is None else {"json": body}))

    def extract(self, key: str | None = None) -> httpx.Response:
        """An AILabTools call with the key of this sandbox."""
        headers = {"ailabapi-api-key": self.key("ailab") if key is None else key}
        return self.client.post(EXTRACTION, headers=headers, files={"image": PORTRAIT})
