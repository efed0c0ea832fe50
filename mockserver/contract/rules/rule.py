"""A rule: one thing that a client must or should do, and the check that sees where it was not done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mockserver.contract.rules.context import Context
from mockserver.exchange import OUTGOING, Exchange

ANY = "any"


class Level(StrEnum):
    """How much is asked for: what the documents demand, or what they advise and good sense expects."""

    MUST = "MUST"
    SHOULD = "SHOULD"


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """A rule was not kept: in which exchanges, by their indices in the journal, and what shows it."""

    exchanges: tuple[int, ...]
    evidence: tuple[str, ...]


Numbered = tuple[int, Exchange]
"""An exchange and its index in the journal."""
ExchangeCheck = Callable[[Exchange, Context], Iterable[str]]
"""Judges one exchange: what shows a breach, nothing where there is none."""
SequenceCheck = Callable[[Sequence[Numbered], Context], Iterable[Breach]]
"""Judges all exchanges of a provider, in order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One thing that a client of a provider, or of any, must or should do.

    `sentence` asks for it; `source` is a key of the catalogue's sources, or HTTP, or assumed."""

    id: str
    level: Level
    provider: str
    title: str
    sentence: str
    source: str
    check: SequenceCheck = field(repr=False, compare=False)

    def breaches(self, exchanges: Sequence[Exchange], context: Context) -> Iterator[Breach]:
        """Where the exchanges of a journal break it."""
        own = [(at, one) for at, one in enumerate(exchanges) if self.provider in (ANY, one.provider)]
        yield from self.check(own, context) if own else ()


def each(*checks: ExchangeCheck) -> SequenceCheck:
    """The check of all requests of a client, one by one; what several of the checks say is said once."""

    def check(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
        for at, exchange in exchanges:
            if exchange.operation == OUTGOING:
                continue
            evidence = (text for one in checks for text in one(exchange, context))
            if found := tuple(dict.fromkeys(evidence)):
                yield Breach(exchanges=(at,), evidence=found)

    return check
