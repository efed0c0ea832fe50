"""From pixels back to the kind of file that they came from."""

import struct

import numpy as np

from mockserver.imaging import encode
from mockserver.imaging.grids import Bytes
from mockserver.imaging.headers import Format

_JPEG_QUALITY = 92
_PIXELS_PER_METRE = 2835
_MASKS = (0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000)  # red, green, blue, alpha
_SRGB = 0x73524742


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
