"""What AILabTools refuses. Failed calls are free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from contract_tests.provider.ailab import answers
from contract_tests.provider.ailab.caller import PATH, AilabCaller
from contract_tests.provider.case import Cost, Draft, numbered
from contract_tests.provider.pictures import (
    EMPTY,
    MEBIBYTE,
    PORTRAIT,
    blank,
    padded,
    recoded,
    sample,
    truncated,
)
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, OBSERVED, Visit, asked

NO_KEY = "error.ERROR_APPLICATIONS_NOT_EXISTS"
WRONG_KEY = "error.ERROR_USER_NOT_EXISTS"
MISSING, EMPTY_VALUE = "error.MISSING_PARAMETERS", "error.PARAMETERS_CANNOT_EMPTY"
WRONG_VALUE = "error.UNSUPPORTED_PARAMETER_VALUES"
TOO_HIGH, TOO_LOW = "error.FILE_RESOLUTION_EXCEEDS_LIMITS", "error.ERROR_LOW_RESOLUTION"
TOO_LARGE, BODY_TOO_LARGE = "error.FILE_SIZE_EXCEEDS_LIMIT", "error.ERROR_REQUEST_BODY_TOO_LARGE"
ELSEWHERE = "/api/cutout/portrait/there-is-no-such-operation"
NO_RESULT = "/cutout/segmentHead/2020-01-01/000000-00000000-0000-4000-8000-000000000000-1577836800.png"
Ask = Callable[[AilabCaller], Answer]


def strangers() -> Iterator[Draft]:
    """What needs no key."""
    yield _refused(
        "Refuse a call without a key",
        lambda caller: caller.extract(sample(EMPTY), key=""),
        NO_KEY,
        also=(WRONG_KEY,),
        cost=Cost.NOTHING,
    )
    yield _refused(
        "Refuse a key that was never given out",
        lambda caller: caller.extract(sample(EMPTY), key="mock-key-that-nobody-has"),
        WRONG_KEY,
        also=(NO_KEY,),
        cost=Cost.NOTHING,
    )
    yield _refused(
        "Refuse a path that is no API",
        lambda caller: caller.send("POST", ELSEWHERE, headers=caller.headers("")),
        "error.ERROR_AI_NOT_EXISTS",
        cost=Cost.NOTHING,
    )
    yield _refused(
        "Refuse GET where POST is documented",
        lambda caller: caller.send("GET", PATH, headers=caller.headers("")),
        "error.ERROR_ILLEGAL_OPERATION",
        known=False,
        cost=Cost.NOTHING,
    )


def passers_by() -> Iterator[Draft]:
    """What needs no key, and is no call."""
    yield Draft(
        title="Let browsers of any origin call",
        source="captures",
        behaviours=("cors.preflight",),
        check=_preflight,
        cost=Cost.NOTHING,
        requests=2,
    )
    yield Draft(
        title="Have no result that was never given out",
        source="oss",
        behaviours=("asset.unknown",),
        check=asked(lambda caller: caller.download(f"{caller.url}{NO_RESULT}"), answers.gone),
        cost=Cost.NOTHING,
    )


def forms() -> Iterator[Draft]:
    """What is wrong with a form."""
    yield _refused(
        "Refuse a form without an image", lambda caller: caller.extract(), MISSING, also=(EMPTY_VALUE,)
    )
    yield _refused(
        "Refuse an image of no bytes",
        lambda caller: caller.extract(b""),
        EMPTY_VALUE,
        also=(MISSING,),
        known=False,
    )
    yield _refused(
        "Refuse a return_form other than mask",
        lambda caller: caller.extract(sample(EMPTY), return_form="face"),
        WRONG_VALUE,
        also=("error.ERROR_INVALID_PARAMETER",),
        known=False,
    )
    yield _refused(
        "Refuse a body that is no form",
        lambda caller: caller.send("POST", PATH, headers=caller.headers(), json={"image": ""}),
        "error.ERROR_PARAMETERS",
        known=False,
    )
    yield _refused(
        "Refuse two images",
        lambda caller: caller.extract(sample(EMPTY), sample(EMPTY)),
        "error.ERROR_TOO_MANY_FILES",
        known=False,
    )


def files() -> Iterator[Draft]:
    """What is wrong with a file."""
    yield _refused(
        "Refuse a GIF",
        lambda caller: caller.extract(recoded(PORTRAIT, "GIF")),
        "error.UNSUPPORTED_FILE_TYPES",
    )
    yield _refused(
        "Refuse a JPEG that is cut off",
        lambda caller: caller.extract(truncated(PORTRAIT)),
        "error.FILE_DECODING_FAILURE",
    )
    yield _refused(
        "Refuse a side of 32 pixels",
        lambda caller: caller.extract(blank(200, 32)),
        TOO_LOW,
        known=False,
    )
    yield _refused("Refuse an image of 31x31 pixels", lambda caller: caller.extract(blank(31, 31)), TOO_LOW)
    yield _refused(
        "Refuse a side of 2000 pixels",
        lambda caller: caller.extract(blank(2000, 200)),
        TOO_HIGH,
        also=("error.ERROR_HIGH_RESOLUTION",),
        known=False,
    )
    yield _refused(
        "Refuse an image of 2001x2001 pixels",
        lambda caller: caller.extract(blank(2001, 2001)),
        TOO_HIGH,
        also=("error.ERROR_HIGH_RESOLUTION",),
    )


def sizes() -> Iterator[Draft]:
    """Files and bodies that are too large."""
    yield _refused(
        "Refuse one byte more than 3 MB",
        lambda caller: caller.extract(padded(EMPTY, 3 * MEBIBYTE + 1)),
        TOO_LARGE,
    )
    yield _refused(
        "Refuse a body of more than 10 MB",
        lambda caller: caller.extract(padded(EMPTY, 10 * MEBIBYTE + 1)),
        BODY_TOO_LARGE,
        also=(TOO_LARGE,),
    )


def _refused(
    title: str,
    ask: Ask,
    behaviour: str,
    *,
    also: tuple[str, ...] = (),
    known: bool = True,
    cost: Cost = Cost.REFUSED,
) -> Draft:
    """A refusal by a behaviour; `also` are others that the documents allow, `known` whether they tell."""

    def look(visit: Visit[Any], answer: Answer) -> None:
        answers.refused(visit, answer, behaviour, *also, known=known)

    return Draft(
        title=title,
        source=answers.RESPONSE if known else "assumed",
        behaviours=(behaviour,),
        check=asked(ask, look),
        cost=cost,
    )


def _preflight(visit: Visit[AilabCaller]) -> None:
    asked_first = visit.caller.preflight()
    visit.status(asked_first, 200, 204, evidence=OBSERVED)
    answers.readable_by_browsers(visit, asked_first)
    allowed = asked_first.headers.get("access-control-allow-headers", "")
    visit.expect(
        "ailabapi-api-key" in allowed.lower() or allowed == "*",
        asked_first,
        at="header access-control-allow-headers",
        expected="ailabapi-api-key",
        got=allowed or "absent",
        evidence=ASSUMED,
    )
    answers.readable_by_browsers(visit, visit.caller.extract(sample(EMPTY), key=""))


def drafts() -> Iterator[Draft]:
    yield from strangers()
    yield from passers_by()
    yield from forms()
    yield from files()
    yield from sizes()


REFUSALS = numbered("ailab", "AIL-REFUSAL", drafts())
