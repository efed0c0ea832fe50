"""What AILabTools answers to honest calls. A success costs a credit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from contract_tests.provider.ailab import answers
from contract_tests.provider.ailab.caller import AilabCaller
from contract_tests.provider.case import Check, Draft, Shared, numbered, paid
from contract_tests.provider.pictures import (
    EMPTY,
    GROUP,
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
from contract_tests.provider.visit import ASSUMED, DOCUMENTED, Visit

LIMITS: tuple[tuple[str, str, tuple[int, int]], ...] = (
    ("33x33", "error.ERROR_LOW_RESOLUTION", (33, 33)),
    ("1999x1999", "error.FILE_RESOLUTION_EXCEEDS_LIMITS", (1999, 1999)),
)
NO_FACE = "error.ERROR_NO_FACE_IN_FILE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Extraction:
    """The answer about the portrait, its head, and the file behind the head's link."""

    answer: Answer
    head: dict[str, Any]
    file: Answer


def _extracted(visit: Visit[AilabCaller]) -> Extraction:
    answer = visit.caller.extract(sample(PORTRAIT))
    head = answers.elements(visit, answer, size_of(PORTRAIT))[0]
    return Extraction(answer=answer, head=head, file=visit.caller.download(head["image_url"]))


EXTRACTION = Shared(name="the portrait's head", requests=2, charged=1, fetch=_extracted)


def _one_head(visit: Visit[AilabCaller]) -> None:
    found: Extraction = visit.shared(EXTRACTION)
    heads = answers.elements(visit, found.answer, size_of(PORTRAIT))
    visit.equal(found.answer, "body.data.elements.length", 1, len(heads))


def _cutout(visit: Visit[AilabCaller]) -> None:
    found: Extraction = visit.shared(EXTRACTION)
    visit.status(found.file, 200)
    picture = decoded(visit, found.file, found.file.content)
    size = (found.head["width"], found.head["height"])
    is_picture(visit, found.file, picture, form="PNG", mode="RGBA", size=size)
    has_cutout(visit, found.file, picture)


def _file_headers(visit: Visit[AilabCaller]) -> None:
    found: Extraction = visit.shared(EXTRACTION)
    visit.media_type(found.file, "image/png", evidence=ASSUMED)
    answers.readable_by_browsers(visit, found.file)


def _mask(visit: Visit[AilabCaller]) -> None:
    answer = visit.caller.extract(sample(PORTRAIT), return_form="mask")
    head = answers.elements(visit, answer, size_of(PORTRAIT))[0]
    file = visit.caller.download(head["image_url"])
    visit.status(file, 200)
    mask = decoded(visit, file, file.content)
    visit.equal(file, "picture.channels", 1, len(mask.getbands()))
    visit.equal(file, "picture.size", [head["width"], head["height"]], list(mask.size), evidence=ASSUMED)


def _plain(make: Make, **fields: str) -> Check:
    """The portrait, in some form."""

    def check(visit: Visit[Any]) -> None:
        answers.elements(visit, visit.caller.extract(make(), **fields), size_of(PORTRAIT))

    return check


def _group(visit: Visit[AilabCaller]) -> None:
    answer = visit.caller.extract(sample(GROUP))
    heads = answers.elements(visit, answer, size_of(GROUP))
    visit.expect(
        len(heads) > 1, answer, at="body.data.elements", expected="several heads", got=f"{len(heads)} of them"
    )


def _nobody(visit: Visit[AilabCaller]) -> None:
    answer = visit.caller.extract(sample(EMPTY))
    if answer.status != 200:
        visit.reads("no_head", "error")
        answers.refused(visit, answer, NO_FACE)
        return
    data = answers.succeeded(visit, answer).get("data")
    visit.reads("no_head", "null_data" if data is None else "empty_elements")
    if data is not None:
        visit.equal(answer, "body.data.elements", [], data.get("elements"))


def _taken(width: int, height: int) -> Check:
    """An image at the edge of the limits is not refused for its size, whatever is seen in it."""

    def check(visit: Visit[Any]) -> None:
        _not_too(visit, visit.caller.extract(scaled(PORTRAIT, width, height)))

    return check


def _largest(visit: Visit[AilabCaller]) -> None:
    _not_too(visit, visit.caller.extract(padded(PORTRAIT, 3 * MEBIBYTE)), evidence=ASSUMED)


def _not_too(visit: Visit[AilabCaller], answer: Answer, *, evidence: Any = DOCUMENTED) -> None:
    if answer.status == 200:
        answers.succeeded(visit, answer)
        return
    code = answers.code_of(visit.json(answer))
    fine = code in ("ERROR_NO_FACE_IN_FILE", "FILE_CONTENT_NON_COMPLIANCE")
    visit.expect(fine, answer, at="body.error_detail.code", expected="a success", got=code, evidence=evidence)


calls = partial(paid, source="docs-api")
looks = partial(calls, requests=0, charged=0, shares=(EXTRACTION,))


def drafts() -> Iterator[Draft]:
    yield looks("Find the head of a portrait", ("success", "format.jpeg"), _one_head)
    yield looks("Answer a PNG with alpha, as large as it says", ("asset.alive",), _cutout)
    yield looks("Let browsers of any origin see it", (), _file_headers, source="captures")
    yield calls("Answer a mask of one channel", ("option.return_form.mask",), _mask, requests=2)
    empty = _plain(partial(sample, PORTRAIT), return_form="")
    yield calls("Take an empty return_form for none", ("option.return_form.empty",), empty, source="captures")
    for form in ("PNG", "BMP"):
        check = _plain(partial(recoded, PORTRAIT, form))
        yield calls(f"Take a {form}", (f"format.{form.lower()}",), check)
    yield calls("Find several heads", ("heads.several",), _group)
    yield calls("Say that nobody is in an image", (NO_FACE,), _nobody, source=answers.RESPONSE)
    for size, behaviour, (width, height) in LIMITS:
        yield calls(f"Take an image of {size} pixels", (behaviour,), _taken(width, height))
    yield calls("Take a file of 3 MB", ("error.FILE_SIZE_EXCEEDS_LIMIT",), _largest)


RESULTS = numbered("ailab", "AIL-RESULT", drafts())
