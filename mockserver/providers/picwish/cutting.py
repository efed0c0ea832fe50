"""What the provider makes of an image: its subject cut out, and a black and white mask of it.

Documented: jpg, jpeg, bmp, png, webp and tiff, no GIF, sides up to 4096 pixels, and state -7 for a wrong
format or a broken file. Assumed: too many pixels end so, too, a picture without the subject asked for ends
in state -1, and a mask is cropped and stored like its image.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver import assets
from mockserver.imaging.studio import Seen
from mockserver.providers.base import Engine
from mockserver.providers.picwish.parameters import Options
from mockserver.providers.picwish.records import Outcome
from mockserver.tasks import State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mockserver.imaging.headers import Facts

    Pixels = NDArray[np.uint8]

FORMATS = ("jpeg", "png", "bmp", "webp", "tiff")
LARGEST = 4096
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg"}


class Failed(Exception):
    """The work ends in a failure of the state table; the text says why."""

    def __init__(self, state: State, why: str) -> None:
        super().__init__(why)
        self.state = state


async def cut(engine: Engine, seen: Seen, content: bytes, options: Options) -> Outcome:
    """The result for an image file. Raises Failed."""
    from mockserver.imaging.headers import ImageError

    facts = _readable(seen)
    look = (options.type, options.format, options.bg_color, *map(str, (options.output_type, options.crop)))

    def make() -> Mapping[str, Any]:
        return _record(engine, seen.digest, content, options)

    try:
        record = await engine.studio.once(f"picwish {' '.join(look)} {seen.digest}", make)
    except ImageError as error:
        raise Failed(State.INVALID_IMAGE, str(error)) from error
    if record["box"] is None:
        what = "nothing" if options.type == "auto" else f"no {options.type}"
        raise Failed(State.FAILED, f"{what} was found in the picture")
    return Outcome(
        state=State.DONE,
        files=record["files"],
        format=facts.format.value,
        width=record["width"],
        height=record["height"],
        box=record["box"],
    )


def _readable(seen: Seen) -> Facts:
    facts = seen.facts
    if facts is None:
        raise Failed(State.INVALID_IMAGE, str(seen.error))
    if facts.format not in FORMATS:
        raise Failed(State.INVALID_IMAGE, f"the content is {facts.format}; it can be {', '.join(FORMATS)}")
    if max(facts.width, facts.height) > LARGEST:
        size = f"{facts.width}x{facts.height} pixels"
        raise Failed(State.INVALID_IMAGE, f"{size}; at most {LARGEST}x{LARGEST} are taken")
    return facts


def _record(engine: Engine, digest: str, content: bytes, options: Options) -> Mapping[str, Any]:
    from mockserver.imaging import subject

    rgba = engine.studio.subject(digest, content, subject.Subject(options.type))
    box = None if rgba is None else subject.box(rgba)
    if rgba is None or box is None:
        return {"blobs": [], "box": None}
    if options.crop:
        rgba = rgba[box.y : box.y + box.height, box.x : box.x + box.width]
    files = {output: assets.keep(engine.state, _encoded(rgba, output, options)) for output in options.outputs}
    return {
        "blobs": list(files.values()),
        "files": files,
        "width": rgba.shape[1],
        "height": rgba.shape[0],
        "box": [box.x, box.y, box.width, box.height],
    }


def _encoded(rgba: Pixels, output: str, options: Options) -> bytes:
    from mockserver.imaging import encode, subject

    if output == "mask":
        mask = subject.mask(rgba)
        return encode.png(mask) if options.format == "png" else encode.jpeg(mask, quality=100)
    if options.format == "png":
        return encode.png(rgba)
    red, green, blue = bytes.fromhex(options.bg_color)
    return encode.jpeg(subject.on_colour(rgba, (red, green, blue)))
