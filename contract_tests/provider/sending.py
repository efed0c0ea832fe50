"""Requests as they go out, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from contract_tests.provider.pace import Pacer

if TYPE_CHECKING:
    import httpx

TIMEOUT = 90.0
NO_JSON = object()


class NoAnswer(Exception):
    """A request was not answered; the text says what happened."""

    def __init__(self, request: str, reason: str) -> None:
        super().__init__(reason)
        self.request = request


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. `request` is the line that it answers, such as `POST /api/tasks`."""

    request: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    """With lower-case names; of a repeated one all values, joined by commas."""
    content: bytes = field(repr=False)

    @property
    def line(self) -> str:
        """Request and status in one line."""
        return f"{self.request} → {self.status}"

    @property
    def media_type(self) -> str:
        """Its Content-Type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def json(self) -> Any:
        """The body as JSON; NO_JSON where it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return NO_JSON

    def member(self, *names: str) -> Any:
        """What is at a path of names in the JSON of the body; None where there is nothing."""
        part = self.json
        for name in names:
            part = part.get(name) if isinstance(part, dict) else None
        return part


class Sender:
    """Sends requests one after the other, at the pace that is allowed, and counts them.

    `client` is closed by whoever made it."""

    def __init__(self, client: httpx.Client, pacer: Pacer) -> None:
        self._client = client
        self.pacer = pacer
        self.count = 0

    def send(self, method: str, url: str, *, paced: bool = True, **parts: Any) -> Answer:
        """Send a request; `parts` are those of httpx: headers, content, files. Downloads are not `paced`.

        Raises NoAnswer."""
        import httpx

        if paced:
            self.pacer.wait()
        self.count += 1
        line = f"{method} {urlsplit(url).path or '/'}"
        try:
            answer = self._client.request(method, url, **parts)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswer(line, f"{type(error).__name__}: {error}") from error
        return Answer(
            request=line,
            status=answer.status_code,
            headers=dict(answer.headers.items()),
            content=answer.content,
        )
