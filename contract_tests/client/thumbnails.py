"""Small pictures of what a client was given, and of what it answered, for a report."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any

from contract_tests.adapters.session import Outcome

EDGE = 112
"""Pixels of the longer side."""
MOST = 6
"""Pictures of one case, the last ones."""
LARGEST = 40_000_000
"""Pixels of what is made small."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Thumbnail:
    """A small picture as a `data:` URI, with a name, and the width and height in pixels of the large one."""

    name: str
    uri: str
    width: int
    height: int


def thumbnails(outcomes: Sequence[Outcome]) -> tuple[Thumbnail, ...]:
    """The pictures of calls: what was given to the last, and what was answered, where these are pictures."""
    found = [
        Thumbnail(name=name, uri=small[0], width=small[1], height=small[2])
        for outcome in outcomes[-MOST:]
        for name, content in _files(outcome)
        if (small := _small(content)) is not None
    ]
    return tuple(dict.fromkeys(found))[-MOST:]


def _files(outcome: Outcome) -> Iterator[tuple[str, bytes]]:
    if isinstance(outcome.asked.get("image"), bytes):
        yield "sent", outcome.asked["image"]
    yield from _below("result", outcome.result)


def _below(name: str, value: Any) -> Iterator[tuple[str, bytes]]:
    if isinstance(value, bytes):
        yield name, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _below(field.name, getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _below(f"{name} {number}", one)


@lru_cache(maxsize=64)
def _small(content: bytes) -> tuple[str, int, int] | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as picture:
            size = picture.size
            if size[0] * size[1] > LARGEST:
                return None
            picture.draft("RGB", (EDGE, EDGE))
            small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
            small.thumbnail((EDGE, EDGE), reducing_gap=2.0)
            out = io.BytesIO()
            small.save(out, "WEBP", quality=60, method=2)
    except Exception:  # whatever a client calls a picture
        return None
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}", *size
