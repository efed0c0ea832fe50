"""Whether a presigned link of Alibaba Cloud OSS holds, by OSS's own checks.

Pure functions: time and keys are arguments. Sources: Alibaba Cloud OSS documentation, "Include a V1
signature in a URL", "(Recommended) V4 signatures in presigned URLs" and the pages of the EC codes
0002-00000066 to 0002-00000236. Documented is that time is checked before the signature; where it is not said
which of two checks comes first, the lower EC is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from mockserver.journal import shortened
from mockserver.providers.picwish.oss import mistakes
from mockserver.providers.picwish.oss.presigned import (
    MAX_LIFETIME,
    NOTHING,
    TERMINATOR,
    V4,
    Keys,
    Pairs,
    Reading,
    V1Reading,
    V4Reading,
    by_name,
    parsed,
    same,
    signed_headers,
)
from mockserver.providers.picwish.oss.verdict import Breach, Verdict, Version

TOLERANCE = 900
"""Seconds by which a link of version 4 may be used before the time that it was signed at."""
MAX_INTEGER = 2**63 - 1
V1_PARAMETERS = {
    "Expires": (Breach.EXPIRES_MISSING, Breach.EXPIRES_EMPTY),
    "OSSAccessKeyId": (Breach.KEY_ID_MISSING, Breach.KEY_ID_EMPTY),
    "Signature": (Breach.SIGNATURE_MISSING, Breach.SIGNATURE_EMPTY),
}
V4_PARAMETERS = {
    "x-oss-expires": (Breach.EXPIRES_MISSING, Breach.EXPIRES_EMPTY),
    "x-oss-credential": (Breach.CREDENTIAL_MISSING, Breach.CREDENTIAL_EMPTY),
    "x-oss-signature": (Breach.SIGNATURE_MISSING, Breach.SIGNATURE_EMPTY),
    "x-oss-date": (Breach.DATE_MISSING, Breach.DATE_EMPTY),
}
ACCEPTABLE_KEY_ID = re.compile(r"[0-9A-Za-z. _=]+")
CREDENTIAL = re.compile(rf"([^/]+)/([^/]+)/([^/]+)/oss/{TERMINATOR}")
DATE_TIME = re.compile(r"[0-9]{8}T[0-9]{6}Z")

KeysOf = Callable[[str], Keys | None]
Failed = tuple[Breach, str]
"""A breach, and the parameter at fault."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Request:
    method: str
    bucket: str
    key: str
    query: str
    pairs: Pairs
    given: Mapping[str, str]
    headers: Mapping[str, str]
    now: float
    region: str

    def without(self, *names: str) -> Pairs:
        return tuple(pair for pair in self.pairs if pair[0] not in names)


def verify(
    keys_of: KeysOf,
    *,
    method: str,
    bucket: str,
    key: str,
    query: str,
    now: float,
    region: str,
    headers: Mapping[str, str] = NOTHING,
) -> Verdict:
    """Whether a link holds. `key` is decoded and has no slash before it, `query` is raw, `keys_of` gives the
    keys of a key id. OSS signs Content-Type, Content-MD5 and all x-oss- headers of a request; they are
    looked at where `headers` are given.

    Of a repeated parameter the first counts. Two leniencies are assumed: HEAD goes with the signature of a
    GET, and an x-oss-process that was added after signing does no harm."""
    pairs = parsed(query)
    request = _Request(
        method=method,
        bucket=bucket,
        key=key,
        query=query,
        pairs=pairs,
        given=by_name(pairs),
        headers={name.lower(): value for name, value in headers.items()},
        now=now,
        region=region,
    )
    # A lone Expires is no signature: so OSS reads a link whose & arrived as \u0026.
    if "x-oss-signature-version" in request.given:
        return _v4(request, keys_of)
    if "OSSAccessKeyId" in request.given or "Signature" in request.given:
        return _v1(request, keys_of)
    return Verdict(version=Version.UNSIGNED, breach=Breach.UNSIGNED, explanation=mistakes.unsigned(query))


def _v1(request: _Request, keys_of: KeysOf) -> Verdict:
    given = request.given
    expires = _integer(given.get("Expires", ""))
    verdict = Verdict(
        version=Version.V1,
        access_key_id=given.get("OSSAccessKeyId", ""),
        expires_at=expires,
        signature_provided=given.get("Signature", ""),
    )
    failed = _absent(request, V1_PARAMETERS) or _first(
        (expires is None, Breach.EXPIRES_INVALID, "Expires"),
        (request.now > (expires or 0), Breach.EXPIRED, "Expires"),
    )
    if failed:
        return _refused(request, verdict, *failed)
    reading = V1Reading(
        method=request.method,
        bucket=request.bucket,
        key=request.key,
        pairs=request.without(*V1_PARAMETERS),
        headers=signed_headers(request.headers),
        expires=given["Expires"],
    )
    return _compared(request, verdict, reading, keys_of)


