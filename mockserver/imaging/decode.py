"""From the bytes of an image file to its pixels.

The headers are read by `headers` and only the pixels by Pillow: a size is refused before anything of
that size exists, and Pillow is handed the parts of the file that make up the pixels and nothing else.
A compressed text that unpacks to a gigabyte, a profile, a comment or a broken EXIF directory is never
looked at, so it can neither cost anything nor warn. No global state is changed; several threads may
decode at once.
"""

import io
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.Image import Image, Transpose, fromarray
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from mockserver.imaging import tiff
from mockserver.imaging.headers import (
    Facts,
    Format,
    Header,
    ImageError,
    NotAnImage,
    TooManyPixels,
    Undecodable,
    probe,
    read,
)

__all__ = [
    "Facts",
    "Format",
    "ImageError",
    "NotAnImage",
    "Picture",
    "TooManyPixels",
    "Undecodable",
    "decode",
    "probe",
]

Pixels = NDArray[np.uint8]

_MAX_SCANS = 100
_STRIP_PIXELS = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """A decoded image, upright.

    `rgb` is (H, W, 3) uint8. `alpha` is (H, W) uint8, 0 transparent to 255 opaque, or None where the
    file has no alpha or one that is opaque throughout.
    """

    rgb: Pixels
    alpha: Pixels | None = None


def decode(data: bytes, *, max_pixels: int = 4096 * 4096) -> Picture:
    """The pixels of an image file, upright, 8 bits a sample; of an animation the first frame.

    Sixteen bits are cut to the upper eight, and colour profiles are not applied. Raises NotAnImage,
    Undecodable, or TooManyPixels when width times height exceeds `max_pixels`.
    """
    kind, header = read(data)
    if max(header.width * header.height, header.largest_tile) > max_pixels:
        raise TooManyPixels(f"{header.width} x {header.height} is above {max_pixels} pixels")
    try:
        image: Image = _PLUGINS[kind](io.BytesIO(_pixel_parts(kind, header, data)))
        if image.size != (header.width, header.height):
            raise Undecodable(f"{kind}: the size is ambiguous")
        image.load()
        if header.orientation > 1:
            image = image.transpose(_UPRIGHT[header.orientation])
        return _picture(_eight_bit(image, header.depth))
    except ImageError:
        raise
    except Exception as error:  # Pillow lets through whatever its parsers trip over
        raise Undecodable(f"{kind}: {error}") from error


def _pixel_parts(kind: Format, header: Header, data: bytes) -> bytes:
    """The file without what its pixels do not need, and after the checks that Pillow leaves out."""
    if kind is Format.TIFF:
        return tiff.of_pixels(data)
    if not header.spans:
        return data
    whole = memoryview(data)
    if kind is Format.PNG:
        chunks = [whole[start:end] for start, end in header.spans[1:]]
        if any(zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]) for chunk in chunks):
            raise Undecodable("png: a checksum is wrong")
        if bytes(chunks[-1][4:8]) != b"IEND":
            raise Undecodable("png: the file is cut off")
    if kind is Format.JPEG and data.count(b"\xff\xda", header.spans[-1][0]) > _MAX_SCANS:
        raise Undecodable(f"jpeg: more than {_MAX_SCANS} scans")
    return b"".join(whole[start:end] for start, end in header.spans)


def _eight_bit(image: Image, depth: int) -> Image:
    """Samples of 8 bits, and a transparent colour in that scale: Pillow keeps the file's."""
    if image.mode in ("I", "F"):
        raise Undecodable(f"samples of mode {image.mode} have no defined range")
    key = image.info.get("transparency")
    if image.mode.startswith("I;16"):
        image = fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if isinstance(key, tuple):
        image.info["transparency"] = tuple(_eight_bit_sample(sample, depth) for sample in key)
    elif isinstance(key, int) and image.mode in ("1", "L"):
        image.info["transparency"] = _eight_bit_sample(key, depth)
    return image


def _eight_bit_sample(sample: int, depth: int) -> int:
    most = (1 << depth) - 1
    return sample >> 8 if depth == 16 else (sample & most) * 255 // most


def _picture(image: Image) -> Picture:
    """Strip by strip, so that no second copy of the pixels exists beside Pillow's and the result."""
    shape = (image.height, image.width)
    rgb = np.empty((*shape, 3), np.uint8)
    alpha = np.empty(shape, np.uint8) if image.has_transparency_data else None
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        strip = image.crop((0, top, image.width, bottom))
        if alpha is not None:
            strip = strip.convert("RGBA")
            alpha[top:bottom] = np.asarray(strip.getchannel("A"))
        rgb[top:bottom] = np.asarray(strip if strip.mode == "RGB" else strip.convert("RGB"))
    return Picture(rgb=rgb, alpha=None if alpha is None or alpha.min() == 255 else alpha)


_PLUGINS: dict[Format, type[ImageFile]] = {
    Format.JPEG: JpegImageFile,
    Format.PNG: PngImageFile,
    Format.BMP: BmpImageFile,
    Format.GIF: GifImageFile,
    Format.WEBP: WebPImageFile,
    Format.TIFF: TiffImageFile,
}
_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
