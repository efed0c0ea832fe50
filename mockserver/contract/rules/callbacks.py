"""Checks of callbacks: the receiver takes them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from mockserver.contract.reading import brief, own_refusals
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.rule import Breach, Numbered
from mockserver.exchange import OUTGOING, Exchange

TAKEN, REFUSED = "callback.delivered", "callback.refused"
GUARDED = "is not loopback"
"""What the note says of a receiver that this server does not call: it may well be there."""


def callbacks_refused(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
    """The receiver of a callback answered something else than it should, or did not answer any attempt."""
    for attempts in _by_callback(exchanges):
        failed = [(at, one) for at, one in attempts if own_refusals(one, {REFUSED})]
        answered = [one for _, one in failed if one.status]
        taken = any(own_refusals(one, {TAKEN}) for _, one in attempts)
        guarded = any(GUARDED in note for _, one in failed for note in one.notes)
        if answered or (failed and not taken and not guarded):
            numbers = tuple(at for at, one in failed if one.status or not answered)
            yield Breach(exchanges=numbers, evidence=(_evidence(answered, failed[-1][1]),))


def _by_callback(exchanges: Sequence[Numbered]) -> Iterator[Sequence[Numbered]]:
    """The attempts of one callback after another."""
    attempts: dict[tuple[str, str], list[Numbered]] = defaultdict(list)
    for at, exchange in exchanges:
        if exchange.operation == OUTGOING:
            content = json.dumps(exchange.fields, sort_keys=True, default=str)
            attempts[exchange.path, content].append((at, exchange))
    yield from attempts.values()


def _evidence(answered: Sequence[Exchange], last: Exchange) -> str:
    if answered:
        statuses = dict.fromkeys(str(one.status) for one in answered)
        return f"the receiver answered {', '.join(statuses)}"
    return brief(f"the receiver gave no answer: {'; '.join(last.notes)}")
