"""The pictures that are sent, and a look at those that come back."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import Visit
from mockserver import fixtures

if TYPE_CHECKING:
    from PIL.Image import Image

PORTRAIT, GROUP, EMPTY = "portrait.jpg", "group.jpg", "empty.jpg"
MEBIBYTE = 1024 * 1024
Make = Callable[[], bytes]
"""A picture that is made when it is needed."""


@cache
def sample(name: str) -> bytes:
    """A sample image by the name of its file."""
    content: bytes = fixtures.path(name).read_bytes()
    return content


@cache
def size_of(name: str) -> tuple[int, int]:
    """Width and height of a sample, in pixels."""
    from PIL import Image

    with Image.open(fixtures.path(name)) as picture:
        return picture.size


@cache
def recoded(name: str, form: str) -> bytes:
    """A sample in another format, such as WEBP, by Pillow's name of it."""
    from PIL import Image

    with Image.open(fixtures.path(name)) as picture:
        return _saved(picture.convert("RGB"), form)


@cache
def scaled(name: str, width: int, height: int) -> bytes:
    """A sample as a JPEG of another size, in pixels."""
    from PIL import Image

    with Image.open(fixtures.path(name)) as picture:
        return _saved(picture.convert("RGB").resize((width, height)), "JPEG")


@cache
def blank(width: int, height: int) -> bytes:
    """A grey JPEG on which there is nothing."""
    from PIL import Image

    return _saved(Image.new("RGB", (width, height), (128, 128, 128)), "JPEG")


@cache
def padded(name: str, size: int) -> bytes:
    """A sample that is a file of exactly so many bytes, and still valid."""
    from mockserver.fixtures import edges

    return edges.padded(sample(name), size)


def truncated(name: str) -> bytes:
    """The first half of a sample's file."""
    content = sample(name)
    return content[: len(content) // 2]


def decoded(visit: Visit[Any], answer: Answer, content: bytes, *, at: str = "body") -> Image:
    """A file that came back, as a picture. Raises Ended for what is none."""
    from PIL import Image, UnidentifiedImageError

    try:
        picture = Image.open(io.BytesIO(content))
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise visit.end(answer, at=at, expected="a picture", got=f"what begins {content[:16]!r}") from error
    return picture


def is_picture(visit: Visit[Any], answer: Answer, picture: Image, *, form: str, mode: str, size: Any) -> None:
    """Format, mode and size of a picture that came back; a size of None may be any."""
    visit.equal(answer, "picture.format", form, picture.format)
    visit.equal(answer, "picture.mode", mode, picture.mode)
    if size is not None:
        visit.equal(answer, "picture.size", list(size), list(picture.size))


def has_cutout(visit: Visit[Any], answer: Answer, picture: Image) -> None:
    """A picture with alpha in which something is cut out: parts are clear, others opaque."""
    if "A" not in picture.getbands():
        visit.expect(False, answer, at="picture.alpha", expected="an alpha channel", got=picture.mode)
        return
    levels = picture.getchannel("A").histogram()
    present = [level for level, count in enumerate(levels) if count]
    lowest, highest = present[0], present[-1]
    visit.expect(
        lowest < 16 and highest > 239,
        answer,
        at="picture.alpha",
        expected="clear and opaque pixels",
        got=f"alpha from {lowest} to {highest}",
    )


def corner(picture: Image) -> tuple[int, int, int]:
    """The colour near the upper left corner."""
    found = picture.convert("RGB").getpixel((2, 2))
    assert isinstance(found, tuple)
    return int(found[0]), int(found[1]), int(found[2])


def _saved(picture: Image, form: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()
