"""Checks of a Retry-After: the same request waits that long.

A journal does not tell a loop that comes back too soon from clients side by side that ask for the same thing.
What comes later does: whoever waited, asks again when the time has come, once for each refusal. And a single
repeat may be somebody else's first request, or a person's who tries once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mockserver.contract.reading import answered_headers, headers
from mockserver.contract.rules.pace import ended, pause
from mockserver.contract.rules.repeats import Group, all_come_back, repeated_unread
from mockserver.contract.rules.rule import Breach, Numbered
from mockserver.exchange import Exchange

PATIENT = 0.9
"""How much of a Retry-After has to be waited for: clocks differ."""
LATE, JITTER = 1.25, 0.5
"""By which factor, and seconds of real time, whoever waits comes back later than asked for."""
SIDE_BY_SIDE = 0.25
"""Seconds of pause below which a single repeat may have been on its way already, from another client."""
LOOPING = 2
"""Repeats too soon, each after the answer to the one before, that are no chance and no person's."""
BY_HAND = ("curl/", "httpie/", "insomnia/", "mozilla/", "postmanruntime/", "wget/")
"""How the user agents begin, in lower case, of what people send single requests with."""


def retry_after(exchanges: Sequence[Numbered], context: object) -> Iterator[Breach]:
    """A Retry-After is not waited for, in seconds, by the same request again."""
    for group in repeated_unread(exchanges):
        for start, end in _hurried(group):
            run = group[start:end]
            pauses = _pauses(run)
            refused = end if _wanted(run[-1][1]) is not None else end - 1
            if _tells(run, pauses) and not all_come_back(group, start, refused, _comes_back):
                yield Breach(exchanges=tuple(at for at, _ in run), evidence=(_evidence(run, pauses),))


def _hurried(group: Group) -> Iterator[tuple[int, int]]:
    """The stretches in which each request comes too soon after the refusal of the one before."""
    start = 0
    for number, ((_, refused), (_, again)) in enumerate(pairwise(group), 1):
        wanted, waited = _wanted(refused), pause(refused, again)
        if wanted is None or waited is None or not 0 <= waited < wanted * PATIENT:
            yield start, number
            start = number
    yield start, len(group)


def _wanted(exchange: Exchange) -> int | None:
    seconds = answered_headers(exchange).get("retry-after", "")
    return int(seconds) if seconds.isascii() and seconds.isdigit() else None


def _pauses(run: Group) -> list[float]:
    return [pause(refused, again) or 0.0 for (_, refused), (_, again) in pairwise(run)]


def _tells(run: Group, pauses: Sequence[float]) -> bool:
    """Whether the requests of a stretch are enough to tell."""
    if len(pauses) >= LOOPING:
        return True
    agent = headers(run[-1][1]).get("user-agent", "").lower()
    return len(pauses) == 1 and pauses[0] >= SIDE_BY_SIDE and not agent.startswith(BY_HAND)


def _comes_back(refused: Exchange, again: Exchange) -> bool:
    wanted, waited = _wanted(refused) or 0, pause(refused, again)
    at_last = again.received_at - ended(refused) <= wanted * LATE + JITTER  # others may travel the clock, too
    return waited is not None and wanted * PATIENT <= waited and at_last


def _evidence(run: Group, pauses: Sequence[float]) -> str:
    wanted = f"Retry-After was {_wanted(run[0][1])} s"
    if len(pauses) == 1:
        return f"{wanted}; the same request came again after {pauses[0]:.2f} s"
    soonest = f"once after {min(pauses):.2f} s"
    return f"{wanted}; the same request came {len(pauses)} more times too soon, {soonest}"
