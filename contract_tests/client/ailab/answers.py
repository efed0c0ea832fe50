"""Answers of other generations, with another label, with more or less in them than was expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract_tests.client.ailab.play import CALL, NAME, NO_CREDITS, PLAY, PORTRAIT, right
from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import numbered, sample
from contract_tests.client.shared import Check
from contract_tests.client.world import World
from mockserver import catalogue

CHARSET, HTML = "application/json; charset=utf-8", "text/html"
GENERATIONS = ("1", "2", "3", "4")
COLUMNS = ("since_2026_01_08", "before_2026_01_08")
LOCKED, FACELESS = "error.ERROR_USER_LOCKED", "error.ERROR_NO_FACE_IN_FILE"
TOO_FAST = "EXCEEDING_LIMITS"
"""The status of this one moved from 422 to 429."""


def answers() -> Iterator[Case]:
    """Answers of other generations, with another label, with more or less in them than was expected."""
    told: list[tuple[Level, str, str, str, Check]] = [
        *_of_generations(),
        *_of_labels(),
        *_of_fields(),
        *_of_gateways(),
    ]
    for number, (level, title, about, source, check) in enumerate(told, 1):
        yield PLAY.case("ANSWER", number, level=level, title=title, about=about, source=source, check=check)


Told = tuple[Level, str, str, str, Check]


def _of_generations() -> Iterator[Told]:
    for generation in GENERATIONS:
        yield (
            Level.MUST,
            f"See errors in generation {generation} of the envelope",
            "The public response fields went through four generations; an error is one in each of them.",
            "docs-response" if generation == "4" else "docs-response-first",
            _refused_in(generation),
        )
    yield (
        Level.SHOULD,
        "Show what the error was",
        "Whoever reads the error finds its code, or the words of the API, whatever the generation.",
        "docs-response",
        _says_what,
    )


def _of_labels() -> Iterator[Told]:
    for content_type in (CHARSET, HTML):
        yield (
            Level.MUST,
            f"See an error that is labelled {content_type}",
            "What is in an answer counts, and not what a gateway writes over it.",
            "assumed",
            _error_as(content_type),
        )
        yield (
            Level.MUST,
            f"Read a result that is labelled {content_type}",
            "What is in an answer counts, and not what a gateway writes over it.",
            "assumed",
            _result_as(content_type),
        )


def _of_fields() -> Iterator[Told]:
    yield (
        Level.MUST,
        "Let more fields pass",
        "The API may answer fields that are not documented yet.",
        "assumed",
        _more_fields,
    )
    yield (
        Level.MUST,
        "Miss no message in a success",
        "Successes of the live service had no error_msg.",
        "captures",
        _without("/error_msg"),
    )
    yield (
        Level.MUST,
        "See an error without details",
        "The HTTP status is one of an error, but error_detail is null, or not there.",
        "assumed",
        _error_with("null", None),
    )
    yield (
        Level.MUST,
        "See an error with odd details",
        "The HTTP status is one of an error, but error_detail is a text, a list, or a number.",
        "assumed",
        _error_with('"Service Unavailable"', "[]", '["Service Unavailable"]', "503"),
    )
    yield (
        Level.SHOULD,
        "See an error_code beside HTTP 200",
        "error_code says that it went wrong, and there is no result; the HTTP status says nothing of it.",
        "docs-response-first",
        _code_beside_200,
    )


def _of_gateways() -> Iterator[Told]:
    for status in (502, 200):
        yield (
            Level.MUST,
            f"See that JSON is no answer of the API, with status {status}",
            "A gateway answers JSON of its own: null, a list, a text, an object of other fields.",
            "assumed",
            _other_json(status),
        )


def _refused_in(generation: str) -> Check:
    def check(world: World) -> None:
        for column in COLUMNS:
            world.sandbox.set(NAME, envelope=generation, status_column=column)
            for number, code in enumerate((NO_CREDITS, TOO_FAST)):
                fault = world.sandbox.fail(NAME, f"error.{code}", operation=CALL, times=None)
                problem = world.refused("heads", image=numbered(PORTRAIT, number), mask=False).problem
                world.sandbox.faults.remove(fault.id)
                if problem is not None and problem.code is not None:
                    world.must(problem.code == code, f"it says {problem.code!r}, and the code was {code}")

    return check


def _says_what(world: World) -> None:
    error = catalogue.load(NAME)[f"{NAME}.{LOCKED}"].error
    assert error is not None
    for generation in GENERATIONS:
        world.sandbox.set(NAME, envelope=generation, locked=True)
        problem = world.refused("heads", image=sample(PORTRAIT), mask=False).problem
        assert problem is not None
        known = any(word in problem.text for word in (error.code, error.message()))
        world.should(known, f"in generation {generation} it says {problem.text!r:.200}")


def _labelled(world: World, content_type: str) -> None:
    world.sandbox.fail(NAME, "http.wrong_content_type", operation=CALL, times=None, content_type=content_type)


def _error_as(content_type: str) -> Check:
    def check(world: World) -> None:
        world.sandbox.fail(NAME, FACELESS, operation=CALL, times=None)
        _labelled(world, content_type)
        world.refused("heads", image=sample(PORTRAIT), mask=False)

    return check


def _result_as(content_type: str) -> Check:
    def check(world: World) -> None:
        _labelled(world, content_type)
        right(world)

    return check


def _more_fields(world: World) -> None:
    world.sandbox.fail(NAME, "http.unknown_fields", operation=CALL, times=None)
    right(world)


def _without(pointer: str) -> Check:
    def check(world: World) -> None:
        world.sandbox.fail(NAME, "http.json_value", operation=CALL, times=None, pointer=pointer, value=None)
        right(world)

    return check


def _error_with(*details: str | None) -> Check:
    def check(world: World) -> None:
        world.sandbox.fail(NAME, FACELESS, operation=CALL, times=None)
        for number, detail in enumerate(details):
            fault = world.sandbox.fail(
                NAME, "http.json_value", operation=CALL, times=None, pointer="/error_detail", value=detail
            )
            world.refused("heads", image=numbered(PORTRAIT, number), mask=False)
            world.sandbox.faults.remove(fault.id)

    return check


def _code_beside_200(world: World) -> None:
    for pointer, value in (("/error_code", "500"), ("/data", "null")):
        world.sandbox.fail(NAME, "http.json_value", operation=CALL, times=None, pointer=pointer, value=value)
    problem = world.call("heads", image=sample(PORTRAIT), mask=False).problem
    world.should(problem is not None, "it answers a result")
    if problem is not None:
        world.must(problem.own is not False, f"the client died of it: {problem.text}")


def _other_json(status: int) -> Check:
    def check(world: World) -> None:
        for number, body in enumerate(("null", "[]", '"Bad Gateway"', '{"message": "Bad Gateway"}')):
            page: dict[str, Any] = {"status": status, "body": body, "content_type": "application/json"}
            fault = world.sandbox.fail(NAME, "http.status", operation=CALL, times=None, **page)
            world.refused("heads", image=numbered(PORTRAIT, number), mask=False)
            world.sandbox.faults.remove(fault.id)

    return check
