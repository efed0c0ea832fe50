"""A reference client of AILabTools Head Extraction."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

PATH = "/api/cutout/portrait/avatar-extraction"


class AilabError(Exception):
    """The API said no. `code` is the symbol of its code table, `status` the HTTP status."""

    def __init__(self, status: int, code: str, message: str, request_id: str) -> None:
        super().__init__(f"{status} {code}: {message} (request {request_id})")
        self.status = status
        self.code = code
        self.request_id = request_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """One head: the URL of its cut-out, and where the crop lies in the source image, in pixels."""

    image_url: str
    x: int
    y: int
    width: int
    height: int


class AilabClient:
    """Calls the API and downloads results, with one pooled connection."""

    def __init__(self, url: str, api_key: str, *, timeout: float = 30.0) -> None:
        self._client = httpx.Client(base_url=url, timeout=timeout)
        self._headers = {"ailabapi-api-key": api_key}

    def heads(self, image: bytes, *, mask: bool = False) -> list[Head]:
        """The heads in an image, left to right. Raises AilabError, and httpx.HTTPError without an answer."""
        answer = self._client.post(
            PATH,
            headers=self._headers,
            files={"image": ("image", image)},
            data={"return_form": "mask"} if mask else None,
        )
        body = _body(answer)
        # HTTP 200 is success in every generation of the envelope; error_code is 0 then, or not there.
        if answer.status_code != 200 or body.get("error_code"):
            raise _error(answer.status_code, body)
        elements = (body.get("data") or {}).get("elements") or []
        names = Head.__slots__
        return [Head(**{name: element[name] for name in names}) for element in elements]

    def download(self, head: Head) -> bytes:
        """The cut-out, a PNG. The API key is for the API alone, and is not sent along."""
        answer = self._client.get(head.image_url)
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


def _body(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:  # a gateway may answer HTML
        return {}
    return body if isinstance(body, dict) else {}


def _error(status: int, body: dict[str, Any]) -> AilabError:
    detail = body.get("error_detail") or {}
    code = detail.get("code") or body.get("error_code_str") or ""
    message = detail.get("message") or detail.get("code_message") or body.get("error_msg") or ""
    return AilabError(status, code, message, body.get("request_id", ""))
