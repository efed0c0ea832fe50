"""Head Extraction over HTTP: routes, form, envelope, errors, result files."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from mockserver import assets, nearest
from mockserver.catalogue import Behaviour, Error, Former
from mockserver.ids import uuid4
from mockserver.journal import shortened
from mockserver.providers import keys
from mockserver.providers.ailab import hints, service
from mockserver.providers.ailab.hints import KEY_HEADER
from mockserver.providers.ailab.service import Element
from mockserver.providers.base import RESULT, Call, Engine, Refusal, Wire
from mockserver.providers.body import BodyTooLarge, FileTooLarge, Form, MalformedForm, part_facts, read_form
from mockserver.providers.ownership import owner
from mockserver.providers.results import served
from mockserver.sandbox import Sandbox
from mockserver.settings import defaults

PATH = "/api/cutout/portrait/avatar-extraction"
RESULTS = "/cutout/segmentHead"
PATH_UTC_OFFSET = 8 * 3600
"""Result paths are dated in UTC+8, as in the newer of the samples that were seen."""
SUPPLEMENTS = {"ERROR_NO_FACE_IN_FILE": "pic not has face"}
"""The upstream's own words in `error_detail.message`; the one example that the documents give."""
ANY_ORIGIN = {"access-control-allow-origin": "*"}
PREFLIGHT = {
    **ANY_ORIGIN,
    "access-control-allow-methods": "POST, GET, OPTIONS",
    "access-control-allow-headers": f"{KEY_HEADER}, content-type",
    "access-control-max-age": "86400",
}


class AilabWire(Wire):
    provider = "ailab"
    own_mistake = "error.SERVICE_INTERNAL_ERROR"
    unknown_key = "error.ERROR_USER_NOT_EXISTS"

    def starlette(self) -> Starlette:
        """The provider's application."""
        elsewhere = self.operation(None, self.elsewhere).answer
        app = Starlette(
            routes=[
                Route(PATH, self.operation("avatar-extraction", self.avatar_extraction), methods=["POST"]),
                Route(RESULTS + "/{date}/{name}", self.operation(RESULT, self.result), methods=["GET"]),
                Route("/{path:path}", self.operation("preflight", self.preflight), methods=["OPTIONS"]),
            ],
            exception_handlers={404: elsewhere, 405: elsewhere},
        )
        app.router.redirect_slashes = False
        return app

    async def avatar_extraction(self, call: Call) -> Response:
        """POST: one image in, one element per head out."""
        sandbox = call.enter(self._sandbox(call))
        settings = sandbox.settings("ailab")
        service.check_account(sandbox, settings)
        order = service.check_form(await self._form(call))
        seen = self.engine.studio.look_at(order.content)
        facts = service.check_image(seen, len(order.content))
        elements, heads = await service.extract(self.engine, seen, order)
        if not elements and settings["no_head"] == "error":
            raise Refusal("error.ERROR_NO_FACE_IN_FILE", note="no head was found in the image")
        service.charge(sandbox, settings)
        service.note_success(call, order, facts, heads)
        if not elements and settings["no_head"] == "null_data":
            return self._answer(settings, None)
        return self._answer(settings, {"elements": [self._publish(call, sandbox, one) for one in elements]})

    async def result(self, call: Call) -> Response:
        """GET: a result file, while it lives."""
        after_time = call.request.path_params["name"].partition("-")[2]
        asset, content = served(call, self.engine.registry, after_time, lives="24 hours")
        return Response(content, media_type=asset.media_type, headers=ANY_ORIGIN)

    async def preflight(self, call: Call) -> Response:
        """OPTIONS: browsers may call."""
        if {"origin", "access-control-request-method"} <= call.headers.keys():
            call.met("cors.preflight")
        return Response(status_code=200, headers=PREFLIGHT)

    async def elsewhere(self, call: Call) -> Response:
        """Another path, or another method on the documented one."""
        call.sandbox = await owner(self.engine.registry, call.request.scope, call.request.receive)
        known = call.path == PATH
        behaviour = "error.ERROR_ILLEGAL_OPERATION" if known else "error.ERROR_AI_NOT_EXISTS"
        note = nearest.operation(call.draft.method, call.path, provider=self.provider)
        raise Refusal(behaviour, note=note)

    def refuse(self, call: Call, behaviour: Behaviour, refusal: Refusal) -> Response:
        error = behaviour.error
        assert error is not None
        if behaviour.id.startswith("ailab.asset."):
            return _no_such_key(call, error)
        settings = _settings_of(call)
        status = error.status
        if settings["status_column"] == "before_2026_01_08" and error.status_before_2026_01_08:
            status = error.status_before_2026_01_08
        return _json(_envelope(settings["envelope"], status, error), status)

    def _sandbox(self, call: Call) -> Sandbox:
        key = call.headers.get(KEY_HEADER)
        if not key:
            raise Refusal(
                "error.ERROR_APPLICATIONS_NOT_EXISTS",
                note=keys.why_missing(call, self.engine.registry, wanted=KEY_HEADER),
            )
        sandbox = self.engine.registry.find("ailab", key)
        if sandbox is None:
            raise Refusal(
                "error.ERROR_USER_NOT_EXISTS",
                note=keys.why_unknown(call, self.engine.registry, wanted=KEY_HEADER, key=key),
            )
        return sandbox

    async def _form(self, call: Call) -> Form:
        try:
            form = await read_form(
                call.upload, limit=service.MAX_BODY, part_limits={"image": service.MAX_FILE}
            )
        except FileTooLarge as error:
            raise Refusal("error.FILE_SIZE_EXCEEDS_LIMIT", note=str(error)) from error
        except BodyTooLarge as error:
            raise Refusal("error.ERROR_REQUEST_BODY_TOO_LARGE", note=str(error)) from error
        except MalformedForm as error:
            raise Refusal("error.ERROR_PARAMETERS", note=str(error)) from error
        self._note_parts(call, form)
        return form

    def _note_parts(self, call: Call, form: Form) -> None:
        call.draft.notes += hints.of_parts(form)
        call.draft.notes += nearest.in_query(call.draft.query)
        for part in form.parts:
            if part.filename is None:
                call.draft.fields[part.name] = shortened(part.text)
            else:
                call.draft.files.append(part_facts(self.engine.studio, part))

    def _publish(self, call: Call, sandbox: Sandbox, element: Element) -> dict[str, Any]:
        second = int(sandbox.clock.now())
        path = f"{RESULTS}/{_dated(second)}-{assets.name(sandbox.id)}-{second}.png"
        sandbox.assets.publish(path, element.digest, media_type="image/png", lifetime=service.RESULT_LIFETIME)
        return {
            "image_url": call.results_at(self.catalogue.result_hosts[0]) + path,
            "width": element.width,
            "height": element.height,
            "x": element.x,
            "y": element.y,
        }

    def _answer(self, settings: Mapping[str, Any], data: Mapping[str, Any] | None) -> Response:
        return _json({**_envelope(settings["envelope"], 200, None), "data": data}, 200)


