"""Time passes before a download or between calls; credits run out; a client is too fast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.client.ailab.play import CALL, NAME, NO_CREDITS, PLAY, PORTRAIT, check, right, whole
from contract_tests.client.case import Case, Level
from contract_tests.client.oracle import judge
from contract_tests.client.pictures import numbered, sample
from contract_tests.client.shared import Check
from contract_tests.client.story import Ask, Sample, Trouble
from contract_tests.client.world import World
from mockserver.faults import RESULT

LONG = 1.5
"""Seconds of an answer that takes its time; live ones took up to three."""
ENOUGH = 2
"""How often a client may be told that there are no credits left."""
CALLS = 4
"""With images whose heads are known by then, so that all of them take no second."""


def times() -> Iterator[Case]:
    """Time passes before a download or between calls; credits run out; a client is too fast."""
    told: list[tuple[str, str, str, Mapping[str, Any], Check]] = [
        (
            "Download after 23 hours",
            "A result is there for 24 hours.",
            "docs-api",
            {},
            _downloads_in_time,
        ),
        (
            "Take a result that is gone for an error",
            "The URL ends before it is used: the client raises an error of its own.",
            "docs-api",
            {},
            _gone,
        ),
        (
            "Ask again after three days",
            "What was found then is gone; the image is sent again.",
            "docs-api",
            {},
            _days_later,
        ),
        (
            "Take it when it is too fast",
            "Five requests in a row are refused; the client waits, or raises an error of its own.",
            "sdk",
            {},
            _too_fast,
        ),
        (
            "Keep to the pace of an account, or take its refusals",
            "One request a second is taken; the client waits, or raises an error of its own.",
            "sdk",
            {},
            _at_its_pace,
        ),
        (
            "Take it when the credits are used up",
            "The first image took the last credit; trying again does not help.",
            "docs-response",
            {"balance": 1},
            _used_up,
        ),
        (
            "Call again when the account is unlocked",
            "It was locked for a while; a refusal is not for ever.",
            "docs-response",
            {"locked": True},
            _unlocked,
        ),
        (
            "Have some patience",
            f"The answer takes {LONG:g} s, and the download as many; a client was told to wait far longer.",
            "assumed",
            {},
            _slow,
        ),
    ]
    for number, (title, about, source, settings, play) in enumerate(told, 1):
        yield PLAY.case(
            "TIME",
            number,
            level=Level.MUST,
            title=title,
            about=about,
            source=source,
            settings=settings,
            check=play,
        )


def _downloads_in_time(world: World) -> None:
    handle = world.succeeds("begin", image=sample(PORTRAIT), mask=False)
    world.sandbox.clock.travel(hours=23)
    check(world.succeeds("finish", handle=handle))


def _gone(world: World) -> None:
    world.sandbox.fail(NAME, "asset.expired", times=None)
    world.refused("heads", image=sample(PORTRAIT), mask=False)


def _days_later(world: World) -> None:
    right(world)
    world.sandbox.clock.travel(days=3)
    right(world)


def _too_fast(world: World) -> None:
    Trouble(effect="error.EXCEEDING_LIMITS", options={"times": 5}).play(world, whole)
    Ask(operation="heads", arguments={"image": Sample(name=PORTRAIT), "mask": False}).play(world, whole)


def _at_its_pace(world: World) -> None:
    images = [numbered(PORTRAIT, number) for number in range(CALLS)]
    for image in images:
        right(world, image)
    world.sandbox.set(NAME, qps=1)
    for image in images:
        before = len(world.sandbox.journal)
        outcome = world.call("heads", image=image, mask=False)
        judge(outcome, list(world.sandbox.journal)[before:], lambda result: whole({}, result))


def _used_up(world: World) -> None:
    right(world)
    problem = world.refused("heads", image=numbered(PORTRAIT, 1), mask=False).problem
    if problem is not None and problem.code is not None:
        world.must(problem.code == NO_CREDITS, f"it says {problem.code!r}, and the code was {NO_CREDITS}")
    refusals = sum(one.operation == CALL and one.status != 200 for one in world.sandbox.journal)
    world.should(refusals <= ENOUGH, f"it was told {refusals} times that there are no credits left")


def _unlocked(world: World) -> None:
    world.refused("heads", image=sample(PORTRAIT), mask=False)
    world.sandbox.set(NAME, locked=False)
    right(world, numbered(PORTRAIT, 1))


def _slow(world: World) -> None:
    world.sandbox.fail(NAME, "http.delay", operation=CALL, seconds=LONG)
    world.sandbox.fail(NAME, "http.slow_drip", operation=RESULT, seconds=LONG)
    right(world)
