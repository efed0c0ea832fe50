"""What processimage.cn answers, by its document and its published server: the code is in the body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract_tests.provider.processimage.caller import ProcessimageCaller
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, DOCUMENTED, OBSERVED, Visit, refusals
from mockserver import catalogue
from mockserver.catalogue import Error, Evidence

DOCUMENT, SERVER = "document", "server"
JSON = "application/json;charset=UTF-8"


def refused(visit: Visit[ProcessimageCaller], answer: Answer, *behaviours: str) -> str | None:
    """The answer is a refusal, one of these, of which the first is expected; which one it is."""
    body = visit.json(answer)
    visit.shape(answer, "error", body)
    visit.header(answer, "content-type", JSON, source=SERVER, evidence=OBSERVED)
    known = {one: error for one in behaviours for error in refusals("processimage", [one])}
    fitting = [one for one, error in known.items() if body.get("httpMsg") == error.message()]
    first = fitting[0] if fitting else behaviours[0]
    evidence = catalogue.load("processimage")[first].provenance.kind
    error = known[first]
    _codes(visit, answer, body, error, evidence)
    _http_status(visit, answer, error, evidence)
    visit.equal(
        answer,
        "body.httpMsg",
        error.message(),
        body.get("httpMsg"),
        source=SERVER,
        evidence=OBSERVED if evidence is DOCUMENTED else evidence,
    )
    return first if fitting else None


def taken(
    visit: Visit[ProcessimageCaller], answer: Answer, *statuses: int, evidence: Evidence = DOCUMENTED
) -> dict[str, Any]:
    """The answer to a call that was let in and came to one of these statuses of work. Raises Ended else."""
    body = visit.json(answer)
    code = body.get("httpCode")
    if code not in (200, 304):
        raise visit.end(
            answer, at="body.httpCode", expected="200 or 304", got=f"{code}: {body.get('httpMsg')}"
        )
    visit.status(answer, 200, source=SERVER, evidence=OBSERVED)
    visit.header(answer, "content-type", JSON, source=SERVER, evidence=OBSERVED)
    visit.shape(answer, "access.response", body)
    _account(visit, answer, body)
    status = answer.member("data", "processStatus")
    if status not in statuses:
        wanted = " or ".join(map(str, statuses))
        at = "body.data.processStatus"
        raise visit.end(answer, at=at, expected=wanted, got=str(status), evidence=evidence)
    return body


def not_found(visit: Visit[ProcessimageCaller], answer: Answer, path: str) -> None:
    """Nothing is there, as the framework says it."""
    visit.status(answer, 404, source="spring", evidence=ASSUMED)
    visit.media_type(answer, "application/json", source="spring", evidence=ASSUMED)
    for name, expected in (("status", 404), ("error", "Not Found"), ("path", path)):
        visit.equal(answer, f"body.{name}", expected, answer.member(name), source="spring", evidence=ASSUMED)


def _codes(
    visit: Visit[ProcessimageCaller],
    answer: Answer,
    body: Mapping[str, Any],
    error: Error,
    evidence: Evidence,
) -> None:
    wanted = error.http_code or error.status
    visit.equal(answer, "body.httpCode", wanted, body.get("httpCode"), evidence=evidence)
    referer = f"ExceptionHandler[{error.code}.class]"
    visit.equal(answer, "body.msgInnerReferer", referer, body.get("msgInnerReferer"), evidence=evidence)
    status = answer.member("data", "processStatus")
    visit.equal(answer, "body.data.processStatus", 52001, status, source=DOCUMENT)


def _http_status(visit: Visit[ProcessimageCaller], answer: Answer, error: Error, evidence: Evidence) -> None:
    named = error.http_code or error.status
    if not visit.status(answer, *sorted({error.status, named}), source=SERVER, evidence=evidence):
        return
    if error.status != named:
        visit.reads("http_status", "observed" if answer.status == error.status else "as_http_code")


def _account(visit: Visit[ProcessimageCaller], answer: Answer, body: Mapping[str, Any]) -> None:
    for name in ("allUsedCount", "callSuccessful"):
        if name in body:
            visit.reads("count_field", name)
    terms = [body.get(name) for name in ("longTermUsageCount", "limitedTermUsageCount")]
    if all(isinstance(term, int) for term in terms):
        total = sum(term for term in terms if isinstance(term, int))
        visit.equal(answer, "body.remainingUsage", total, body.get("remainingUsage"), source=DOCUMENT)
