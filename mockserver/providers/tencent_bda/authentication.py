"""Who is calling, and is it really them: from a received request to a sandbox.

The order of the checks is assumed: presence and form of the public parameters first, then time, key and
token, and the signature last, when the body is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.journal import shortened
from mockserver.providers.base import Call, Refusal
from mockserver.providers.tencent_bda import signing
from mockserver.providers.tencent_bda.explain import explain_tc3, explain_time, explain_v1
from mockserver.providers.tencent_bda.signing import DIGESTS, TOLERANCE, Authorization
from mockserver.providers.tencent_bda.suspects import Sent
from mockserver.registry import Registry
from mockserver.sandbox import Sandbox

V1_REQUIRED = ("Action", "Timestamp", "Nonce", "SecretId", "Signature", "Version")
V1_PUBLIC = frozenset({*V1_REQUIRED, "Region", "SignatureMethod", "Token", "Language", "RequestClient"})
MAX_DIGITS = 19


@dataclass(frozen=True, kw_only=True, slots=True)
class Public:
    """The public parameters of a call, wherever they came from; "" where one is absent."""

    action: str
    version: str
    region: str
    timestamp: int
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A request as the signature sees it: `query` is raw, `headers` have lower-case names."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


def tc3_public(received: Received) -> tuple[Public, Authorization]:
    """The public parameters of a TC3 request, from its headers."""
    headers = received.headers
    for parameter in ("Timestamp", "Action", "Version"):
        if not headers.get(f"x-tc-{parameter.lower()}"):
            note = f"there is no header X-TC-{parameter}, or it is empty"
            raise Refusal("error.MissingParameter", parameter=parameter, note=note)
    try:
        authorization = Authorization.parse(headers.get("authorization", ""))
    except ValueError as error:
        raise Refusal("error.AuthFailure.InvalidAuthorization", note=str(error)) from error
    missing = {"content-type", "host"} - set(authorization.signed_headers)
    if missing:
        note = f"SignedHeaders must include {' and '.join(sorted(missing))}"
        raise Refusal("error.AuthFailure.InvalidAuthorization", note=note)
    public = Public(
        action=headers["x-tc-action"],
        version=headers["x-tc-version"],
        region=headers.get("x-tc-region", ""),
        timestamp=_integer("Timestamp", headers["x-tc-timestamp"]),
        token=headers.get("x-tc-token", ""),
    )
    return public, authorization


def v1_public(params: Mapping[str, str], *, empty: bool) -> Public:
    """The public parameters of a request with an older signature, from its query or form. An entirely
    `empty` request misses Timestamp first, as was observed."""
    required = ("Timestamp", *V1_REQUIRED) if empty else V1_REQUIRED
    for parameter in required:
        if not params.get(parameter):
            note = f"there is no {parameter} in the query or the form, or it is empty"
            raise Refusal("error.MissingParameter", parameter=parameter, note=note)
    _integer("Nonce", params["Nonce"])
    method = params.get("SignatureMethod") or "HmacSHA1"
    if method not in DIGESTS:
        note = f"SignatureMethod is {method!r}; it can be HmacSHA1 (also when absent) or HmacSHA256"
        raise Refusal("error.AuthFailure.SignatureFailure", note=note)
    return Public(
        action=params["Action"],
        version=params["Version"],
        region=params.get("Region", ""),
        timestamp=_integer("Timestamp", params["Timestamp"]),
        token=params.get("Token", ""),
    )


def _integer(parameter: str, value: str) -> int:
    digits = value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS
    if not digits or int(value) == 0:
        note = f"{parameter} is {shortened(value)!r}; it must be a positive integer of 64 bits"
        raise Refusal("error.InvalidParameter", variant="public", parameter=parameter, note=note)
    return int(value)


def find_sandbox(registry: Registry, secret_id: str) -> Sandbox:
    """The sandbox that a SecretId belongs to."""
    if not secret_id.startswith("AKID"):
        raise Refusal("error.AuthFailure.InvalidSecretId", note="a SecretId begins with AKID")
    sandbox = registry.find("tencent_bda", secret_id)
    if sandbox is None:
        note = registry.departed(secret_id) or "no sandbox has this SecretId"
        raise Refusal("error.AuthFailure.SecretIdNotFound", note=note)
    return sandbox


def check_time(sandbox: Sandbox, public: Public) -> None:
    """A timestamp may be five minutes off the provider's clock, both in whole seconds."""
    off = public.timestamp - int(sandbox.clock.wall())
    if abs(off) > TOLERANCE:
        side = "ahead of" if off > 0 else "behind"
        explanation = explain_time(off, skew=sandbox.clock.skew)
        note = f"the timestamp is {abs(off)} s {side} the provider's clock; allowed are {TOLERANCE}"
        note = f"{note}. {explanation['hint']}"
        raise Refusal("error.AuthFailure.SignatureExpire", note=note, explanation=explanation)


