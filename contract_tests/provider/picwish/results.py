"""What PicWish answers to honest calls. Each task is charged, or may be."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from contract_tests.provider.case import Check, Draft, numbered, paid
from contract_tests.provider.pictures import (
    EMPTY,
    MEBIBYTE,
    PORTRAIT,
    Make,
    blank,
    corner,
    decoded,
    has_cutout,
    is_picture,
    padded,
    recoded,
    sample,
    scaled,
    size_of,
    truncated,
)
from contract_tests.provider.picwish import answers
from contract_tests.provider.picwish.caller import PicwishCaller
from contract_tests.provider.picwish.portrait import CUT_OUT, CutOut
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, Untried, Visit

if TYPE_CHECKING:
    from PIL.Image import Image

OBJECT, STAMP = "object.jpg", "stamp.jpg"
INTERVAL, PATIENCE = 1.0, 35
"""Seconds between two queries of a task, and queries of one: after 30 s it has timed out."""
WHITE, RED = (255, 255, 255), (255, 0, 0)
ALIKE = 24
Look = Callable[[Visit[Any], Answer, "Image"], None]


def _cut_out(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    created, processed, completed = (
        found.data.get(name) for name in ("created_at", "processed_at", "completed_at")
    )
    if isinstance(created, int) and isinstance(processed, int) and isinstance(completed, int):
        in_order = created <= processed <= completed
        got = f"{created}, {processed}, {completed}"
        visit.expect(
            in_order, found.answer, at="body.data", expected="created_at, processed_at, completed_at", got=got
        )
    visit.equal(found.answer, "body.data.type", "auto", found.data.get("type"))


def _image(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    picture = decoded(visit, found.file, found.file.content)
    is_picture(visit, found.file, picture, form="PNG", mode="RGBA", size=size_of(PORTRAIT))
    has_cutout(visit, found.file, picture)


def _task(visit: Visit[PicwishCaller]) -> None:
    answer = visit.caller.create(sample(PORTRAIT), sync="0")
    off = answers.is_async_off(visit, answer)
    visit.reads("async_enabled", str(not off))
    if off:
        raise Untried("asynchronous tasks are not enabled for this account")
    task_id = answers.created(visit, answer)
    for _ in range(PATIENCE):
        answer = visit.caller.query(task_id)
        data = answers.standing(visit, answer)
        visit.equal(answer, "body.data.task_id", task_id, data.get("task_id"))
        if data["state"] == 1 or data["state"] < 0:
            visit.equal(answer, "body.data.state", 1, data["state"])
            return
        visit.caller.sleep(INTERVAL)
    visit.expect(False, answer, at="body.data.state", expected="an end within 30 s", got=str(data["state"]))


def _again(visit: Visit[PicwishCaller]) -> None:
    found: CutOut = visit.shared(CUT_OUT)
    answer = visit.caller.query(found.data["task_id"])
    data = answers.standing(visit, answer)
    visit.equal(answer, "body.data.state", 1, data["state"])


def _behind(make: Make, look: Look, output: str = "image", **fields: str) -> Check:
    """A synchronous task, whose result is downloaded and looked at."""

    def check(visit: Visit[Any]) -> None:
        answer = visit.caller.create(make(), sync="1", **fields)
        link = answers.ended(visit, answer).get(output)
        if not isinstance(link, str):
            raise visit.end(answer, at=f"body.data.{output}", expected="a link", got=link)
        file = visit.caller.download(link)
        visit.status(file, 200)
        look(visit, file, decoded(visit, file, file.content))

    return check


def _in_answer(visit: Visit[PicwishCaller]) -> None:
    answer = visit.caller.create(sample(PORTRAIT), sync="1", return_type="2")
    text = str(answers.ended(visit, answer).get("image"))
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise visit.end(answer, at="body.data.image", expected="base64", got=text[:40]) from error
    _png(visit, answer, decoded(visit, answer, content, at="body.data.image"))


def _itself(visit: Visit[PicwishCaller]) -> None:
    answer = visit.caller.create(sample(PORTRAIT), sync="1", return_type="3")
    visit.status(answer, 200)
    visit.media_type(answer, "image/png", evidence=ASSUMED)
    _png(visit, answer, decoded(visit, answer, answer.content))


def _png(visit: Visit[Any], answer: Answer, picture: Image) -> None:
    is_picture(visit, answer, picture, form="PNG", mode="RGBA", size=size_of(PORTRAIT))


def _mask(visit: Visit[Any], answer: Answer, picture: Image) -> None:
    grey = picture.convert("L")
    visit.equal(answer, "picture.size", list(size_of(PORTRAIT)), list(picture.size))
    lowest, highest = grey.getextrema()
    visit.expect(
        int(str(lowest)) < ALIKE and int(str(highest)) > 255 - ALIKE,
        answer,
        at="picture",
        expected="black and white",
        got=f"grey from {lowest} to {highest}",
    )


def _cropped(visit: Visit[Any], answer: Answer, picture: Image) -> None:
    width, height = size_of(PORTRAIT)
    visit.expect(
        picture.width < width or picture.height < height,
        answer,
        at="picture.size",
        expected=f"less than {width}x{height}",
        got=f"{picture.width}x{picture.height}",
    )


def _on(colour: tuple[int, int, int]) -> Look:
    """A JPEG whose background has a colour."""

    def look(visit: Visit[Any], answer: Answer, picture: Image) -> None:
        is_picture(visit, answer, picture, form="JPEG", mode="RGB", size=size_of(PORTRAIT))
        found = corner(picture)
        near = all(abs(one - other) <= ALIKE for one, other in zip(found, colour, strict=True))
        visit.expect(near, answer, at="picture.background", expected=str(colour), got=str(found))

    return look


def _any(visit: Visit[Any], answer: Answer, picture: Image) -> None:
    has_cutout(visit, answer, picture)


def _ends(state: int, make: Make | None = None, *, known: bool = True, **fields: str) -> Check:
    """A synchronous task that fails."""

    def check(visit: Visit[Any]) -> None:
        answer = visit.caller.create(make() if make else None, sync="1", **fields)
        doubt = {} if known else {"evidence": ASSUMED}
        answers.ended(visit, answer, state=state, **doubt)

    return check


def _taken(make: Make) -> Check:
    """An image at the edge of the limits is no invalid file, and not too large."""

    def check(visit: Visit[Any]) -> None:
        answer = visit.caller.create(make(), sync="1")
        state = answers.at_once(visit, answer)["state"]
        visit.expect(state != -7, answer, at="body.data.state", expected="no invalid file", got=str(state))

    return check


calls = partial(paid, source=answers.DOCS, requests=2)
once = partial(calls, requests=1)
looks = partial(calls, requests=0, charged=0, shares=(CUT_OUT,))


def modes() -> Iterator[Draft]:
    """In one request, and by a task."""
    first = ("success", "mode.sync", "state.1", "source.image_file", "option.type.auto")
    options = ("option.return_type.1", "option.output_type.2")
    yield looks("Cut out in one request", (*first, *options), _cut_out)
    yield looks("Answer a PNG with alpha, as large as the image", ("format.jpeg",), _image)
    yield looks("Answer queries of a task that has ended", (), _again, requests=1)
    states = ("mode.async", "error.400.async_off", "state.0", "state.2", "state.3", "state.4")
    yield calls("Cut out by a task, and say how it stands", states, _task, requests=1 + PATIENCE)


def options() -> Iterator[Draft]:
    """Every option."""
    portrait = partial(sample, PORTRAIT)
    mask, both = (
        _behind(portrait, _mask, "mask", output_type="3"),
        _behind(portrait, _mask, "mask", output_type="1"),
    )
    yield calls("Answer the mask", ("option.output_type.3",), mask)
    yield calls("Answer image and mask", ("option.output_type.1",), both)
    yield calls("Crop to the subject", ("option.crop.1",), _behind(portrait, _cropped, crop="1"))
    yield calls("Answer a JPEG on white", ("option.format.jpg",), _behind(portrait, _on(WHITE), format="jpg"))
    red = _behind(portrait, _on(RED), format="jpg", bg_color="FF0000")
    yield calls("Answer a JPEG on red", ("option.bg_color",), red)
    yield once("Answer base64", ("option.return_type.2",), _in_answer)
    yield once("Answer the file itself", ("option.return_type.3",), _itself)
    for kind, name in (("person", PORTRAIT), ("object", OBJECT), ("stamp", STAMP)):
        check = _behind(partial(sample, name), _any, type=kind)
        yield calls(f"Cut out by type={kind}", (f"option.type.{kind}",), check)


def files() -> Iterator[Draft]:
    """Every format, and files at the limits or beyond."""
    for form in ("PNG", "BMP", "WEBP", "TIFF"):
        check = _behind(partial(recoded, PORTRAIT, form), _png)
        yield calls(f"Take a {form}", (f"format.{form.lower()}",), check)
    yield once("Take 15 MB", ("error.413",), _taken(partial(padded, PORTRAIT, 15 * MEBIBYTE)))
    yield once("Take 4096x4096 pixels", (), _taken(partial(scaled, PORTRAIT, 4096, 4096)))
    invalid = ("state.-7",)
    too_wide = _ends(-7, partial(blank, 4097, 64), known=False)
    yield once("Take 4097 pixels for invalid", invalid, too_wide)
    yield once("Take a cut-off file for invalid", invalid, _ends(-7, partial(truncated, PORTRAIT)))
    yield once("Take a GIF for invalid", invalid, _ends(-7, partial(recoded, PORTRAIT, "GIF")))
    absent = _ends(-3, image_url="http://image.invalid/portrait.jpg")
    yield once("Fail where the URL of an image leads nowhere", ("state.-3", "source.image_url"), absent)
    nobody = _ends(-1, partial(sample, EMPTY), known=False, type="person")
    yield once("Fail where there is no subject", ("state.-1",), nobody)


RESULTS = numbered("picwish", "PIC-RESULT", chain(modes(), options(), files()))
