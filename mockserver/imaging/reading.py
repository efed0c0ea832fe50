"""What the words in a picture are: told by the file itself, or read by an optional engine.

An annotated file carries JSON (see `notes`): a list of objects with the keys `x`, `y`, `width`, `height`, all
in pixels of the upright picture, and `text`. Where the extra `ocr` is installed, an engine with models of its
own reads what nobody told.
"""

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from mockserver.imaging.notes import note, with_note

if TYPE_CHECKING:
    from mockserver.imaging.decode import Pixels
    from mockserver.imaging.text import Region

_MOST_ITEMS = 1000
_MOST_PIXELS = 1 << 20
_LINE_MARGIN, _BLOCK_MARGIN = 1, 8
_CERTAIN = 0.8
_engine_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A text and its bounding box in pixels of the upright picture."""

    x: int
    y: int
    width: int
    height: int
    text: str


def annotation(data: bytes) -> tuple[Annotation, ...] | None:
    """What an image file says about its texts; None where it says nothing or nothing that makes sense."""
    told = note(data)
    if told is None:
        return None
    try:
        items = json.loads(told)
    except (ValueError, RecursionError):
        return None
    if not isinstance(items, list) or len(items) > _MOST_ITEMS:
        return None
    found = tuple(one for one in map(_annotation, items) if one is not None)
    return found if len(found) == len(items) else None


def annotated(data: bytes, annotations: Sequence[Annotation]) -> bytes:
    """The file with these annotations in place of any that it had; its pixels stay as they are.

    Raises ImageError for what is no PNG, JPEG or BMP, and ValueError where they take more than 60,000 bytes.
    """
    items = [asdict(one) for one in annotations]
    return with_note(data, json.dumps(items, ensure_ascii=False, separators=(",", ":")).encode())


def words(regions: Iterable["Region"], told: Sequence[Annotation]) -> tuple["Region", ...]:
    """The regions, each with the texts whose centres lie in it, in reading order and joined by spaces.

    A region that nothing was told about stays as it was.
    """
    return tuple(_named(region, told) for region in regions)


def recognised(rgb: "Pixels", regions: Iterable["Region"]) -> tuple["Region", ...]:
    """The regions, those without a word with what the OCR engine reads in (H, W, 3) uint8 pixels.

    They stay as they were where the extra `ocr` is not installed. May be called from several threads.
    """
    regions = tuple(regions)
    if all(region.word for region in regions):
        return regions
    engine = _shared_engine()
    return regions if engine is None else tuple(_read(engine, rgb, region) for region in regions)


def _annotation(item: object) -> Annotation | None:
    if not isinstance(item, dict) or set(item) != {"x", "y", "width", "height", "text"}:
        return None
    sides, text = [item[name] for name in ("x", "y", "width", "height")], item["text"]
    if not all(type(side) is int and abs(side) <= _MOST_PIXELS for side in sides) or min(sides[2:]) < 1:
        return None
    if not isinstance(text, str) or any("\ud800" <= letter <= "\udfff" for letter in text):
        return None
    return Annotation(**item)


def _named(region: "Region", told: Sequence[Annotation]) -> "Region":
    inside = [one for one in told if _centre_in(one, region)]
    return replace(region, word=_joined(inside)) if inside else region


def _centre_in(one: Annotation, region: "Region") -> bool:
    across, down = one.x + one.width / 2 - region.x, one.y + one.height / 2 - region.y
    return 0 <= across < region.width and 0 <= down < region.height


def _joined(texts: Iterable[Annotation]) -> str:
    """In rows from the top, each from the left; a text is on a row when its centre is above the row's end."""
    rows: list[list[Annotation]] = []
    for one in sorted(texts, key=lambda one: one.y + one.height / 2):
        if rows and one.y + one.height / 2 < rows[-1][0].y + rows[-1][0].height:
            rows[-1].append(one)
        else:
            rows.append([one])
    return " ".join(one.text for row in rows for one in sorted(row, key=lambda one: one.x))


def _shared_engine() -> Any:
    with _engine_lock:
        return _engine()


@cache
def _engine() -> Any:
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError:
        return None
    # Scaled so that a thin block is not blown up to hundreds of pixels of height.
    return RapidOCR(det_limit_type="max", det_limit_side_len=960)


def _read(engine: Any, rgb: "Pixels", region: "Region") -> "Region":
    if region.word:
        return region
    with _engine_lock:
        word = _read_line(engine, _crop(rgb, region, _LINE_MARGIN)) if region.lines == 1 else ""
        return replace(region, word=word or _read_block(engine, _crop(rgb, region, _BLOCK_MARGIN)))


def _crop(rgb: "Pixels", region: "Region", margin: int) -> "Pixels":
    """What is in a region and around it, with blue first."""
    left, top = max(0, region.x - margin), max(0, region.y - margin)
    right, bottom = region.x + region.width + margin, region.y + region.height + margin
    return rgb[top:bottom, left:right, ::-1]


def _read_line(engine: Any, crop: "Pixels") -> str:
    """The crop as a single line, or nothing where the engine is in doubt that it is one."""
    found, _ = engine(crop, use_det=False, use_cls=False, use_rec=True)
    return next((text for text, score in found or () if score >= _CERTAIN), "")


def _read_block(engine: Any, crop: "Pixels") -> str:
    found, _ = engine(crop)
    return _joined(_line(corners, text) for corners, text, _ in found or ())


def _line(corners: Sequence[Sequence[float]], text: str) -> Annotation:
    across, down = [round(x) for x, _ in corners], [round(y) for _, y in corners]
    x, y = min(across), min(down)
    return Annotation(x=x, y=y, width=max(1, max(across) - x), height=max(1, max(down) - y), text=text)
