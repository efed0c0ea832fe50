"""Clocks that do not agree, and a client that is too fast."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from contract_tests.client.case import Case, Level
from contract_tests.client.oracle import judge
from contract_tests.client.pictures import numbered, sample
from contract_tests.client.shared import Check
from contract_tests.client.story import Ask, Sample, Trouble
from contract_tests.client.tencent_bda.play import PLAY, PORTRAIT, WHOLE, right, whole
from contract_tests.client.world import World
from mockserver.contract.reading import headers

BREATH = 1.1
"""Seconds in which a timestamp changes for sure."""
NEAR, FAR = 290.0, 310.0
"""Seconds on both sides of the five minutes, with some for a slow machine."""


def clocks() -> Iterator[Case]:
    """Clocks that do not agree, and a client that is too fast."""
    told: list[tuple[str, str, str, Check]] = [
        (
            "Call a provider whose clock is a little ahead",
            "A timestamp that is almost five minutes old is taken.",
            "signature-v3",
            _a_little_off(NEAR),
        ),
        (
            "Call a provider whose clock is a little behind",
            "A timestamp from almost five minutes ahead is taken.",
            "signature-v3",
            _a_little_off(-NEAR),
        ),
        (
            "Take the refusal of an old timestamp",
            "The provider's clock is more than five minutes ahead.",
            "signature-v3",
            _far_off(FAR),
        ),
        (
            "Take the refusal of a timestamp from the future",
            "The provider's clock is more than five minutes behind.",
            "signature-v3",
            _far_off(-FAR),
        ),
        (
            "Call again when the clocks agree again",
            "The first call is refused for its timestamp; the next one has a new one.",
            "signature-v3",
            _in_time_again,
        ),
        (
            "Take it when it is too fast",
            "Five requests in a row are refused; the client waits, or raises an error of its own.",
            "common-errors",
            _too_fast,
        ),
        (
            "Take a timestamp for each call",
            "One client calls twice, more than a second apart; the second call has a later timestamp.",
            "signature-v3",
            _later_each_time,
        ),
    ]
    for number, (title, about, source, check) in enumerate(told, 1):
        yield PLAY.case(
            "CLOCK", number, level=Level.MUST, title=title, about=about, source=source, check=check
        )


def _a_little_off(seconds: float) -> Check:
    def check(world: World) -> None:
        world.sandbox.clock.skew = seconds
        right(world, sample(PORTRAIT))

    return check


def _far_off(seconds: float) -> Check:
    """Who corrects its clock by that of the answer may succeed after all."""

    def check(world: World) -> None:
        world.sandbox.clock.skew = seconds
        asked = {"image": sample(PORTRAIT), "labels": WHOLE}
        outcome = world.call("segment", **asked)
        judge(outcome, list(world.sandbox.journal), lambda result: whole(asked, result))
        problem = outcome.problem
        if problem is not None and problem.code is not None:
            expired = "AuthFailure.SignatureExpire"
            world.must(problem.code == expired, f"it says {problem.code!r}, and the code was {expired!r}")

    return check


def _later_each_time(world: World) -> None:
    right(world, sample(PORTRAIT))
    threading.Event().wait(BREATH)
    right(world, numbered(PORTRAIT, 1))
    sent = [headers(one).get("x-tc-timestamp") for one in world.sandbox.journal]
    later = sent[0] != sent[-1]
    world.must(later, f"two calls, {BREATH:g} s apart, both have the timestamp {sent[0]}")


def _in_time_again(world: World) -> None:
    world.sandbox.clock.skew = FAR
    world.call("segment", image=sample(PORTRAIT), labels=WHOLE)
    world.sandbox.clock.skew = 0.0
    right(world, numbered(PORTRAIT, 1))


def _too_fast(world: World) -> None:
    Trouble(effect="error.RequestLimitExceeded", options={"times": 5}).play(world, whole)
    ask = Ask(operation="segment", arguments={"image": Sample(name=PORTRAIT), "labels": WHOLE})
    ask.play(world, whole)
