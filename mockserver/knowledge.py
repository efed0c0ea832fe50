"""What a sandbox was told: which bytes a URL stands for, and what is written in a picture."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.state.interface import State

URLS = "urls"
TEXTS = "texts"
MOST = 1000
"""URLs, or pictures, that a sandbox can be told of."""
MOST_BYTES = 20 * 1024 * 1024
"""Bytes that a URL can stand for: no more would be fetched from a real one."""
MOST_IN_ALL = 100 * 1024 * 1024
"""Bytes that all URLs of a sandbox can stand for together."""
PLACED = {"text", "x", "y", "width", "height"}


class Knowledge:
    """The known URLs and known texts of one sandbox."""

    def __init__(self, state: State, space: str) -> None:
        self._state = state
        self._space = space

    def know_url(self, url: str, content: bytes) -> None:
        """Let a URL stand for bytes. Raises ValueError for what is no such thing, or too much of it."""
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise ValueError(f"a known URL begins with http:// or https://; this is {url!r:.200}")
        if len(_bytes(content, "content of a URL")) > MOST_BYTES:
            raise ValueError(f"a URL stands for {MOST_BYTES} bytes at most, not {len(content)}")
        others = sum(size for known, size in self.urls().items() if known != url)
        if others + len(content) > MOST_IN_ALL:
            raise ValueError(f"the URLs of a sandbox stand for {MOST_IN_ALL} bytes at most in all")
        self._write(URLS, url, bytes(content))

    def url(self, url: str) -> bytes | None:
        """The bytes that a URL stands for, or None."""
        content: bytes | None = self._state.read(self._space, URLS, url)
        return content

    def urls(self) -> Mapping[str, int]:
        """The known URLs, and the size in bytes of what each stands for."""
        return {url: len(self.url(url) or b"") for url in self._state.keys(self._space, URLS)}

    def know_text(self, image: bytes, texts: Sequence[str | Mapping[str, Any]]) -> None:
        """Say what is written in an image file. Raises ValueError for what is no text."""
        lines = lines_of(texts)
        self._write(TEXTS, hashlib.sha256(_bytes(image, "image")).hexdigest(), lines)

    def texts(self, sha256: str) -> Sequence[Mapping[str, Any]]:
        """What is written in the image file of a SHA-256 in hex, as mappings; mostly nothing is known."""
        return self._state.read(self._space, TEXTS, sha256) or ()

    def _write(self, table: str, key: str, record: Any) -> None:
        known = self._state.keys(self._space, table)
        if len(known) >= MOST and key not in known:
            raise ValueError(f"a sandbox can be told of {MOST} {table} at most; reset it to begin anew")
        self._state.write(self._space, table, key, record)


def lines_of(texts: Sequence[str | Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Texts as mappings with `text`, and where it stands if that was said. Raises ValueError."""
    lines = []
    for text in texts:
        line = {"text": text} if isinstance(text, str) else dict(text) if isinstance(text, Mapping) else {}
        if not (isinstance(line.get("text"), str) and line.keys() in ({"text"}, PLACED)):
            raise ValueError(f"a text is a string or has text, x, y, width and height; this is {text!r:.200}")
        if not all(_is_finite(line[name]) for name in line.keys() - {"text"}):
            raise ValueError(f"x, y, width and height are numbers of pixels; this is {text!r:.200}")
        lines.append(line)
    return lines


def _bytes(content: Any, what: str) -> bytes | bytearray | memoryview:
    if not isinstance(content, bytes | bytearray | memoryview):
        raise ValueError(f"the {what} is given as the bytes of its file, not as {type(content).__name__}")
    return content


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
