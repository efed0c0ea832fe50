"""What the provider answers for a picture: portrait, mask and rectangles of the chosen options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver import assets
from mockserver.imaging.studio import Cutout
from mockserver.providers.base import Engine, Refusal
from mockserver.providers.tencent_bda import transfer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mockserver.imaging.portrait import Part

MAX_PEOPLE = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Segmentation:
    """The result: two base64 texts by digest, and a rectangle for each chosen part of each person."""

    portrait: str
    mask: str
    rects: Sequence[Mapping[str, Any]]


async def segment(
    engine: Engine, digest: str, content: bytes, options: Sequence[str], *, mask_form: str
) -> Segmentation:
    """Portrait, mask and rectangles of the chosen options. Raises Refusal when nobody is in the picture,
    too many are, or it cannot be decoded after all."""
    from mockserver.imaging.decode import ImageError

    def make() -> Mapping[str, Any]:
        return _record(engine, engine.studio.cutout(digest, content), options, mask_form)

    try:
        record = await engine.studio.once(f"tencent_bda {mask_form} {'+'.join(options)} {digest}", make)
    except ImageError as error:
        raise Refusal("error.FailedOperation.ImageDecodeFailed", note=str(error)) from error
    if record["people"] == 0:
        raise Refusal("error.InvalidParameterValue.NoFaceInPhoto", note="nobody was found in the picture")
    if record["people"] > MAX_PEOPLE:
        note = f"{record['people']} people; at most {MAX_PEOPLE}"
        raise Refusal("error.FailedOperation.ProfileNumExceed", note=note)
    portrait, mask = record["blobs"]
    return Segmentation(portrait=portrait, mask=mask, rects=record["rects"])


def _record(engine: Engine, cutout: Cutout, options: Sequence[str], mask_form: str) -> Mapping[str, Any]:
    import numpy as np

    from mockserver.imaging.encode import jpeg, png
    from mockserver.imaging.portrait import Part

    people = cutout.people
    if not 0 < len(people) <= MAX_PEOPLE:
        return {"people": len(people), "blobs": [], "rects": []}
    parts = [Part(option) for option in options]
    mask = _union(cutout, parts)
    portrait = cutout.rgba.copy()
    portrait[..., 3] = mask
    pixels = portrait.view(np.uint32)
    np.multiply(pixels, mask[..., None] > 0, out=pixels, casting="unsafe")  # 15 times as fast as indexing
    mask_file = mask.astype("<f4").tobytes() if mask_form == "float32" else jpeg(mask)
    blobs = [assets.keep(engine.state, transfer.encode(file)) for file in (png(portrait), mask_file)]
    return {"people": len(people), "blobs": blobs, "rects": list(_rects(cutout, parts))}


def _union(cutout: Cutout, parts: Sequence[Part]) -> NDArray[np.uint8]:
    """Several parts in one mask. Background, body and what a head is made of share out the frame, so they
    add up; an imagined decoration lies over them, and a head holds its parts already."""
    import numpy as np

    from mockserver.imaging.parts import DECORATIONS
    from mockserver.imaging.portrait import Part, part_mask

    decorations = {shape.part for shape in DECORATIONS}
    whole = {Part.BACKGROUND, Part.BODY, Part.HEAD} | decorations
    union = np.zeros(cutout.rgba.shape[:2], np.uint8)
    for part in sorted(parts, key=decorations.__contains__):
        if Part.HEAD in parts and part not in whole:
            continue
        mask = part_mask(cutout.rgba, cutout.people, part)
        if part in decorations:
            np.maximum(union, mask, out=union)
        else:
            union += np.minimum(mask, 255 - union)
    return union


def _rects(cutout: Cutout, parts: Sequence[Part]) -> Iterator[Mapping[str, Any]]:
    """A rectangle for each chosen part of each person, and the frame for the background; assumed."""
    from mockserver.imaging.portrait import Part, part_box

    height, width = cutout.rgba.shape[:2]
    for part in parts:
        if part is Part.BACKGROUND:
            yield {"X": 0, "Y": 0, "Width": width, "Height": height, "Label": part.value}
            continue
        for person in cutout.people:
            box = part_box(cutout.rgba, person, part)
            if box is not None:
                yield {"X": box.x, "Y": box.y, "Width": box.width, "Height": box.height, "Label": part.value}
