"""The account: uses for a long term, and uses for a limited one that are taken first and expire.

Pure arithmetic over what was used, and one atomic update of it. Documented are the counters and their sum;
that the limited term is used first follows the operator's published server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.clock import LAST, Due
from mockserver.providers.processimage import NAME
from mockserver.sandbox import Sandbox

TABLE = NAME
KEY = "used"
BOUNDLESS = 10**9
"""The uses of a term that has no limit: the answers have a number for them, and no word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What an account may use. `expires_at` is when the limited term ends, None for never."""

    long_term: int
    limited_term: int
    expires_at: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """How many uses were taken of each term."""

    long_term: int = 0
    limited_term: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """What is left of each term, when the limited one ends, and how many uses were taken in all."""

    long_term: int
    limited_term: int
    expires_at: float | None
    used: int

    @property
    def remaining(self) -> int:
        """What is left in all."""
        return self.long_term + self.limited_term


def balance(terms: Terms, used: Used, now: float) -> Balance:
    """What is left; no number is ever below zero."""
    expired = terms.expires_at is not None and now >= terms.expires_at
    return Balance(
        long_term=max(0, terms.long_term - used.long_term),
        limited_term=0 if expired else max(0, terms.limited_term - used.limited_term),
        expires_at=terms.expires_at,
        used=used.long_term + used.limited_term,
    )


def charged(terms: Terms, used: Used, now: float) -> Used | None:
    """After one more use, of the limited term while it has some; None when nothing is left."""
    left = balance(terms, used, now)
    if left.limited_term:
        return Used(long_term=used.long_term, limited_term=used.limited_term + 1)
    if left.long_term:
        return Used(long_term=used.long_term + 1, limited_term=used.limited_term)
    return None


def terms_of(settings: Mapping[str, Any], born: float) -> Terms:
    """The terms of a sandbox that was born at a moment of its time."""
    hours, limited = settings["limited_term_hours"], settings["limited_term"]
    expires_at = None if hours is None or limited == 0 else min(born + _number(hours) * 3600.0, LAST)
    return Terms(
        long_term=_number(settings["long_term"]), limited_term=_number(limited), expires_at=expires_at
    )


def look(sandbox: Sandbox, at: float | None = None) -> Balance:
    """What is left in a sandbox, now or at another moment of its time."""
    now = sandbox.clock.now() if at is None else at
    return balance(_terms(sandbox), _used(sandbox.state.read(sandbox.id, TABLE, KEY)), now)


def charge(sandbox: Sandbox, at: float | None = None) -> Balance | None:
    """Take one use, now or at another moment, and answer what is left; None, and nothing taken, when none
    was."""
    terms, now = _terms(sandbox), sandbox.clock.now() if at is None else at

    def take(record: Any) -> tuple[Any, Balance | None]:
        used = charged(terms, _used(record), now)
        if used is None:
            return record, None
        return [used.long_term, used.limited_term], balance(terms, used, now)

    left = sandbox.state.update(sandbox.id, TABLE, KEY, take)
    if left is not None:
        sandbox.account(NAME).charge(None)  # where the uses of any provider are looked up
    return left


def due(sandbox: Sandbox) -> Iterator[Due]:
    """When the limited-term uses expire."""
    expires_at = _terms(sandbox).expires_at
    if expires_at is not None and expires_at < LAST:
        yield Due(at=expires_at, what="processimage: the limited-term uses expire", brought_about=False)


def _number(count: int | None) -> int:
    return BOUNDLESS if count is None else min(count, BOUNDLESS)


def _terms(sandbox: Sandbox) -> Terms:
    return terms_of(sandbox.settings(NAME), sandbox.born)


def _used(record: Any) -> Used:
    return Used() if record is None else Used(long_term=record[0], limited_term=record[1])
