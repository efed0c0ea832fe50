"""Checks of answers from a cache: each is a success."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mockserver.contract.reading import answer, arrived, fingerprint
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.pace import elapsed, ended, pause
from mockserver.contract.rules.rule import Breach, Numbered
from mockserver.exchange import Exchange
from mockserver.faults import RESULT

CALL, HIT = "access", "processimage.cache.hit"
HITS = 4
"""Answers from the cache to one request in a row, each SOON after the one before, that nobody needs."""
FEWER = 3
"""The same of retries: the request was sent again as it was, with its salt, or each time after a REST."""
REST = 0.2
SOON = 12.0
"""Seconds after which the same is asked for anew; between retries there are ten at most."""


def not_taken(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
    """One request is sent again and again although the cache answers it, and its result is not fetched."""
    run: list[Numbered] = []
    for at, exchange in exchanges:
        if run and _ends(run[-1][1], exchange):
            yield from _too_many(run)
            run = []
        if _is_hit(exchange) and not (run and exchange.received_at < ended(run[-1][1])):
            run.append((at, exchange))
    yield from _too_many(run)


def _is_hit(exchange: Exchange) -> bool:
    return exchange.operation == CALL and HIT in exchange.behaviours and arrived(exchange)


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
    salts = {str(exchange.fields.get("salt")) for _, exchange in run}
    rested = all((pause(former, again) or 0.0) >= REST for (_, former), (_, again) in pairwise(run))
    if len(run) >= (FEWER if rested or len(salts) == 1 else HITS):
        evidence = f"answered {len(run)} times from the cache with httpCode 304, which is a success"
        yield Breach(exchanges=tuple(at for at, _ in run), evidence=(evidence,))
