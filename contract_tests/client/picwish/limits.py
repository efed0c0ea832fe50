"""Files and pictures as large as they may be, and a little larger."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from contract_tests.client.case import Case, Level
from contract_tests.client.picwish.play import (
    PLAY,
)
from contract_tests.client.shared import Check
from contract_tests.client.world import World, brief

LARGEST = 15 * 1024 * 1024


def limits() -> Iterator[Case]:
    """Files and pictures as large as they may be, and a little larger."""
    edges: list[tuple[str, str, Callable[[], bytes], bool]] = [
        ("Send a file of 15 MB", "A file may have 15 MB.", lambda: edge(size=LARGEST), False),
        (
            "Take the refusal of a file over 15 MB",
            "One more byte is refused.",
            lambda: edge(size=LARGEST + 1),
            True,
        ),
        ("Send 4096 pixels", "A side may have 4096 pixels.", lambda: edge(width=4096, height=64), False),
        (
            "Take the failure of 4097 pixels",
            "One more pixel fails.",
            lambda: edge(width=4097, height=64),
            True,
        ),
        ("Take the failure of a broken file", "What is no image fails.", lambda: b"not an image", True),
        ("Take the refusal of an empty file", "An empty file is refused.", lambda: b"", True),
    ]
    for number, (title, about, image, refused) in enumerate(edges, 1):
        yield PLAY.case(
            "LIMIT",
            number,
            level=Level.MUST,
            title=title,
            about=f"{about} The client brings the result, or raises an error of its own.",
            source="docs-zh",
            judged=False,
            check=_at_the_edge(image, refused=refused),
        )


def edge(*, width: int = 640, height: int = 480, size: int | None = None) -> bytes:
    """A JPEG at the edge of a limit."""
    from mockserver.fixtures.edges import padded, sized

    image: bytes = sized(width, height)
    return image if size is None else padded(image, size)


def _at_the_edge(image: Callable[[], bytes], *, refused: bool) -> Check:
    def check(world: World) -> None:
        outcome = world.call("cut_out", image=image(), sync=True)
        problem = outcome.problem
        if problem is None:
            world.must(not refused, f"it was refused, but the client answered {brief(outcome.result)}")
        else:
            world.must(refused, f"it was taken, but the client raised {problem.text}")
            world.must(problem.own is not False, f"the client died of it: {problem.text}")

    return check