def _v4(request: _Request, keys_of: KeysOf) -> Verdict:
    given = request.given
    credential = CREDENTIAL.fullmatch(given.get("x-oss-credential", ""))
    key_id, date, region = credential.groups() if credential else ("", "", "")
    date_time = given.get("x-oss-date", "")
    start, lifetime = _instant(date_time), _integer(given.get("x-oss-expires", ""))
    end = (start or 0) + (lifetime or 0)
    verdict = Verdict(
        version=Version.V4,
        access_key_id=key_id,
        expires_at=None if start is None or lifetime is None else end,
        signature_provided=given.get("x-oss-signature", ""),
    )
    version = (given["x-oss-signature-version"] != V4, Breach.VERSION_INVALID, "x-oss-signature-version")
    failed = _first(version) or _absent(request, V4_PARAMETERS) or _first(
        (credential is None, Breach.CREDENTIAL_INVALID, "x-oss-credential"),
        (start is not None and date != date_time[:8], Breach.CREDENTIAL_DATE_INVALID, "x-oss-credential"),
        (region != request.region, Breach.REGION_MISMATCH, "x-oss-credential"),
        (not 1 <= (lifetime or 0) <= MAX_LIFETIME, Breach.EXPIRES_INVALID, "x-oss-expires"),
        (start is None, Breach.DATE_INVALID, "x-oss-date"),
        (request.now < (start or 0) - TOLERANCE, Breach.NOT_YET_VALID, "x-oss-date"),
        (request.now > end, Breach.EXPIRED, "x-oss-expires"),
    )  # fmt: skip
    if failed:
        return _refused(request, verdict, *failed)
    return _compared(request, verdict, _v4_reading(request, date_time), keys_of)


def _v4_reading(request: _Request, date_time: str) -> V4Reading:
    names = request.given.get("x-oss-additional-headers", "").split(";")
    additional = tuple(name for name in names if name)
    return V4Reading(
        method=request.method,
        bucket=request.bucket,
        key=request.key,
        pairs=request.without("x-oss-signature"),
        headers=signed_headers(request.headers, additional),
        additional=additional,
        date_time=date_time,
        region=request.region,
    )


def _absent(request: _Request, parameters: Mapping[str, tuple[Breach, Breach]]) -> Failed | None:
    if "authorization" in request.headers:
        return Breach.TWO_SIGNATURES, "Authorization"
    for name, (missing, empty) in parameters.items():
        if not request.given.get(name):
            return (empty if name in request.given else missing), name
    return None


def _first(*checks: tuple[bool, Breach, str]) -> Failed | None:
    return next(((breach, parameter) for failed, breach, parameter in checks if failed), None)


def _refused(request: _Request, verdict: Verdict, breach: Breach, parameter: str) -> Verdict:
    value = request.given.get(parameter, "")
    facts: dict[str, Any] = {"parameter": parameter, "value": shortened(value)}
    if verdict.expires_at is not None:
        facts |= {"expires_at": verdict.expires_at, "now": request.now}
    return replace(
        verdict,
        breach=breach,
        parameter=parameter,
        value=value,
        explanation=mistakes.refused(breach, request.query, facts),
    )


def _compared(request: _Request, verdict: Verdict, reading: Reading, keys_of: KeysOf) -> Verdict:
    own = "OSSAccessKeyId" if verdict.version is Version.V1 else "x-oss-credential"
    keys = keys_of(verdict.access_key_id)
    if keys is None:
        acceptable = ACCEPTABLE_KEY_ID.fullmatch(verdict.access_key_id)
        breach = Breach.KEY_ID_UNKNOWN if acceptable else Breach.KEY_ID_INVALID
        return _refused(request, verdict, breach, own)
    documented = replace(reading, secret=keys.access_key_secret)
    accepted = tuple(_accepted(documented))
    if any(same(one.signature, verdict.signature_provided) for one in accepted):
        return verdict
    return replace(
        verdict,
        breach=Breach.SIGNATURE_MISMATCH,
        string_to_sign=documented.string_to_sign,
        canonical_request=documented.canonical_request,
        explanation=mistakes.mismatch(accepted, verdict.signature_provided),
    )


def _accepted(documented: Reading) -> Iterator[Reading]:
    """The readings of a request that are good, the documented one first."""
    unprocessed = tuple(pair for pair in documented.pairs if pair[0] != "x-oss-process")
    methods = ("HEAD", "GET") if documented.method == "HEAD" else (documented.method,)
    for method in methods:
        for pairs in dict.fromkeys((documented.pairs, unprocessed)):
            yield replace(documented, method=method, pairs=pairs)


def _integer(text: str) -> int | None:
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_INTEGER))
    return int(text) if digits and int(text) <= MAX_INTEGER else None


def _instant(text: str) -> int | None:
    """Unix seconds."""
    if not DATE_TIME.fullmatch(text):
        return None
    try:
        return int(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
