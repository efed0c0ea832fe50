"""Answers that are labelled otherwise, have more in them, or speak another language."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import sample
from contract_tests.client.shared import Check
from contract_tests.client.tencent_bda.play import ACTION, NAME, PLAY, PORTRAIT, WHOLE, right
from contract_tests.client.world import World
from mockserver import catalogue

RPC = "error.FailedOperation.RpcFail"


def answers() -> Iterator[Case]:
    """Answers that are labelled otherwise, have more in them, or speak another language."""
    charset, html = "application/json; charset=utf-8", "text/html"
    in_chinese = (
        "Messages of this action are in Chinese, in UTF-8 without a word about it; whoever shows them shows "
        "them as they are."
    )
    told: list[tuple[Level, str, str, str, Check]] = [
        (
            Level.MUST,
            "See an error whatever its Content-Type",
            f"An error comes as {charset}, as from many a gateway.",
            "HTTP",
            _error_as(charset),
        ),
        (
            Level.MUST,
            "See an error that is labelled HTML",
            "What is in an answer counts, and not what a gateway writes over it.",
            "HTTP",
            _error_as(html),
        ),
        (
            Level.MUST,
            "Read a result whatever its Content-Type",
            f"A result comes as {charset}.",
            "HTTP",
            _result_as(charset),
        ),
        (
            Level.MUST,
            "Let more fields pass",
            "The API may answer fields that are not documented yet.",
            "assumed",
            _more_fields,
        ),
        (
            Level.SHOULD,
            "Read a Chinese message",
            in_chinese,
            "action",
            _chinese,
        ),
    ]
    for number, (level, title, about, source, check) in enumerate(told, 1):
        yield PLAY.case("ANSWER", number, level=level, title=title, about=about, source=source, check=check)


def _labelled(world: World, content_type: str) -> None:
    world.sandbox.fail(
        NAME, "http.wrong_content_type", operation=ACTION, times=None, content_type=content_type
    )


def _error_as(content_type: str) -> Check:
    def check(world: World) -> None:
        world.sandbox.fail(NAME, RPC, operation=ACTION, times=None)
        _labelled(world, content_type)
        world.refused("segment", image=sample(PORTRAIT), labels=WHOLE)

    return check


def _result_as(content_type: str) -> Check:
    def check(world: World) -> None:
        _labelled(world, content_type)
        right(world, sample(PORTRAIT))

    return check


def _more_fields(world: World) -> None:
    world.sandbox.fail(NAME, "http.unknown_fields", operation=ACTION, times=None)
    right(world, sample(PORTRAIT))


def _chinese(world: World) -> None:
    world.sandbox.fail(NAME, RPC, operation=ACTION, times=None)
    problem = world.refused("segment", image=sample(PORTRAIT), labels=WHOLE).problem
    error = catalogue.load(NAME)[f"{NAME}.{RPC}"].error
    assert problem is not None
    assert error is not None
    if problem.text.isascii():  # it does not show the message, or has asked for an English one
        return
    message = error.message("zh-CN")
    world.should(message in problem.text, f"{message!r} became {problem.text!r:.200}")
