"""Where the picture of a request is: in a file part, behind a URL, or in base64, in this order."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import md5
from typing import Any

from mockserver.outbound import OutboundError, TooLong
from mockserver.providers.base import Engine, Refusal
from mockserver.providers.body import Part
from mockserver.providers.processimage.received import Received
from mockserver.sandbox import Sandbox

MAX_FILE = 4194304
"""Bytes of a picture, this many included."""
FILE_NAMES = ("uploadFile", "imageFile", "image_file")
URL_NAMES = ("imageUrl", "image_url")
BASE64_NAMES = ("imageBase64", "image_base64")
WEB_URL = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
DATA_PREFIX = re.compile(r"data:[\w/+.-]*;base64,", re.IGNORECASE)
LINE_BREAKS = str.maketrans("", "", "\r\n")


class Kind(StrEnum):
    """How a picture came. TEXT is a part that should have been a file, but has no filename."""

    FILE = "file"
    URL = "url"
    BASE64 = "base64"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as it came: its bytes, in which field, and what a file part says of itself."""

    kind: Kind
    field: str
    content: bytes
    filename: str | None = None
    content_type: str | None = None

    @cached_property
    def md5(self) -> str:
        """Of the bytes, lower-case hex: imageMd5 of the sign, and imageUniqueIdentification."""
        return md5(self.content).hexdigest()


async def find(
    engine: Engine, sandbox: Sandbox, received: Received, settings: Mapping[str, Any]
) -> Picture | None:
    """The picture of a request, fetched where it is behind a URL; None when there is none.

    Raises Refusal for a URL or base64 that leads to none."""
    part = _part(received, is_file=True)
    if part is not None and part.content:
        return _of_part(part, Kind.FILE)
    if settings["sources"] == "file_only":
        return None
    if url := received.text(*URL_NAMES):
        content = await _fetched(engine, sandbox, url)
        return Picture(kind=Kind.URL, field=URL_NAMES[0], content=content, filename=url)
    if text := received.text(*BASE64_NAMES):
        return Picture(kind=Kind.BASE64, field=BASE64_NAMES[0], content=_decoded(text))
    part = _part(received, is_file=False)
    return _of_part(part, Kind.TEXT) if part is not None and part.content else None


def _part(received: Received, *, is_file: bool) -> Part | None:
    found = (
        part
        for name in FILE_NAMES
        for part in received.parts
        if part.name == name and (part.filename is not None) == is_file
    )
    return next(found, None)


def _of_part(part: Part, kind: Kind) -> Picture:
    return Picture(
        kind=kind,
        field=part.name,
        content=part.content,
        filename=part.filename,
        content_type=part.content_type,
    )


async def _fetched(engine: Engine, sandbox: Sandbox, url: str) -> bytes:
    if not WEB_URL.fullmatch(url):
        raise Refusal("error.400.image_url", note="imageUrl is not a URL of http or https")
    content = sandbox.known_url(url)
    try:
        content = await engine.outbound.fetch(url, limit=MAX_FILE) if content is None else content
    except TooLong as error:
        raise Refusal("error.413.url", note=str(error)) from error
    except OutboundError as error:
        raise Refusal("error.400.download", note=str(error)) from error
    if len(content) > MAX_FILE:
        raise Refusal("error.413.url", note=f"{len(content)} bytes; at most {MAX_FILE}")
    return content


def _decoded(text: str) -> bytes:
    plain = DATA_PREFIX.sub("", text, count=1) if text.startswith("data:") else text
    try:
        content = binascii.a2b_base64(plain.translate(LINE_BREAKS), strict_mode=True)
    except ValueError as error:
        note = f"imageBase64 is not base64 in the standard alphabet, padded: {error}"
        raise Refusal("error.400.image_base64", note=note) from error
    return content
