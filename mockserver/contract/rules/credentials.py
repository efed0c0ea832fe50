"""Checks of where credentials do not belong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.contract.reading import brief, headers, own_refusals
from mockserver.contract.rules.context import Context
from mockserver.exchange import Exchange
from mockserver.faults import RESULT


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """A credential stands where it does not belong: in a query, a path, a field, or another header. In its
    own one it belongs to calls of the API alone, not to downloads of results. Where a call was refused for
    want of it, as in `unless`, another rule tells where it stood."""

    credential: str
    header: str = ""
    unless: frozenset[str] = frozenset()

    def __call__(self, exchange: Exchange, context: Context) -> Iterator[str]:
        shown = context.credential(exchange.provider, self.credential)
        if shown is None or own_refusals(exchange, self.unless):
            return
        for place, text in _places(exchange):
            if shown in text and place != f"the header {self.header}":
                yield brief(f"{self.credential} is in {place}: {shown}")
        if self.header and exchange.operation == RESULT and self.header in headers(exchange):
            yield f"{self.header} was sent to where results are stored"


def _places(exchange: Exchange) -> Iterator[tuple[str, str]]:
    yield "the path", exchange.path
    yield "the query", exchange.query
    for name, value in exchange.headers:
        yield f"the header {name}", value
    yield from _fields("", exchange.fields)


def _fields(place: str, content: Any) -> Iterator[tuple[str, str]]:
    if isinstance(content, str):
        yield f"the field {place}", content
    elif isinstance(content, Mapping):
        for name, inner in content.items():
            yield from _fields(f"{place}.{name}" if place else str(name), inner)
    elif isinstance(content, list):
        for inner in content:
            yield from _fields(place, inner)
