"""Whether a picture that a client brought is the one that it was asked for."""

from __future__ import annotations

import io
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from contract_tests.client.world import Failed
from mockserver import fixtures

if TYPE_CHECKING:
    from PIL import Image

SOLID = 128
"""Alpha from which on a pixel counts as a part of the subject."""


def decoded(content: object, what: str = "the result") -> Image.Image:
    """A file that a client brought, as a picture. Raises Failed for what is none."""
    from PIL import Image, UnidentifiedImageError

    if not isinstance(content, bytes | bytearray | memoryview) or not content:
        raise Failed(f"{what} is no file: {content!r:.80}")
    try:
        picture = Image.open(io.BytesIO(content))
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Failed(f"{what} cannot be decoded, it begins with {bytes(content[:24])!r}") from error
    return picture


def overlap(picture: Image.Image, truth: str) -> float:
    """How much of the opaque parts of a picture, or the bright ones of a mask, and of a sample's true alpha
    is common, from 0 to 1."""
    from PIL import ImageChops

    opacity = picture.getchannel("A") if "A" in picture.getbands() else picture.convert("L")
    wanted = _truth(truth)
    if opacity.size != wanted.size:
        return 0.0
    one = opacity.point(lambda level: 255 if level >= SOLID else 0)
    both = ImageChops.darker(one, wanted).histogram()[255]
    either = ImageChops.lighter(one, wanted).histogram()[255]
    return both / either if either else 1.0


@cache
def _truth(name: str) -> Image.Image:
    from PIL import Image

    with Image.open(fixtures.path(name)) as alpha:
        return alpha.convert("L").point(lambda level: 255 if level >= SOLID else 0)


@cache
def sample(name: str) -> bytes:
    """A sample image by the name of its file."""
    content: bytes = fixtures.path(name).read_bytes()
    return content


@cache
def numbered(name: str, number: int) -> bytes:
    """A JPEG sample with a number in a comment: another file of the same picture, since whoever asks for the
    same thing twice could be blamed for it."""
    content = sample(name)
    return content if number == 0 else b"%b\xff\xfe\x00\x04%02d%b" % (content[:2], number, content[2:])


@lru_cache(maxsize=64)
def drawn(width: int, height: int, form: str = "jpeg", size: int | None = None) -> bytes:
    """One person in a frame of so many pixels, as "jpeg", "png" or "bmp", and in a file of so many bytes."""
    from mockserver.fixtures.edges import padded, sized

    image: bytes = sized(width, height, file_format=form)
    return image if size is None else padded(image, size)


@cache
def recoded(name: str, form: str) -> bytes:
    """A sample in another format, such as WEBP."""
    from PIL import Image

    with Image.open(fixtures.path(name)) as picture:
        out = io.BytesIO()
        picture.convert("RGB").save(out, form)
    return out.getvalue()
