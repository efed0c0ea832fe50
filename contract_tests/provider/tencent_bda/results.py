"""What SegmentCustomizedPortraitPic answers to honest calls. Each success is charged."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from contract_tests.provider.case import Check, Draft, Shared, numbered, paid
from contract_tests.provider.pictures import (
    MEBIBYTE,
    PORTRAIT,
    Make,
    decoded,
    has_cutout,
    is_picture,
    padded,
    recoded,
    sample,
    scaled,
    size_of,
)
from contract_tests.provider.sending import Answer
from contract_tests.provider.tencent_bda import answers
from contract_tests.provider.tencent_bda.caller import CHOSEN, TencentBdaCaller, encoded
from contract_tests.provider.tencent_bda.refusals import with_image
from contract_tests.provider.visit import ASSUMED, OBSERVED, Visit
from mockserver.providers.tencent_bda.parameters import OPTIONS

JPEG = b"\xff\xd8"
FLOAT = 4
INVALID = "InvalidParameter.InvalidParameter"
LIMITS: tuple[tuple[str, str, Make], ...] = (
    ("an image of 1999x1999 pixels", "ImageResolutionExceed", partial(scaled, PORTRAIT, 1999, 1999)),
    ("an image of 32x32 pixels", "ImageResolutionInsufficient", partial(scaled, PORTRAIT, 32, 32)),
    ("5 MB of base64", "ImageSizeExceed", partial(padded, PORTRAIT, 5 * MEBIBYTE // 4 * 3)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Segmented:
    """The answer about the portrait, and what was in it."""

    answer: Answer
    response: Mapping[str, Any]


def _segmented(visit: Visit[TencentBdaCaller]) -> Segmented:
    """By one option, as the official sample; by two where that is refused, as the page's prose has it."""
    answer = visit.caller.segment(with_image(sample(PORTRAIT), SegmentationOptions={"Head": True}))
    answers.envelope(visit, answer)
    more = answers.code_of(answer) == INVALID
    visit.reads("options_required", "more_than_one" if more else "at_least_one")
    if more:
        answer = visit.caller.segment(with_image(sample(PORTRAIT)))
    return Segmented(answer=answer, response=answers.succeeded(visit, answer))


SEGMENTED = Shared(name="the portrait's head", requests=2, charged=1, fetch=_segmented)


def _portrait(visit: Visit[TencentBdaCaller]) -> None:
    found: Segmented = visit.shared(SEGMENTED)
    content = _bytes(visit, found, "PortraitImage")
    picture = decoded(visit, found.answer, content, at="body.Response.PortraitImage")
    is_picture(visit, found.answer, picture, form="PNG", mode="RGBA", size=size_of(PORTRAIT))
    has_cutout(visit, found.answer, picture)


def _mask(visit: Visit[TencentBdaCaller]) -> None:
    found: Segmented = visit.shared(SEGMENTED)
    content, (width, height) = _bytes(visit, found, "MaskImage"), size_of(PORTRAIT)
    if content.startswith(JPEG):
        visit.reads("mask_image", "jpeg")
        mask = decoded(visit, found.answer, content, at="body.Response.MaskImage")
        is_picture(visit, found.answer, mask, form="JPEG", mode="L", size=(width, height))
        return
    visit.reads("mask_image", "float32")
    visit.equal(
        found.answer, "body.Response.MaskImage.bytes", width * height * FLOAT, len(content), evidence=ASSUMED
    )


def _rects(visit: Visit[TencentBdaCaller]) -> None:
    found: Segmented = visit.shared(SEGMENTED)
    at, rects = "body.Response.ImageRects", found.response.get("ImageRects", "absent")
    visit.expect(
        rects is None or isinstance(rects, list), found.answer, at=at, expected="a list or null", got=rects
    )
    _within(visit, found.answer, rects if isinstance(rects, list) else [], size_of(PORTRAIT), tuple(CHOSEN))


