"""Files as large as they may be, and a little larger; what is no picture; rectangles at the edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import drawn, recoded, sample
from contract_tests.client.processimage.looks import Box, Expected, wrong_with
from contract_tests.client.processimage.play import LETTERS, PICTURE, PLAY, given, rectangles
from contract_tests.client.shared import Check
from contract_tests.client.world import World, brief

LARGEST = 4 * 1024 * 1024
SMALL = (64, 48)
Image = Callable[[], bytes]


def limits() -> Iterator[Case]:
    """Files as large as they may be, and a little larger; what is no picture; rectangles at the edge."""
    taken: list[tuple[str, str, Check]] = [
        ("Send a file of 4 MB", "4 MB, to the byte, are taken.", _taken((10, 10, 30, 20), size=LARGEST)),
        ("Clear the whole picture", "A rectangle may be as large as it.", _taken((0, 0, *SMALL))),
        ("Clear one pixel", "The last one, in the lower right corner.", _taken((63, 47, 1, 1))),
        ("Clear forty rectangles", "All of them come back, in their order.", _taken(*_grid())),
    ]
    refused: list[tuple[str, str, Image, Mapping[str, Any]]] = [
        ("a file over 4 MB", "One more byte is refused.", lambda: drawn(*SMALL, size=LARGEST + 1), {}),
        ("a request over 10 MB", "It is refused unread.", lambda: drawn(*SMALL, size=11_000_000), {}),
        ("a GIF", "PNG, BMP and JPEG are taken, no other kind.", lambda: recoded(PICTURE, "GIF"), {}),
        ("a WEBP", "PNG, BMP and JPEG are taken, no other kind.", lambda: recoded(PICTURE, "WEBP"), {}),
        ("a broken file", "It is no picture.", lambda: b"not an image", {}),
        ("an empty file", "There is nothing in it.", lambda: b"", {}),
        ("an unknown value", "show is neither true nor false.", _picture, {"show": "perhaps"}),
        ("five keys in an offset", "There are four at most.", _picture, {"offset": FIVE, "rectangles": ()}),
        ("names without items", "watermarkNames names nothing.", _picture, {**NAMELESS, "rectangles": ()}),
    ]
    edges = [
        *taken,
        *(
            (f"Take the refusal of {what}", why, _refused(image, asked))
            for what, why, image, asked in refused
        ),
    ]
    for number, (title, about, check) in enumerate(edges, 1):
        yield PLAY.case(
            "LIMIT",
            number,
            level=Level.MUST,
            title=title,
            about=f"{about} The client brings the result, or raises an error of its own.",
            source="document",
            judged=False,
            check=check,
        )


FIVE = '{"+x":1,"-x":1,"+y":1,"+w":1,"+h":1}'
NAMELESS = {"watermarkNames": '{"items":[]}'}


def _picture() -> bytes:
    return sample(PICTURE)


def _grid() -> list[Box]:
    return [(column * 8, row * 9, 5, 4) for row in range(5) for column in range(8)]


def _taken(*boxes: Box, size: int | None = None) -> Check:
    def check(world: World) -> None:
        image = drawn(*SMALL, size=size)
        result = world.succeeds("clear", image=image, rectangles=rectangles(*boxes))
        wrong = wrong_with(result, Expected(size=SMALL, areas=given(*boxes)))
        world.must(wrong is None, str(wrong))

    return check


def _refused(image: Image, asked: Mapping[str, Any]) -> Check:
    def check(world: World) -> None:
        given: Mapping[str, Any] = {"image": image(), "rectangles": rectangles(LETTERS), **asked}
        outcome = world.call("clear", **given)
        problem = outcome.problem
        if problem is None:
            world.must(False, f"it was refused, but the client answered {brief(outcome.result)}")
        else:
            world.must(problem.own is not False, f"the client died of it: {problem.text}")

    return check
