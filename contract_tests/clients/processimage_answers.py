"""What the answers of processimage.cn mean: pure functions from an answer to a result, or to an error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

TAKEN = (200, 304)
"""The httpCode of an answer that is no refusal; the HTTP status says less."""
DONE, WAITING, NO_TEXT, OFFSET_IGNORED, LOCATED = 0, 52000, 52002, 52005, 52006
"""The processStatus of what is no failure."""
TIMED_OUT, FAILED = 52003, 52004
SIDES = ("x", "y", "w", "h")
LIFETIME = 1800
"""Seconds that no token is good beyond."""


class ProcessimageError(Exception):
    """The API said no, or the work came to nothing; `http_code` and `process_status` are the body's.

    Where the body has no httpCode, `http_code` is the HTTP status. `retryable`: it may go well later."""

    def __init__(self, http_code: int, process_status: int, message: str) -> None:
        super().__init__(f"{http_code}, {process_status}: {message}")
        self.http_code = http_code
        self.process_status = process_status
        self.retryable = http_code == 429 or http_code >= 500 or process_status in (TIMED_OUT, FAILED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleared:
    """What became of a picture: the URL of the result, None where nothing was cleared; the rectangles, in
    pixels, as the API names them; whether it came from the cache; and how many uses are left, if it says."""

    url: str | None
    locations: Sequence[Mapping[str, Any]]
    cached: bool
    remaining: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token, and until when it is good, in seconds of a clock that only goes forward."""

    text: str
    ends: float


def cleared(answer: httpx.Response | None, *, located_only: bool) -> Cleared:
    """What an answer says of a picture. Where it was not to be located only, a success has a URL.

    Raises ProcessimageError."""
    body = _body(answer)
    data = _known(body, "data", dict)
    status = _known(data, "processStatus", int)
    if status not in (DONE, NO_TEXT, OFFSET_IGNORED, LOCATED):
        raise _error(body)
    url = None if data.get("url") is None else _known(data, "url", str)
    if url is None and status in (DONE, OFFSET_IGNORED) and not located_only:
        raise no_answer("the answer has no url")
    remaining = body.get("remainingUsage")
    return Cleared(
        url=url,
        locations=_locations(data),
        cached=body["httpCode"] == 304,
        remaining=remaining if _is(remaining, int) else None,
    )


def accepted(answer: httpx.Response | None) -> None:
    """An asynchronous call was taken. Raises ProcessimageError where it was not."""
    body = _body(answer)
    if _known(_known(body, "data", dict), "processStatus", int) != WAITING:
        raise _error(body)


def token(answer: httpx.Response | None, now: float) -> Token:
    """The token that was given out at a moment. Raises ProcessimageError."""
    data = _known(_body(answer), "data", dict)
    text, seconds = _known(data, "token", str), _known(data, "expiresIn", int)
    if not (text.isascii() and text.isalnum()):
        raise no_answer("the answer has a token that is none")
    return Token(text=text, ends=now + min(seconds, LIFETIME))


def no_answer(message: str) -> ProcessimageError:
    """The error for an answer that is none of the API."""
    return ProcessimageError(200, 0, message)


def _body(answer: httpx.Response | None) -> dict[str, Any]:
    assert answer is not None
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):  # a gateway may answer HTML
        body = None
    if not isinstance(body, dict) or not _is(body.get("httpCode"), int):
        raise ProcessimageError(answer.status_code, 0, "the answer is not one of the API")
    if body["httpCode"] not in TAKEN:
        raise _error(body)
    if answer.status_code != 200:
        raise ProcessimageError(answer.status_code, 0, "the answer says two things")
    return body


def _error(body: Mapping[str, Any]) -> ProcessimageError:
    data = body["data"] if isinstance(body.get("data"), dict) else {}
    told = data.get("processStatus")
    status = told if isinstance(told, int) and not isinstance(told, bool) else 0
    message = " ".join(str(text) for text in (body.get("httpMsg"), data.get("processMsg")) if text)
    return ProcessimageError(body["httpCode"], status, message)


def _locations(data: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if data.get("processLocation") is None:
        return ()
    locations: list[Any] = _known(data, "processLocation", list)
    for one in locations:
        if not isinstance(one, dict) or not all(_is(one.get(side), int) for side in SIDES):
            raise no_answer("the answer has a rectangle that is none")
        if not isinstance(one.get("word", ""), str | None):
            raise no_answer("the answer has a word that is none")
    return locations


def _known(members: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    """A member that has to be there. An answer without it is none that this client understands."""
    if not _is(members.get(name), kind):
        raise no_answer(f"the answer has no {name} of type {kind.__name__}")
    return members[name]


def _is(value: Any, kind: type[Any]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)
