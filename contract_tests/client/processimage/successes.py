"""Rectangles, texts, every option, every format."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import decoded, numbered, recoded, sample
from contract_tests.client.processimage.looks import Area, Expected, wrong_with
from contract_tests.client.processimage.play import (
    FIRST,
    LETTERS,
    PICTURE,
    PLAY,
    SECOND,
    SIZE,
    TEXTS,
    THIRD,
    given,
    names,
    rectangles,
    right,
    texts,
)
from contract_tests.client.shared import Check
from contract_tests.client.world import Failed, World

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "BMP")
CORNER = (400, 420, 220, 50)
"""A rectangle near the lower right corner, where there is no text."""
SALTS = 20


def successes() -> Iterator[Case]:
    """Rectangles, texts, every option, every format."""
    formats = [(f"Send {form}", "The result is of the same kind.", _format(form)) for form in FORMATS]
    for number, (title, about, check) in enumerate([*SUCCESSES, *formats], 1):
        yield PLAY.case(
            "OK", number, level=Level.MUST, title=title, about=about, source="document", check=check
        )


def _clears(**asked: Any) -> Check:
    def check(world: World) -> None:
        right(world, image=sample(PICTURE), **asked)

    return check


def _is(world: World, areas: tuple[Area, ...], *, source: bytes | None = None, **asked: Any) -> Any:
    """The client answers these areas, cleared."""
    result = world.succeeds("clear", image=sample(PICTURE), **asked)
    if wrong := wrong_with(result, Expected(size=SIZE, areas=areas, source=source)):
        raise Failed(wrong)
    return result


def _two(world: World) -> None:
    _is(world, tuple(given(CORNER, LETTERS)), rectangles=rectangles(CORNER, LETTERS))


def _named(world: World) -> None:
    _is(world, tuple(texts(FIRST, THIRD)), source=sample(PICTURE), watermarkNames=names(FIRST, THIRD))


def _named_to_the_letter(world: World) -> None:
    _is(world, tuple(texts(SECOND)), watermarkNames=names(SECOND, FIRST[:-1], rule="absolute"))


def _nearly(world: World) -> None:
    _is(world, tuple(texts(FIRST)), watermarkNames=names(f"{FIRST[:-1]}画", rule="similar"))


def _excluded(world: World) -> None:
    _is(world, tuple(texts(FIRST, THIRD)), source=sample(PICTURE), excludeKeywords=names(SECOND))


def _grown(world: World) -> None:
    grown = [(x - 30, y + 4, width + 40, height + 20) for x, y, width, height in TEXTS.values()]
    areas = tuple(Area(box=box) for box in grown)
    _is(world, areas, offset='{"-x":30,"+y":4,"+w":40,"+h":20}')


def _too_far(world: World) -> None:
    areas = tuple(Area(box=box) for box in TEXTS.values())
    _is(world, areas, source=sample(PICTURE), offset='{"-x":630,"+y":0,"+w":0,"+h":0}')


def _shown(world: World) -> None:
    result = _is(world, tuple(given(CORNER)), rectangles=rectangles(CORNER), show="true")
    picture = decoded(result.image, "the picture").convert("RGB")
    x, y, width, _ = CORNER
    world.must(
        any(_is_green(picture, (x + width // 2, y + step)) for step in range(-RIM, RIM + 1)),
        "no green is to be seen at the upper edge of the rectangle",
    )


RIM = 4
"""Pixels from the edge of a rectangle within which its outline is drawn."""


def _is_green(picture: Image, at: tuple[int, int]) -> bool:
    colour: Any = picture.getpixel(at)
    red, green, blue = colour
    return bool(green > 150 and max(red, blue) < 110)


def _turned(world: World) -> None:
    result = world.succeeds("clear", image=turned(), rectangles=rectangles(LETTERS))
    if wrong := wrong_with(result, Expected(size=SIZE, areas=given(LETTERS), source=turned())):
        raise Failed(wrong)


@cache
def turned() -> bytes:
    """The picture lying on its side, with an EXIF orientation that sets it upright."""
    from PIL import Image

    orientation, clockwise = 274, 6
    exif = Image.Exif()
    exif[orientation] = clockwise
    out = io.BytesIO()
    with Image.open(io.BytesIO(sample(PICTURE))) as picture:
        picture.convert("RGB").rotate(90, expand=True).save(out, "JPEG", exif=exif.tobytes(), quality=90)
    return out.getvalue()


def _many(world: World) -> None:
    """Of salts with too few digits, or with a 0 in front, one in ten is refused."""
    asked: Mapping[str, Any] = {"rectangles": rectangles(LETTERS), "ocrOnly": "true"}
    for number in range(SALTS):
        right(world, image=numbered(PICTURE, number), **asked)


def _format(form: str) -> Check:
    def check(world: World) -> None:
        image = recoded(PICTURE, form)
        result = world.succeeds("clear", image=image, rectangles=rectangles(LETTERS))
        expected = Expected(size=SIZE, form=form, areas=given(LETTERS), source=image)
        if wrong := wrong_with(result, expected):
            raise Failed(wrong)

    return check


SUCCESSES: Sequence[tuple[str, str, Check]] = (
    (
        "Clear a rectangle",
        "What is in it goes, what is around it stays; it comes back as it was given.",
        _clears(rectangles=rectangles(LETTERS)),
    ),
    (
        "Clear rectangles in their order",
        "Two of them, one near the corner: they come back in the order in which they were given.",
        _two,
    ),
    (
        "Clear all text",
        "Without rectangles the API finds it, clears it, and tells where it was and what it said.",
        _clears(),
    ),
    (
        "Clear the texts that are named",
        "With watermarkNames these texts go, and the others stay.",
        _named,
    ),
    (
        "Clear the text that is named to the letter",
        "The rule absolute takes the very same text alone.",
        _named_to_the_letter,
    ),
    (
        "Clear a text that is named nearly right",
        "The rule similar takes what is alike to 75 % or more.",
        _nearly,
    ),
    (
        "Keep the texts that are named",
        "With excludeKeywords these texts stay, and the others go.",
        _excluded,
    ),
    (
        "Grow the rectangles that are found",
        "An offset with all four keys moves and resizes what was found.",
        _grown,
    ),
    (
        "Clear although the offset leads out of the picture",
        "processStatus is 52005, and the text was cleared without the offset: that is a success.",
        _too_far,
    ),
    (
        "Locate text, and leave it",
        "With ocrOnly there are rectangles and no picture: 52006 is a success.",
        _clears(ocrOnly="true"),
    ),
    ("Show what was cleared", "With show=true the rectangles are marked in green.", _shown),
    (
        "Clear a picture that is turned by its EXIF",
        "Rectangles are in pixels of the picture as it is displayed.",
        _turned,
    ),
    ("Clear many pictures, one after another", "Each is signed with a salt of its own.", _many),
)
"""Titles, what happens, and checks."""
