"""Calls with a token in place of a sign: got, used for its life, replaced, and refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contract_tests.client import shared
from contract_tests.client.case import Case, Level
from contract_tests.client.exploring import Explorer
from contract_tests.client.oracle import judge
from contract_tests.client.pictures import numbered, sample
from contract_tests.client.processimage.play import (
    LETTERS,
    NAME,
    PICTURE,
    PLAY,
    rectangles,
    right,
    whole,
)
from contract_tests.client.shared import Check
from contract_tests.client.story import Ask, Sample
from contract_tests.client.world import Failed, World

OPERATION = "clear_with_token"
URL = "http://images.example.com/watermarked.jpg"
CALLS = 4
ASKED: Mapping[str, Any] = {"rectangles": rectangles(LETTERS)}


def tokens() -> Iterator[Case]:
    """How tokens are got is not documented: where the provider has another call for it, leave these out."""
    for number, (level, title, about, check) in enumerate(TOKENS, 1):
        yield PLAY.case(
            "TOKEN", number, level=level, title=title, about=about, source="document", check=check
        )


def odd_tokens() -> Iterator[Case]:
    """Answers to the token call that Hypothesis makes up."""
    yield PLAY.case(
        "WORLD",
        4,
        level=Level.MUST,
        title="Survive odd answers to the token call",
        about="One value of an answer is null, missing, extreme, or of another type; the client answers a "
        "result, or raises an error of its own.",
        source="assumed",
        judged=False,
        check=_odd,
    )


def _by_token(world: World) -> None:
    right(world, OPERATION, image=sample(PICTURE), **ASKED)
    if not any(f"{NAME}.authentication.token" in one.behaviours for one in world.sandbox.journal):
        raise Failed("the call was not let in by a token")


def _reused(world: World) -> None:
    for number in range(CALLS):
        right(world, OPERATION, image=numbered(PICTURE, number), **ASKED)
    got = sum(f"{NAME}.token.issued" in one.behaviours for one in world.sandbox.journal)
    world.should(got <= 1, f"it got {got} tokens for {CALLS} calls")


def _after(**passed: float) -> Check:
    def check(world: World) -> None:
        for number in range(2):
            right(world, OPERATION, image=numbered(PICTURE, number), **ASKED)
            world.sandbox.clock.travel(**passed)

    return check


def _expired(minutes: float) -> Check:
    """Who learns by the refusal alone may raise an error, once."""

    def check(world: World) -> None:
        right(world, OPERATION, image=sample(PICTURE), **ASKED)
        world.sandbox.clock.travel(minutes=minutes)
        before = len(world.sandbox.journal)
        asked = {"image": numbered(PICTURE, 1), **ASKED}
        judge(
            world.call(OPERATION, **asked),
            list(world.sandbox.journal)[before:],
            lambda result: whole(asked, result),
        )
        right(world, OPERATION, image=numbered(PICTURE, 2), **ASKED)

    return check


def _no_more(world: World) -> None:
    world.sandbox.fail(NAME, "error.429.token", operation="token", times=None)
    world.refused(OPERATION, image=sample(PICTURE), **ASKED)


def _unlisted(world: World) -> None:
    world.sandbox.set(NAME, ip_whitelist=["192.0.2.1/32"])
    world.refused(OPERATION, image=sample(PICTURE), **ASKED)


def _behind_a_url(world: World) -> None:
    world.sandbox.know_url(URL, sample(PICTURE))
    result = world.succeeds(OPERATION, image=URL, **ASKED)
    if wrong := whole({"image": sample(PICTURE), **ASKED}, result):
        raise Failed(wrong)


def _odd(world: World) -> None:
    from hypothesis import strategies as st

    from contract_tests import strategies

    odd = strategies.answers(NAME, "token.response", "token")
    ask = Ask(operation=OPERATION, arguments={"image": Sample(name=PICTURE), **ASKED})
    Explorer(world, whole).explore(st.tuples(odd, st.just(ask)), shared.ODD_ANSWERS)


TOKENS: Sequence[tuple[Level, str, str, Check]] = (
    (
        Level.MUST,
        "Call with a token",
        "There is a token, and no sign, and the result is the same.",
        _by_token,
    ),
    (Level.SHOULD, "Use a token for its life", "Four calls need one token.", _reused),
    (Level.MUST, "Use a token in its grace", "After 31 minutes it is still taken.", _after(minutes=31)),
    (
        Level.MUST,
        "Get on when a token has expired",
        "After 36 minutes it is refused: the client gets another, now or with the next call.",
        _expired(36),
    ),
    (
        Level.MUST,
        "Get on the day after",
        "Its token has long been forgotten: it gets another, now or with the next call.",
        _expired(24 * 60),
    ),
    (
        Level.MUST,
        "Take it that there are no more tokens",
        "A hundred a day are given out: httpCode 429, an error of its own.",
        _no_more,
    ),
    (
        Level.MUST,
        "Take it that its address may have none",
        "Its address is not in the whitelist: httpCode 403, an error of its own.",
        _unlisted,
    ),
    (Level.SHOULD, "Send what is behind a URL", "Whoever has a token need not sign it.", _behind_a_url),
)
"""Levels, titles, what happens, and checks."""
