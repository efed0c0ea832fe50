"""Who may call Tencent Cloud: signatures, timestamps, public parameters. Nothing of it is charged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from contract_tests.provider.case import Check, Cost, Draft, numbered
from contract_tests.provider.sending import Answer
from contract_tests.provider.tencent_bda import answers, signing
from contract_tests.provider.tencent_bda.caller import CHOSEN, TencentBdaCaller
from contract_tests.provider.visit import OBSERVED, Visit, asked

TOLERANCE, SLACK = 300, 15
"""Seconds that a timestamp may be off by the documents, and that the clock of this machine may be."""
NO_IMAGE = {"SegmentationOptions": CHOSEN}
FLAT = {f"SegmentationOptions.{name}": "true" for name in CHOSEN}
MUCH = 1024 * 1024 + 1024
FAILURE, EXPIRED = "error.AuthFailure.SignatureFailure", "error.AuthFailure.SignatureExpire"
MISSING, PROTOCOL = "error.MissingParameter", "error.UnsupportedProtocol"
NOBODY = "AKIDmock0000000000000000000000000000"
TC3, SIGNED = "TC3-HMAC-SHA256", "signature-v3"
Ask = Callable[[TencentBdaCaller], Answer]


def strangers() -> Iterator[Draft]:
    """What needs no key."""
    nothing = partial(_refused, cost=Cost.NOTHING)
    yield nothing(
        "Miss the timestamp of a bare request",
        lambda caller: caller.send("POST", "/"),
        MISSING,
        source="captures",
        parameter="Timestamp",
    )
    yield nothing(
        "Refuse an Authorization that is none",
        lambda caller: caller.bare(
            X_TC_Action="SegmentCustomizedPortraitPic",
            X_TC_Version="2020-03-24",
            X_TC_Timestamp=str(int(caller.now())),
            Authorization="Bearer mock",
        ),
        "error.AuthFailure.InvalidAuthorization",
    )
    yield nothing(
        "Refuse a SecretId that was never given out",
        lambda caller: caller.segment(NO_IMAGE, secret_id=NOBODY, secret_key="mock-key"),
        "error.AuthFailure.SecretIdNotFound",
    )
    yield nothing(
        "Refuse a SecretId that is none",
        lambda caller: caller.segment(NO_IMAGE, secret_id="mock", secret_key="mock-key"),
        "error.AuthFailure.InvalidSecretId",
        "error.AuthFailure.SecretIdNotFound",
        known=False,
    )
    yield nothing("Refuse PUT", lambda caller: caller.bare("PUT"), PROTOCOL)


def signatures() -> Iterator[Draft]:
    """Every documented way to sign, and ways to sign wrongly."""
    yield _taken("Take TC3 of a POST", lambda caller: caller.segment(NO_IMAGE), f"{TC3}.POST")
    yield _taken("Take TC3 of a GET", lambda caller: caller.segment_by_get(FLAT), f"{TC3}.GET")
    for algorithm in ("HmacSHA1", "HmacSHA256"):
        for method in ("GET", "POST"):
            ask = partial(_older, method=method, algorithm=algorithm)
            yield _taken(f"Take {algorithm} of a {method}", ask, f"{algorithm}.{method}", "request-structure")
    yield _taken(
        "Take TC3 of a body that is not signed",
        lambda caller: caller.segment(NO_IMAGE, Content_SHA256=signing.UNSIGNED),
        "unsigned_payload",
        "sdk-python",
    )
    yield _refused(
        "Refuse a signature with another key",
        lambda caller: caller.segment(NO_IMAGE, secret_key="mock-key-that-is-wrong"),
        FAILURE,
    )
    yield _refused(
        "Refuse a body that was changed after signing",
        lambda caller: caller.segment(NO_IMAGE, signed_body=b"{}"),
        FAILURE,
    )
    yield _refused(
        "Refuse a token with a permanent key",
        lambda caller: caller.segment(NO_IMAGE, Token="mock-token"),
        "error.AuthFailure.TokenFailure",
        known=False,
    )
    yield _refused(
        "Refuse more than 1 MB with an older signature",
        lambda caller: caller.segment_older("POST", "HmacSHA256", FLAT, padding=MUCH),
        FAILURE,
        source="issue-size",
    )


def clocks() -> Iterator[Draft]:
    """A timestamp may be five minutes off."""
    late, early = TOLERANCE + SLACK, -TOLERANCE - SLACK
    for title, age in (("old", late), ("ahead of time", early)):
        yield _refused(
            f"Refuse a timestamp that is more than 5 minutes {title}",
            lambda caller, age=age: caller.segment(NO_IMAGE, age=age),  # type: ignore[misc]
            EXPIRED,
        )
    yield _taken(
        "Take a timestamp that is less than 5 minutes old",
        lambda caller: caller.segment(NO_IMAGE, age=TOLERANCE - SLACK),
        f"{TC3}.POST",
    )


def public_parameters() -> Iterator[Draft]:
    """Action, Version, Region, Language and Nonce."""
    invalid, region = "error.InvalidAction", "error.UnsupportedRegion"
    yield _refused(
        "Refuse an action that is none", lambda caller: caller.segment(NO_IMAGE, Action="Nothing"), invalid
    )
    yield Draft(
        title="Refuse a version that is none",
        source="common-errors",
        behaviours=(invalid, "error.NoSuchVersion"),
        check=_version,
    )
    yield _refused(
        "Miss the region",
        lambda caller: caller.segment(NO_IMAGE, without="Region"),
        MISSING,
        source="issue-region",
        parameter="Region",
    )
    yield _refused(
        "Refuse a region that the action does not have",
        lambda caller: caller.segment(NO_IMAGE, Region="ap-singapore"),
        region,
    )
    for language in ("zh-CN", "en-US"):
        yield Draft(
            title=f"Speak {language} when asked to",
            source="common-params",
            behaviours=(f"language.{language}",),
            check=_in_language(language),
            requests=2,
        )
    yield _refused(
        "Refuse a Nonce that is no number",
        lambda caller: caller.segment_older("POST", "HmacSHA256", FLAT, Nonce="mock"),
        "error.InvalidParameter",
        source="captures",
    )


def _older(caller: TencentBdaCaller, *, method: str, algorithm: str) -> Answer:
    return caller.segment_older(method, algorithm, FLAT)


def _in_language(language: str) -> Check:
    def check(visit: Visit[Any]) -> None:
        wrong = visit.caller.segment(NO_IMAGE, secret_key="mock-key-that-is-wrong", Language=language)
        answers.refused(visit, wrong, FAILURE, language=language)
        url = {**NO_IMAGE, "Url": "IamNotAUrl"}
        own = visit.caller.segment(url, Language=language)
        answers.refused(visit, own, "error.InvalidParameterValue.UrlIllegal", language=language)

    return check


def _version(visit: Visit[TencentBdaCaller]) -> None:
    answer = visit.caller.segment(NO_IMAGE, Version="2000-01-01")
    code = answers.refused(visit, answer, "error.InvalidAction", "error.NoSuchVersion")
    if code in ("InvalidAction", "NoSuchVersion"):
        visit.reads("wrong_version", code)


def _taken(title: str, ask: Ask, way: str, source: str = SIGNED) -> Draft:
    """A signature that is right, of a request that has to be refused for another reason."""
    return Draft(
        title=title,
        source=source,
        behaviours=(f"authentication.{way}",),
        check=asked(ask, answers.signed_well),
    )


def _refused(
    title: str,
    ask: Ask,
    *behaviours: str,
    known: bool = True,
    source: str = "",
    parameter: str = "",
    cost: Cost = Cost.REFUSED,
) -> Draft:
    """A refusal by one of these behaviours, which names a `parameter`."""

    def look(visit: Visit[Any], answer: Answer) -> None:
        answers.refused(visit, answer, *behaviours, known=known)
        message = str(answer.member("Response", "Error", "Message"))
        visit.expect(
            f"`{parameter}`" in message or not parameter,
            answer,
            at="body.Response.Error.Message",
            expected=f"the name of {parameter}",
            got=message,
            evidence=OBSERVED,
        )

    return Draft(
        title=title,
        source=source or (answers.COMMON if known else "assumed"),
        behaviours=behaviours[:1],
        check=asked(ask, look),
        cost=cost,
    )


def drafts() -> Iterator[Draft]:
    yield from strangers()
    yield from signatures()
    yield from clocks()
    yield from public_parameters()


ACCESS = numbered("tencent_bda", "TEN-ACCESS", drafts())
