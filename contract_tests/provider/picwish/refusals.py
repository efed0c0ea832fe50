"""What PicWish refuses before there is a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from contract_tests.provider.case import Cost, Draft, numbered
from contract_tests.provider.pictures import EMPTY, MEBIBYTE, padded, sample
from contract_tests.provider.picwish import answers
from contract_tests.provider.picwish.caller import PATH, PicwishCaller
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, OBSERVED, Visit, asked

KEY, PATHS, TASK = "error.401.key", "error.404.path", "error.404.task"
NO_TASK = "00000000-0000-4000-8000-000000000000"
FIELDS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("sync", "error.400.sync", {"sync": "2"}),
    ("type", "error.400.type", {"type": "face", "sync": "1"}),
    ("return_type", "error.400.return_type", {"return_type": "4", "sync": "1"}),
    ("output_type", "error.400.output_type", {"output_type": "0", "sync": "1"}),
    ("crop", "error.400.crop", {"crop": "yes", "sync": "1"}),
    ("format", "error.400.format", {"format": "gif", "sync": "1"}),
    ("bg_color", "error.400.bg_color", {"format": "jpg", "bg_color": "white!", "sync": "1"}),
)
ORIGIN = {"Origin": "https://example.com"}
Ask = Callable[[PicwishCaller], Answer]


def strangers() -> Iterator[Draft]:
    """What needs no key."""
    yield _refused(
        "Refuse a task without a key",
        lambda caller: caller.create(sample(EMPTY), key="", sync="1"),
        KEY,
        cost=Cost.NOTHING,
    )
    yield _refused(
        "Refuse a key that was never given out",
        lambda caller: caller.create(sample(EMPTY), key="wxmockthatnobodyhas", sync="1"),
        KEY,
        cost=Cost.NOTHING,
    )
    yield _refused(
        "Refuse a query without a key", lambda caller: caller.query(NO_TASK, key=""), KEY, cost=Cost.NOTHING
    )
    yield _refused(
        "Take two slashes in a path for one",
        lambda caller: caller.create(sample(EMPTY), key="", path=f"/{PATH}"),
        KEY,
        covers="path.double_slash",
        source="captures",
        cost=Cost.NOTHING,
    )
    yield _refused(
        "Refuse a path that is none",
        lambda caller: caller.send("GET", "/api/tasks/visual/there-is-nothing", headers=caller.headers("")),
        PATHS,
        known=False,
        cost=Cost.NOTHING,
    )
    yield Draft(
        title="Let browsers of any origin call",
        source="captures",
        behaviours=("cors.preflight",),
        check=_preflight,
        cost=Cost.NOTHING,
        requests=2,
    )


def forms() -> Iterator[Draft]:
    """What is wrong with a form or a query. There is nobody in the picture, so that a server which takes
    what it should refuse finds no subject."""
    for field, behaviour, values in FIELDS:
        yield _refused(
            f"Refuse {field}={values[field]}",
            lambda caller, values=values: caller.create(sample(EMPTY), **values),  # type: ignore[misc]
            behaviour,
        )
    yield _refused(
        "Refuse the file itself to an asynchronous task",
        lambda caller: caller.create(sample(EMPTY), sync="0", return_type="3"),
        "error.400.return_type_async",
        known=False,
    )
    yield _refused(
        "Refuse a callback_url that is none",
        lambda caller: caller.create(sample(EMPTY), sync="1", callback_url="example"),
        "error.400.callback_url",
        known=False,
    )
    yield _refused("Miss the image", lambda caller: caller.create(None, sync="1"), "error.400.image_missing")
    yield _refused(
        "Refuse a file and a URL at once",
        lambda caller: caller.create(sample(EMPTY), sync="1", image_url="http://image.invalid/portrait.jpg"),
        "error.400.image_several",
        source="docs",
        known=False,
    )
    yield _refused(
        "Refuse a body that is no form",
        lambda caller: caller.send("POST", PATH, headers=caller.headers(), json={"sync": 1}),
        "error.400.form",
        known=False,
    )


def others() -> Iterator[Draft]:
    """A file that is too large, and a task that is none."""
    yield _refused(
        "Refuse one byte more than 15 MB",
        lambda caller: caller.create(padded(EMPTY, 15 * MEBIBYTE + 1), sync="1"),
        "error.413",
    )
    yield _refused("Know no task of another id", lambda caller: caller.query(NO_TASK), TASK)


def _refused(
    title: str,
    ask: Ask,
    behaviour: str,
    *,
    known: bool = True,
    covers: str = "",
    source: str = answers.DOCS,
    cost: Cost = Cost.REFUSED,
) -> Draft:
    def look(visit: Visit[Any], answer: Answer) -> None:
        answers.refused(visit, answer, behaviour, known=known)

    return Draft(
        title=title,
        source=source if known else "assumed",
        behaviours=(covers or behaviour,),
        check=asked(ask, look),
        cost=cost,
    )


def _preflight(visit: Visit[PicwishCaller]) -> None:
    headers = {
        **ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-api-key",
    }
    answer = visit.caller.send("OPTIONS", PATH, headers=headers)
    visit.status(answer, 200, 204, evidence=OBSERVED)
    visit.header(answer, "access-control-allow-origin", "*", evidence=OBSERVED)
    allowed = answer.headers.get("access-control-allow-headers", "")
    visit.expect(
        "x-api-key" in allowed.lower() or allowed == "*",
        answer,
        at="header access-control-allow-headers",
        expected="x-api-key",
        got=allowed or "absent",
        evidence=ASSUMED,
    )
    refusal = visit.caller.query(NO_TASK, key="")
    visit.header(refusal, "access-control-allow-origin", "*", evidence=OBSERVED)


def drafts() -> Iterator[Draft]:
    yield from strangers()
    yield from forms()
    yield from others()


REFUSALS = numbered("picwish", "PIC-REFUSAL", drafts())
