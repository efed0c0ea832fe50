"""Ways in which a server can differ from the documents, one at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from PIL import Image
from verify_world import Change

Matches = Callable[[httpx.Request, httpx.Response], bool]
ABSENT = object()


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """What a server does other than it should, the case that has to tell, and where it does so.

    Either answers are changed, or requests, or `patch`, a module and a name in it, becomes `value`."""

    title: str
    provider: str
    case: str
    at: str
    answer: Change = lambda request, response: None
    request: Callable[[httpx.Request], httpx.Request | None] = lambda request: None
    patch: str = ""
    value: Any = None

    @property
    def is_limit(self) -> bool:
        """Whether it is about a number alone, by which the server is off by one or a few."""
        return isinstance(self.value, int) and "TOLERANCE" not in self.patch and "LIFETIME" not in self.patch

    def __str__(self) -> str:
        return f"{self.case}: {self.title}"


def of(provider: str, prefix: str, title: str, case: str, at: str, **how: Any) -> Deviation:
    """A deviation of a provider, the ids of whose cases have a prefix."""
    return Deviation(title=title, provider=provider, case=f"{prefix}-{case}", at=at, **how)


def any_answer(request: httpx.Request, response: httpx.Response) -> bool:
    return True


def status_is(status: int) -> Matches:
    return lambda request, response: response.status_code == status


def path_has(part: str) -> Matches:
    return lambda request, response: part in request.url.path


def body_has(part: bytes) -> Matches:
    return lambda request, response: part in response.content


def again(response: httpx.Response, **changes: Any) -> httpx.Response:
    """The same answer with other headers, another status or another body."""
    headers = [(name, value) for name, value in response.headers.multi_items() if name != "content-length"]
    given = {"status_code": response.status_code, "headers": headers, "content": response.content, **changes}
    return httpx.Response(**given)


def status(code: int, when: Matches = any_answer) -> Change:
    return lambda request, response: again(response, status_code=code) if when(request, response) else None


def header(name: str, value: str | None, when: Matches = any_answer) -> Change:
    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        if not when(request, response):
            return None
        headers = [(one, text) for one, text in response.headers.multi_items() if one != name]
        headers = [one for one in headers if one[0] != "content-length"]
        return again(response, headers=headers + ([(name, value)] if value is not None else []))

    return change


def body(content: bytes, when: Matches = any_answer) -> Change:
    return lambda request, response: again(response, content=content) if when(request, response) else None


def replaced(old: str, new: str, when: Matches = any_answer) -> Change:
    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        if not when(request, response) or old.encode() not in response.content:
            return None
        return again(response, content=response.content.replace(old.encode(), new.encode()))

    return change


def member(pointer: str, value: Any, when: Matches = any_answer) -> Change:
    """Another value in a JSON answer, or none, at a path such as `data.elements.0.width`."""

    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        if "json" not in response.headers.get("content-type", "") or not when(request, response):
            return None
        content = json.loads(response.content)
        *way, last = [int(step) if step.isdigit() else step for step in pointer.split(".")]
        part = content
        for step in way:
            if not isinstance(part, list) and step not in (part or {}):
                return None
            part = part[step]
        if value is ABSENT:
            part.pop(last, None)
        else:
            part[last] = value
        return again(response, content=json.dumps(content).encode())

    return change


def picture(make: Callable[[Image.Image], Image.Image], form: str, when: Matches) -> Change:
    """Another picture in place of a file."""

    def change(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
        if not when(request, response) or not response.headers.get("content-type", "").startswith("image/"):
            return None
        out = io.BytesIO()
        with Image.open(io.BytesIO(response.content)) as found:
            make(found).save(out, form)
        return again(response, content=out.getvalue())

    return change


def smaller(found: Image.Image) -> Image.Image:
    return found.resize((found.width // 2, found.height // 2))


def without_alpha(found: Image.Image) -> Image.Image:
    return found.convert("RGB")


def opaque(found: Image.Image) -> Image.Image:
    return found.convert("RGB").convert("RGBA")


class OpenLinks:
    """A storage that serves a file to whoever asks, whatever the query says."""

    def __init__(self) -> None:
        self.links: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Request | None:
        url = str(request.url)
        if "/tasks/output/" not in url:
            return None
        whole = self.links.setdefault(urlsplit(url).path, url)
        return httpx.Request(request.method, whole, headers={"host": request.headers["host"]})
