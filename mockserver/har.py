"""Exchanges as a HAR: the format in which browsers and proxies save traffic, and which their viewers open.

Source: HTTP Archive 1.2, as published by Jan Odvarko. Bodies are not in it, since a journal keeps none, but
posted fields are, and files by name and type. What is not known is -1, or "" where a text must be; what only
this project knows is in members that begin with an underscore, as the format has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from mockserver.exchange import OUTGOING, Exchange

VERSION = "1.2"
CREATOR = "image-api-mockserver"
NOWHERE = "mockserver.invalid"
"""The host of a request that named none."""
FORM = "application/x-www-form-urlencoded"
URL_SAFE = "/:@!$&'()*+,;=~%"

Pairs = Iterable[Sequence[str]]


def log(exchanges: Iterable[Exchange], *, version: str) -> dict[str, Any]:
    """A complete HAR, to be written as JSON; `version` is that of this project.

    A callback is an entry whose request was made by the mock server. Where nobody took an answer, the status
    is 0, and a comment says so."""
    return {
        "log": {
            "version": VERSION,
            "creator": {"name": CREATOR, "version": version},
            "pages": [],
            "entries": [_entry(exchange) for exchange in exchanges],
        }
    }


def url(exchange: Exchange) -> str:
    """The absolute URL that was asked for, without the secrets in it."""
    if exchange.operation == OUTGOING:
        return quote(exchange.path, safe=f"{URL_SAFE}?#[]")
    scheme = _value(exchange.headers, "x-forwarded-proto") or exchange.scheme
    host = quote(_value(exchange.headers, "host"), safe=":[]") or NOWHERE
    query = f"?{quote(exchange.query, safe=f'{URL_SAFE}?')}" if exchange.query else ""
    return f"{scheme}://{host}{quote(exchange.path, safe=URL_SAFE, errors='replace')}{query}"


def _entry(exchange: Exchange) -> dict[str, Any]:
    comment = None if exchange.status else "nobody took an answer, or nobody gave one"
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.received_at, UTC).isoformat(
            timespec="milliseconds"
        ),
        "time": exchange.milliseconds,
        "request": _request(exchange),
        "response": _response(exchange) | ({"comment": comment} if comment else {}),
        **_comment(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": exchange.milliseconds, "receive": 0},
        "_sandbox": exchange.sandbox,
        "_sandboxTime": exchange.at,
        "_provider": exchange.provider,
        "_operation": exchange.operation,
        "_behaviours": list(exchange.behaviours),
        "_faults": list(exchange.faults),
        "_explanation": exchange.explanation,
        "_notes": list(exchange.notes),
    }


def _comment(exchange: Exchange) -> dict[str, str]:
    """What a viewer shows beside an entry: the notes, and the hint of an explanation if no note has it."""
    said = "; ".join(exchange.notes)
    hint = str((exchange.explanation or {}).get("hint") or "")
    comment = "; ".join(filter(None, (said, hint if hint not in said else "")))
    return {"comment": comment} if comment else {}


def _request(exchange: Exchange) -> dict[str, Any]:
    address = url(exchange)
    request = {
        "method": exchange.method,
        "url": address,
        "httpVersion": f"HTTP/{exchange.http_version}",
        "cookies": [],
        "headers": _named(exchange.headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(_query(address), keep_blank_values=True, errors="replace")
        ],
        "headersSize": -1,
        "bodySize": _body_size(exchange),
    }
    posted = _posted(exchange)
    return request | ({"postData": posted} if posted else {})


def _response(exchange: Exchange) -> dict[str, Any]:
    size = exchange.response["size"]
    content: dict[str, Any] = {"size": size, "mimeType": exchange.response["content_type"] or ""}
    if "text" in exchange.response:
        content["text"] = exchange.response["text"]
    return {
        "status": exchange.status or 0,
        "statusText": _phrase(exchange.status),
        "httpVersion": f"HTTP/{exchange.http_version}",
        "cookies": [],
        "headers": _named(exchange.response_headers),
        "content": content,
        "redirectURL": _value(exchange.response_headers, "location"),
        "headersSize": -1,
        "bodySize": size if exchange.status else -1,
    }


def _posted(exchange: Exchange) -> dict[str, Any] | None:
    """The body of a request as far as it is known; None where it has none."""
    media_type = _value(exchange.headers, "content-type")
    if exchange.method in ("GET", "HEAD", "OPTIONS") or not (media_type or exchange.fields or exchange.files):
        return None
    kind = media_type.partition(";")[0].strip().lower()
    if kind != FORM and not kind.startswith("multipart/"):
        text = json.dumps(exchange.fields) if exchange.fields else ""
        return {"mimeType": media_type, "text": text}
    files: list[dict[str, str]] = [
        _file(facts.field, facts.filename, facts.content_type) for facts in exchange.files
    ]
    return {"mimeType": media_type, "params": _fields(exchange.fields) + files, "text": ""}


def _fields(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"name": name, "value": value if isinstance(value, str) else json.dumps(value)}
        for name, value in fields.items()
    ]


def _file(name: str, filename: str | None, content_type: str | None) -> dict[str, str]:
    facts = {"name": name, "fileName": filename or "", "contentType": content_type or ""}
    return {member: text for member, text in facts.items() if text}


def _body_size(exchange: Exchange) -> int:
    length = _value(exchange.headers, "content-length")
    if length.isascii() and length.isdigit():
        return int(length)
    return -1 if _value(exchange.headers, "transfer-encoding") else 0


def _phrase(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""


def _query(address: str) -> str:
    try:
        return urlsplit(address).query
    except ValueError:
        return ""


def _named(headers: Pairs) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _value(headers: Pairs, name: str) -> str:
    """Of a header that came more than once the last."""
    return next((value for sent, value in reversed(list(headers)) if sent == name), "")
