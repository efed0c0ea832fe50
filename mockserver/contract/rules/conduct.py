"""Checks of what a client does after an answer: wait, stop, or ask the same thing again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mockserver import catalogue
from mockserver.contract.reading import is_known, told
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.pace import ended, pause
from mockserver.contract.rules.repeats import Group, all_come_back, repeated, repeated_unread
from mockserver.contract.rules.rule import Breach, Numbered
from mockserver.exchange import Exchange

AT_ONCE, ON_AVERAGE = 0.1, 0.03
"""Seconds of pause, each time and on average, below which nobody has waited, whatever the jitter. A request
that comes so soon may also have been on its way already."""
SOON = 60.0
"""Seconds in which the same request again is a retry, rather than a new wish."""
ACCOUNT = frozenset(
    {
        "error.ERROR_NOT_ENOUGH_CREDITS",
        "error.ERROR_USER_LOCKED",
        "error.401.credits",
        "error.401.service",
        "error.403.uses",
        "error.ResourceUnavailable.InArrears",
        "error.ResourceUnavailable.NotExist",
    }
)
"""Refusals for the state of an account. Right requests that are made at the same time meet them in turn, so
only those that were waited with are retries."""
ATTEMPTS = 3
"""As often as this nobody asks by hand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hurried:
    """What was refused for its speed is sent again at once, and once more, and again. Fewer may be chance, or
    have been on their way already; a clock that stands still tells nothing. Clients side by side that wait
    come back, each for itself."""

    ids: frozenset[str]

    def __call__(self, exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
        for group in repeated_unread(exchanges):
            for start, end in self._stretches(group):
                run = group[start:end]
                refused = end if self._is_refused(run[-1][1]) else end - 1
                if not all_come_back(group, start, refused, _rested):
                    yield from self._breach(run)

    def _stretches(self, group: Group) -> Iterator[tuple[int, int]]:
        """Where each request comes at once after the refusal of the one before."""
        start = 0
        for number, ((_, former), (_, again)) in enumerate(pairwise(group), 1):
            rest = pause(former, again) if self._is_refused(former) else None
            if rest is None or not 0 <= rest < AT_ONCE:
                yield start, number
                start = number
        yield start, len(group)

    def _is_refused(self, exchange: Exchange) -> bool:
        return exchange.status == 429 or bool(self.ids & set(_met(exchange)))

    def _breach(self, run: Group) -> Iterator[Breach]:
        retries = len(run) - 1
        waited = sum(pause(former, again) or 0.0 for (_, former), (_, again) in pairwise(run))
        if retries >= ATTEMPTS and waited < retries * ON_AVERAGE:
            average = f"on average {waited / retries * 1000:.0f} ms after the refusal"
            evidence = f"sent {retries} more times, {average}"
            yield Breach(exchanges=tuple(at for at, _ in run), evidence=(evidence,))


def _rested(former: Exchange, again: Exchange) -> bool:
    return (pause(former, again) or 0.0) >= AT_ONCE


def _met(exchange: Exchange) -> list[str]:
    """Behaviours without their provider, whatever caused them: a client cannot know."""
    return [one.removeprefix(f"{exchange.provider}.") for one in exchange.behaviours]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stubborn:
    """What cannot go well is tried again and again: the same request, with the same refusal, three times or
    more, each after the answer to the one before. `is_final` says whether a behaviour of a provider is such a
    refusal. Of requests whose body was not read nobody knows whether they are the same; but what an account
    is refused, it is refused whatever it sends, so that bodies of the same length will do."""

    is_final: Callable[[str, str], bool]

    def __call__(self, exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
        for group in repeated_unread(exchanges):
            run: list[Numbered] = []
            for at, exchange in group:
                final = self._final(exchange)
                final = final if is_known(exchange) or ACCOUNT & {*final} else []
                if run and not (final and self._goes_on(run[-1][1], exchange)):
                    yield from self._breach(run)
                    run = []
                if final:
                    run.append((at, exchange))
            yield from self._breach(run)

    def _final(self, exchange: Exchange) -> list[str]:
        return [one for one in _met(exchange) if self.is_final(exchange.provider, one)]

    def _goes_on(self, former: Exchange, exchange: Exchange) -> bool:
        waited = exchange.received_at - ended(former)  # below zero for what was on its way already
        waited = max(waited, pause(former, exchange) or 0.0) if waited >= 0 else waited
        least = AT_ONCE if ACCOUNT & set(self._final(former)) else 0.0
        return least <= waited < SOON and self._final(former) == self._final(exchange)

    def _breach(self, run: Sequence[Numbered]) -> Iterator[Breach]:
        if len(run) >= ATTEMPTS:
            _, last = run[-1]
            evidence = f"sent {len(run)} times, refused for the same reason each time"
            told_why = told(last, self._final(last)[0])
            yield Breach(exchanges=tuple(at for at, _ in run), evidence=(evidence, told_why))


def is_client_error(provider: str, behaviour: str) -> bool:
    """Whether a behaviour of a provider is an error that the same request will meet again: 4xx, but neither
    a conflict, nor a timeout, nor too much speed."""
    error = catalogue.load(provider)[f"{provider}.{behaviour}"].error
    if error is None:
        return False
    status = error.http_code or error.status
    return 400 <= status < 500 and status not in (408, 409, 425, 429)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargedTwice:
    """A call that was done, and charged, but whose answer got lost, is sent again and charged again."""

    done: frozenset[str]
    uncharged: frozenset[str] = frozenset()

    def __call__(self, exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
        for group in repeated(exchanges):
            for (at, lost), (later, again) in pairwise(group):
                soon = 0 <= again.received_at - lost.received_at < SOON
                if lost.status is None and soon and self._charged(lost) and self._charged(again):
                    evidence = "the answer got lost, but the work was done; the same call was charged again"
                    yield Breach(exchanges=(at, later), evidence=(evidence,))

    def _charged(self, exchange: Exchange) -> bool:
        met = set(_met(exchange))
        return bool(met & self.done) and not met & self.uncharged
