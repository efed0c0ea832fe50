"""A reference client of AILabTools Head Extraction, and an asynchronous one.

What is sent, and what is made of the answers, is written once, as flows; each client runs them in its way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from contract_tests.clients.driving import Build, Flow, run, run_async, tls

PATH = "/api/cutout/portrait/avatar-extraction"
KEY_HEADER = "ailabapi-api-key"
NO_CREDITS = "ERROR_NOT_ENOUGH_CREDITS"
"""Comes with the status 429, but does not pass."""
PASSING = ("AI_SERVICE_", "EXCEEDING_LIMITS", "FILE_SERVICE_ERROR")
"""How the codes begin of errors that pass, whatever their status; it was another one before 2026."""


class AilabError(Exception):
    """The API said no, or gave an answer that is none of its own.

    `code` is the symbol of its code table, empty where there was none; `status` the HTTP status; `retryable`
    whether the same call may go well later."""

    def __init__(self, status: int, code: str, message: str, request_id: str) -> None:
        super().__init__(f"{status} {code}: {message} (request {request_id})")
        self.status = status
        self.code = code
        self.request_id = request_id
        passes = status == 429 or status >= 500 or code.startswith(PASSING)
        self.retryable = passes and code != NO_CREDITS


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """One head: the URL of its cut-out, and where the crop lies in the source image, in pixels."""

    image_url: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Flows:
    """What the API is asked, and what its answers mean."""

    build: Build
    api_key: str = field(repr=False)

    def heads(self, image: bytes, *, mask: bool) -> Flow[list[Head]]:
        """One request."""
        answer = yield self.request(image, mask=mask)
        assert answer is not None
        return self.read(answer.status_code, answer.content)

    def request(self, image: bytes, *, mask: bool) -> httpx.Request:
        """The image as a file, and what shall come back unless it is a cut-out."""
        return self.build(
            "POST",
            PATH,
            headers={KEY_HEADER: self.api_key},
            files={"image": ("image", image)},
            data={"return_form": "mask"} if mask else None,
        )

    def read(self, status: int, content: bytes) -> list[Head]:
        """What an answer has. Raises AilabError."""
        body = _body(status, content)
        # HTTP 200 is success in every generation of the envelope; error_code is 0 then, or not there.
        if status != 200 or body.get("error_code"):
            raise _error(status, body)
        if "data" not in body:
            raise _unreadable(body, "it has no data")
        if body["data"] is None:  # there is no head
            return []
        elements = body["data"].get("elements") if isinstance(body["data"], dict) else None
        if not isinstance(elements, list):
            raise _unreadable(body, "its elements are no list")
        return [_head(body, element) for element in elements]

    def download(self, head: Head) -> Flow[bytes]:
        """A result file. The API key is for the API alone, and is not sent along."""
        try:
            request = self.build("GET", head.image_url)
        except (httpx.InvalidURL, ValueError) as error:
            raise AilabError(200, "", f"the answer has a URL that is none: {error}", "") from error
        answer = yield request
        assert answer is not None
        answer.raise_for_status()
        if not answer.content:
            raise AilabError(200, "", "the result is empty", "")
        return answer.content


class AilabClient:
    """Calls the API and downloads results, with one pooled connection."""

    def __init__(self, url: str, api_key: str, *, timeout: float = 30.0) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout, verify=tls())
        self._flows = Flows(build=self._client.build_request, api_key=api_key)

    def heads(self, image: bytes, *, mask: bool = False) -> list[Head]:
        """The heads in an image, none where the API says so without an error.

        Raises AilabError, and httpx.HTTPError without an answer."""
        return run(self._flows.heads(image, mask=mask), self._client)

    def download(self, head: Head) -> bytes:
        """The cut-out, or the mask, a PNG. It is there for 24 hours.

        Raises AilabError, and httpx.HTTPError without a file."""
        return run(self._flows.download(head), self._client)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncAilabClient:
    """The same for asyncio."""

    def __init__(self, url: str, api_key: str, *, timeout: float = 30.0) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout, verify=tls())
        self._flows = Flows(build=self._client.build_request, api_key=api_key)

    async def heads(self, image: bytes, *, mask: bool = False) -> list[Head]:
        """The heads in an image, none where the API says so without an error."""
        return await run_async(self._flows.heads(image, mask=mask), self._client)

    async def download(self, head: Head) -> bytes:
        """The cut-out, or the mask, a PNG. It is there for 24 hours."""
        return await run_async(self._flows.download(head), self._client)

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _body(status: int, content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):  # a gateway may answer HTML
        body = None
    if not isinstance(body, dict):
        raise AilabError(status, "", "the answer is not one of the API", "")
    return body


def _error(status: int, body: Mapping[str, Any]) -> AilabError:
    told = body.get("error_detail")
    detail = told if isinstance(told, dict) else {}
    code = _text(detail.get("code"), body.get("error_code_str"))
    message = _text(detail.get("message"), detail.get("code_message"), body.get("error_msg"))
    return AilabError(status, code, message, _text(body.get("request_id")))


def _text(*candidates: object) -> str:
    """The first that is a text with something in it."""
    return next((one for one in candidates if isinstance(one, str) and one), "")


def _unreadable(body: Mapping[str, Any], why: str) -> AilabError:
    return AilabError(
        200, "", f"the answer is not one that this client understands: {why}", _text(body.get("request_id"))
    )


def _head(body: Mapping[str, Any], element: Any) -> Head:
    if not isinstance(element, dict):
        raise _unreadable(body, "an element is no head")
    url = element.get("image_url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise _unreadable(body, "a head has no URL")
    x, y = (_number(body, element, name, least=0) for name in ("x", "y"))
    width, height = (_number(body, element, name, least=1) for name in ("width", "height"))
    return Head(image_url=url, x=x, y=y, width=width, height=height)


def _number(body: Mapping[str, Any], element: Mapping[str, Any], name: str, *, least: int) -> int:
    value = element.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise _unreadable(body, f"a head has no {name}")
    return value
