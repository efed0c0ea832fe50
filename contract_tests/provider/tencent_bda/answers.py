"""What Tencent Cloud answers, by its documents: HTTP 200 throughout, and one envelope."""

from __future__ import annotations

import re
from typing import Any

from contract_tests.provider.sending import Answer
from contract_tests.provider.tencent_bda.caller import ACTION, TencentBdaCaller
from contract_tests.provider.visit import ASSUMED, DOCUMENTED, OBSERVED, Visit, refusals
from mockserver import catalogue
from mockserver.catalogue import Error, Evidence

COMMON = "common-errors"
CHINESE = re.compile("[\u4e00-\u9fff]")
SEEN = re.compile("[Ww]ire texts? observed")
TRANSLATED = "{} text: translation ours"
"""What the notes of the catalogue say of texts."""


def refused(
    visit: Visit[TencentBdaCaller],
    answer: Answer,
    *behaviours: str,
    known: bool = True,
    language: str = "",
) -> str:
    """The answer is an error, one of these; its code. `known` says whether the documents tell which, and
    `language` is the one that was asked for. Raises Ended for what is no error."""
    response = envelope(visit, answer)
    visit.shape(answer, "error", {"Response": response})
    code, message = code_of(answer), str(answer.member("Response", "Error", "Message") or "")
    evidence = DOCUMENTED if known else ASSUMED
    fitting = {one: known_error for one in behaviours for known_error in refusals("tencent_bda", [one])}
    matching = [one for one, known_error in fitting.items() if known_error.code == code]
    wanted = " or ".join(known_error.code for known_error in fitting.values())
    at = "body.Response.Error.Code"
    got = code or "no error"
    visit.expect(bool(matching), answer, at=at, expected=wanted, got=got, source=COMMON, evidence=evidence)
    if language:
        _language(visit, answer, message, language)
    if matching:
        _worded(visit, answer, matching[0], fitting[matching[0]], message, language)
    return code


def signed_well(visit: Visit[TencentBdaCaller], answer: Answer) -> None:
    """The signature was taken: the answer is an error, but none about it."""
    visit.shape(answer, "error", {"Response": envelope(visit, answer)})
    code = code_of(answer)
    visit.expect(
        bool(code) and not code.startswith(("AuthFailure", "UnsupportedProtocol")),
        answer,
        at="body.Response.Error.Code",
        expected="an error, but none of the signature",
        got=code or "no error",
        source="signature-v3",
    )


def code_of(answer: Answer) -> str:
    """The code of an error; empty where there is none."""
    return str(answer.member("Response", "Error", "Code") or "")


def succeeded(visit: Visit[TencentBdaCaller], answer: Answer) -> dict[str, Any]:
    """The answer is a success; what is in it. Raises Ended for an error."""
    response = envelope(visit, answer)
    if response.get("Error") is not None:
        got = code_of(answer) or "an error without a code"
        raise visit.end(answer, at="body.Response.Error", expected="a success", got=got, source="action")
    visit.shape(answer, f"{ACTION}.response", {"Response": response})
    return response


def envelope(visit: Visit[TencentBdaCaller], answer: Answer) -> dict[str, Any]:
    """What is in Response. Raises Ended where there is none."""
    visit.status(answer, 200, source=COMMON)
    visit.header(answer, "content-type", "application/json", source="sdk-python", evidence=OBSERVED)
    response = visit.json(answer).get("Response")
    if not isinstance(response, dict):
        raise visit.end(answer, at="body.Response", expected="an object", got=str(type(response).__name__))
    return response


def _language(visit: Visit[TencentBdaCaller], answer: Answer, message: str, language: str) -> None:
    visit.expect(
        bool(CHINESE.search(message)) == (language == "zh-CN"),
        answer,
        at="body.Response.Error.Message",
        expected=f"a text in {language}",
        got=message,
        source="common-params",
    )


def _worded(
    visit: Visit[TencentBdaCaller], answer: Answer, behaviour: str, error: Error, message: str, language: str
) -> None:
    known = catalogue.load("tencent_bda")[behaviour]
    patterns = [pattern(text) for text in wordings(error, language)]
    visit.expect(
        any(one.fullmatch(message) for one in patterns),
        answer,
        at="body.Response.Error.Message",
        expected=" or ".join(wordings(error, language)[:2]),
        got=message,
        source=known.provenance.sources[-1],
        evidence=_evidence(known.provenance.note or "", message),
    )


def _evidence(note: str, message: str) -> Evidence:
    """How well the text of an error is known, in the language of a message."""
    spoken = "Chinese" if CHINESE.search(message) else "English"
    return OBSERVED if SEEN.search(note) and TRANSLATED.format(spoken) not in note else ASSUMED


def wordings(error: Error, language: str) -> list[str]:
    """The texts of an error in a language, or in all of them where none was asked for."""
    every = (error.texts, *error.variants.values())
    wanted = language[:2]
    return [text for texts in every for name, text in texts.items() if not wanted or name == wanted]


def pattern(text: str) -> re.Pattern[str]:
    """What fits a text whose placeholders may be filled with anything."""
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^`]*", re.escape(text)))
