"""Images as large as they may be, and a little larger; and what is none, or shows nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from contract_tests.client.case import Case, Level
from contract_tests.client.oracle import judge
from contract_tests.client.pictures import drawn, recoded, sample
from contract_tests.client.shared import Check
from contract_tests.client.tencent_bda.looks import Expected, wrong_with
from contract_tests.client.tencent_bda.play import PLAY, PORTRAIT, WHOLE
from contract_tests.client.world import World, brief

LARGEST = 5 * 1024 * 1024 // 4 * 3
"""Bytes whose base64 has 5 MB to the byte."""
URL = "http://images.example.com/portrait.jpg"
Image = Callable[[], bytes]


def limits() -> Iterator[Case]:
    """Images as large as they may be, and a little larger; and what is none, or shows nobody."""
    taken: list[tuple[str, str, Check]] = [
        ("Send 5 MB of base64", "5 MB, to the byte, are taken.", _taken(640, 480, LARGEST)),
        ("Send 1999 pixels across", "A side may have 1999 pixels.", _taken(1999, 64)),
        ("Send 1999 pixels down", "A side may have 1999 pixels.", _taken(64, 1999)),
    ]
    refused: list[tuple[str, str, Image]] = [
        ("more than 5 MB of base64", "One more byte makes four more characters.", _over),
        ("2000 pixels across", "Sides are below 2000 pixels.", lambda: drawn(2000, 64)),
        ("2000 pixels down", "Sides are below 2000 pixels.", lambda: drawn(64, 2000)),
        ("a tiny image", "The least is not documented; 31 pixels are too few here.", lambda: drawn(31, 64)),
        ("a GIF", "GIF is not taken.", lambda: recoded(PORTRAIT, "GIF")),
        ("a WEBP", "PNG, JPEG and BMP are taken, no other kind.", lambda: recoded(PORTRAIT, "WEBP")),
        ("a broken file", "It is no image.", lambda: b"not an image"),
        ("an empty file", "There is nothing in it.", lambda: b""),
        ("half a file", "The image ends too early.", lambda: sample(PORTRAIT)[:20_000]),
        ("a picture of nobody", "There is no face in it.", lambda: sample("empty.jpg")),
        ("a crowd", "There are too many people.", _crowd),
    ]
    edges = [
        *taken,
        *((f"Take the refusal of {what}", why, _refused(image)) for what, why, image in refused),
        ("Take the refusal of a URL that leads nowhere", "Nothing can be downloaded.", _nowhere),
        ("Take the refusal of what is no URL", "It is no URL.", _no_url),
        ("Take the refusal of a file behind a URL that is too large", "5 MB count there, too.", _large_url),
    ]
    for number, (title, about, check) in enumerate(edges, 1):
        yield PLAY.case(
            "LIMIT",
            number,
            level=Level.MUST,
            title=title,
            about=f"{about} The client brings the result, or raises an error of its own.",
            source="action",
            judged=False,
            check=check,
        )


def _over() -> bytes:
    return drawn(640, 480, size=LARGEST + 1)


@cache
def _crowd() -> bytes:
    from mockserver.fixtures.files import jpeg
    from mockserver.fixtures.portraits import portrait

    image: bytes = jpeg(portrait(1, people=7, width=1400, height=500, hair_strands=0))
    return image


def _taken(width: int, height: int, size: int | None = None) -> Check:
    def check(world: World) -> None:
        result = world.succeeds("segment", image=drawn(width, height, size=size), labels=WHOLE)
        wrong = wrong_with(result, Expected(size=(width, height)), WHOLE)
        world.must(wrong is None, str(wrong))

    return check


def _refused(image: Image) -> Check:
    return lambda world: _is_refused(world, image())


def _is_refused(world: World, image: bytes | str) -> None:
    outcome = world.call("segment", image=image, labels=WHOLE)
    problem = outcome.problem
    if problem is not None:
        world.must(problem.own is not False, f"the client died of it: {problem.text}")
        return
    world.must(len(world.sandbox.journal) > 0, f"nothing was asked, and it answered {brief(outcome.result)}")
    judge(outcome, list(world.sandbox.journal), lambda result: None)
    world.note("it did not send what it was given, but something that is taken")


def _nowhere(world: World) -> None:
    _is_refused(world, "http://127.0.0.1:1/gone.jpg")


def _no_url(world: World) -> None:
    _is_refused(world, "IamNotAUrl")


def _large_url(world: World) -> None:
    world.sandbox.know_url(URL, _over())
    _is_refused(world, URL)
