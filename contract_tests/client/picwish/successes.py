"""Both modes, every option, every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import decoded, numbered, overlap, recoded, sample
from contract_tests.client.picwish.play import (
    ALIKE,
    NAME,
    PLAY,
    PORTRAIT,
    SIZE,
    TRUTH,
    is_portrait,
    whole,
)
from contract_tests.client.shared import Check
from contract_tests.client.world import Failed, World

if TYPE_CHECKING:
    from PIL.Image import Image

Look = Callable[[World, Any], None]
FORMATS = ("JPEG", "PNG", "BMP", "WEBP", "TIFF")


def successes() -> Iterator[Case]:
    """Both modes, every option, every format."""
    flows: list[tuple[str, str, Check]] = [
        ("Cut out in one request", "With sync=1 the answer has the result.", plain(sync=True)),
        ("Cut out by a task", "A task is created, queried until it ends, and its result downloaded.", _task),
        ("Cut out what is behind a URL", "The image is given by its URL.", _behind_a_url),
    ]
    options: list[tuple[str, Mapping[str, str], Look]] = [
        ("Ask for the mask", {"output_type": "3"}, _is_mask),
        ("Ask for image and mask", {"output_type": "1"}, _is_both),
        ("Ask for the crop", {"crop": "1"}, _is_cropped),
        ("Ask for a JPEG", {"format": "jpg"}, _is_jpeg),
        ("Ask for a background", {"format": "jpg", "bg_color": "FF0000"}, _is_on_red),
        ("Take the image in base64", {"return_type": "2"}, is_portrait),
        ("Say that it is a person", {"type": "person"}, is_portrait),
    ]
    flows += [(title, f"With {_told(fields)}.", _option(fields, look)) for title, fields, look in options]
    flows += [(f"Send {form}", f"The image is {form}.", _format(form)) for form in FORMATS]
    for number, (title, about, check) in enumerate(flows, 1):
        yield PLAY.case(
            "OK", number, level=Level.MUST, title=title, about=about, source="docs-zh", check=check
        )


def plain(*, sync: bool) -> Check:
    def check(world: World) -> None:
        asked = {"image": numbered(PORTRAIT, 0), "sync": sync}
        if wrong := whole(asked, world.succeeds("cut_out", **asked)):
            raise Failed(wrong)

    return check


def _task(world: World) -> None:
    world.sandbox.set(NAME, polls=2)
    plain(sync=False)(world)


def _behind_a_url(world: World) -> None:
    url = "http://images.example.com/portrait.jpg"
    world.sandbox.know_url(url, sample(PORTRAIT))
    if wrong := whole({}, world.succeeds("cut_out", image=url, sync=True)):
        raise Failed(wrong)


def _option(fields: Mapping[str, str], look: Look) -> Check:
    def check(world: World) -> None:
        look(world, world.succeeds("cut_out", image=sample(PORTRAIT), sync=True, **fields))

    return check


def _format(form: str) -> Check:
    def check(world: World) -> None:
        if wrong := whole({}, world.succeeds("cut_out", image=recoded(PORTRAIT, form), sync=True)):
            raise Failed(wrong)

    return check


def _is_mask(world: World, result: Any) -> None:
    mask = decoded(result.mask, "the mask")
    world.must(overlap(mask.convert("L"), TRUTH) >= ALIKE, "the mask is not that of the portrait")


def _is_both(world: World, result: Any) -> None:
    is_portrait(world, result)
    _is_mask(world, result)


def _is_cropped(world: World, result: Any) -> None:
    picture = decoded(result.image, "the image")
    smaller = picture.width < SIZE[0] or picture.height < SIZE[1]
    world.must(smaller, f"the image is {picture.size} pixels large, and was {SIZE} before it was cropped")


def _is_jpeg(world: World, result: Any) -> None:
    picture = decoded(result.image, "the image")
    world.must(picture.format == "JPEG", f"the image is {picture.format}, and JPEG was asked for")


def _is_on_red(world: World, result: Any) -> None:
    _is_jpeg(world, result)
    corner = _pixel(decoded(result.image, "the image"), (2, 2))
    red = corner[0] > 230 and max(corner[1:]) < 40
    world.must(red, f"the background is {corner}, and red was asked for")


def _pixel(picture: Image, at: tuple[int, int]) -> tuple[int, int, int]:
    found = picture.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def _told(fields: Mapping[str, str]) -> str:
    return " and ".join(f"{name}={value}" for name, value in fields.items())