@lru_cache(maxsize=64)
def _dated(second: int) -> str:
    return time.strftime("%Y-%m-%d/%H%M%S", time.gmtime(second + PATH_UTC_OFFSET))


def _envelope(generation: str, status: int, error: Error | None) -> dict[str, Any]:
    """The public response fields, in one of the four generations that the documents went through."""
    code, text = (error.code, error.message()) if error else ("", "")
    supplement = SUPPLEMENTS.get(code, "")
    ids = {"request_id": uuid4().upper(), "log_id": str(random.randrange(10**7, 10**8))}
    detail = {"status_code": status, "code": code, "code_message": text, "message": supplement}
    if generation == "4":
        return {**ids, "error_detail": {key: detail[key] for key in ("code", "code_message", "message")}}
    error_code = 0 if status == 200 else status
    error_msg = " - ".join(filter(None, (text, supplement)))
    if generation == "3":
        return {**ids, "error_code": error_code, "error_msg": error_msg, "error_detail": detail}
    former = error.former if error and error.former else Former(code=code, message=error_msg)
    old = {"error_code": error_code, "error_code_str": former.code, "error_msg": former.message}
    return {**old, **ids} if generation == "1" else {**ids, **old, "error_detail": detail}


def _settings_of(call: Call) -> Mapping[str, Any]:
    """The settings of the sandbox; the defaults before one is known, and after it was dropped."""
    from mockserver.providers.ailab import SETTINGS

    if call.sandbox:
        with suppress(LookupError):
            return call.sandbox.settings("ailab")
    return defaults(SETTINGS)


def _json(content: Mapping[str, Any], status: int) -> Response:
    return Response(
        orjson.dumps(content), status_code=status, media_type="application/json", headers=ANY_ORIGIN
    )


def _no_such_key(call: Call, error: Error) -> Response:
    """What the storage behind result URLs would say; assumed."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error>\n  <Code>{error.code}</Code>\n  <Message>{error.message()}</Message>\n"
        f"  <RequestId>{uuid4().replace('-', '')[:24].upper()}</RequestId>\n"
        f"  <HostId>{quote(call.headers.get('host', ''), safe=':[]')}</HostId>\n"
        f"  <Key>{quote(call.path[1:])}</Key>\n</Error>\n"
    )
    return Response(body, status_code=error.status, media_type="application/xml", headers=ANY_ORIGIN)


def app(engine: Engine) -> Starlette:
    """The Starlette application of AILabTools on an engine."""
    return AilabWire(engine).starlette()
