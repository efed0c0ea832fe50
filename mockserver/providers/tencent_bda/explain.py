"""Why a signature does not fit: what the client most likely did instead.

The request is read once more with each realistic mistake made; where the signature that comes out is the
received one, the mistake is proven, not guessed.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, TypeVar

from mockserver.journal import shortened
from mockserver.providers.tencent_bda.redaction import signed_text
from mockserver.providers.tencent_bda.signing import TC3, TOLERANCE, Tc3Reading, V1Reading, same
from mockserver.providers.tencent_bda.suspects import Sent, tc3_suspects, v1_suspects

R = TypeVar("R", Tc3Reading, V1Reading)
HINTS = {
    "algorithm": "Another digest was used than SignatureMethod says; without it, it is HmacSHA1.",
    "body": "Other bytes were signed than were sent. Serialise the body once and send exactly that.",
    "case": "Names and values of headers are signed in lower case.",
    "chain": "The keys derived between the steps are raw bytes, not hex.",
    "content-type": "Another Content-Type was signed than the one that was sent.",
    "date": "The date of the credential scope must be the UTC date of X-TC-Timestamp, not a local one.",
    "digest": "A TC3 signature is written in lower-case hex, an older one is base64 of the raw digest.",
    "encoding": "Parameter values are signed as they are, before they are URL-encoded.",
    "escape": "The signature itself was sent without URL encoding: its + arrived as a space.",
    "host": "Another host was signed than the Host header names. Sign the host that is called.",
    "key": "Another secret key was used.",
    "layout": "The canonical request is put together differently: see the line that differs.",
    "method": "The method is signed in upper case, and it is the one of the request.",
    "order": "Headers and parameters are signed in the byte order of their names.",
    "prefix": "The first key of a TC3 chain is 'TC3' and the secret key; an older method takes the bare key.",
    "query": "The query of a GET is signed exactly as sent, that of a POST is signed as empty.",
    "service": "The keys were derived with another service than the credential scope names.",
    "timestamp": "Another timestamp was signed than the one that was sent. Take the time once.",
}
NOTHING_FITS = (
    "None of the usual mistakes gives the received signature, so most likely another secret key was used. "
    "Compare the canonical request and the string to sign with your own, line by line."
)
EXPIRED = {
    "milliseconds": "The timestamp is in seconds, and these are milliseconds.",
    "time zone": "The timestamp is off by whole hours: unix time is the same in every time zone.",
    "clock skew": "The clock of the client and that of the provider differ by {off} s; "
    "sandbox.clock.skew is {skew:g}.",
}


def explain_tc3(accepted: Sequence[Tc3Reading], received: str, sent: Sent) -> Mapping[str, Any]:
    """What the journal says of a TC3 signature that fits none of the `accepted` readings, the documented
    one first: readings, both signatures, `cause`, whether it is `proven`, and the first line that differs."""
    documented = accepted[0]
    found = _rewritten(accepted, received) or _first(tc3_suspects(accepted, sent), received)
    if found is None and sent.scope != documented.date:
        found = "date", documented, replace(documented, date=sent.scope)
    difference = None
    if found:
        _, right, wrong = found
        difference = _difference(
            "canonical request", right.canonical_request.split("\n"), wrong.canonical_request.split("\n")
        ) or _difference("string to sign", right.string_to_sign.split("\n"), wrong.string_to_sign.split("\n"))
    canonical = signed_text(documented.canonical_request)
    report = _report(documented, received, found and found[0], difference)
    return {"algorithm": TC3, "canonical_request": canonical, **report}


def explain_v1(accepted: Sequence[V1Reading], received: str, sent: Sent) -> Mapping[str, Any]:
    """What the journal says of an older signature that fits none of the `accepted` readings."""
    documented = accepted[0]
    found = _rewritten(accepted, received) or _first(v1_suspects(accepted, sent), received)
    difference = None
    if found:
        _, right, wrong = found
        difference = _difference(
            "string to sign", right.string_to_sign.split("&"), wrong.string_to_sign.split("&")
        )
    report = _report(documented, received, found and found[0], difference)
    return {"algorithm": documented.algorithm, "canonical_request": None, **report}


def explain_time(seconds_off: int, *, skew: float) -> Mapping[str, Any]:
    """What the journal says of a timestamp that is off by more than the tolerance; `skew` is how many seconds
    the provider's clock is ahead of the real one."""
    hours, rest = divmod(abs(seconds_off) + TOLERANCE, 3600)
    if seconds_off > 1e11:
        cause = "milliseconds"
    elif 1 <= hours <= 14 and rest <= 2 * TOLERANCE:
        cause = "time zone"
    else:
        cause = "clock skew"
    hint = EXPIRED[cause].format(off=abs(seconds_off), skew=skew)
    return {"cause": cause, "hint": hint, "seconds_off": seconds_off}


def _report(
    documented: R, received: str, cause: str | None, difference: Mapping[str, Any] | None
) -> Mapping[str, Any]:
    return {
        "string_to_sign": signed_text(documented.string_to_sign),
        "expected_signature": documented.signature,
        "received_signature": shortened(received),
        "cause": cause or "key",
        "proven": cause is not None,
        "hint": HINTS[cause] if cause else NOTHING_FITS,
        "first_difference": difference,
    }


def _first(suspects: Iterable[tuple[str, R, R]], received: str) -> tuple[str, R, R] | None:
    return next((suspect for suspect in suspects if same(suspect[2].signature, received)), None)


def _rewritten(accepted: Iterable[R], received: str) -> tuple[str, R, R] | None:
    """The right signature in another writing."""
    for reading in accepted:
        if same(reading.signature, received.replace(" ", "+")):
            return "escape", reading, reading
        if any(same(form, received) for form in _writings(reading.signature)):
            return "digest", reading, reading
    return None


def _writings(signature: str) -> tuple[str, ...]:
    try:
        digest = bytes.fromhex(signature)
    except ValueError:
        digest = binascii.a2b_base64(signature)
    lower = digest.hex()
    forms = (
        lower,
        lower.upper(),
        base64.b64encode(digest).decode(),
        base64.b64encode(lower.encode()).decode(),
    )
    return tuple(form for form in forms if form != signature)


def _difference(where: str, expected: list[str], signed: list[str]) -> Mapping[str, Any] | None:
    for number, (right, wrong) in enumerate(zip_longest(expected, signed, fillvalue=""), start=1):
        if right != wrong:
            return {
                "in": where,
                "line": number,
                "expected": signed_text(right),
                "signed": signed_text(wrong),
            }
    return None
