"""Small image files of every format and mode, and what it takes to make more of them."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mockserver.imaging.headers import Format

WIDTH, HEIGHT = 50, 40


def colours(mode: str = "RGB") -> Image.Image:
    noise = np.random.default_rng(3).integers(0, 256, (8, 10, 4), dtype=np.uint8)
    return Image.fromarray(noise).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).convert(mode)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[274] = orientation
    return exif


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(  # a PNG with the raw scanlines given, for what Pillow does not write
    size: tuple[int, int], depth: int, colour: int, rows: bytes, *more: bytes, interlaced: int = 0
) -> bytes:
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced)
    chunks = [chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


FILES = {
    "jpeg": (Format.JPEG, saved(colours(), "JPEG", comment=b"hello")),
    "jpeg progressive": (Format.JPEG, saved(colours(), "JPEG", progressive=True)),
    "jpeg grey": (Format.JPEG, saved(colours("L"), "JPEG")),
    "jpeg cmyk": (Format.JPEG, saved(colours("CMYK"), "JPEG")),
    "jpeg exif": (Format.JPEG, saved(colours(), "JPEG", exif=turned(1), icc_profile=bytes(5000))),
    "png rgb": (Format.PNG, saved(colours(), "PNG")),
    "png grey": (Format.PNG, saved(colours("L"), "PNG")),
    "png grey alpha": (Format.PNG, saved(colours("LA"), "PNG")),
    "png rgba": (Format.PNG, saved(colours("RGBA"), "PNG")),
    "png palette": (Format.PNG, saved(colours().quantize(16), "PNG")),
    "png palette one clear": (Format.PNG, saved(colours().quantize(16), "PNG", transparency=3)),
    "png palette alphas": (Format.PNG, saved(colours("RGBA").quantize(16, 2), "PNG")),
    "png 1 bit": (Format.PNG, saved(colours("1"), "PNG")),
    "bmp": (Format.BMP, saved(colours(), "BMP")),
    "bmp palette": (Format.BMP, saved(colours("P"), "BMP")),
    "bmp rgba": (Format.BMP, saved(colours("RGBA"), "BMP")),
    "bmp 1 bit": (Format.BMP, saved(colours("1"), "BMP")),
    "gif": (Format.GIF, saved(colours("P"), "GIF", comment=b"hello")),
    "gif grey": (Format.GIF, saved(colours("L"), "GIF")),
    "gif clear": (Format.GIF, saved(colours("P"), "GIF", transparency=1)),
    "webp": (Format.WEBP, saved(colours(), "WEBP")),
    "webp lossless": (Format.WEBP, saved(colours(), "WEBP", lossless=True)),
    "webp rgba": (Format.WEBP, saved(colours("RGBA"), "WEBP")),
    "webp exif": (Format.WEBP, saved(colours(), "WEBP", exif=turned(1))),
    "tiff": (Format.TIFF, saved(colours(), "TIFF")),
    "tiff rgba": (Format.TIFF, saved(colours("RGBA"), "TIFF")),
    "tiff cmyk": (Format.TIFF, saved(colours("CMYK"), "TIFF")),
    "tiff palette": (Format.TIFF, saved(colours("P"), "TIFF")),
    "tiff lzw": (Format.TIFF, saved(colours(), "TIFF", compression="tiff_lzw")),
    "tiff deflate": (Format.TIFF, saved(colours("L"), "TIFF", compression="tiff_adobe_deflate")),
    "tiff jpeg": (Format.TIFF, saved(colours(), "TIFF", compression="jpeg")),
    "tiff fax": (Format.TIFF, saved(colours("1"), "TIFF", compression="group4")),
    "tiff big": (Format.TIFF, saved(colours(), "TIFF", big_tiff=True)),
}
EACH_FILE = pytest.mark.parametrize(("kind", "file"), FILES.values(), ids=FILES.keys())
TURNABLE: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95},
    "PNG": {},
    "WEBP": {"lossless": True},
    "TIFF": {},
}


def padded_jpeg(file: bytes) -> bytes:
    """Fill bytes and junk before each quantisation table."""
    return file.replace(b"\xff\xdb", b"\0\0\xff\xff\xff\xdb")


def gif_of_small_screen(file: bytes) -> bytes:
    return file[:6] + struct.pack("<HH", 2, 3) + file[10:]


def top_down_bmp_header() -> bytes:
    return struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 54, 0, 0, 54, 40, WIDTH, -HEIGHT, 1, 32, *[0] * 6)
