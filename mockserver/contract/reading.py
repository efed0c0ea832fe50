"""What can be read from an exchange: refusals that were the client's doing, the answer's JSON, its links."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mockserver import catalogue
from mockserver.exchange import Exchange
from mockserver.redaction import shortened

MUTABLE = frozenset({"salt", "Timestamp", "Nonce", "Signature", "x-access-demo-api-sign"})
"""Parameters that are other ones each time that the same thing is asked for."""
LONGEST = 280
"""Characters of a line of evidence."""
SPOILING = frozenset(
    {
        "http.status",
        "http.empty_body",
        "http.truncated_body",
        "http.wrong_length",
        "http.malformed_json",
        "http.wrong_content_type",
    }
)
"""The faults after which an answer is not what the provider said."""

Fingerprint = tuple[Any, ...]


def own_refusals(exchange: Exchange, ids: Collection[str] | None = None) -> list[str]:
    """The behaviours that an exchange met and no fault caused, without their provider; of some, or all."""
    prefix = f"{exchange.provider}."
    met = [one.removeprefix(prefix) for one in exchange.behaviours if one not in exchange.faults]
    return met if ids is None else [one for one in met if one in ids]


def told(exchange: Exchange, behaviour: str) -> str:
    """What the journal says of a behaviour that was met, in one line."""
    known = f"{exchange.provider}.{behaviour}"
    summary = catalogue.load(exchange.provider)[known].summary
    notes = "; ".join(note for note in exchange.notes if note)
    return brief(f"{behaviour}: {notes or summary}")


def brief(text: str) -> str:
    """One line of at most LONGEST characters; of a longer one its first sentences, or its beginning."""
    line = printable(" ".join(text.split()))
    if len(line) <= LONGEST:
        return line
    sentences, _, _ = line[: LONGEST + 1].rpartition(". ")
    return f"{sentences}." if len(sentences) > LONGEST // 2 else f"{line[: LONGEST - 1]}…"


def printable(text: str) -> str:
    """A text without what would move a terminal's cursor or change its colours."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def headers(exchange: Exchange) -> dict[str, str]:
    """Headers by lower-case name; of a repeated one the last."""
    return _by_name(exchange.headers)


def answered_headers(exchange: Exchange) -> dict[str, str]:
    """The same of the answer."""
    return _by_name(exchange.response_headers)


def _by_name(pairs: Sequence[Sequence[str]]) -> dict[str, str]:
    return {pair[0]: pair[1] for pair in pairs}


def query(exchange: Exchange) -> dict[str, str]:
    """Parameters of the query; of a repeated one the last."""
    return dict(parse_qsl(exchange.query, keep_blank_values=True, errors="replace"))


def body_was_read(exchange: Exchange) -> bool:
    """Whether the journal has something of the body: many a refusal comes before it is looked at."""
    return bool(exchange.fields or exchange.files)


def arrived(exchange: Exchange) -> bool:
    """Whether the client could read the answer: it came, and no fault spoiled it."""
    return exchange.status is not None and not SPOILING.intersection(exchange.faults)


def is_known(exchange: Exchange) -> bool:
    """Whether all of the request is known: it has no body, or that was read."""
    return exchange.method in ("GET", "HEAD") or body_was_read(exchange)


def answer(exchange: Exchange) -> Mapping[str, Any]:
    """The JSON object that was answered; empty where there was none, or it was too long to be kept."""
    try:
        content = json.loads(exchange.response.get("text", ""))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def links(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Path and query of the links in an answer, secrets in them hidden."""
    for text in _texts(answer(exchange)):
        if text.startswith(("http://", "https://")):
            with suppress(ValueError):
                parts = urlsplit(text)
                yield parts.path, parts.query


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        for inner in content.values():
            yield from _texts(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from _texts(inner)


def fingerprint(exchange: Exchange) -> Fingerprint:
    """What is asked for: equal for two requests that are one and the same, sent twice."""
    fields = {name: value for name, value in exchange.fields.items() if name not in MUTABLE}
    asked = sorted((name, value) for name, value in query(exchange).items() if name not in MUTABLE)
    files = tuple((file.field, file.digest) for file in exchange.files)
    length = None if body_was_read(exchange) else headers(exchange).get("content-length")
    content = json.dumps(fields, sort_keys=True, default=str)
    return exchange.operation, exchange.method, exchange.path, tuple(asked), content, files, length


def line(exchange: Exchange) -> str:
    """Method, path and status."""
    return printable(f"{exchange.method} {shortened(exchange.path)} → {exchange.status or 'no answer'}")
