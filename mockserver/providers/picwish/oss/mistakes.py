"""Why a presigned link is refused: what the client most likely did to it.

A signature that does not fit is computed once more with each realistic mistake made; where that gives the
received one, the mistake is proven, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any
from urllib.parse import unquote

from mockserver.journal import shortened
from mockserver.providers.picwish.oss.presigned import NOTHING, V4, Reading, V4Reading, escaped, same
from mockserver.providers.picwish.oss.verdict import Breach

V4_OWN = frozenset({"x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-signature-version"})
SIGNATURE_NAMES = frozenset({"expires", "ossaccesskeyid", "signature", *V4_OWN, "x-oss-signature"})
AROUND = " \t\r\n\"'`<>()[]{},;\\"
"""What stands around a link in a text, and does not belong to it."""
SWAPS = (("-image.", "-mask."), ("-mask.", "-image."), (".png", ".jpg"), (".jpg", ".png"))
MAX_PARAMETERS = 32
"""In a longer query no other mistake is looked for than its length."""
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")

HINTS = {
    "ampersand": r"The & between the parameters arrived as \u0026 or &amp;: decode the JSON (or the HTML) "
    "that the link came in with a parser, instead of cutting the link out of its text.",
    "case": "The names of the parameters arrived in another case: leave the link exactly as it was received.",
    "dropped": "The link came without its query: everything after the ? belongs to it.",
    "escape": "The + of the signature arrived as a space: the link was percent-decoded before it was "
    "requested. Request it exactly as it was received.",
    "header": "A request header is signed too: Content-Type, Content-MD5 and all x-oss- headers. Send none.",
    "method": "The link was signed for another method.",
    "parameter": "A parameter was added to the link or changed in it after it was signed.",
    "path": "The path was changed after the link was signed; each object has a link of its own.",
    "reescape": "The link was percent-encoded once more before it was requested. Request it as received.",
    "truncated": "The end of the signature is missing: the link was cut off.",
    "surroundings": "Characters of the text around the link were taken for a part of it.",
    "unknown": "None of the usual mistakes gives the received signature: most likely the path, the time or "
    "the key id was changed after signing, or another secret key was used. Compare the string to sign.",
    Breach.UNSIGNED: "There is no signature in the query, and the bucket is private.",
    Breach.TWO_SIGNATURES: "A signature is either in the link or in the Authorization header, not in both.",
    Breach.VERSION_INVALID: f"x-oss-signature-version must be {V4}; a link of version 1 does not have it.",
    Breach.EXPIRED: "The link is too old. Download a result when it is there, or query its task once more: "
    "each query gives a fresh link.",
    Breach.EXPIRES_INVALID: "The time at which a link of version 1 expires is in whole unix seconds; the "
    "lifetime of a link of version 4 is 1 to 604800 seconds.",
    Breach.KEY_ID_INVALID: "A key id has letters and digits only; the link was damaged.",
    Breach.KEY_ID_UNKNOWN: "No sandbox has this key id. A link is good on the server alone that made it.",
    Breach.CREDENTIAL_INVALID: "The form is <key id>/<yyyymmdd>/<region>/oss/aliyun_v4_request.",
    Breach.CREDENTIAL_DATE_INVALID: "The date of the credential is the UTC date of x-oss-date, as yyyymmdd.",
    Breach.REGION_MISMATCH: "The credential names another region than the bucket is in.",
    Breach.DATE_INVALID: "x-oss-date is UTC in the form yyyymmddThhmmssZ.",
    Breach.NOT_YET_VALID: "The link was signed more than 15 minutes in the future: compare the clocks.",
}
INCOMPLETE = "The link lost one of its parameters on the way, or its value."


def unsigned(query: str) -> Mapping[str, Any]:
    """What the journal says of a link whose raw query has no signature."""
    cause = _damage(query) or Breach.UNSIGNED
    return {"cause": str(cause), "hint": HINTS[cause]}


def refused(breach: Breach, query: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the journal says of a link that is refused before its signature is compared."""
    if breach in HINTS:
        return {"cause": str(breach), "hint": HINTS[breach], **facts}
    cause = _damage(query) or breach
    return {"cause": str(cause), "hint": HINTS.get(cause, INCOMPLETE), **facts}


