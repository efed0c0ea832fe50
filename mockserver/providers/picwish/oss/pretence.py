"""What a good link would meet with a defect: for a fault that pretends that it has one.

The defect is put into the link, and the link is then verified like any other: so the error has the details
that it has for a link that came so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mockserver.providers.picwish.oss import signing
from mockserver.providers.picwish.oss.failures import FAILURES
from mockserver.providers.picwish.oss.presigned import Keys, by_name, escaped, parsed
from mockserver.providers.picwish.oss.verdict import Breach, Verdict, Version
from mockserver.providers.picwish.oss.verification import V1_PARAMETERS, V4_PARAMETERS, verify

LIFETIME = 3600
DAY = 86400.0
WRONG = {
    Breach.VERSION_INVALID: ("x-oss-signature-version", "OSS4-HMAC-SHA1"),
    Breach.CREDENTIAL_INVALID: ("x-oss-credential", "none"),
    Breach.DATE_INVALID: ("x-oss-date", "today"),
}
"""A parameter of a link of version 4, and a value that it cannot have."""
AT_EXPIRES = {Version.V1: "Expires", Version.V4: "x-oss-expires"}
AT_KEY_ID = {Version.V1: "OSSAccessKeyId", Version.V4: "x-oss-credential"}
PARAMETERS = {Version.V1: V1_PARAMETERS, Version.V4: V4_PARAMETERS}


def pretended(
    breach: Breach, keys: Keys, *, query: str, method: str, bucket: str, key: str, region: str, now: float
) -> Verdict:
    """What comes of a link of `keys`, with the raw `query`, when it is refused for a breach.

    The link is replaced by a fresh one of the other version where only that can be refused so."""
    version = _version(breach, query)
    given = by_name(parsed(query))
    if version is Version.V4 and "x-oss-signature" not in given:
        at = int(now)
        fresh = signing.sign_v4(keys, bucket=bucket, key=key, region=region, at=at, lifetime=LIFETIME)
        given = by_name(parsed(fresh))
    elif version is Version.V1 and "Signature" not in given:
        fresh = signing.sign_v1(keys, bucket=bucket, key=key, expires=int(now) + LIFETIME)
        given = by_name(parsed(fresh))
    given = _spoiled(given, breach, version, now)
    verdict = verify(
        lambda key_id: _known(keys, key_id, breach),
        method=method,
        bucket=bucket,
        key=key,
        query="&".join(f"{escaped(name)}={escaped(value)}" for name, value in given.items()),
        now={Breach.EXPIRED: now + 30 * DAY, Breach.NOT_YET_VALID: now - DAY}.get(breach, now),
        region="elsewhere" if breach is Breach.REGION_MISMATCH else region,
        headers={"authorization": "both"} if breach is Breach.TWO_SIGNATURES else {},
    )
    assert verdict.breach is breach, (breach, verdict)
    return replace(verdict, expires_at=int(now)) if breach is Breach.EXPIRED else verdict


def _version(breach: Breach, query: str) -> Version:
    """The version that is refused so: that of the link, if it can be."""
    own = Version.V4 if "x-oss-signature" in query else Version.V1
    versions = [version for version, possible in FAILURES if possible is breach]
    return own if own in versions else versions[0]


def _spoiled(given: Mapping[str, str], breach: Breach, version: Version, now: float) -> dict[str, str]:
    """The parameters of a link with the defect in them, as far as it lies there."""
    changed = dict(given)
    if version is Version.UNSIGNED:
        return {}
    for name, (missing, empty) in PARAMETERS[version].items():
        if breach is missing:
            del changed[name]
        elif breach is empty:
            changed[name] = ""
    if breach is Breach.EXPIRES_INVALID:
        changed[AT_EXPIRES[version]] = "never"
    elif breach in (Breach.KEY_ID_INVALID, Breach.KEY_ID_UNKNOWN):
        name, own = AT_KEY_ID[version], changed[AT_KEY_ID[version]]
        wrong = "no-key" if breach is Breach.KEY_ID_INVALID else "nobody"
        changed[name] = wrong + own[len(own.partition("/")[0]) :]
    elif breach is Breach.CREDENTIAL_DATE_INVALID:
        key_id, _, rest = changed["x-oss-credential"].split("/", 2)
        changed["x-oss-credential"] = f"{key_id}/20000101/{rest}"
    elif breach in WRONG:
        name, value = WRONG[breach]
        changed[name] = value
    return changed


def _known(keys: Keys, key_id: str, breach: Breach) -> Keys | None:
    if key_id != keys.access_key_id:
        return None
    return replace(keys, access_key_secret="another") if breach is Breach.SIGNATURE_MISMATCH else keys
