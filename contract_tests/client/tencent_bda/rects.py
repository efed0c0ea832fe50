"""Rectangles: where they are, whose they are, and none at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import sample
from contract_tests.client.shared import Check
from contract_tests.client.tencent_bda.play import (
    ACTION,
    GROUP,
    NAME,
    PLAY,
    PORTRAIT,
    SAMPLES,
    WHOLE,
    right,
)
from contract_tests.client.world import World


def rects() -> Iterator[Case]:
    """Rectangles: where they are, whose they are, and none at all."""
    told: list[tuple[str, str, Check]] = [
        (
            "Know where head and body are",
            "X and Y are the upper left corner, Width and Height follow, in pixels.",
            _rect("Head", "Body"),
        ),
        (
            "Know whose a rectangle is",
            "Rectangles need not be in the order of the labels that were asked for: each says its Label.",
            _rect("Body", "Head"),
        ),
        (
            "Find all three people",
            "There is a rectangle for each label of each person.",
            _rect("Head", "Body", of=GROUP),
        ),
        ("Take null for no rectangles", "ImageRects may be null, the documents say so.", _none("null")),
        ("Take an empty list for no rectangles", "ImageRects may be empty, too.", _none("[]")),
    ]
    for number, (title, about, check) in enumerate(told, 1):
        yield PLAY.case(
            "RECT", number, level=Level.MUST, title=title, about=about, source="action", check=check
        )


def _rect(*labels: str, of: str = PORTRAIT) -> Check:
    def check(world: World) -> None:
        result = right(world, sample(of), labels, of)
        wanted = sum(len(SAMPLES[of].boxes[label]) for label in labels)
        world.must(len(result.rects) == wanted, f"it has {len(result.rects)} rectangles, not {wanted}")

    return check


def _none(value: str) -> Check:
    def check(world: World) -> None:
        pointer = "/Response/ImageRects"
        world.sandbox.fail(NAME, "http.json_value", operation=ACTION, pointer=pointer, value=value)
        rects: Sequence[object] | None = world.succeeds("segment", image=sample(PORTRAIT), labels=WHOLE).rects
        world.must(not rects, f"there were no rectangles, and the client says {rects!r:.200}")

    return check
