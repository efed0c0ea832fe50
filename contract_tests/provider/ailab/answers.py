"""What AILabTools answers, by its documents: any generation of the envelope, either status column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract_tests.provider.ailab.caller import AilabCaller
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, DOCUMENTED, OBSERVED, Visit, refusals
from mockserver.catalogue import Error

RESPONSE = "docs-response"
NO_SUCH_KEY = 404


def refused(visit: Visit[AilabCaller], answer: Answer, *behaviours: str, known: bool = True) -> None:
    """The answer is an error, one of these. `known` says whether the documents tell which."""
    body = visit.json(answer)
    _public(visit, answer, body)
    evidence = DOCUMENTED if known else ASSUMED
    errors = refusals(visit.case.provider, behaviours)
    code = code_of(body)
    matching = [error for error in errors if code in (error.code, error.former and error.former.code)]
    wanted = " or ".join(error.code for error in errors)
    at = "body.error_detail.code" if "error_detail" in body else "body.error_code_str"
    visit.expect(bool(matching), answer, at=at, expected=wanted, got=code, source=RESPONSE, evidence=evidence)
    _status(visit, answer, matching or errors, evidence=DOCUMENTED if matching else evidence)
    visit.shape(answer, "error", body)
    if "error_code" in body:
        visit.equal(answer, "body.error_code", answer.status, body["error_code"], source=RESPONSE)


def succeeded(visit: Visit[AilabCaller], answer: Answer) -> dict[str, Any]:
    """The answer is a success; its body. Raises Ended for a refusal."""
    body = visit.json(answer)
    if not visit.status(answer, 200, source=RESPONSE):
        said = f"HTTP {answer.status}, {code_of(body) or 'without a code'}"
        raise visit.end(answer, at="body", expected="a success", got=said)
    _public(visit, answer, body)
    visit.shape(answer, "avatar-extraction.response", body)
    return body


def elements(visit: Visit[AilabCaller], answer: Answer, size: tuple[int, int]) -> list[dict[str, Any]]:
    """The heads in a success, each within a picture of a size in pixels. Raises Ended where there is none."""
    succeeded(visit, answer)
    found = answer.member("data", "elements")
    if not isinstance(found, list) or not found:
        raise visit.end(answer, at="body.data.elements", expected="a head", got="none")
    for number, one in enumerate(found):
        _within(visit, answer, number, one, size)
    return list(found)


def gone(visit: Visit[AilabCaller], answer: Answer) -> None:
    """There is no such result file."""
    visit.status(answer, NO_SUCH_KEY, source="oss", evidence=ASSUMED)
    visit.media_type(answer, "application/xml", source="oss", evidence=ASSUMED)
    visit.expect(
        b"<Code>NoSuchKey</Code>" in answer.content,
        answer,
        at="body.Error.Code",
        expected="NoSuchKey",
        got=answer.content[:120].decode(errors="replace"),
        source="oss",
        evidence=ASSUMED,
    )


def readable_by_browsers(visit: Visit[AilabCaller], answer: Answer) -> None:
    """Scripts of any origin may read the answer."""
    visit.header(answer, "access-control-allow-origin", "*", source="captures", evidence=OBSERVED)


def _public(visit: Visit[AilabCaller], answer: Answer, body: Mapping[str, Any]) -> None:
    visit.media_type(answer, "application/json", source=RESPONSE)
    visit.reads("envelope", generation(body))


def generation(body: Mapping[str, Any]) -> str:
    """Which generation of the public response fields a body has."""
    if "error_code" not in body:
        return "4"
    if "error_code_str" not in body:
        return "3"
    return "2" if "error_detail" in body else "1"


def code_of(body: Mapping[str, Any]) -> str:
    detail = body.get("error_detail")
    code = detail.get("code") if isinstance(detail, dict) else None
    return str(code or body.get("error_code_str") or "")


def _status(visit: Visit[AilabCaller], answer: Answer, errors: list[Error], *, evidence: Any) -> None:
    columns = {
        "since_2026_01_08": {error.status for error in errors},
        "before_2026_01_08": {error.status_before_2026_01_08 or error.status for error in errors},
    }
    possible = sorted(set.union(*columns.values()))
    if not visit.status(answer, *possible, source=RESPONSE, evidence=evidence):
        return
    fitting = [column for column, statuses in columns.items() if answer.status in statuses]
    if len(fitting) == 1:
        visit.reads("status_column", fitting[0])


def _within(
    visit: Visit[AilabCaller], answer: Answer, number: int, one: Mapping[str, Any], size: tuple[int, int]
) -> None:
    sides = [one.get(name) for name in ("x", "y", "width", "height")]
    if not all(isinstance(side, int) for side in sides):
        return  # the schema says so already
    x, y, width, height = (int(side or 0) for side in sides)
    inside = 0 <= x < x + width <= size[0] and 0 <= y < y + height <= size[1]
    visit.expect(
        inside,
        answer,
        at=f"body.data.elements[{number}]",
        expected=f"a rectangle within {size[0]}x{size[1]} pixels",
        got=f"{width}x{height} at {x}, {y}",
        source="docs-api",
    )
