"""SegmentCustomizedPortraitPic over HTTP: public parameters, signatures, envelope, errors.

Errors come with HTTP 200 and a Content-Type of exactly `application/json`: the official SDKs see an API
error under no other.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import orjson
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from mockserver import nearest
from mockserver.catalogue import Behaviour
from mockserver.ids import uuid4
from mockserver.journal import shortened
from mockserver.providers.base import Call, Engine, Refusal, Wire
from mockserver.providers.body import BodyTooLarge, file_facts, read_body
from mockserver.providers.ownership import owner
from mockserver.providers.tencent_bda import parameters, redaction, segmentation, service
from mockserver.providers.tencent_bda.authentication import (
    V1_PUBLIC,
    Public,
    Received,
    check_service,
    check_tc3,
    check_time,
    check_v1,
    find_sandbox,
    secret_key_of,
    tc3_public,
    v1_public,
)
from mockserver.providers.tencent_bda.segmentation import Segmentation

T = TypeVar("T")
MAX_TC3_BODY = 10 * 1024 * 1024
MAX_V1_BODY = 1024 * 1024
MAX_QUERY = 32 * 1024
FORM = "application/x-www-form-urlencoded"
HEADERS = {"server": "nginx", "access-control-allow-credentials": "true"}
MUCH = 256 * 1024
"""Bytes that are hashed in a thread, so that other requests go on meanwhile."""


class TencentBdaWire(Wire):
    provider = "tencent_bda"
    own_mistake = "error.InternalError"
    unknown_key = "error.AuthFailure.SecretIdNotFound"

    def starlette(self) -> Starlette:
        """The provider's application."""
        app = Starlette(
            routes=[
                Route("/", self.operation(service.ACTION, self.get), methods=["GET"]),
                Route("/", self.operation(service.ACTION, self.post), methods=["POST"]),
            ],
            exception_handlers={
                404: self.operation(None, self.unknown_path).answer,
                405: self.operation(None, self.unsupported_method).answer,
            },
        )
        app.router.redirect_slashes = False
        return app

    async def get(self, call: Call) -> Response:
        """All parameters in the query."""
        received = self._received(call)
        if received.method != "GET":
            raise Refusal("error.UnsupportedProtocol", note="only GET and POST are supported")
        if len(received.query) > MAX_QUERY:
            note = f"the query has {len(received.query)} bytes; at most {MAX_QUERY}"
            raise Refusal("error.RequestSizeLimitExceeded", note=note)
        if _is_tc3(received):
            return await self._tc3_get(call, received)
        params = self._params(call, received.query)
        return await self._v1(call, received, params, empty=not received.query)

    async def post(self, call: Call) -> Response:
        """All parameters in a form, with an older signature; or JSON, with TC3."""
        received = self._received(call)
        if _is_tc3(received):
            return await self._tc3_post(call, received)
        try:
            body = await read_body(call.upload, limit=MAX_V1_BODY)
        except BodyTooLarge as error:
            raise Refusal("error.AuthFailure.SignatureFailure", variant="size", note=str(error)) from error
        form = _media_type(received) == FORM
        params = self._params(call, body.decode(errors="replace")) if form else {}
        return await self._v1(call, received, params, empty=not body)

    async def unsupported_method(self, call: Call) -> Response:
        """Any method but GET and POST."""
        raise Refusal("error.UnsupportedProtocol", note=await self._nearest(call))

    async def unknown_path(self, call: Call) -> Response:
        """Any path but /."""
        note = await self._nearest(call)
        raise Refusal("error.ResourceNotFound", note=f"{note}; the path is always /, the action a parameter")

    async def _nearest(self, call: Call) -> str:
        self._received(call)
        call.sandbox = await owner(self.engine.registry, call.request.scope, call.request.receive)
        return nearest.operation(call.draft.method, call.path, provider=self.provider)

    def refuse(self, call: Call, behaviour: Behaviour, refusal: Refusal) -> Response:
        error = behaviour.error
        assert error is not None
        language = call.context.get("language")
        if language and language in ("zh-CN", "en-US"):
            call.met(f"language.{language}")
        message = error.message(language, variant=refusal.variant, **refusal.values)
        content = {"Error": {"Code": error.code, "Message": message}, "RequestId": uuid4()}
        body = json.dumps({"Response": content}, ensure_ascii=False).encode(errors="replace")
        return self._response(call, body, status=error.status)

    async def _tc3_get(self, call: Call, received: Received) -> Response:
        public, _ = await self._tc3(call, received, content_type=FORM)
        return await self._segment(call, public, parameters.unflatten(parameters.parse_pairs(received.query)))

    async def _tc3_post(self, call: Call, received: Received) -> Response:
        public, body = await self._tc3(call, received, content_type="application/json")
        return await self._segment(call, public, parameters.parse_json(body))

    async def _tc3(self, call: Call, received: Received, *, content_type: str) -> tuple[Public, bytes]:
        public, authorization = tc3_public(received)
        sandbox = call.enter(find_sandbox(self.engine.registry, authorization.secret_id))
        check_time(sandbox, public)
        secret_key = secret_key_of(call, sandbox, authorization.secret_id, public.token)
        check_service(sandbox, authorization)
        body = await self._tc3_body(call) if received.method == "POST" else b""
        received = replace(received, body=body)
        check = partial(check_tc3, call, sandbox, received, public, authorization, secret_key)
        try:
            await _hashed(len(body), check)
        except Refusal:
            call.draft.fields.update(_legible(body))
            raise
        media_type = _media_type(received)
        if media_type != content_type:
            written = received.headers.get("content-type", "")
            raise parameters.refuse_content_type(written, media_type, body)
        return public, body

    async def _tc3_body(self, call: Call) -> bytes:
        try:
            return await read_body(call.upload, limit=MAX_TC3_BODY)
        except BodyTooLarge as error:
            raise Refusal("error.RequestSizeLimitExceeded", note=str(error)) from error

    async def _v1(
        self, call: Call, received: Received, params: Mapping[str, str], *, empty: bool
    ) -> Response:
        public = v1_public(params, empty=empty)
        sandbox = call.enter(find_sandbox(self.engine.registry, params["SecretId"]))
        check_time(sandbox, public)
        secret_key = secret_key_of(call, sandbox, params["SecretId"], public.token)
        size = sum(map(len, params.values()))
        await _hashed(size, partial(check_v1, call, sandbox, received, params, secret_key))
        business = [(name, value) for name, value in params.items() if name not in V1_PUBLIC]
        return await self._segment(call, public, parameters.unflatten(business))

    async def _segment(self, call: Call, public: Public, content: Mapping[str, Any]) -> Response:
        sandbox = call.sandbox
        assert sandbox is not None
        settings = sandbox.settings("tencent_bda")
        service.check_target(public, settings)
        service.check_account(sandbox, settings)
        call.draft.fields.update(redaction.fields(content))
        asked = parameters.check(content, options_required=settings["options_required"])
        image = await service.image_of(self.engine, sandbox, asked)
        seen = await _hashed(len(image), partial(self.engine.studio.look_at, image))
        field, filename = ("Url", shortened(asked.url)) if asked.url else ("Image", None)
        call.draft.files.append(file_facts(seen, len(image), field=field, filename=filename))
        facts = service.check_image(seen)
        result = await segmentation.segment(
            self.engine, seen.digest, image, asked.options, mask_form=settings["mask_image"]
        )
        service.charge(sandbox, settings)
        call.met("success")
        call.met(f"format.{facts.format}")
        call.met("source.Url" if asked.url else "source.Image")
        for option in asked.options:
            call.met(f"option.{option}")
        return self._response(call, self._envelope(result))

    def _envelope(self, result: Segmentation) -> bytes:
        portrait, mask = self.engine.state.blob(result.portrait), self.engine.state.blob(result.mask)
        if portrait is None or mask is None:
            raise RuntimeError("a result went from the spool before it was answered")
        rects = json.dumps(result.rects or None).encode()
        # Base64 needs no escaping, and may be megabytes: no JSON encoder has to look at it.
        return b"".join(
            (
                b'{"Response": {"PortraitImage": "',
                portrait,
                b'", "MaskImage": "',
                mask,
                b'", "ImageRects": ',
                rects,
                b', "RequestId": "',
                uuid4().encode(),
                b'"}}',
            )
        )

    def _response(self, call: Call, body: bytes, *, status: int = 200) -> Response:
        headers = dict(HEADERS)
        trace = call.headers.get("x-tc-traceid")
        if trace:
            headers["x-tc-traceid"] = trace
        return Response(body, status_code=status, media_type="application/json", headers=headers)

    def _received(self, call: Call) -> Received:
        headers = call.headers
        call.draft.headers = [
            (name, redaction.authorization(value) if name == "authorization" else value)
            for name, value in call.draft.headers
        ]
        call.context["language"] = headers.get("x-tc-language")
        query = call.request.scope["query_string"].decode("latin1")
        call.draft.query = redaction.query(query)
        return Received(method=call.request.method, query=query, headers=headers)

    def _params(self, call: Call, encoded: str) -> dict[str, str]:
        params = dict(parameters.parse_pairs(encoded))
        call.context["language"] = params.get("Language")
        call.draft.fields.update(redaction.fields(params))
        return params


def _legible(body: bytes) -> Mapping[str, Any]:
    """What can be read of a body whose signature is wrong; for the journal."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return redaction.fields(content) if isinstance(content, dict) else {}


async def _hashed(size: int, work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work) if size > MUCH else work()


def _is_tc3(received: Received) -> bool:
    """Whether the public parameters are in the headers."""
    names = ("authorization", "x-tc-action", "x-tc-timestamp")
    return any(name in received.headers for name in names)


def _media_type(received: Received) -> str:
    return received.headers.get("content-type", "").partition(";")[0].strip().lower()


def app(engine: Engine) -> Starlette:
    """The Starlette application of Tencent Cloud BDA on an engine."""
    return TencentBdaWire(engine).starlette()
