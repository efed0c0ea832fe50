"""Who calls: by a sign, or by a token where there is no sign.

Source: processimage.cn, interface document, "signature" and "token"; the operator's published server for the
order of its checks, in which this one comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mockserver import assets
from mockserver.providers.base import Refusal
from mockserver.providers.processimage import NAME, tokens
from mockserver.providers.processimage.addresses import is_listed
from mockserver.providers.processimage.explain import Sent, explain
from mockserver.providers.processimage.hints import DEMO_SIGN, OLDER, SIGN_HEADER, TOKEN_HEADER
from mockserver.providers.processimage.received import Received
from mockserver.providers.processimage.signing import (
    APP_ID_LENGTH,
    NOTHING,
    Reading,
    same,
    wrong_salt,
)
from mockserver.providers.processimage.sources import Picture
from mockserver.providers.processimage.tokens import Standing
from mockserver.registry import Registry
from mockserver.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What a request shows: a sign, or a token, or neither; the appId that it names, "" for none; and whether
    it says that it comes from the operator's demo page."""

    sign: str = ""
    token: str = ""
    app_id: str = ""
    from_demo_page: bool = False


def claim(headers: Mapping[str, str], received: Received) -> Claim:
    """What a request shows. The sign of the operator's demo page (ref=demoPage) is a field of the form."""
    from_demo_page = received.text("ref") == "demoPage"
    sign = received.text(DEMO_SIGN) if from_demo_page else headers.get(SIGN_HEADER, "")
    token = "" if sign else headers.get(TOKEN_HEADER, "")
    return Claim(sign=sign, token=token, app_id=received.text("appId"), from_demo_page=from_demo_page)


def find_sandbox(registry: Registry, claim: Claim) -> Sandbox:
    """The sandbox that a claim is for. Raises Refusal when there is none."""
    if claim.token:
        sandbox = registry.of_asset(claim.token) if len(claim.token) == tokens.LENGTH else None
        if sandbox is None:
            why = registry.departed(assets.sandbox_of(claim.token))
            raise Refusal("error.401.token", note=why or "no sandbox has given out this token")
        return sandbox
    sandbox = registry.find(NAME, claim.app_id)
    if not claim.sign:
        raise Refusal("error.401.signature", note=f"there is no header {SIGN_HEADER} and no {TOKEN_HEADER}")
    if sandbox is None:
        length = len(claim.app_id)
        what = f"no sandbox has this appId of {length} characters" if length else "appId is absent"
        usual = f"{what}; it has {APP_ID_LENGTH} characters, in the query or in the form"
        note = registry.departed(claim.app_id) or usual
        raise Refusal("error.401.signature", note=note)
    return sandbox


def owner(registry: Registry, claim: Claim, received: Received) -> Sandbox | None:
    """Whose journal a refused request belongs in: by appId, by its older name, or by the token."""
    older = next(name for name, current in OLDER.items() if current == "appId")
    found = registry.find(NAME, claim.app_id) or registry.find(NAME, received.text(older))
    return found or (registry.of_asset(claim.token) if claim.token else None)


def check_sign(sandbox: Sandbox, claim: Claim, received: Received, picture: Picture | None) -> None:
    """Whether the sign fits the picture; for none, md5 of no bytes or nothing may have been signed.

    Raises Refusal, with what was signed instead."""
    digests = (picture.md5,) if picture else (NOTHING, "")
    content = picture.content if picture else b""
    _check(sandbox, claim, received, digests, content)


def check_token_sign(sandbox: Sandbox, claim: Claim, received: Received) -> None:
    """Whether the sign of a call that gets a token fits: md5 of appId, salt and appSecret. Assumed."""
    _check(sandbox, claim, received, ("",), b"")


def check_token(sandbox: Sandbox, token: str) -> Standing:
    """Whether a token is still accepted, and how it stands. Raises Refusal when it is not."""
    life, now = tokens.life(sandbox, token), sandbox.clock.now()
    standing = life.standing(now) if life else Standing.EXPIRED
    if life is None or standing is Standing.EXPIRED:
        raise Refusal("error.401.token", note=_why_too_old(life, now))
    return standing


def check_address(address: str, whitelist: Sequence[str]) -> None:
    """Whether tokens may be got and used from an address. Raises Refusal when not."""
    if not is_listed(address, whitelist):
        note = f"{address} is not in the setting ip_whitelist: {', '.join(whitelist) or 'empty'}"
        raise Refusal("error.403.ip", note=note)


def _check(
    sandbox: Sandbox, claim: Claim, received: Received, digests: Sequence[str], content: bytes
) -> None:
    salt = received.text("salt")
    if wrong := wrong_salt(salt):
        raise Refusal("error.401.signature", note=wrong)
    secret = sandbox.credentials(NAME)["app_secret"]
    readings = [
        Reading(app_id=claim.app_id, image_md5=digest, salt=salt, secret=secret) for digest in digests
    ]
    if any(same(reading.signature, claim.sign) for reading in readings):
        return
    sent = Sent(content=content, salts=received.values("salt")[1:], secrets=(claim.app_id,))
    explanation = explain(readings[0], claim.sign, sent)
    note = f"sign mismatch, cause {explanation['cause']}: {explanation['hint']}"
    raise Refusal("error.401.signature", note=note, explanation=explanation)


def _why_too_old(life: tokens.Life | None, now: float) -> str:
    if life is None:
        return "this sandbox has not given out this token, or has forgotten it"
    if life.replaced_at is not None:
        age, grace = now - life.replaced_at, tokens.GRACE
        return f"the token was replaced {age:.0f} s ago; it is accepted {grace:.0f} s longer"
    age, lifetime, grace = now - life.issued_at, tokens.LIFETIME, tokens.GRACE
    return f"the token is {age:.0f} s old; it is good for {lifetime:.0f} s and {grace:.0f} s of grace"
