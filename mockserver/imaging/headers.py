"""The headers of image files: format, size, orientation, and which parts of a file are its pixels.

Only the standard library is needed, so that a probe costs microseconds and the first one no import of
an image library. No pixel is decoded, and nothing that is compressed is unpacked.

Headers after ITU-T T.81 (JPEG), W3C PNG 3rd edition, GIF89a, RFC 9649 (WebP), TIFF 6.0 and BigTIFF,
the Windows DIB headers, and Exif 2.32 for the orientation.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

Span = tuple[int, int]

_MAX_BLOCKS = 65_536

_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff]")
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xDA)})
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_IDLE = frozenset({*range(0xE1, 0xEE), 0xEF, 0xFE})  # not APP0 and APP14, which tell the colours
_PNG_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
TIFF_ENTRY = {False: "HHI4s", True: "HHQ8s"}  # of a directory: tag, field type, count, value or offset
_TIFF_NUMBERS = {3: "H", 4: "I", 16: "Q"}


class Format(StrEnum):
    """A file format that is told apart by its first bytes."""

    JPEG = "jpeg"
    PNG = "png"
    BMP = "bmp"
    GIF = "gif"
    WEBP = "webp"
    TIFF = "tiff"


class ImageError(ValueError):
    """The bytes cannot be used as an image."""


class NotAnImage(ImageError):
    """The bytes are of no format in `Format`."""


class Undecodable(ImageError):
    """The format is known, but the file is truncated, corrupt, or uses what is not supported."""


class TooManyPixels(ImageError):
    """The file declares more pixels than `decode` was told to accept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a header tells: the format, and width and height in pixels as displayed (EXIF applied)."""

    format: Format
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Size as stored, bits a sample, and the spans of the file that the pixels need (none: all of it)."""

    width: int
    height: int
    orientation: int = 1
    depth: int = 8
    largest_tile: int = 0
    spans: list[Span] = field(default_factory=list)


def probe(data: bytes) -> Facts:
    """Format and displayed size of an image file, from its header alone.

    Raises NotAnImage for bytes of no known format, and Undecodable for a header that is cut off or
    declares no size.
    """
    kind, header = read(data)
    size = (header.width, header.height)
    width, height = size if header.orientation < 5 else size[::-1]
    return Facts(format=kind, width=width, height=height)


def read(data: bytes) -> tuple[Format, Header]:
    """Format and header of an image file. Raises as `probe` does."""
    kind = _sniff(data)
    try:
        header = _READERS[kind](data)
    except (struct.error, IndexError, KeyError, OverflowError) as error:
        raise Undecodable(f"{kind}: the header is broken or cut off") from error
    if header.width <= 0 or header.height <= 0:
        raise Undecodable(f"{kind}: no size declared")
    return kind, header


def _sniff(data: bytes) -> Format:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[:2] == b"BM" and data[15:18] == b"\0\0\0":
        return Format.BMP
    raise NotAnImage("not a JPEG, PNG, BMP, GIF, WebP or TIFF file")


def _jpeg(data: bytes) -> Header:
    width = height = orientation = 0
    spans, at = [(0, 2)], 2
    for _ in range(_MAX_BLOCKS):
        found = _JPEG_MARKER.search(data, at)
        if found is None:
            break
        marker, start, at = data[found.end() - 1], found.start(), found.end()
        if marker in _JPEG_BARE:
            continue
        end = at + int.from_bytes(data[at : at + 2])
        if marker == 0xDA:
            spans.append((start, len(data)))
            break
        if marker == 0xE1 and not orientation and data[at + 2 : at + 8] == b"Exif\0\0":
            orientation = _orientation(data[at + 8 : end])
        elif marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 3)
        if marker not in _JPEG_IDLE:
            spans.append((start, end))
        at = end
    return Header(width=width, height=height, orientation=orientation or 1, spans=spans)


def _png(data: bytes) -> Header:
    first, width, height, depth = struct.unpack_from(">4sIIB", data, 12)
    if first != b"IHDR":
        raise Undecodable("png: IHDR is not the first chunk")
    orientation, spans, at = 1, [(0, 8)], 8
    for _ in range(_MAX_BLOCKS):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        kind = data[at + 4 : at + 8]
        if kind in _PNG_CHUNKS:
            spans.append((at, end))
        elif kind == b"eXIf":
            orientation = _orientation(data[at + 8 : end - 4])
        if kind == b"IEND" or end >= len(data):
            break
        at = end
    return Header(width=width, height=height, orientation=orientation, depth=depth, spans=spans)


def _bmp(data: bytes) -> Header:
    (size,) = struct.unpack_from("<I", data, 14)
    if size not in _BMP_HEADERS:
        raise Undecodable(f"bmp: unknown header of {size} bytes")
    width, height = struct.unpack_from("<HH" if size == 12 else "<ii", data, 18)
    return Header(width=width, height=abs(height))


