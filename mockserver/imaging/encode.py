"""From pixels to the bytes of a PNG or JPEG file.

The PNG writer filters every row with Sub, in numpy, and deflates with igzip at its fastest level
where `isal` is installed, else with zlib's run-length strategy. It works on strips of rows, so that
next to the file itself only a strip is held. Equal pixels give equal bytes.
"""

import io
import struct
import zlib
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

_COLOUR_TYPES = {1: 0, 3: 2, 4: 6}
_SUB_FILTER = 1
_JPEG_SIDE = 65_535
_STRIP_BYTES = 1 << 19


class _Compressor(Protocol):
    def compress(self, data: memoryview, /) -> bytes: ...
    def flush(self) -> bytes: ...


def png(pixels: Pixels) -> bytes:
    """A PNG file of (H, W) grey, (H, W, 3) RGB or (H, W, 4) RGBA pixels, 8 bits a sample, lossless.

    Raises ValueError for any other shape, an empty one included, and for another dtype than uint8.
    """
    channels = _channels(pixels, most=4)
    height, width = pixels.shape[:2]
    file = io.BytesIO()
    file.write(b"\x89PNG\r\n\x1a\n")
    _write_chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0))
    _write_rows(file, pixels, channels)
    _write_chunk(file, b"IEND", b"")
    return file.getvalue()


def jpeg(pixels: Pixels, *, quality: int = 90) -> bytes:
    """A baseline JPEG file of (H, W) grey or (H, W, 3) RGB pixels, colour at half resolution (4:2:0).

    `quality` is libjpeg's scale from 1 to 100. Raises ValueError for another quality, shape or dtype,
    and above 65535 pixels a side, which is the format's limit.
    """
    _channels(pixels, most=3)
    if not 1 <= quality <= 100:
        raise ValueError(f"quality must be from 1 to 100, not {quality}")
    if max(pixels.shape) > _JPEG_SIDE:
        raise ValueError(f"a JPEG has at most {_JPEG_SIDE} pixels a side, not {max(pixels.shape)}")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    return file.getvalue()


def _channels(pixels: Pixels, *, most: int) -> int:
    if pixels.dtype != np.uint8:
        raise ValueError(f"pixels must be uint8, not {pixels.dtype}")
    if pixels.size and pixels.ndim == 2:
        return 1
    if pixels.size and pixels.ndim == 3 and 3 <= pixels.shape[2] <= most:
        return int(pixels.shape[2])
    colours = "(H, W, 3)" if most == 3 else "(H, W, 3), (H, W, 4)"
    raise ValueError(f"pixels must be (H, W) or {colours} and not empty, not {pixels.shape}")


def _write_rows(file: io.BytesIO, pixels: Pixels, channels: int) -> None:
    height, stride = pixels.shape[0], pixels.shape[1] * channels
    rows = max(1, min(height, _STRIP_BYTES // stride))
    filtered = np.empty((rows, 1 + stride), np.uint8)
    filtered[:, 0] = _SUB_FILTER
    deflate = _compressor()
    for top in range(0, height, rows):
        strip = pixels[top : top + rows].reshape(-1, stride)
        lines = filtered[: len(strip)]
        lines[:, 1 : 1 + channels] = strip[:, :channels]
        np.subtract(strip[:, channels:], strip[:, :-channels], out=lines[:, 1 + channels :])
        _write_chunk(file, b"IDAT", deflate.compress(lines.data))
    _write_chunk(file, b"IDAT", deflate.flush())


def _write_chunk(file: io.BytesIO, kind: bytes, body: bytes) -> None:
    file.write(struct.pack(">I", len(body)) + kind)
    file.write(body)
    file.write(struct.pack(">I", zlib.crc32(body, zlib.crc32(kind))))


def _compressor() -> _Compressor:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.compressobj(level=1, strategy=zlib.Z_RLE)
    return isal_zlib.compressobj(level=1)
