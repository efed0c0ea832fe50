"""Watermark removal over HTTP: routes, envelopes, errors, tokens, result files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver import nearest
from mockserver.catalogue import Behaviour, Error
from mockserver.providers.base import RESULT, Call, Engine, Refusal, Wire
from mockserver.providers.body import part_facts
from mockserver.providers.ownership import Opening, owner
from mockserver.providers.processimage import (
    NAME,
    SETTINGS,
    authentication,
    envelope,
    hints,
    jobs,
    page,
    service,
    tokens,
)
from mockserver.providers.processimage.addresses import client_address
from mockserver.providers.processimage.authentication import Claim
from mockserver.providers.processimage.hints import SIGN_HEADER, TOKEN_HEADER
from mockserver.providers.processimage.received import Received, read, read_query, read_small
from mockserver.providers.processimage.settlement import RESULT_LIFETIME, RESULTS
from mockserver.providers.results import served
from mockserver.sandbox import Sandbox
from mockserver.settings import defaults

PATH = "/watermark/access"
TOKEN_PATH = "/watermark/token"
REFRESH_PATH = "/watermark/token/refresh"
METHODS: Mapping[str, tuple[str, ...]] = {
    PATH: ("GET", "HEAD", "POST", "OPTIONS"),
    TOKEN_PATH: ("POST", "OPTIONS"),
    REFRESH_PATH: ("POST", "OPTIONS"),
}
"""What each path takes, as OPTIONS lists it."""
FRAMES = {"x-frame-options": "SAMEORIGIN"}
JSON = {**FRAMES, "content-type": "application/json;charset=UTF-8"}
FILE = {**FRAMES, "cache-control": f"private, max-age={183 * 24 * 3600}"}


class ProcessimageWire(Wire):
    provider = NAME
    own_mistake = "error.500.server"
    unknown_key = "error.401.signature"

    def starlette(self) -> Starlette:
        """The provider's application."""
        elsewhere = self.operation(None, self.elsewhere).answer
        app = Starlette(
            routes=[
                Route(PATH, self.operation("access", self.access), methods=["POST"]),
                Route(PATH, self.operation("page", self.page), methods=["GET"]),
                Route(TOKEN_PATH, self.operation("token", self.token), methods=["POST"]),
                Route(REFRESH_PATH, self.operation("refresh", self.refresh), methods=["POST"]),
                Route(RESULTS + "/{name}", self.operation(RESULT, self.result), methods=["GET"]),
                *(
                    Route(path, self.operation("methods", self.methods), methods=["OPTIONS"])
                    for path in METHODS
                ),
            ],
            exception_handlers={404: elsewhere, 405: elsewhere},
        )
        app.router.redirect_slashes = False
        return app

    async def access(self, call: Call) -> Response:
        """POST: one picture in, one picture without watermarks out."""
        received, claim = await self._entered(call, small=False)
        order = await service.check(self.engine, call, received, claim, _address(call))
        return _json(await service.remove_watermark(self.engine, call, order))

    async def page(self, call: Call) -> Response:
        """GET: a page for a browser."""
        self._known_from_query(call)
        call.met("page")
        return Response(page.about(call.path), media_type="text/html", headers=FRAMES)

    async def token(self, call: Call) -> Response:
        """POST: a token for appId and salt, signed without a picture. The call is assumed."""
        received, claim = await self._entered(call, small=True)
        sandbox = call.sandbox
        if not claim.sign or sandbox is None:
            raise Refusal("error.401.signature", note=f"a token is got with the header {SIGN_HEADER}")
        authentication.check_token_sign(sandbox, claim, received)
        authentication.check_address(_address(call), sandbox.settings(NAME)["ip_whitelist"])
        try:
            token = tokens.get(sandbox)
        except tokens.TooManyGets as error:
            raise Refusal("error.429.token", note=str(error)) from error
        call.met("token.issued")
        return _token(call, sandbox, token)

    async def refresh(self, call: Call) -> Response:
        """POST: a new token for one that is still accepted. The call is assumed."""
        _, claim = await self._entered(call, small=True)
        sandbox = call.sandbox
        if not claim.token or sandbox is None:
            raise Refusal(
                "error.401.token", note=f"a token is refreshed with the header {TOKEN_HEADER} alone"
            )
        authentication.check_token(sandbox, claim.token)
        authentication.check_address(_address(call), sandbox.settings(NAME)["ip_whitelist"])
        token = tokens.refresh(sandbox, claim.token)
        if token is None:
            raise Refusal("error.401.token", note="the token expired just now")
        call.met("token.refreshed")
        return _token(call, sandbox, token)

    async def result(self, call: Call) -> Response:
        """GET: a result file, while it lives."""
        name, lives = call.request.path_params["name"], f"{RESULT_LIFETIME:.0f} s"
        asset, content = served(call, self.engine.registry, name, lives=lives)
        return Response(content, media_type=asset.media_type, headers=FILE)

    async def methods(self, call: Call) -> Response:
        """OPTIONS: what the path takes."""
        if call.path not in METHODS:  # a path with a line break behind it, which Starlette takes for the same
            return await self.elsewhere(call)
        self._known_from_query(call)
        call.met("methods")
        return Response(headers={**FRAMES, "allow": ",".join(METHODS[call.path])})

    async def elsewhere(self, call: Call) -> Response:
        """Another path, or another method on a known one."""
        call.sandbox = await owner(self.engine.registry, call.request.scope, call.request.receive)
        behaviour = "error.405.method" if call.path in METHODS else "error.404.path"
        note = nearest.operation(call.draft.method, call.path, provider=self.provider)
        raise Refusal(behaviour, note=note)

    def refuse(self, call: Call, behaviour: Behaviour, refusal: Refusal) -> Response:
        error = behaviour.error
        assert error is not None
        if error.code == "404":
            return _not_found(call, error)
        call.met("status.52001")
        message = error.message(None, refusal.variant, **refusal.values)
        return _json(envelope.failure(error, message, _address(call)), _status(call, error))

    async def _entered(self, call: Call, *, small: bool) -> tuple[Received, Claim]:
        """What a request carries, written down, and in whose sandbox it is."""
        self._known_from_query(call)
        opening = Opening(call.request.receive)
        call.request = Request(call.request.scope, opening)
        try:
            received = await (read_small(call) if small else read(call))
        except Refusal:
            call.sandbox = call.sandbox or await opening.owner(self.engine.registry)
            raise
        self._note(call, received)
        claim = authentication.claim(call.headers, received)
        call.sandbox = authentication.owner(self.engine.registry, claim, received) or call.sandbox
        call.enter(authentication.find_sandbox(self.engine.registry, claim))
        return received, claim

    def _note(self, call: Call, received: Received) -> None:
        call.draft.fields.update(hints.shown_fields(received))
        call.draft.notes += hints.of_names(received)
        for part in received.parts:
            if part.filename is not None:
                call.draft.files.append(part_facts(self.engine.studio, part))

    def _known_from_query(self, call: Call) -> None:
        """Whose journal it is, as far as that can be told before the body is read."""
        received = read_query(call)
        claim = authentication.claim(call.headers, received)
        call.sandbox = authentication.owner(self.engine.registry, claim, received)


