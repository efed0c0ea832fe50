"""The interceptor that comes first: who calls, and with which picture. A sign is checked with its picture."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from mockserver.providers.base import Engine, Refusal
from mockserver.providers.processimage import NAME, authentication, hints, sources
from mockserver.providers.processimage.authentication import Claim
from mockserver.providers.processimage.received import Received
from mockserver.providers.processimage.sources import Picture
from mockserver.providers.processimage.tokens import Standing
from mockserver.sandbox import Sandbox

MANY_BYTES = 256 * 1024
"""A larger picture is hashed in a thread, so that other requests go on meanwhile."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Admission:
    """A call that was let in, with its picture, if it has one: by its sign, which a demo page may have sent,
    or by a token of some standing."""

    picture: Picture | None
    sign: str | None = None
    from_demo_page: bool = False
    standing: Standing | None = None

    @property
    def behaviours(self) -> tuple[str, ...]:
        """The behaviours that let it in."""
        met = {
            "authentication.signature": self.standing is None,
            "authentication.demo_page": self.from_demo_page,
            "authentication.token": self.standing is not None,
            "token.grace": self.standing is Standing.GRACE,
        }
        return tuple(behaviour for behaviour, is_met in met.items() if is_met)


async def admit(
    engine: Engine, sandbox: Sandbox, claim: Claim, received: Received, address: str
) -> Admission:
    """Let a call in. Raises Refusal, also for a picture that cannot be had."""
    if claim.token:
        standing = authentication.check_token(sandbox, claim.token)
        authentication.check_address(address, sandbox.settings(NAME)["ip_whitelist"])
        picture = await sources.find(engine, sandbox, received, sandbox.settings(NAME))
        return Admission(picture=picture, standing=standing)
    return await _by_sign(engine, sandbox, claim, received)


async def _by_sign(engine: Engine, sandbox: Sandbox, claim: Claim, received: Received) -> Admission:
    settings = sandbox.settings(NAME)
    picture = await sources.find(engine, sandbox, received, settings)
    if picture is None and settings["sources"] == "file_only":
        raise Refusal("error.401.signature", note=hints.of_no_picture(received))
    check = partial(authentication.check_sign, sandbox, claim, received, picture)
    try:
        if picture is not None and len(picture.content) > MANY_BYTES:
            await asyncio.to_thread(check)
        else:
            check()
    except Refusal as refusal:
        if picture is None:
            refusal.note = f"{hints.of_no_picture(received)}; {refusal.note}"
        raise
    return Admission(picture=picture, sign=claim.sign, from_demo_page=claim.from_demo_page)
