"""Answers from the cache, results that expire, uses that come to an end, a client that is too fast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import numbered, sample
from contract_tests.client.processimage.callbacks import let_callbacks_come
from contract_tests.client.processimage.play import (
    ASK,
    CALL,
    LETTERS,
    NAME,
    PICTURE,
    PLAIN,
    PLAY,
    rectangles,
    right,
    whole,
)
from contract_tests.client.processimage.states import is_nothing
from contract_tests.client.receiver import Receiver
from contract_tests.client.shared import Check
from contract_tests.client.story import Trouble
from contract_tests.client.world import World

HIT = f"{NAME}.cache.hit"
BURST = 5
Told = tuple[str, str, Mapping[str, Any], Check]


def caches() -> Iterator[Case]:
    """The same request again: httpCode 304 is a success, with the former result."""
    observed = {"cache_text": "observed"}
    yield from _cases(
        "CACHE",
        (
            "Take an answer from the cache",
            "httpCode is 304: a success, with the former result.",
            {},
            _again(),
        ),
        (
            "Take it in other words, too",
            "httpMsg has no prefix; httpCode is 304 all the same.",
            observed,
            _again(),
        ),
        (
            "Take 304 for a picture without text",
            "There is nothing now, as there was nothing before: no file, or an error of its own.",
            {},
            _nothing_again,
        ),
        (
            "Download a cached result in time",
            "After almost five hours the cache answers, and the former link still lives.",
            {},
            _again(hours=4.9),
        ),
        (
            "Ask anew after five hours",
            "The cache has forgotten the picture: it is cleared, and charged, anew.",
            {},
            _anew,
        ),
    )


def quotas() -> Iterator[Case]:
    """Uses come to an end, expire, and come back."""
    none, last = {"long_term": 0, "limited_term": 0}, {"long_term": 1, "limited_term": 0}
    limited = {"long_term": 0, "limited_term": 5, "limited_term_hours": 1}
    yield from _cases(
        "QUOTA",
        ("Take it that no uses are left", "httpCode is 403: an error of the client's own.", none, _no_uses),
        ("Take the last use", "The next request is refused.", last, _last_use),
        (
            "Take it that uses have expired",
            "They were for an hour, and two have passed: an error of the client's own.",
            limited,
            _expired_uses,
        ),
        (
            "Go on when there are uses again",
            "The account was topped up: the client asks again, and brings the result.",
            none,
            _topped_up,
        ),
    )


def times() -> Iterator[Case]:
    """Results expire after five hours; two requests a second are taken."""
    yield from _cases(
        "TIME",
        (
            "Take an expired link for an error",
            "The result is gone, and the answer 404: an error of the client's own.",
            {},
            _expired,
        ),
        (
            "Take it when it is too fast",
            "Five requests in a row get httpCode 429: it waits, or raises an error of its own.",
            {},
            _too_fast,
        ),
        (
            "Keep to the pace of the account",
            "Five pictures, two requests a second: it waits, or raises an error of its own.",
            {"qps": 2},
            _burst,
        ),
        (
            "Lose the answer to an asynchronous request",
            "The work is done and charged all the same: the client does not simply ask again.",
            {},
            _lost,
        ),
    )


def _cases(family: str, *told: Told) -> Iterator[Case]:
    for number, (title, about, settings, check) in enumerate(told, 1):
        yield PLAY.case(
            family,
            number,
            level=Level.MUST,
            title=title,
            about=about,
            source="document",
            settings=settings,
            check=check,
        )


def _again(hours: float = 0.0) -> Check:
    def check(world: World) -> None:
        asked: Mapping[str, Any] = {"image": sample(PICTURE), "rectangles": rectangles(LETTERS)}
        first = right(world, **asked)
        world.sandbox.clock.travel(hours=hours)
        second = right(world, **asked)
        world.must(second.image == first.image, "the former result was another picture")
        world.must(first.cached is not True, "it says that the first answer was cached")
        hit = any(HIT in one.behaviours for one in world.sandbox.journal)
        world.must(second.cached is not False or not hit, "it says that the cached answer was not cached")

    return check


def _nothing_again(world: World) -> None:
    for _ in range(2):
        is_nothing(world, "clear", image=sample(PLAIN))


def _anew(world: World) -> None:
    asked: Mapping[str, Any] = {"image": sample(PICTURE), "rectangles": rectangles(LETTERS)}
    right(world, **asked)
    world.sandbox.clock.travel(hours=5, minutes=1)
    result = right(world, **asked)
    calls = [one for one in world.sandbox.journal if one.operation == PLAY.call]
    world.must(len(calls) != 2 or result.cached is not True, "it says that the new answer was cached")


def _no_uses(world: World) -> None:
    operation, asked = PLAY.ask(world)
    problem = world.refused(operation, **asked).problem
    said = None if problem is None else problem.code
    world.must(said in (None, "403"), f"it says {said!r}, and httpCode was 403")


def _last_use(world: World) -> None:
    operation, asked = PLAY.ask(world)
    right(world, operation, **asked)
    operation, asked = PLAY.ask(world, 1)
    world.refused(operation, **asked)


def _expired_uses(world: World) -> None:
    operation, asked = PLAY.ask(world)
    right(world, operation, **asked)
    world.sandbox.clock.travel(hours=2)
    operation, asked = PLAY.ask(world, 1)
    world.refused(operation, **asked)


def _topped_up(world: World) -> None:
    operation, asked = PLAY.ask(world)
    world.refused(operation, **asked)
    world.sandbox.set(NAME, long_term=5)
    right(world, operation, **asked)


def _expired(world: World) -> None:
    world.sandbox.fail(NAME, "asset.expired", times=None)
    operation, asked = PLAY.ask(world)
    world.refused(operation, **asked)


def _too_fast(world: World) -> None:
    Trouble(effect="error.429.qps", options={"times": 5}).play(world, whole)
    ASK.play(world, whole)


def _burst(world: World) -> None:
    for number in range(BURST):
        asked: Mapping[str, Any] = {
            "image": numbered(PICTURE, number),
            "rectangles": rectangles(LETTERS),
            "ocrOnly": "true",
        }
        outcome = world.call("clear", **asked)
        problem = outcome.problem
        wrong = whole(asked, outcome.result) if problem is None else None
        world.must(wrong is None, str(wrong))
        world.must(problem is None or problem.own is not False, f"it died: {problem and problem.text}")
        world.must(number > 0 or problem is None, "the first picture was refused, and came at no pace at all")


def _lost(world: World) -> None:
    with Receiver() as receiver:
        world.sandbox.fail(NAME, "connection.reset", operation=CALL, at="before", times=1)
        asked = {"image": sample(PICTURE), "rectangles": rectangles(LETTERS)}
        problem = world.call("begin", callback=receiver.url, **asked).problem
        world.must(problem is None or problem.own is not False, f"it died: {problem and problem.text}")
        let_callbacks_come(world)
        times = len(receiver.bodies)
        world.should(times <= 1, f"it was done, and charged, {times} times")
