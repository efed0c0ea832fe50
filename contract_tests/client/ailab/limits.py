"""Images as large, and as small, as they may be, and a little more; and what is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from contract_tests.client.ailab.looks import Expected, wrong_with
from contract_tests.client.ailab.play import CALL, LARGEST, PLAY, PORTRAIT
from contract_tests.client.case import Case, Level
from contract_tests.client.oracle import judge
from contract_tests.client.pictures import drawn, recoded, sample
from contract_tests.client.shared import Check
from contract_tests.client.world import World, brief

FAR_TOO_LARGE = 11 * 1024 * 1024
Image = Callable[[], bytes]


def limits() -> Iterator[Case]:
    """Images as large, and as small, as they may be, and a little more; and what is none."""
    taken: list[tuple[str, str, Check]] = [
        ("Send a file of 3 MB", "3 MB, to the byte, are taken.", _taken(640, 480, LARGEST)),
        ("Send 1999 pixels across", "A side may have 1999 pixels.", _taken(1999, 64)),
        ("Send 1999 pixels down", "A side may have 1999 pixels.", _taken(64, 1999)),
        ("Send 33 by 33 pixels", "A side may have 33 pixels.", _taken(33, 33)),
    ]
    refused: list[tuple[str, str, Image]] = [
        ("more than 3 MB", "One more byte is refused.", lambda: drawn(640, 480, size=LARGEST + 1)),
        ("far more than 3 MB", "It may be refused while it is being sent.", _far_too_large),
        ("2000 pixels across", "Sides are below 2000 pixels.", lambda: drawn(2000, 64)),
        ("2000 pixels down", "Sides are below 2000 pixels.", lambda: drawn(64, 2000)),
        ("32 pixels across", "Sides are above 32 pixels.", lambda: drawn(32, 64)),
        ("32 pixels down", "Sides are above 32 pixels.", lambda: drawn(64, 32)),
        ("a GIF", "GIF is not taken.", lambda: recoded(PORTRAIT, "GIF")),
        ("a WEBP", "JPEG, PNG and BMP are taken, no other kind.", lambda: recoded(PORTRAIT, "WEBP")),
        ("a broken file", "It is no image.", lambda: b"not an image"),
        ("an empty file", "There is nothing in it.", lambda: b""),
        ("half a file", "The image ends too early.", lambda: sample(PORTRAIT)[:20_000]),
    ]
    edges = [*taken, *((f"Take the refusal of {what}", why, _refused(image)) for what, why, image in refused)]
    for number, (title, about, check) in enumerate(edges, 1):
        yield PLAY.case(
            "LIMIT",
            number,
            level=Level.MUST,
            title=title,
            about=f"{about} The client brings the heads, or raises an error of its own.",
            source="docs-api",
            judged=False,
            check=check,
        )


@cache
def _far_too_large() -> bytes:
    return drawn(640, 480, size=FAR_TOO_LARGE)


def _taken(width: int, height: int, size: int | None = None) -> Check:
    def check(world: World) -> None:
        result = world.succeeds("heads", image=drawn(width, height, size=size), mask=False)
        wrong = wrong_with(result, Expected(size=(width, height)), mask=False)
        world.must(wrong is None, str(wrong))
        world.must(bool(result), "there is a head, and the client says that there is none")

    return check


def _refused(image: Image) -> Check:
    """Who makes the image smaller, or another kind of file, before it is sent may succeed after all."""

    def check(world: World) -> None:
        outcome = world.call("heads", image=image(), mask=False)
        judge(outcome, list(world.sandbox.journal), lambda result: None)
        sent = [one for one in world.sandbox.journal if one.operation == CALL]
        world.must(bool(outcome.problem or sent), f"it sent nothing, and answered {brief(outcome.result)}")

    return check
