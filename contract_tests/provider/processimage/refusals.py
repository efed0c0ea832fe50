"""What processimage.cn refuses. Refusals have processStatus 52001, which is free by the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from contract_tests.provider.case import Cost, Draft, numbered
from contract_tests.provider.pictures import EMPTY, MEBIBYTE, PORTRAIT, padded, recoded, sample
from contract_tests.provider.processimage import answers
from contract_tests.provider.processimage.caller import PATH, ProcessimageCaller, md5
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, OBSERVED, Visit, asked

SIGNATURE, NO_IMAGE = "error.401.signature", "error.400.no_image"
ELSEWHERE = "/watermark/there-is-nothing"
NO_RESULT = "/watermark/targetImages/00000000-0000-4000-8000-000000000000.png"
FIVE = '{"+x":1,"-x":1,"+y":1,"-y":1,"+w":1}'
FIELDS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("rectangles that are no JSON", "json", {"rectangles": "["}),
    ("no rectangle in rectangles", "json_empty", {"rectangles": "[]"}),
    ("a rectangle without all sides", "rectangle", {"rectangles": '[{"x":1}]'}),
    ("watermarkNames without items", "names", {"watermarkNames": '{"items":[]}'}),
    ("an item without a value", "item", {"watermarkNames": '{"items":[{"value":""}]}'}),
    ("five keys in offset", "too_many", {"offset": FIVE}),
    ("a key of offset that is none", "offset_key", {"offset": '{"x":5}'}),
    ("a value of offset that is not whole", "offset_value", {"offset": '{"+x":1.5}'}),
    ("show=1", "show", {"show": "1"}),
    ("ocrOnly=1", "ocr_only", {"ocrOnly": "1"}),
    ("sync=True", "sync", {"sync": "True"}),
    ("sync without a callback", "no_callback", {"sync": "true"}),
    ("a callback that is no URL", "callback", {"sync": "true", "callback": "example.com"}),
)
Ask = Callable[[ProcessimageCaller], Answer]


def strangers() -> Iterator[Draft]:
    """What needs no key."""
    yield _refused(
        "Refuse a call without a sign",
        lambda caller: caller.clear(sample(EMPTY), app_id="mockapp000nobody", sign=""),
        SIGNATURE,
        cost=Cost.NOTHING,
    )
    yield _refused(
        "Refuse an appId that was never given out",
        lambda caller: caller.clear(sample(EMPTY), app_id="mockapp000nobody", secret="mock"),
        SIGNATURE,
        cost=Cost.NOTHING,
    )
    yield _refused(
        "Refuse a token that was never given out",
        lambda caller: caller.clear_by_token(sample(EMPTY), "mocktoken00000000000000000nobody"),
        "error.401.token",
        cost=Cost.NOTHING,
    )
    yield _refused(
        "Refuse PUT", lambda caller: caller.send("PUT", PATH), "error.405.method", cost=Cost.NOTHING
    )
    yield _refused(
        "Fail at a body that is no form",
        lambda caller: caller.send("POST", PATH, json={"appId": ""}),
        "error.500.server",
        cost=Cost.NOTHING,
    )
    yield from _pages()


def _pages() -> Iterator[Draft]:
    def free(
        title: str, behaviour: str, ask: Ask, look: Callable[[Visit[Any], Answer], None], source: str
    ) -> Draft:
        return Draft(
            title=title, source=source, behaviours=(behaviour,), check=asked(ask, look), cost=Cost.NOTHING
        )

    yield free("Answer a page to GET", "page", lambda caller: caller.send("GET", PATH), _page, "document")
    yield free(
        "Say what a path takes", "methods", lambda caller: caller.send("OPTIONS", PATH), _methods, "spring"
    )
    yield free(
        "Have nothing elsewhere",
        "error.404.path",
        lambda caller: caller.send("POST", ELSEWHERE),
        lambda visit, answer: answers.not_found(visit, answer, ELSEWHERE),
        "spring",
    )
    yield free(
        "Have no result that was never given out",
        "asset.unknown",
        lambda caller: caller.download(f"{caller.url}{NO_RESULT}"),
        lambda visit, answer: answers.not_found(visit, answer, NO_RESULT),
        "spring",
    )


def signs() -> Iterator[Draft]:
    """Signs that are wrong."""
    yield _refused(
        "Refuse a sign with another secret",
        lambda caller: caller.clear(sample(EMPTY), secret="mock-secret-that-is-wrong"),
        SIGNATURE,
    )
    yield _refused(
        "Refuse the sign of another picture",
        lambda caller: caller.clear(sample(EMPTY), sign=caller.sign("0" * 32)),
        SIGNATURE,
    )
    yield _refused(
        "Refuse a salt that begins with 0",
        lambda caller: caller.clear(sample(EMPTY), salt="01234567"),
        SIGNATURE,
    )
    yield _refused(
        "Refuse a sign in upper case",
        lambda caller: caller.clear(sample(EMPTY), sign=caller.sign(md5(sample(EMPTY))).upper()),
        SIGNATURE,
    )


def parameters() -> Iterator[Draft]:
    """Parameters that are wrong. There is no text in the picture, so that a server which takes what it should
    refuse finds nothing to do."""
    for title, short, fields in FIELDS:
        yield _refused(
            f"Refuse {title}",
            lambda caller, fields=fields: caller.clear(sample(EMPTY), **fields),  # type: ignore[misc]
            f"error.400.{short}",
        )
    yield _refused(
        "Miss the picture", lambda caller: caller.clear_in_text(b"", {}), NO_IMAGE, SIGNATURE, reads=True
    )
    yield _refused(
        "Miss the file where the picture is in a text field",
        lambda caller: caller.clear(sample(EMPTY)[:64], filename=None),
        "error.400.missing_part",
        SIGNATURE,
        reads=True,
    )
    yield _refused(
        "Refuse an imageUrl that is none",
        lambda caller: caller.clear_in_text(b"", {"imageUrl": "example.com/a.png"}),
        "error.400.image_url",
        SIGNATURE,
        reads=True,
    )
    yield _refused(
        "Refuse an imageUrl that leads nowhere",
        lambda caller: caller.clear_in_text(b"", {"imageUrl": "http://image.invalid/a.png"}),
        "error.400.download",
        SIGNATURE,
        reads=True,
    )
    yield _refused(
        "Refuse imageBase64 that is none",
        lambda caller: caller.clear_in_text(b"", {"imageBase64": "?"}),
        "error.400.image_base64",
        SIGNATURE,
        reads=True,
    )


def files() -> Iterator[Draft]:
    """Files that are wrong."""
    yield _refused("Refuse a GIF", lambda caller: caller.clear(recoded(PORTRAIT, "GIF")), "error.400.type")
    yield _refused(
        "Refuse one byte more than 4 MB",
        lambda caller: caller.clear(padded(EMPTY, 4 * MEBIBYTE + 1)),
        "error.413.file",
    )
    yield Draft(
        title="Refuse more than 10 MB",
        source="server",
        behaviours=("error.413.request",),
        check=asked(lambda caller: caller.clear(padded(EMPTY, 10 * MEBIBYTE)), _request_too_large),
    )


def _refused(
    title: str, ask: Ask, behaviour: str, *also: str, cost: Cost = Cost.REFUSED, reads: bool = False
) -> Draft:
    """A refusal by a behaviour, or `also` by others; `reads` tells by which where pictures may come from."""

    def look(visit: Visit[Any], answer: Answer) -> None:
        found = answers.refused(visit, answer, behaviour, *also)
        if reads and found is not None:
            visit.reads("sources", "file_only" if found == SIGNATURE else "all")

    return Draft(
        title=title,
        source="document" if behaviour == SIGNATURE else "server",
        behaviours=(behaviour,),
        check=asked(ask, look),
        cost=cost,
    )


def _page(visit: Visit[ProcessimageCaller], answer: Answer) -> None:
    visit.status(answer, 200, 301, 302)
    if answer.status == 200:
        visit.media_type(answer, "text/html", source="server", evidence=OBSERVED)


def _methods(visit: Visit[ProcessimageCaller], answer: Answer) -> None:
    visit.status(answer, 200, 204, evidence=ASSUMED)
    allowed = {one.strip() for one in answer.headers.get("allow", "").split(",")}
    visit.expect(
        {"GET", "POST"} <= allowed,
        answer,
        at="header allow",
        expected="GET and POST",
        got=answer.headers.get("allow", "absent"),
        evidence=ASSUMED,
    )


def _request_too_large(visit: Visit[ProcessimageCaller], answer: Answer) -> None:
    body = visit.json(answer)
    visit.shape(answer, "error", body)
    visit.equal(answer, "body.httpCode", 413, body.get("httpCode"), source="document")
    visit.equal(
        answer,
        "body.msgInnerReferer",
        "ExceptionHandler[FileTooLargeException.class]",
        body.get("msgInnerReferer"),
        evidence=OBSERVED,
    )
    visit.status(answer, 200, 413, evidence=OBSERVED)


def drafts() -> Iterator[Draft]:
    yield from strangers()
    yield from signs()
    yield from parameters()
    yield from files()


REFUSALS = numbered("processimage", "PRO-REFUSAL", drafts())
