"""The form of a segmentation request, checked.

Fields and values after the segmentation API page. Assumed are: an empty value counts as none, a value that is
not in the table is refused, unknown fields are ignored, and a field counts whether or not its part has a
filename: one of the published samples sends image_url as a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from mockserver.journal import shortened
from mockserver.providers.base import Refusal
from mockserver.providers.body import Form, Part

CHOICES: Mapping[str, tuple[str, ...]] = {
    "sync": ("0", "1"),
    "type": ("person", "object", "stamp"),
    "return_type": ("1", "2", "3"),
    "output_type": ("1", "2", "3"),
    "crop": ("0", "1"),
    "format": ("png", "jpg"),
}
TEXTS = ("bg_color", "callback_url", "image_url")
DOCUMENTED = ("image_file", *TEXTS, *CHOICES)
WHITE = "ffffff"
COLOUR = re.compile("[0-9a-fA-F]{6}")
BASE64, BINARY = 2, 3
"""Values of return_type; with 1, the other one, the answer holds links."""
OUTPUTS: Mapping[int, tuple[str, ...]] = {1: ("image", "mask"), 2: ("image",), 3: ("mask",)}
"""Which files the result has, by output_type."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the result shall be. `bg_color` are six hex digits."""

    type: str
    return_type: int
    output_type: int
    crop: bool
    format: str
    bg_color: str

    @property
    def outputs(self) -> tuple[str, ...]:
        """Which files the result has: image, mask, or both."""
        return OUTPUTS[self.output_type]


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A request as checked; it has either an `image` (a file's bytes) or an `image_url`."""

    options: Options
    sync: bool
    image: bytes | None
    image_url: str | None
    callback_url: str | None


def checked(form: Form) -> Order:
    """What a form asks for. Raises Refusal, by the first field that is wrong."""
    sync = _choice(form, "sync", "0") == "1"
    options = _options(form)
    if options.return_type == BINARY and not sync:
        raise Refusal("error.400.return_type_async", note="return_type=3 goes with sync=1 only")
    callback_url = _callback_url(form)
    image, image_url = _source(form)
    return Order(options=options, sync=sync, image=image, image_url=image_url, callback_url=callback_url)


def text(form: Form, name: str) -> str:
    """The last field of a name, whether or not it came as a file; empty when there is none."""
    texts = [part.text for part in form.parts if part.name == name]
    return texts[-1] if texts else ""


def _choice(form: Form, name: str, default: str) -> str:
    value = text(form, name)
    if value and value not in CHOICES[name]:
        possible = ", ".join(CHOICES[name])
        note = f"{name} is {shortened(value)!r}; it can be {possible}, or be left out"
        raise Refusal(f"error.400.{name}", note=note)
    return value or default


def _options(form: Form) -> Options:
    return Options(
        type=_choice(form, "type", "auto"),
        return_type=int(_choice(form, "return_type", "1")),
        output_type=int(_choice(form, "output_type", "2")),
        crop=_choice(form, "crop", "0") == "1",
        format=_choice(form, "format", "png"),
        bg_color=_colour(form),
    )


def _colour(form: Form) -> str:
    colour = text(form, "bg_color")
    if text(form, "format") != "jpg" or not colour:
        return WHITE
    if not COLOUR.fullmatch(colour):
        note = f"bg_color is {shortened(colour)!r}; it is six hex digits without #, such as 0000ff"
        raise Refusal("error.400.bg_color", note=note)
    return colour


def _callback_url(form: Form) -> str | None:
    url = text(form, "callback_url")
    try:
        parts = urlsplit(url)
        legal = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        legal = False
    if url and not legal:
        note = f"callback_url is {shortened(url)!r}; it has to be http(s)://host/…"
        raise Refusal("error.400.callback_url", note=note)
    return url or None


def _source(form: Form) -> tuple[bytes | None, str | None]:
    files = [part.content for part in form.files("image_file") if not _unfilled(part)]
    url = text(form, "image_url") or None
    if not files and url is None:
        note = "there is no image: send a file as image_file, or a URL as image_url"
        raise Refusal("error.400.image_missing", note=note)
    if len(files) + (url is not None) > 1:
        found = f"{len(files)} image_file" + (" and image_url" if url else "")
        raise Refusal("error.400.image_several", note=f"there are {found}; send one image")
    return (files[0] if files else None), url


def _unfilled(part: Part) -> bool:
    """What a browser sends for a file input that nobody has filled in."""
    return not part.filename and not part.content
