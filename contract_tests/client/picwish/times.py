"""Time passes: while a task is under way, before its result is downloaded, between queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import sample
from contract_tests.client.picwish.play import (
    ASK,
    NAME,
    PLAY,
    PORTRAIT,
    is_portrait,
    plays,
)
from contract_tests.client.shared import Check
from contract_tests.client.story import Trouble
from contract_tests.client.world import World

FEW = 6
"""Queries within two seconds, at two requests a second, with some to spare."""


def times() -> Iterator[Case]:
    """Time passes: while a task is under way, before its result is downloaded, between queries."""
    told: list[tuple[Level, str, str, dict[str, Any], Check]] = [
        (
            Level.MUST,
            "Come back to a task after fifty minutes",
            "Whoever comes back asks for the task, and gets fresh links.",
            {"polls": None},
            _comes_back,
        ),
        (
            Level.MUST,
            "Take an expired link for an error",
            "The storage answers XML and 403; the client raises an error of its own.",
            {},
            _expired,
        ),
        (
            Level.SHOULD,
            "Wait between queries",
            "A task takes two seconds, and a client of this account may send two requests a second.",
            {"qps": 2, "polls": None, "seconds": 2.0},
            _waits,
        ),
        (
            Level.MUST,
            "Take it when it is too fast",
            "Five requests in a row are refused with 429; the client waits, or raises an error of its own.",
            {},
            _too_fast,
        ),
    ]
    for number, (level, title, about, settings, check) in enumerate(told, 1):
        yield PLAY.case(
            "TIME",
            number,
            level=level,
            title=title,
            about=about,
            source="docs-zh",
            settings=settings,
            check=check,
        )


def _comes_back(world: World) -> None:
    handle = world.succeeds("begin", image=sample(PORTRAIT))
    world.sandbox.clock.travel(minutes=50)
    is_portrait(world, world.succeeds("finish", handle=handle))


def _expired(world: World) -> None:
    world.sandbox.fail(NAME, "asset.expired", times=None)
    world.refused("cut_out", image=sample(PORTRAIT), sync=True)


def _waits(world: World) -> None:
    is_portrait(world, world.succeeds("cut_out", image=sample(PORTRAIT), sync=False))
    queries = sum(one.operation == "query" for one in world.sandbox.journal)
    world.should(queries <= FEW, f"it asked {queries} times for a task that took 2 s")


def _too_fast(world: World) -> None:
    plays(world, Trouble(effect="error.429", options={"times": 5}), ASK)