def secret_key_of(call: Call, sandbox: Sandbox, secret_id: str, token: str) -> str:
    """The secret key that a SecretId signs with; a temporary key needs its token, a permanent one none."""
    keys = sandbox.credentials("tencent_bda")
    if secret_id == keys["temporary_secret_id"]:
        if token != keys["token"]:
            note = "the token is not the temporary key's" if token else "a temporary key needs its token"
            raise Refusal("error.AuthFailure.TokenFailure", note=note)
        call.met("authentication.token")
        return keys["temporary_secret_key"]
    if token:
        raise Refusal("error.AuthFailure.TokenFailure", note="a token was sent with a permanent key")
    return keys["secret_key"]


def check_service(sandbox: Sandbox, authorization: Authorization) -> None:
    """Which service the credential scope may name is a quirk."""
    service = sandbox.settings("tencent_bda")["credential_service"]
    if service != "any" and authorization.service != service:
        note = f"the credential scope names service {shortened(authorization.service)!r}, not {service!r}"
        raise Refusal("error.AuthFailure.InvalidAuthorization", variant="reason", note=note)


def check_tc3(
    call: Call,
    sandbox: Sandbox,
    received: Received,
    public: Public,
    authorization: Authorization,
    secret_key: str,
) -> None:
    """Whether a TC3 signature fits what was received."""
    documented = signing.tc3_reading(
        method=received.method,
        query=received.query,
        headers=received.headers,
        body=received.body,
        authorization=authorization,
        timestamp=public.timestamp,
        secret_key=secret_key,
    )
    accepted = tuple(signing.accepted_tc3(documented, received.headers))
    fits = any(signing.same(reading.signature, authorization.signature) for reading in accepted)
    if fits and authorization.date == documented.date:
        call.met(f"authentication.TC3-HMAC-SHA256.{received.method}")
        if documented.payload_hash == signing.UNSIGNED_HASH:
            call.met("authentication.unsigned_payload")
        return
    sent = Sent(
        headers=received.headers,
        signed_headers=authorization.signed_headers,
        scope=authorization.date,
        body=received.body,
        other_keys=_other_keys(sandbox),
    )
    raise _mismatch(explain_tc3(accepted, authorization.signature, sent))


def check_v1(
    call: Call, sandbox: Sandbox, received: Received, params: Mapping[str, str], secret_key: str
) -> None:
    """Whether an older signature fits what was received."""
    documented = signing.v1_reading(
        method=received.method,
        host=received.headers.get("host", ""),
        params=params,
        algorithm=params.get("SignatureMethod") or "HmacSHA1",
        secret_key=secret_key,
    )
    accepted = tuple(signing.accepted_v1(documented))
    if any(signing.same(reading.signature, params["Signature"]) for reading in accepted):
        call.met(f"authentication.{documented.algorithm}.{received.method}")
        return
    sent = Sent(headers=received.headers, pairs=tuple(params.items()), other_keys=_other_keys(sandbox))
    raise _mismatch(explain_v1(accepted, params["Signature"], sent))


def _mismatch(explanation: Mapping[str, object]) -> Refusal:
    note = f"signature mismatch, cause {explanation['cause']}: {explanation['hint']}"
    return Refusal("error.AuthFailure.SignatureFailure", note=note, explanation=explanation)


def _other_keys(sandbox: Sandbox) -> tuple[str, ...]:
    keys = sandbox.credentials("tencent_bda")
    return (keys["secret_key"], keys["temporary_secret_key"], keys["secret_id"], keys["token"], "")