def _token(call: Call, sandbox: Sandbox, token: str) -> Response:
    call.met("code.200")
    expires_at = sandbox.clock.now() + tokens.LIFETIME
    data = {
        "token": token,
        "expiresIn": int(tokens.LIFETIME),
        "expireTimes": envelope.timestamp(expires_at),
    }
    return _json(envelope.plain(data))


def _not_found(call: Call, error: Error) -> Response:
    """A page for a browser, JSON for others."""
    if "text/html" in call.headers.get("accept", ""):
        body = page.not_found(call.path)
        return Response(body, status_code=error.status, media_type="text/html", headers=FRAMES)
    moment = call.sandbox.clock.now() if call.sandbox else call.draft.received_at
    content = orjson.dumps(envelope.not_found(error, call.path, moment))
    return Response(content, status_code=error.status, media_type="application/json", headers=FRAMES)


def _status(call: Call, error: Error) -> int:
    """The HTTP status of an error: the published server's, or the one that the body names."""
    observed = _settings_of(call)["http_status"] == "observed"
    return error.status if observed else envelope.http_code(error)


def _settings_of(call: Call) -> Mapping[str, Any]:
    """The settings of the sandbox; the defaults before one is known, and after it was dropped."""
    if call.sandbox:
        with suppress(LookupError):
            return call.sandbox.settings(NAME)
    return defaults(SETTINGS)


def _json(content: Mapping[str, Any], status: int = 200) -> Response:
    # The header says more than the media type, by which the journal knows JSON.
    return Response(orjson.dumps(content), status_code=status, media_type="application/json", headers=JSON)


def _address(call: Call) -> str:
    return client_address(call.headers, call.request.scope.get("client"))


def app(engine: Engine) -> Starlette:
    """The Starlette application of processimage.cn on an engine."""
    jobs.register(engine)
    return ProcessimageWire(engine).starlette()
