"""Image processing instructions of object storage: `image/resize,w_200,h_100,m_fill/format,jpg`.

After Alibaba Cloud OSS: "Resize images", "Convert image formats" and "Adjust image quality". Left open there
and assumed here: a target that is larger than the source in one side alone counts as larger; `pad` keeps
its frame even then and puts the source into it as it is; transparent pixels become white in a JPEG.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from mockserver.imaging import encode
from mockserver.imaging.decode import decode
from mockserver.imaging.headers import ImageError, probe

LONGEST_SIDE = 4096
"""No result has a longer side, in pixels."""

Size = tuple[int, int]
Reader = Callable[[Sequence[str]], dict[str, Any] | None]

_MOST_ACTIONS = 8
_WHITE = (255, 255, 255)
_PARAMETER = re.compile(r"([A-Za-z]+)_([0-9A-Za-z]+)", re.ASCII)
_LARGEST = {"w": 16_384, "h": 16_384, "l": 16_384, "s": 16_384, "p": 1000}
_FORMATS = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp", "bmp": "bmp"}
_MODES = frozenset({"lfit", "mfit", "fill", "pad", "fixed"})
_FRAMED = frozenset({"fill", "pad", "fixed"})
_QUALITY = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class Resize:
    """One resizing. `limited`: what would become larger stays as it is. `colour` is that of a padding."""

    width: int | None = None
    height: int | None = None
    long: int | None = None
    short: int | None = None
    percent: int | None = None
    mode: str = "lfit"
    limited: bool = True
    colour: tuple[int, int, int] = _WHITE


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What an instruction asks for: resizings in their order, and the last format and quality named."""

    resizes: tuple[Resize, ...] = ()
    format: str | None = None
    quality: int | None = None


def process(data: bytes, instruction: str) -> bytes | None:
    """The image file after an instruction, in its own format unless told otherwise.

    None for an instruction that is not known or makes no sense, for a result with a side above
    `LONGEST_SIDE`, and for a file that cannot be decoded. A target larger than the source leaves it as it
    is, unless `limit_0` says otherwise.
    """
    plan = parse(instruction)
    if plan is None:
        return None
    try:
        image, kind = _opened(data), probe(data).format.value
    except ImageError:
        return None
    source = image
    for resize in plan.resizes:
        scaled, frame = target(image.size, resize)
        if max(frame) > LONGEST_SIDE or scaled[0] * scaled[1] > LONGEST_SIDE**2:
            return None
        image = _framed(_scaled(image, scaled), frame, resize.colour)
    if image is source and plan.format is None and plan.quality is None:
        return data
    return _encoded(image, plan.format or kind, plan.quality or _QUALITY)


def parse(instruction: str) -> Plan | None:
    """Read an instruction; None where an action is not known or a value is out of its range."""
    media, *actions = instruction.split("/")
    if media != "image" or not 0 < len(actions) <= _MOST_ACTIONS:
        return None
    plan: dict[str, Any] = {"resizes": ()}
    for action in actions:
        name, *arguments = action.split(",")
        read = _READERS.get(name)
        found = None if read is None else read(arguments)
        if found is None:
            return None
        plan["resizes"] += found.pop("resizes", ())
        plan |= found
    return Plan(**plan)


def target(size: Size, resize: Resize) -> tuple[Size, Size]:
    """The width and height that a picture of `size` is scaled to, and those of the frame it ends in."""
    wide, high = _box(size, resize)
    across, down = wide / size[0], high / size[1]
    if resize.mode != "fixed":
        across = down = max(across, down) if resize.mode in ("mfit", "fill") else min(across, down)
    scaled = _whole(size[0] * across), _whole(size[1] * down)
    frame = (_whole(wide), _whole(high)) if resize.mode in _FRAMED else scaled
    if resize.limited and (scaled[0] > size[0] or scaled[1] > size[1]):
        return size, (frame if resize.mode == "pad" else size)
    return scaled, frame


