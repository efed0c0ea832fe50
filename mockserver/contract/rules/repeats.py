"""Requests that ask for one and the same thing, and whether those who send them come back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence

from mockserver.contract.reading import body_was_read, fingerprint, headers, query
from mockserver.contract.rules.rule import Numbered
from mockserver.exchange import OUTGOING, Exchange

Group = Sequence[Numbered]
"""The same request, sent again and again."""


def repeated(exchanges: Sequence[Numbered]) -> Iterator[Group]:
    """The requests of a client that asked for one and the same thing, those that did so more than once."""
    yield from _groups(exchanges, fingerprint)


def repeated_unread(exchanges: Sequence[Numbered]) -> Iterator[Group]:
    """The same, where many were refused before their body was read: those count by its length, unless others
    that were read tell that bodies of this length differ."""
    for group in _groups(exchanges, _outline):
        read = {fingerprint(one) for _, one in group if body_was_read(one)}
        yield from [group] if len(read) < 2 else repeated(group)


def _groups(exchanges: Sequence[Numbered], asked: Callable[[Exchange], Hashable]) -> Iterator[Group]:
    groups: dict[tuple[str, Hashable], list[Numbered]] = defaultdict(list)
    # As they came: a journal has them as they were answered, one that nobody waited for after its repetition.
    for at, exchange in sorted(exchanges, key=lambda numbered: numbered[1].received_at):
        if exchange.operation != OUTGOING:
            groups[exchange.provider, asked(exchange)].append((at, exchange))
    yield from (group for group in groups.values() if len(group) > 1)


def _outline(exchange: Exchange) -> Hashable:
    length = headers(exchange).get("content-length")
    if length is None:
        return fingerprint(exchange)
    return exchange.operation, exchange.method, exchange.path, tuple(query(exchange)), length


def all_come_back(
    group: Group, start: int, end: int, comes_back: Callable[[Exchange, Exchange], bool]
) -> bool:
    """Whether for each refusal from `start` up to `end` a later request of the group is its own, as
    `comes_back` says of the two: so it is with clients side by side that wait each."""
    later = iter([one for _, one in group[start + 1 :]])
    return all(any(comes_back(one, again) for again in later) for _, one in group[start:end])
