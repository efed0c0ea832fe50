"""The life of tokens: how long one is good, what replaces it, how many a day may be got.

Documented are 30 minutes with five minutes of grace and a hundred gets a day. That there is one token at a
time, that a replaced one has the same grace, that refreshing does not count and that a day is one of UTC+8 is
assumed. Time is unix seconds of the sandbox.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mockserver import assets
from mockserver.clock import Due
from mockserver.providers.processimage import NAME, UTC_OFFSET
from mockserver.redaction import TOKEN_MARK
from mockserver.sandbox import Sandbox

TABLE = NAME
KEY = "tokens"
LIFETIME = 30 * 60.0
GRACE = 5 * 60.0
GETS_A_DAY = 100
REMEMBERED = 200
"""Tokens that one sandbox remembers; the oldest go first."""
DAY = 24 * 3600
LENGTH = 32


class Standing(StrEnum):
    """Whether a token is accepted: VALID and GRACE are."""

    VALID = "valid"
    GRACE = "grace"
    EXPIRED = "expired"


class TooManyGets(Exception):
    """A token was got as often as it may be in one day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """When a token was given out, and when another one took its place."""

    issued_at: float
    replaced_at: float | None = None

    @property
    def ends(self) -> float:
        """When its grace begins."""
        ends = self.issued_at + LIFETIME
        return ends if self.replaced_at is None else min(ends, self.replaced_at)

    def standing(self, now: float) -> Standing:
        """How the token stands."""
        if now < self.ends:
            return Standing.VALID
        return Standing.GRACE if now < self.ends + GRACE else Standing.EXPIRED


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """All tokens of an account, oldest first, and how many were got on which day."""

    day: int = 0
    gets: int = 0
    lives: Mapping[str, Life] = field(default_factory=dict)

    def got(self, token: str, now: float) -> Ledger:
        """With a token that was got. Raises TooManyGets."""
        today = int(now + UTC_OFFSET) // DAY
        gets = self.gets if today == self.day else 0
        if gets >= GETS_A_DAY:
            raise TooManyGets(f"{gets} tokens were got today, at most {GETS_A_DAY} may be")
        return replace(self._with(token, now), day=today, gets=gets + 1)

    def refreshed(self, old: str, token: str, now: float) -> Ledger | None:
        """With a token that takes the place of an accepted one; None when the old one is not accepted."""
        return None if self.standing(old, now) is Standing.EXPIRED else self._with(token, now)

    def standing(self, token: str, now: float) -> Standing:
        """How a token stands; EXPIRED, too, when it was never given out."""
        life = self.lives.get(token)
        return Standing.EXPIRED if life is None else life.standing(now)

    def _with(self, token: str, now: float) -> Ledger:
        former = {
            name: life if life.replaced_at is not None else replace(life, replaced_at=now)
            for name, life in list(self.lives.items())[1 - REMEMBERED :]
        }
        return replace(self, lives={**former, token: Life(issued_at=now)})


def get(sandbox: Sandbox) -> str:
    """A new token. Raises TooManyGets."""
    token, now = _fresh(sandbox), sandbox.clock.now()

    def change(record: Any) -> tuple[Any, str]:
        return _record(_ledger(record).got(token, now)), token

    return sandbox.state.update(sandbox.id, TABLE, KEY, change)


def refresh(sandbox: Sandbox, old: str) -> str | None:
    """A new token for an old one that is still accepted; None when it is not."""
    token, now = _fresh(sandbox), sandbox.clock.now()

    def change(record: Any) -> tuple[Any, str | None]:
        ledger = _ledger(record).refreshed(old, token, now)
        return (record, None) if ledger is None else (_record(ledger), token)

    return sandbox.state.update(sandbox.id, TABLE, KEY, change)


def life(sandbox: Sandbox, token: str) -> Life | None:
    """When a token was given out and replaced; None when it never was, or is forgotten."""
    return _ledger(sandbox.state.read(sandbox.id, TABLE, KEY)).lives.get(token)


def due(sandbox: Sandbox) -> Iterator[Due]:
    """When tokens begin their grace, and when they expire."""
    for one in _ledger(sandbox.state.read(sandbox.id, TABLE, KEY)).lives.values():
        yield Due(at=one.ends, what="processimage: a token begins its five minutes of grace")
        yield Due(at=one.ends + GRACE, what="processimage: a token expires")


def _fresh(sandbox: Sandbox) -> str:
    """32 digits of lower-case hex; the first eight carry the sandbox, as in the name of a result file, and by
    the next eight a journal knows a token."""
    return assets.name(sandbox.id)[:8] + TOKEN_MARK + secrets.token_hex(8)


def _ledger(record: Any) -> Ledger:
    if record is None:
        return Ledger()
    lives = {
        token: Life(issued_at=issued, replaced_at=replaced)
        for token, (issued, replaced) in record["lives"].items()
    }
    return Ledger(day=record["day"], gets=record["gets"], lives=lives)


def _record(ledger: Ledger) -> Any:
    lives = {token: [life.issued_at, life.replaced_at] for token, life in ledger.lives.items()}
    return {"day": ledger.day, "gets": ledger.gets, "lives": lives}
