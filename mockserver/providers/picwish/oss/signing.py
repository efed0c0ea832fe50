"""Presigned links of Alibaba Cloud OSS are made here; `verification` is their other end.

Pure functions: time and keys are arguments. Sources: Alibaba Cloud OSS documentation, "Include a V1
signature in a URL" and "(Recommended) V4 signatures in presigned URLs"; the order of the parameters and
their unescaped slashes are those of published PicWish results.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from mockserver.providers.picwish.oss.presigned import (
    MAX_LIFETIME,
    NOTHING,
    V4,
    Keys,
    V1Reading,
    V4Reading,
    escaped,
    scope,
    signed_headers,
)


def sign_v1(
    keys: Keys,
    *,
    bucket: str,
    key: str,
    expires: int,
    method: str = "GET",
    params: Mapping[str, str] = NOTHING,
    headers: Mapping[str, str] = NOTHING,
) -> str:
    """The query of a link to an object that lives until `expires` (unix seconds): Expires, OSSAccessKeyId,
    Signature, then `params`. `key` is decoded and has no slash before it."""
    reading = V1Reading(
        method=method,
        bucket=bucket,
        key=key,
        pairs=tuple(params.items()),
        headers=signed_headers(headers),
        expires=str(expires),
        secret=keys.access_key_secret,
    )
    own = {"Expires": str(expires), "OSSAccessKeyId": keys.access_key_id, "Signature": reading.signature}
    return _query([*own.items(), *sorted(params.items())])


def sign_v4(
    keys: Keys,
    *,
    bucket: str,
    key: str,
    region: str,
    at: float,
    lifetime: int,
    method: str = "GET",
    params: Mapping[str, str] = NOTHING,
    headers: Mapping[str, str] = NOTHING,
) -> str:
    """The query of a link to an object that lives `lifetime` seconds from `at` (unix seconds), its
    parameters in the order of their names. `key` is decoded and has no slash before it.

    Raises ValueError for a lifetime that OSS refuses, or a time outside the calendar."""
    if not 1 <= lifetime <= MAX_LIFETIME:
        raise ValueError(f"a link of version 4 lives 1 to {MAX_LIFETIME} s, not {lifetime} s")
    date_time = datetime.fromtimestamp(int(at), UTC).strftime("%Y%m%dT%H%M%SZ")
    signed = {
        **params,
        "x-oss-credential": f"{keys.access_key_id}/{scope(date_time, region)}",
        "x-oss-date": date_time,
        "x-oss-expires": str(lifetime),
        "x-oss-signature-version": V4,
    }
    reading = V4Reading(
        method=method,
        bucket=bucket,
        key=key,
        pairs=tuple(signed.items()),
        headers=signed_headers(headers),
        date_time=date_time,
        region=region,
        secret=keys.access_key_secret,
    )
    return _query(sorted({**signed, "x-oss-signature": reading.signature}.items()))


def _query(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{escaped(name)}={escaped(value, safe='/')}" for name, value in pairs)