def _gif(data: bytes) -> Header:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (6 << (flags & 7) if flags & 0x80 else 0)
    spans = [(0, at)]
    while data[at] != 0x2C:
        if data[at] != 0x21:
            raise Undecodable("gif: no image in it")
        start, at = at, at + 2
        while data[at]:
            at += 1 + data[at]
        at += 1
        if data[start + 1] == 0xF9:
            spans.append((start, at))
    left, top, across, down = struct.unpack_from("<4H", data, at + 1)
    spans.append((at, len(data)))
    return Header(width=max(width, left + across), height=max(height, top + down), spans=spans)


def _webp(data: bytes) -> Header:
    kind = data[12:16]
    if kind == b"VP8X":
        flags, across, down = struct.unpack("<B3x3s3s", data[20:30])
        width, height = (1 + int.from_bytes(side, "little") for side in (across, down))
        return Header(width=width, height=height, orientation=_webp_orientation(data) if flags & 8 else 1)
    if kind == b"VP8L":
        mark, bits = struct.unpack_from("<BI", data, 20)
        if mark == 0x2F:
            return Header(width=1 + (bits & 0x3FFF), height=1 + (bits >> 14 & 0x3FFF))
    if kind == b"VP8 ":
        mark, width, height = struct.unpack_from("<3sHH", data, 23)
        if mark == b"\x9d\x01\x2a":
            return Header(width=width & 0x3FFF, height=height & 0x3FFF)
    raise Undecodable("webp: no image in it")


def _webp_orientation(data: bytes) -> int:
    at = 12
    for _ in range(_MAX_BLOCKS):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind == b"EXIF":
            return _orientation(data[at + 8 : at + 8 + size].removeprefix(b"Exif\0\0"))
        at += 8 + size + size % 2
        if at >= len(data):
            break
    return 1


def _tiff(data: bytes) -> Header:
    directory = Directory.read(data)
    return Header(
        width=directory.number(256),
        height=directory.number(257),
        orientation=directory.orientation(),
        largest_tile=directory.number(322) * directory.number(323),
    )


def _orientation(exif: bytes) -> int:
    try:
        return Directory.read(exif).orientation()
    except (struct.error, KeyError, OverflowError):
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The first image file directory of a TIFF, by tag: field type, count, value or offset."""

    order: str
    big: bool
    entries: dict[int, tuple[int, int, bytes]]

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Raises KeyError, OverflowError or struct.error where there is no directory."""
        order = {b"II": "<", b"MM": ">"}[data[:2]]
        big = struct.unpack_from(order + "H", data, 2) == (43,)
        (at,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
        count_form, entry = order + ("Q" if big else "H"), struct.Struct(order + TIFF_ENTRY[big])
        (count,) = struct.unpack_from(count_form, data, at)
        at += struct.calcsize(count_form)
        entries: dict[int, tuple[int, int, bytes]] = {}
        for index in range(min(count, _MAX_BLOCKS)):
            tag, kind, length, value = entry.unpack_from(data, at + index * entry.size)
            entries.setdefault(tag, (kind, length, value))
        return cls(order=order, big=big, entries=entries)

    def number(self, tag: int) -> int:
        """The single value of a field, or 0 where it is missing or something else."""
        kind, count, value = self.entries.get(tag, (0, 0, b""))
        form = _TIFF_NUMBERS.get(kind)
        return int(struct.unpack_from(self.order + form, value)[0]) if form and count == 1 else 0

    def numbers(self, tag: int, data: bytes) -> tuple[int, ...]:
        """All values of a field, of which `data` is the file; none where it is missing or something else."""
        kind, count, value = self.entries.get(tag, (0, 0, b""))
        form = f"{self.order}{count}{_TIFF_NUMBERS.get(kind, 'x')}"
        inside = struct.calcsize(form) <= len(value)
        return (
            struct.unpack_from(form, value) if inside else struct.unpack_from(form, data, self.offset(value))
        )

    def offset(self, value: bytes) -> int:
        """Where in the file the values lie that do not fit into the entry itself."""
        return int(struct.unpack(self.order + ("Q" if self.big else "I"), value)[0])

    def orientation(self) -> int:
        """How to turn the image upright, 1 to 8 as in Exif; 1 where it is not told."""
        value = self.number(274)
        return value if 1 <= value <= 8 else 1


_MAGIC = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"II*\0", Format.TIFF),
    (b"MM\0*", Format.TIFF),
    (b"II+\0", Format.TIFF),
    (b"MM\0+", Format.TIFF),
)
_READERS: dict[Format, Callable[[bytes], Header]] = {
    Format.JPEG: _jpeg,
    Format.PNG: _png,
    Format.BMP: _bmp,
    Format.GIF: _gif,
    Format.WEBP: _webp,
    Format.TIFF: _tiff,
}
