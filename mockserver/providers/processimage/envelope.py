"""The JSON around every answer: fields in the order of the document's samples, nulls left out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver import catalogue
from mockserver.catalogue import Error
from mockserver.providers.processimage import NAME, UTC_OFFSET
from mockserver.providers.processimage.outcome import UNHANDLED, Outcome
from mockserver.providers.processimage.quota import Balance


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who gets an answer: its sign, None in token mode, the md5 of its picture, and where it called."""

    sign: str | None
    image_md5: str
    origin: str
    address: str


def success(
    outcome: Outcome, balance: Balance, caller: Caller, settings: Mapping[str, Any], *, cached: bool = False
) -> dict[str, Any]:
    """The answer to a call that was let in, whatever became of the picture."""
    expires_at = balance.expires_at
    members = {
        "httpCode": 304 if cached else 200,
        "httpMsg": _of_cache(settings["cache_text"]) if cached else _taken(),
        "returnType": "json",
        "remainingUsage": balance.remaining,
        "longTermUsageCount": balance.long_term,
        "limitedTermUsageCount": balance.limited_term,
        "limitedTermExpireTimes": None if expires_at is None else timestamp(expires_at),
        settings["count_field"]: balance.used,
        "data": outcome.wire(caller.origin),
        "encryptedInfo": _without_nulls({"sign": caller.sign, "imageUniqueIdentification": caller.image_md5}),
    }
    return _without_nulls(members)


def failure(error: Error, message: str, address: str) -> dict[str, Any]:
    """The answer to a call that was refused; `address` is the client's."""
    return {
        "httpCode": http_code(error),
        "httpMsg": message,
        "returnType": "json",
        "msgInnerReferer": f"ExceptionHandler[{error.code}.class]",
        "location": address,
        "data": UNHANDLED.wire(""),
    }


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a call that is not about a picture."""
    return {"httpCode": 200, "httpMsg": _taken(), "returnType": "json", "data": data}


def not_found(error: Error, path: str, moment: float) -> dict[str, Any]:
    """What Spring's error controller says to whoever is no browser."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    milliseconds = int(moment % 1 * 1000)
    return {
        "timestamp": f"{stamp}.{milliseconds:03}+00:00",
        "status": error.status,
        "error": error.message(),
        "path": path,
    }


def http_code(error: Error) -> int:
    """The status that the body names."""
    return error.http_code or error.status


def timestamp(moment: float) -> str:
    """Unix seconds as a local time of UTC+8, such as 2024-01-10T17:49:45."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment + UTC_OFFSET))


def _taken() -> str | None:
    return catalogue.load(NAME)["code.200"].message


def _of_cache(reading: str) -> str | None:
    hit = catalogue.load(NAME)["cache.hit"]
    return hit.variants.get(reading, hit.message)


def _without_nulls(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