def _option(options: Sequence[str]) -> Check:
    def check(visit: Visit[Any]) -> None:
        asked = with_image(sample(PORTRAIT), SegmentationOptions=dict.fromkeys(options, True))
        answer = visit.caller.segment(asked)
        response = answers.succeeded(visit, answer)
        _within(visit, answer, response.get("ImageRects") or [], size_of(PORTRAIT), tuple(options))

    return check


def _succeeds(make: Make) -> Check:
    def check(visit: Visit[Any]) -> None:
        answers.succeeded(visit, visit.caller.segment(with_image(make())))

    return check


def _older(visit: Visit[TencentBdaCaller]) -> None:
    fields = {f"SegmentationOptions.{name}": "true" for name in CHOSEN}
    fields["Image"] = encoded(sample(PORTRAIT))
    answers.succeeded(visit, visit.caller.segment_older("POST", "HmacSHA256", fields))


def _not_too(make: Make) -> Check:
    """An image at the edge of the limits is not refused for its size, whatever is seen in it."""

    def check(visit: Visit[Any]) -> None:
        answer = visit.caller.segment(with_image(make()))
        if answers.envelope(visit, answer).get("Error") is None:
            answers.succeeded(visit, answer)
            return
        visit.shape(answer, "error", answer.json)
        code = answers.code_of(answer)
        visit.expect(
            not any(word in code for word in ("Resolution", "Size", "TooLarge")),
            answer,
            at="body.Response.Error.Code",
            expected="no error of the size",
            got=code,
        )

    return check


def _bytes(visit: Visit[TencentBdaCaller], found: Segmented, name: str) -> bytes:
    try:
        return base64.b64decode(str(found.response.get(name)), validate=True)
    except ValueError as error:
        at = f"body.Response.{name}"
        raise visit.end(found.answer, at=at, expected="base64", got=str(error)) from error


def _within(
    visit: Visit[TencentBdaCaller],
    answer: Answer,
    rects: Sequence[Mapping[str, Any]],
    size: tuple[int, int],
    labels: Sequence[str],
) -> None:
    for number, rect in enumerate(rects):
        sides = [rect.get(name) for name in ("X", "Y", "Width", "Height")]
        if not all(isinstance(side, int) for side in sides):
            continue  # the schema says so already
        x, y, width, height = (int(side or 0) for side in sides)
        visit.expect(
            x + width <= size[0] and y + height <= size[1],
            answer,
            at=f"body.Response.ImageRects[{number}]",
            expected=f"a rectangle within {size[0]}x{size[1]} pixels",
            got=f"{width}x{height} at {x}, {y}",
        )
        at = f"body.Response.ImageRects[{number}].Label"
        label = rect.get("Label")
        wanted = " or ".join(labels[:5])
        visit.expect(label in labels, answer, at=at, expected=wanted, got=str(label), evidence=OBSERVED)


calls = partial(paid, source="action")
looks = partial(calls, requests=0, charged=0, shares=(SEGMENTED,))


def drafts() -> Iterator[Draft]:
    first = ("success", "option.Head", "source.Image", "format.jpeg")
    yield looks("Answer the portrait as a PNG with alpha, as large as the image", first, _portrait)
    yield looks("Answer a mask, as a JPEG or as floats", (), _mask)
    yield looks("Say where the parts are", (), _rects)
    two = ("Body", "Background")
    yield calls("Take the body and the background", _ids(two), _option(two))
    yield calls("Take all options at once", _ids(OPTIONS), _option(OPTIONS))
    for form in ("PNG", "BMP"):
        check = _succeeds(partial(recoded, PORTRAIT, form))
        yield calls(f"Take a {form}", (f"format.{form.lower()}",), check)
    yield calls("Succeed with an older signature", ("authentication.HmacSHA256.POST",), _older)
    for size, behaviour, make in LIMITS:
        yield calls(f"Take {size}", (f"error.FailedOperation.{behaviour}",), _not_too(make))


def _ids(options: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"option.{name}" for name in options)


RESULTS = numbered("tencent_bda", "TEN-RESULT", drafts())
