"""Image files whose bytes were flipped so that every decoder notices."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from random import Random

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
MAGICS = (PNG, JPEG, b"RIFF", b"GIF8", b"BM")
SCATTERED = 8
"""Bytes in the coded pixels that are flipped besides those that no decoder can do without."""
BASE64 = re.compile(
    rb'"((?:data:image\\?/[\w.+-]+;base64,)?)'
    rb'((?:iVBORw0KGgo|\\?/9j\\?/|UklGR|R0lGOD|Qk)[A-Za-z0-9+/\\]{32,}={0,2})"'
)
"""A string of a JSON text that begins as a PNG, JPEG, WebP, GIF or BMP file does in base64."""


def holds_base64(text: bytes) -> bool:
    """Whether a JSON text has an image in base64 in it."""
    return any(_decoded(found[2]) is not None for found in BASE64.finditer(text))


def corrupt_base64(text: bytes, random: Random) -> tuple[bytes, int]:
    """A JSON text with all its images in base64 corrupted, and how many there are."""
    count = 0

    def corrupted(found: re.Match[bytes]) -> bytes:
        nonlocal count
        data = _decoded(found[2])
        if data is None:
            return found[0]
        count += 1
        encoded = base64.b64encode(corrupt(data, random))
        if b"\\/" in found[2]:
            encoded = encoded.replace(b"/", b"\\/")
        return b'"%s%s"' % (found[1], encoded)

    return BASE64.sub(corrupted, text), count


def corrupt(data: bytes, random: Random) -> bytes:
    """An image file of the same size with some bytes flipped, in the header of the coded pixels and behind.

    In a PNG that is the header of the zlib stream, in a JPEG the counts of the Huffman tables: without them
    nothing can be decoded, while format and size can still be read. Of another format all is flipped but
    its first bytes."""
    spoiled = bytearray(data)
    vital = list(_png_vital(data) if data.startswith(PNG) else _jpeg_vital(data))
    if not vital:
        spoiled[6:] = bytes(byte ^ 0xFF for byte in data[6:])
        return bytes(spoiled)
    behind = range(vital[-1] + 1, len(data))
    scattered = random.sample(behind, min(SCATTERED, len(behind)))
    for position in {*vital, *scattered}:
        spoiled[position] ^= 0xFF
    return bytes(spoiled)


def _png_vital(data: bytes) -> Iterator[int]:
    position = len(PNG)
    while position + 10 <= len(data):
        length, kind = int.from_bytes(data[position : position + 4]), data[position + 4 : position + 8]
        if kind == b"IDAT" and length >= 2:
            yield from (position + 8, position + 9)
            return
        position += length + 12


def _jpeg_vital(data: bytes) -> Iterator[int]:
    position = 2
    while data.startswith(JPEG) and position + 4 <= len(data) and data[position] == 0xFF:
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4])
        if marker == 0xC4:
            yield from range(position + 5, min(position + 21, len(data)))
        if marker == 0xDA:
            return
        position += length + 2


def _decoded(encoded: bytes) -> bytes | None:
    try:
        data = base64.b64decode(encoded.replace(b"\\/", b"/"), validate=True)
    except binascii.Error:
        return None
    return data if data.startswith(MAGICS) else None
