"""Heads: none at all, more than come back, and such that lack something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from contract_tests.client.ailab.looks import MOST
from contract_tests.client.ailab.play import CALL, GROUP, NAME, NOBODY, PLAY, PORTRAIT, whole
from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import decoded, sample
from contract_tests.client.shared import Check
from contract_tests.client.world import World
from mockserver.faults import RESULT

ELEMENT = "/data/elements/0"
FACELESS = "ERROR_NO_FACE_IN_FILE"


def heads() -> Iterator[Case]:
    """Heads: none at all, more than come back, and such that lack something."""
    told: list[tuple[str, str, str, Check]] = [
        ("Find nobody, as an error", "There is no head, and the API says so.", "docs-response", _nobody),
        (
            "Find nobody, in an empty list",
            "There is no head, and elements has nothing in it: no heads, or an error of the client's own.",
            "assumed",
            _no_heads("empty_elements"),
        ),
        (
            "Find nobody, in null",
            "There is no head, and data is null: no heads, or an error of the client's own.",
            "captures",
            _no_heads("null_data"),
        ),
        ("Take five heads of seven", "Five heads come back at most.", "upstream", _crowd),
        (
            "Miss no head",
            "One of three downloads fails; the client tries again, or raises an error of its own.",
            "assumed",
            _one_lost,
        ),
        (
            "Notice a head without a URL",
            "image_url is an empty text, as in the sample of the documents, null, or not there.",
            "docs-api",
            _without(["image_url"], ['""', "null", None]),
        ),
        (
            "Notice a head that is nowhere",
            "x, or y, is null, or not there; the client finds out by itself, or raises an error of its own.",
            "assumed",
            _without(["x", "y"], ["null", None]),
        ),
        (
            "Notice a head without a size",
            "width, or height, is null, or not there; the client measures, or raises an error of its own.",
            "assumed",
            _without(["width", "height"], ["null", None]),
        ),
    ]
    for number, (title, about, source, check) in enumerate(told, 1):
        yield PLAY.case(
            "HEAD", number, level=Level.MUST, title=title, about=about, source=source, check=check
        )


def _nobody(world: World) -> None:
    problem = world.refused("heads", image=sample(NOBODY), mask=False).problem
    if problem is not None and problem.code is not None:
        world.must(problem.code == FACELESS, f"it says {problem.code!r}, and the code was {FACELESS}")


def _no_heads(reading: str) -> Check:
    def check(world: World) -> None:
        world.sandbox.set(NAME, no_head=reading)
        outcome = world.call("heads", image=sample(NOBODY), mask=False)
        if outcome.problem is None:
            world.must(not outcome.result, f"there is no head, and the client says {outcome.result!r:.200}")
        else:
            world.must(outcome.problem.own is not False, f"the client died of it: {outcome.problem.text}")

    return check


def _crowd(world: World) -> None:
    result = world.succeeds("heads", image=crowd(), mask=False)
    world.must(len(result) == MOST, f"there were {MOST} heads, and the client says {len(result)}")
    for head in result:
        size = decoded(head.image, "a head").size
        said = (head.width, head.height)
        world.must(size == said, f"a head is {said} pixels large, and its picture {size}")


@cache
def crowd() -> bytes:
    """Seven people."""
    from mockserver.fixtures.files import jpeg
    from mockserver.fixtures.portraits import portrait

    image: bytes = jpeg(portrait(1, people=7, width=1400, height=500, hair_strands=0))
    return image


def _one_lost(world: World) -> None:
    world.sandbox.fail(NAME, "http.status", operation=RESULT, nth=2, status=502)
    outcome = world.call("heads", image=sample(GROUP), mask=False)
    if outcome.problem is None:
        world.must(len(outcome.result) == 3, f"there are 3 heads, and the client says {len(outcome.result)}")
    else:
        world.must(outcome.problem.own is not False, f"the client died of it: {outcome.problem.text}")


def _without(names: Sequence[str], values: Sequence[str | None]) -> Check:
    def check(world: World) -> None:
        for name in names:
            for value in values:
                odd: dict[str, Any] = {"pointer": f"{ELEMENT}/{name}", "value": value}
                fault = world.sandbox.fail(NAME, "http.json_value", operation=CALL, times=None, **odd)
                _whole_or_refused(world, f"{name} was {'not there' if value is None else value}")
                world.sandbox.faults.remove(fault.id)

    return check


def _whole_or_refused(world: World, what: str) -> None:
    asked = {"image": sample(PORTRAIT), "mask": False}
    outcome = world.call("heads", **asked)
    if outcome.problem is not None:
        died = outcome.problem.own is False
        world.must(not died, f"{what}, and the client died of it: {outcome.problem.text}")
    elif wrong := whole(asked, outcome.result):
        world.must(False, f"{what}, and the client answered a result, but {wrong}")
