"""A picture that is stored on its side, or grey, or with a palette, comes back as it came."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image, ImageOps
from watermark_caller import Caller, backdrop

BOX = {"x": 30, "y": 60, "w": 40, "h": 70}


def blot(orientation: int) -> bytes:
    """A JPEG that is displayed 200 wide and 320 high, with a red blot in the box."""
    pixels = np.ascontiguousarray(backdrop().swapaxes(0, 1))
    pixels[BOX["y"] + 4 : BOX["y"] + BOX["h"] - 4, BOX["x"] + 4 : BOX["x"] + BOX["w"] - 4] = (200, 20, 20)
    turns = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[274] = orientation
    file = io.BytesIO()
    image = image.transpose(turns[orientation]) if orientation in turns else image
    image.save(file, "JPEG", quality=95, exif=exif)
    return file.getvalue()


def result(caller: Caller, content: bytes, **fields: str) -> Image.Image:
    body = caller.body(content, rectangles=json.dumps([BOX]), **fields)
    image = Image.open(io.BytesIO(caller.http.get(body["data"]["url"]).content))
    image.load()
    return image


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_rectangles_are_of_the_displayed_picture_and_the_stored_size_stays(
    caller: Caller, orientation: int
) -> None:
    content = blot(orientation)
    image = result(caller, content)
    assert image.size == Image.open(io.BytesIO(content)).size
    assert image.getexif().get(274, 1) == orientation
    shown = np.asarray(ImageOps.exif_transpose(image), np.int16)
    assert np.abs(shown - backdrop().swapaxes(0, 1)).mean() < 3


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_grey_picture_stays_grey_unless_rectangles_are_shown_in_green(caller: Caller, kind: str) -> None:
    file = io.BytesIO()
    Image.fromarray(backdrop()).convert("L").save(file, kind)
    assert result(caller, file.getvalue()).mode == "L"
    assert result(caller, file.getvalue(), show="true").mode == "RGB"


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_a_palette_stays_one(caller: Caller, kind: str) -> None:
    file = io.BytesIO()
    image = Image.new("P", (120, 160), 1)
    image.putpalette([0, 0, 0, 200, 180, 40])
    image.paste(0, (40, 70, 60, 120))
    image.save(file, kind)
    cleared = result(caller, file.getvalue())
    assert cleared.mode == "P"
    assert np.asarray(cleared.convert("RGB")).reshape(-1, 3).min(axis=0).tolist() == [200, 180, 40]
