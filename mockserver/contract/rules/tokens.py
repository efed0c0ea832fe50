"""Checks of access tokens: used for their life, and got as rarely as they may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mockserver.contract.reading import own_refusals, told
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.rule import Breach, Numbered

LIFETIME = 1800.0
"""Seconds of sandbox time that a token is good for."""
ENOUGH = 2
"""Tokens that may be got within one life: a client may have been started anew."""
ISSUED, REFUSED, SPENT = "token.issued", "error.401.token", "error.429.token"


def not_reused(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
    """Token after token is got while the first of them is still good, and none of them was refused."""
    run: list[Numbered] = []
    for at, exchange in exchanges:
        met = {one.partition(".")[2] for one in exchange.behaviours}
        if SPENT in met:  # which too_many_a_day tells
            run = []
        if REFUSED in met or (run and exchange.at - run[0][1].at >= LIFETIME):
            yield from _too_many(run)
            run = []
        if ISSUED in met:
            run.append((at, exchange))
    yield from _too_many(run)


def _too_many(run: Sequence[Numbered]) -> Iterator[Breach]:
    if len(run) > ENOUGH:
        seconds = run[-1][1].at - run[0][1].at
        evidence = f"{len(run)} tokens in {seconds:.0f} s; each is good for {LIFETIME:.0f} s"
        yield Breach(exchanges=tuple(at for at, _ in run), evidence=(evidence,))


def too_many_a_day(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
    """Tokens were got until no more were given out."""
    for at, exchange in exchanges:
        if own_refusals(exchange, {SPENT}):
            yield Breach(exchanges=(at,), evidence=(told(exchange, SPENT),))
