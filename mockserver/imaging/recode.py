"""From pixels back to the kind of file that they came from."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from mockserver.imaging import encode
from mockserver.imaging.grids import Bytes
from mockserver.imaging.headers import Format, Header, read

_JPEG_QUALITY = 92
_PIXELS_PER_METRE = 2835
_MASKS = (0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000)  # red, green, blue, alpha
_SRGB = 0x73524742
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MOST_COLOURS = 256
_PNG_HEADER = 33


def recoded(rgb: Bytes, source: bytes, alpha: Bytes | None = None) -> bytes:
    """A file like the PNG, BMP or JPEG file `source`, of its upright (H, W, 3) pixels and their (H, W) alpha.

    They are stored turned as in the source, in its width and height, and the EXIF orientation tells so.
    A grey source gives a grey file as long as the pixels are grey; a palette stays as long as they are opaque
    and have at most 256 colours, and a single bit where all are black or white. Otherwise as `reencoded`.
    Nothing else of the source is kept, neither other EXIF fields nor a colour profile. Raises ValueError for
    another format. The operator's server kept type and size; that this is the stored size is assumed.
    """
    kind, header = read(source)
    rgb = _stored(rgb, header.orientation)
    alpha = None if alpha is None else _stored(alpha, header.orientation)
    file = _reduced(rgb, alpha, source, kind, header)
    return _turned(file or reencoded(rgb, kind, alpha), kind, header.orientation)


def reencoded(rgb: Bytes, like: Format, alpha: Bytes | None = None) -> bytes:
    """A PNG, BMP or JPEG file of (H, W, 3) pixels and, save in a JPEG, their (H, W) alpha.

    A BMP has 24 bits a pixel, or 32 with alpha; a JPEG has quality 92. Raises ValueError for another format.
    """
    match like:
        case Format.PNG:
            return encode.png(rgb if alpha is None else np.dstack([rgb, alpha]))
        case Format.BMP:
            return bmp(rgb, alpha)
        case Format.JPEG:
            return encode.jpeg(rgb, quality=_JPEG_QUALITY)
        case _:
            raise ValueError(f"{like} is not among png, bmp and jpeg")


def bmp(rgb: Bytes, alpha: Bytes | None = None) -> bytes:
    """A bottom-up BMP file: 24 bits after BITMAPINFOHEADER, or 32 with masks after BITMAPV4HEADER."""
    height, width = rgb.shape[:2]
    if alpha is None:
        rows = np.zeros((height, (width * 3 + 3) // 4 * 4), np.uint8)
        rows[:, : width * 3] = rgb[::-1, :, ::-1].reshape(height, -1)
        more = b""
    else:
        rows = np.dstack([rgb[::-1, :, ::-1], alpha[::-1]]).reshape(height, -1)
        more = struct.pack("<4II36x12x", *_MASKS, _SRGB)
    bits, compression = (24, 0) if alpha is None else (32, 3)
    density = _PIXELS_PER_METRE
    info = struct.pack(
        "<IiiHHIIiiII", 40 + len(more), width, height, 1, bits, compression, rows.size, density, density, 0, 0
    )
    start = 14 + len(info) + len(more)
    return struct.pack("<2sIHHI", b"BM", start + rows.size, 0, 0, start) + info + more + rows.tobytes()


def _stored(upright: Bytes, orientation: int) -> Bytes:
    turn = _FROM_UPRIGHT.get(orientation)
    return upright if turn is None else np.ascontiguousarray(turn(upright))


def _reduced(rgb: Bytes, alpha: Bytes | None, source: bytes, kind: Format, header: Header) -> bytes | None:
    """A file with fewer samples a pixel, where the source has so few and the pixels allow it."""
    grey, bits = _samples(source, kind, header)
    if grey:
        level = np.ascontiguousarray(rgb[..., 0])
        return _grey(level, alpha, kind, bits) if (rgb == level[..., None]).all() else None
    image = _indexed(rgb) if alpha is None and bits <= 8 else None
    return None if image is None else _saved(image, kind)


def _samples(source: bytes, kind: Format, header: Header) -> tuple[bool, int]:
    """Whether a file is grey, and its bits a pixel without alpha, 24 where that is of no concern."""
    match kind:
        case Format.PNG:
            depth, colours = source[24], source[25]
            return colours in (0, 4), depth if colours in (0, 3) else 24
        case Format.BMP:
            at = 24 if source[14] == 12 else 28
            return False, int.from_bytes(source[at : at + 2], "little")
        case _:
            counts = [source[start + 9] for start, _ in header.spans if source[start + 1] in _FRAMES]
            return counts[:1] == [1], 24


def _grey(level: Bytes, alpha: Bytes | None, kind: Format, bits: int) -> bytes:
    if kind is Format.JPEG:
        return encode.jpeg(level, quality=_JPEG_QUALITY)
    if alpha is not None:
        return _saved(Image.fromarray(np.dstack([level, alpha])), kind)
    if bits == 1 and np.isin(level, (0, 255)).all():
        return _saved(Image.fromarray(level).convert("1", dither=Image.Dither.NONE), kind)
    return encode.png(level)


def _indexed(rgb: Bytes) -> Image.Image | None:
    """The pixels by the numbers of their colours; None where there are too many."""
    packed = rgb @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    numbers = np.zeros(1 << 24, np.uint8)
    numbers[packed] = 1
    colours = np.flatnonzero(numbers)
    if colours.size > _MOST_COLOURS:
        return None
    numbers[colours] = np.arange(colours.size)
    image = Image.fromarray(numbers[packed])
    image.putpalette(np.stack([colours >> 16, colours >> 8, colours], axis=1).astype(np.uint8).tobytes())
    return image


def _saved(image: Image.Image, kind: Format) -> bytes:
    file = io.BytesIO()
    image.save(file, kind.value.upper(), **({"compress_level": 1} if kind is Format.PNG else {}))
    return file.getvalue()


def _turned(file: bytes, kind: Format, orientation: int) -> bytes:
    """The file with an EXIF orientation, where that is not the usual one."""
    if orientation == 1:
        return file
    exif = struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 274, 3, 1, orientation, 0, 0)
    if kind is Format.JPEG:
        at = 4 + int.from_bytes(file[4:6]) if file[2:4] == b"\xff\xe0" else 2
        return file[:at] + struct.pack(">HH6s", 0xFFE1, 8 + len(exif), b"Exif\0\0") + exif + file[at:]
    body = b"eXIf" + exif
    chunk = struct.pack(">I", len(exif)) + body + struct.pack(">I", zlib.crc32(body))
    return file[:_PNG_HEADER] + chunk + file[_PNG_HEADER:]


_FROM_UPRIGHT: dict[int, Callable[[Bytes], Bytes]] = {
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}
