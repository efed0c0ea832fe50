"""Every way in which the work on a picture can end, and the two codes that an answer has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import sample
from contract_tests.client.processimage.play import (
    CALL,
    LETTERS,
    NAME,
    PICTURE,
    PLAIN,
    PLAY,
    names,
    rectangles,
    right,
)
from contract_tests.client.shared import Check
from contract_tests.client.world import Failed, World

BROKEN = 30_000
"""Bytes of a file whose other half is missing."""


def states() -> Iterator[Case]:
    """Every way in which the work on a picture can end, and the two codes that an answer has."""
    for number, (level, title, about, settings, check) in enumerate(STATES, 1):
        yield PLAY.case(
            "STATE",
            number,
            level=level,
            title=title,
            about=about,
            source="document",
            settings=settings,
            check=check,
        )


def is_nothing(world: World, operation: str, **asked: Any) -> None:
    """Nothing was cleared: the client raises an error of its own, or answers neither file nor rectangle."""
    outcome = world.call(operation, **asked)
    problem = outcome.problem
    if problem is not None:
        world.must(problem.own is not False, f"the client died of it: {problem.text}")
        return
    result = outcome.result
    if result.image is not None or result.locations:
        raise Failed("there was nothing to clear, but the client answered a file, or rectangles")


def _nothing(image: Callable[[], bytes], **asked: Any) -> Check:
    return lambda world: is_nothing(world, "clear", image=image(), **asked)


def _fails(status: str, image: Callable[[], bytes]) -> Check:
    def check(world: World) -> None:
        asked = {"image": image(), "rectangles": rectangles(LETTERS)}
        problem = world.refused("clear", **asked).problem
        if problem is not None and problem.code is not None:
            world.must(problem.code == status, f"it says {problem.code!r}, and processStatus was {status}")

    return check


def _located(world: World) -> None:
    right(world, image=sample(PICTURE), ocrOnly="true")


def _passing(world: World) -> None:
    for number, status in enumerate(("52003", "52004")):
        fault = world.sandbox.fail(NAME, f"status.{status}", operation=CALL, times=None)
        operation, asked = PLAY.ask(world, number)
        problem = world.refused(operation, **asked).problem
        world.sandbox.faults.remove(fault.id)
        passes = problem is None or problem.retryable is not False
        world.should(passes, f"it says that it is in vain to try again after {status}")


def _says_httpcode() -> Check:
    told = {"400.type": "400", "403.uses": "403", "413.file": "413", "429.qps": "429"}

    def check(world: World) -> None:
        for number, (error, code) in enumerate(told.items()):
            fault = world.sandbox.fail(NAME, f"error.{error}", operation=CALL, times=None)
            operation, asked = PLAY.ask(world, number)
            problem = world.refused(operation, **asked).problem
            world.sandbox.faults.remove(fault.id)
            said = None if problem is None else problem.code
            world.must(said in (None, code), f"it says {said!r}, and httpCode was {code}")

    return check


STATES: Sequence[tuple[Level, str, str, Mapping[str, Any], Check]] = (
    (
        Level.MUST,
        "Take 52002 for what it is",
        "There is no text in the picture: the client answers no file, or raises an error of its own.",
        {},
        _nothing(image=lambda: sample(PLAIN)),
    ),
    (
        Level.MUST,
        "Take 52002 for names that are not in the picture",
        "The client answers no file, or raises an error of its own.",
        {},
        _nothing(image=lambda: sample(PICTURE), watermarkNames=names("somewhere else")),
    ),
    (
        Level.MUST,
        "Take 52003 for a failure",
        "The work took too long: httpCode is 200, and there is no result.",
        {"seconds": 31.0},
        _fails("52003", image=lambda: sample(PICTURE)),
    ),
    (
        Level.MUST,
        "Take 52004 for a failure",
        "The picture is broken: httpCode is 200, and there is no result.",
        {},
        _fails("52004", image=lambda: sample(PICTURE)[:BROKEN]),
    ),
    (
        Level.SHOULD,
        "Say that 52003 and 52004 may be tried again",
        "The documents say so: retry, or ask the operator.",
        {},
        _passing,
    ),
    (
        Level.MUST,
        "Locate text, and take 0 for its end",
        "ocrOnly ends in 52006 by the table of states, and in 0 by the sample, without a picture.",
        {"ocr_only_status": "0"},
        _located,
    ),
    (
        Level.MUST,
        "Read httpCode where HTTP says something else",
        "HTTP is 415, and httpCode 400; HTTP is 200, and httpCode 403, 413, 429.",
        {},
        _says_httpcode(),
    ),
    (
        Level.MUST,
        "Read httpCode where HTTP says the same",
        "Both are 403, 413, 429, or 400.",
        {"http_status": "as_http_code"},
        _says_httpcode(),
    ),
)
"""Levels, titles, what happens, settings and checks."""