def mismatch(accepted: Sequence[Reading], received: str) -> Mapping[str, Any]:
    """What the journal says of a signature that fits none of the `accepted` readings, the documented one
    first: what was computed, both signatures, `cause`, whether it is `proven`, and the first difference."""
    documented = accepted[0]
    cause, mistaken = _found(accepted, received)
    return {
        "algorithm": V4 if isinstance(documented, V4Reading) else "HMAC-SHA1",
        "canonical_request": shortened(documented.canonical_request) or None,
        "string_to_sign": shortened(documented.string_to_sign),
        "expected_signature": documented.signature,
        "received_signature": shortened(received),
        "cause": cause,
        "proven": cause != "unknown",
        "hint": HINTS[cause],
        "first_difference": _difference(documented, mistaken) if mistaken else None,
    }


def _damage(query: str) -> str | None:
    text = unquote(query)
    if not query:
        return "dropped"
    if "\\u0026" in text or "&amp;" in text:
        return "ampersand"
    names = {part.partition("=")[0] for part in text.split("&")}
    wrong = {name for name in names if name.lower() in SIGNATURE_NAMES and name != _right(name)}
    return "case" if wrong else None


def _right(name: str) -> str:
    titles = {"expires": "Expires", "ossaccesskeyid": "OSSAccessKeyId", "signature": "Signature"}
    return titles.get(name.lower(), name.lower())


def _found(accepted: Sequence[Reading], received: str) -> tuple[str, Reading | None]:
    for reading in accepted:
        for cause, made in _mistakes(reading):
            if same(made.signature, received):
                return cause, made
        if rewritten := _rewritten(reading.signature, received):
            return rewritten, None
    return "unknown", None


def _rewritten(expected: str, received: str) -> str | None:
    """The right signature in another writing."""
    if same(expected, received.replace(" ", "+")):
        return "escape"
    if same(expected, unquote(received)) or same(expected, unquote(unquote(received))):
        return "reescape"
    if same(expected, received.strip(AROUND)):
        return "surroundings"
    if same(expected, received.lower()):
        return "case"
    return "truncated" if len(received) > 8 and expected.startswith(received) else None


def _mistakes(base: Reading) -> Iterator[tuple[str, Reading]]:
    own = tuple(pair for pair in base.pairs if pair[0] in V4_OWN)
    yield "parameter", replace(base, pairs=own)
    if len(base.pairs) > MAX_PARAMETERS:
        return
    for place, pair in enumerate(base.pairs):
        if pair not in own:
            yield "parameter", replace(base, pairs=base.pairs[:place] + base.pairs[place + 1 :])
    for key in _other_keys(base.key):
        yield "path", replace(base, key=key)
    if base.headers:
        yield "header", replace(base, headers=NOTHING)
    for method in METHODS:
        yield "method", replace(base, method=method)


def _other_keys(key: str) -> Iterator[str]:
    yield from (unquote(key), unquote(unquote(key)), escaped(key, safe="/"), escaped(key))
    yield from (key.lstrip("/"), f"/{key}", key.strip(AROUND), key.rstrip("/"))
    yield from (key.replace(old, new) for old, new in SWAPS if old in key)


def _difference(expected: Reading, signed: Reading) -> Mapping[str, Any] | None:
    for where in ("canonical_request", "string_to_sign"):
        lines = (getattr(reading, where).split("\n") for reading in (expected, signed))
        for number, (right, wrong) in enumerate(zip_longest(*lines, fillvalue=""), start=1):
            if right != wrong:
                return {
                    "in": where.replace("_", " "),
                    "line": number,
                    "expected": shortened(right),
                    "signed": shortened(wrong),
                }
    return None
