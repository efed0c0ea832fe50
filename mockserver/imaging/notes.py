"""A note inside an image file that leaves its pixels alone.

It stands behind the keyword "mockserver.text" in an iTXt chunk of a PNG, in a comment segment of a JPEG, and
behind the declared end of a BMP. Only the standard library is needed, and nothing is unpacked.
"""

import struct
import zlib
from collections.abc import Callable, Iterator

from mockserver.imaging.headers import Format, ImageError, probe

KEYWORD = b"mockserver.text"
MOST_BYTES = 60_000
"""The longest note in bytes: about what a single comment segment of a JPEG holds."""

_MOST_BLOCKS = 4096
_MARK = KEYWORD + bytes(1)
_PNG_MARK = KEYWORD + bytes(5)  # not compressed, no language, no translated keyword
_COMMENT, _SCAN = 0xFE, 0xDA
_LENGTH = struct.Struct("<I")


def note(data: bytes) -> bytes | None:
    """The note in a file, at most MOST_BYTES long; None where there is none."""
    try:
        found = _READERS[probe(data).format](data)
    except (ImageError, KeyError, struct.error):
        return None
    return found if found is not None and len(found) <= MOST_BYTES else None


def with_note(data: bytes, text: bytes) -> bytes:
    """The file with this note in place of any that it had.

    Raises ImageError for what is no PNG, JPEG or BMP, and ValueError for more than MOST_BYTES.
    """
    if len(text) > MOST_BYTES:
        raise ValueError(f"a note has at most {MOST_BYTES} bytes, not {len(text)}")
    kind = probe(data).format
    if kind not in _WRITERS:
        raise ImageError(f"a {kind} file has no place for a note")
    return _WRITERS[kind](data, text)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each whole chunk."""
    at = 8
    for _ in range(_MOST_BLOCKS):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            return
        yield data[at + 4 : at + 8], at, end
        at = end


def _is_png_note(data: bytes, kind: bytes, start: int, end: int) -> bool:
    return kind == b"iTXt" and data.startswith(_PNG_MARK, start + 8, end - 4)


def _of_png(data: bytes) -> bytes | None:
    for kind, start, end in _png_chunks(data):
        if _is_png_note(data, kind, start, end):
            return data[start + 8 + len(_PNG_MARK) : end - 4]
    return None


def _into_png(data: bytes, text: bytes) -> bytes:
    body = b"iTXt" + _PNG_MARK + text
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    parts, at = [], 0
    for kind, start, end in _png_chunks(data):
        if kind == b"IHDR":
            parts += [data[at:end], chunk]
            at = end
        elif _is_png_note(data, kind, start, end):
            parts.append(data[at:start])
            at = end
    return b"".join([*parts, data[at:]])


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each whole segment before the first scan, and of the scan's own header."""
    at = 2
    for _ in range(_MOST_BLOCKS):
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if data[at : at + 1] != b"\xff" or end > len(data):
            return
        yield data[at + 1], at, end
        if data[at + 1] == _SCAN:
            return
        at = end


def _of_jpeg(data: bytes) -> bytes | None:
    for marker, start, end in _jpeg_segments(data):
        if marker == _COMMENT and data.startswith(_MARK, start + 4, end):
            return data[start + 4 + len(_MARK) : end]
    return None


def _into_jpeg(data: bytes, text: bytes) -> bytes:
    body = _MARK + text
    segment = struct.pack(">BBH", 0xFF, _COMMENT, len(body) + 2) + body
    parts, at, placed = [], 0, False
    for marker, start, end in _jpeg_segments(data):
        if not placed and not 0xE0 <= marker <= 0xEF:
            parts += [data[at:start], segment]
            at, placed = start, True
        if marker == _COMMENT and data.startswith(_MARK, start + 4, end):
            parts.append(data[at:start])
            at = end
    if not placed:
        raise ImageError("jpeg: the header is broken or cut off")
    return b"".join([*parts, data[at:]])


def _of_bmp(data: bytes) -> bytes | None:
    (end,) = _LENGTH.unpack_from(data, 2)
    if not data.startswith(_MARK, end):
        return None
    start = end + len(_MARK) + _LENGTH.size
    (length,) = _LENGTH.unpack_from(data, end + len(_MARK))
    return data[start : start + length] if start + length <= len(data) else None


def _into_bmp(data: bytes, text: bytes) -> bytes:
    if _of_bmp(data) is not None:
        data = data[: _LENGTH.unpack_from(data, 2)[0]]
    return data[:2] + _LENGTH.pack(len(data)) + data[6:] + _MARK + _LENGTH.pack(len(text)) + text


_READERS: dict[Format, Callable[[bytes], bytes | None]] = {
    Format.PNG: _of_png,
    Format.JPEG: _of_jpeg,
    Format.BMP: _of_bmp,
}
_WRITERS: dict[Format, Callable[[bytes, bytes], bytes]] = {
    Format.PNG: _into_png,
    Format.JPEG: _into_jpeg,
    Format.BMP: _into_bmp,
}