def _box(size: Size, resize: Resize) -> tuple[float, float]:
    """The rectangle that is named. A side that is not follows the picture's shape, or is like the other."""
    wide, high = resize.width, resize.height
    if wide is None and high is None:
        upright = size[0] < size[1]
        wide, high = (resize.short, resize.long) if upright else (resize.long, resize.short)
    if wide is None and high is None:
        share = (resize.percent or 100) / 100
        return size[0] * share, size[1] * share
    shape = 1.0 if resize.mode in _FRAMED else size[0] / size[1]
    return float(wide or (high or 1) * shape), float(high or (wide or 1) / shape)


def _whole(length: float) -> int:
    return max(1, int(length + 0.5))


# ---- reading


def _read_resize(arguments: Sequence[str]) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for argument in arguments:
        matched = _PARAMETER.fullmatch(argument)
        setting = None if matched is None else _setting(*matched.groups())
        if setting is None:
            return None
        found |= setting
    sized = found.keys() & {"width", "height", "long", "short", "percent"}
    return {"resizes": (Resize(**found),)} if sized else None


def _setting(name: str, value: str) -> dict[str, Any] | None:
    """One parameter as a field of `Resize`."""
    if name in _LARGEST and value.isdecimal() and len(value) < 6 and 1 <= int(value) <= _LARGEST[name]:
        field = {"w": "width", "h": "height", "l": "long", "s": "short", "p": "percent"}[name]
        return {field: int(value)}
    if name == "m" and value in _MODES:
        return {"mode": value}
    if name == "limit" and value in ("0", "1"):
        return {"limited": value == "1"}
    if name == "color" and re.fullmatch(r"[0-9A-Fa-f]{6}", value):
        return {"colour": tuple(bytes.fromhex(value))}
    return None


def _read_format(arguments: Sequence[str]) -> dict[str, Any] | None:
    return {"format": _FORMATS[arguments[0]]} if len(arguments) == 1 and arguments[0] in _FORMATS else None


def _read_quality(arguments: Sequence[str]) -> dict[str, Any] | None:
    matched = re.fullmatch(r"[qQ]_(100|[1-9][0-9]?)", ",".join(arguments), re.ASCII)
    return {"quality": int(matched[1])} if matched else None


_READERS: dict[str, Reader] = {
    "resize": _read_resize,
    "format": _read_format,
    "quality": _read_quality,
}


# ---- pixels


def _opened(data: bytes) -> Image.Image:
    """Upright, L where it is grey, else RGB or RGBA. Raises ImageError."""
    picture = decode(data)
    if picture.alpha is not None:
        return Image.fromarray(np.dstack([picture.rgb, picture.alpha]))
    first = picture.rgb[..., :1]
    return Image.fromarray(first[..., 0] if (picture.rgb == first).all() else picture.rgb)


def _scaled(image: Image.Image, size: Size) -> Image.Image:
    if size == image.size:
        return image
    if image.mode != "RGBA":
        return image.resize(size, Image.Resampling.LANCZOS)
    # Weighed by opacity, or the colours of transparent pixels would show at the edges.
    return image.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def _framed(image: Image.Image, frame: Size, colour: tuple[int, int, int]) -> Image.Image:
    """In the middle of a frame of another size, cut off or with a colour around."""
    if frame == image.size:
        return image
    if image.mode == "L" and len(set(colour)) > 1:
        image = image.convert("RGB")
    ground = Image.new("RGB", (1, 1), colour).convert(image.mode).resize(frame)
    ground.paste(image, ((frame[0] - image.width) // 2, (frame[1] - image.height) // 2))
    return ground


def _encoded(image: Image.Image, kind: str, quality: int) -> bytes:
    if kind == "png":
        return encode.png(np.asarray(image))
    if kind in ("jpeg", "bmp") and image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, _WHITE)
        image = Image.alpha_composite(ground, image).convert("RGB")
    if kind == "jpeg":
        return encode.jpeg(np.asarray(image), quality=quality)
    file = io.BytesIO()
    image.save(file, kind, **({"quality": quality} if kind == "webp" else {}))
    return file.getvalue()
