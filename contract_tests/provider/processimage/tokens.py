"""Tokens of processimage.cn. The document speaks of them but shows no call, so that all of it is assumed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract_tests.provider.case import Draft, Shared, numbered
from contract_tests.provider.pictures import EMPTY, sample
from contract_tests.provider.processimage import answers
from contract_tests.provider.processimage.caller import ProcessimageCaller
from contract_tests.provider.sending import Answer
from contract_tests.provider.visit import ASSUMED, Untried, Visit

LIFETIME = 1800
NO_CALL = "the server has no such call, and the document shows none"


def _issued(visit: Visit[ProcessimageCaller]) -> str:
    answer = visit.caller.token()
    return _token(visit, answer, "token.response")


ISSUED = Shared(name="a token", requests=1, charged=0, fetch=_issued)


def _get(visit: Visit[ProcessimageCaller]) -> None:
    visit.shared(ISSUED)


def _wrong(visit: Visit[ProcessimageCaller]) -> None:
    visit.shared(ISSUED)
    answers.refused(visit, visit.caller.token(secret="mock-secret-that-is-wrong"), "error.401.signature")


def _use(visit: Visit[ProcessimageCaller]) -> None:
    token: str = visit.shared(ISSUED)
    answers.taken(visit, visit.caller.clear_by_token(sample(EMPTY), token), 52002)


def _renew(visit: Visit[ProcessimageCaller]) -> None:
    token: str = visit.shared(ISSUED)
    answer = visit.caller.refresh(token)
    other = _token(visit, answer, "refresh.response")
    visit.expect(other != token, answer, at="body.data.token", expected="another one", got="the same")


def _token(visit: Visit[ProcessimageCaller], answer: Answer, name: str) -> str:
    if answer.status in (404, 405):
        raise Untried(NO_CALL)
    body = visit.json(answer)
    data: Any = body.get("data")
    token = data.get("token") if isinstance(data, dict) else None
    if not isinstance(token, str):
        got = f"httpCode {body.get('httpCode')}"
        raise visit.end(answer, at="body.data.token", expected="a token", got=got, evidence=ASSUMED)
    visit.shape(answer, name, body)
    visit.equal(answer, "body.data.expiresIn", LIFETIME, data.get("expiresIn"), evidence=ASSUMED)
    return token


def drafts() -> Iterator[Draft]:
    def case(title: str, behaviour: str, check: Any, requests: int = 1) -> Draft:
        return Draft(
            title=title,
            source="assumed",
            behaviours=(behaviour,),
            check=check,
            requests=requests,
            shares=(ISSUED,),
        )

    yield case("Give out a token", "token.issued", _get, 0)
    yield case("Give out none for a wrong sign", "token.issued", _wrong)
    yield case("Take a token in place of a sign", "authentication.token", _use)
    yield case("Give another token for one", "token.refreshed", _renew)


TOKENS = numbered("processimage", "PRO-TOKEN", drafts())
