"""Checks of answers from a cache: each is a success."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.contract.reading import answer, fingerprint
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.pace import elapsed
from mockserver.contract.rules.rule import Breach, Numbered
from mockserver.exchange import Exchange
from mockserver.faults import RESULT

CALL, HIT = "access", "processimage.cache.hit"
HITS = 8
"""Answers from the cache to one request in a row, each SOON after the one before, that nobody needs."""
SOON = 2.0


def not_taken(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
    """One request is sent again and again although the cache answers it, and its result is not fetched."""
    run: list[Numbered] = []
    for at, exchange in exchanges:
        if run and _ends(run[-1][1], exchange):
            yield from _too_many(run)
            run = []
        if exchange.operation == CALL and HIT in exchange.behaviours:
            run.append((at, exchange))
    yield from _too_many(run)


def _ends(former: Exchange, exchange: Exchange) -> bool:
    """Whether the result is fetched, something else is asked for, or the same after a while."""
    if exchange.operation == RESULT:
        return _url(former).endswith(exchange.path)
    other = exchange.operation == CALL and fingerprint(exchange) != fingerprint(former)
    return other or (elapsed(former, exchange) or 0.0) > SOON


def _url(exchange: Exchange) -> str:
    data = answer(exchange).get("data")
    return str(data.get("url", "")) if isinstance(data, dict) else ""


def _too_many(run: Sequence[Numbered]) -> Iterator[Breach]:
    if len(run) >= HITS:
        evidence = f"answered {len(run)} times from the cache with httpCode 304, which is a success"
        yield Breach(exchanges=tuple(at for at, _ in run), evidence=(evidence,))
