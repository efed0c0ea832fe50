"""Segmentation over HTTP: routes, form, envelope, errors, result files."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mockserver import nearest
from mockserver.catalogue import Behaviour
from mockserver.journal import shortened
from mockserver.providers import keys
from mockserver.providers.base import (
    RESULT,
    Call,
    Engine,
    Operation,
    Refusal,
    Wire,
)
from mockserver.providers.body import (
    BodyTooLarge,
    FileTooLarge,
    Form,
    MalformedForm,
    file_facts,
    part_facts,
    read_form,
)
from mockserver.providers.call import intercepted
from mockserver.providers.ownership import owner
from mockserver.providers.picwish import answers, callbacks, hints, links, parameters, service
from mockserver.providers.picwish.answers import ANY_ORIGIN
from mockserver.providers.picwish.cutting import MEDIA_TYPES
from mockserver.providers.picwish.parameters import BINARY, Order
from mockserver.providers.picwish.records import Standing, Task
from mockserver.providers.picwish.work import MAX_FILE
from mockserver.sandbox import Sandbox
from mockserver.tasks import State

PATH = "/api/tasks/visual/segmentation"
KEY_HEADER = "x-api-key"
MAX_BODY = 20 * 1024 * 1024
"""Bytes of a whole form; assumed."""
JSON = "application/json"
SLASH = re.compile(r"(?<!\[\^)/")
"""A slash of a route's pattern, but not in the class of what a parameter may hold."""
PREFLIGHT = {
    **ANY_ORIGIN,
    "access-control-allow-methods": "POST, GET, OPTIONS",
    "access-control-allow-headers": f"{KEY_HEADER}, content-type",
    "access-control-max-age": "86400",
}


class PicwishWire(Wire):
    provider = "picwish"
    own_mistake = "error.500"
    unknown_key = "error.401.key"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._segmentation = service.Segmentation(engine)
        engine.courier.register(self.provider, callbacks.route(self._segmentation))

    def starlette(self) -> Starlette:
        """The provider's application."""
        elsewhere, stored = self.operation(None, self.elsewhere), self.operation(RESULT, self.result)

        async def lost(request: Request, error: Exception) -> Response:
            host = intercepted(request.scope) or request.headers.get("host", "")
            return await (stored if links.is_storage(host) else elsewhere).answer(request)

        app = Starlette(
            routes=[
                _Lenient(PATH, self.operation("segmentation", self.create), methods=["POST"]),
                _Lenient(PATH + "/{task_id}", self.operation("query", self.query), methods=["GET"]),
                Route("/{path:path}", self.operation("preflight", self.preflight), methods=["OPTIONS"]),
                _Lenient(links.STORED + "/{name:path}", stored),
            ],
            exception_handlers={404: lost, 405: lost},
        )
        app.router.redirect_slashes = False
        return app

    async def create(self, call: Call) -> Response:
        """POST: an image in; a task out, or its result at once."""
        sandbox, _ = self._enter(call, creates=True)
        form = await self._form(call)
        order = parameters.checked(form)
        settings = sandbox.settings(self.provider)  # the body may have taken its time
        service.check_account(sandbox, settings, order)
        _note_order(call, form, order)
        task = await self._segmentation.create(call, sandbox, settings, order)
        if task.ended is None:
            return _json(answers.succeeded({"task_id": task.id}))
        _note_standing(call, task, task.ended)
        self._note_source(call, task)
        if task.ended.state is State.DONE and task.options.return_type == BINARY:
            file = answers.content(sandbox, task, task.options.outputs[0])
            return Response(file, media_type=MEDIA_TYPES[task.options.format], headers=ANY_ORIGIN)
        return _json(answers.of_task(sandbox, settings, task, task.ended, links.origin(call)))

    def _note_source(self, call: Call, task: Task) -> None:
        """What was behind image_url, once it was fetched."""
        outcome = task.outcome
        if task.url is None or outcome is None or outcome.source is None:
            return
        content = self.engine.state.blob(outcome.source)
        if content is not None:
            seen = self.engine.studio.look_at(content)
            call.draft.files.append(file_facts(seen, outcome.source_size, field="image_url"))

    async def query(self, call: Call) -> Response:
        """GET: how a task stands."""
        sandbox, settings = self._enter(call, creates=False)
        task_id = call.request.path_params["task_id"]
        call.draft.fields["task_id"] = shortened(task_id)
        task, standing = await self._segmentation.queried(sandbox, task_id)
        _note_standing(call, task, standing)
        return _json(answers.of_task(sandbox, settings, task, standing, links.origin(call)))

    async def result(self, call: Call) -> Response:
        """Any method: a result file, while its link lives, or the storage's error."""
        # Here and below imported late: the start of a server should not wait for it.
        from mockserver.providers.picwish.downloads import Downloads

        return await Downloads(self.engine).serve(call)

    async def preflight(self, call: Call) -> Response:
        """OPTIONS: browsers may call."""
        if {"origin", "access-control-request-method"} <= call.headers.keys():
            call.met("cors.preflight")
        return Response(status_code=200, headers=PREFLIGHT)

    async def elsewhere(self, call: Call) -> Response:
        """Another path, or another method on a documented one."""
        call.sandbox = await owner(self.engine.registry, call.request.scope, call.request.receive)
        note = nearest.operation(call.draft.method, call.path, provider=self.provider)
        raise Refusal("error.404.path", note=note)

    def refuse(self, call: Call, behaviour: Behaviour, refusal: Refusal) -> Response:
        error = behaviour.error
        assert error is not None
        if behaviour.id.startswith("picwish.asset."):
            from mockserver.providers.picwish import downloads

            return downloads.refused(call, behaviour, refusal)
        return _json({"status": error.status, "message": error.message()}, error.status)

    def _enter(self, call: Call, *, creates: bool) -> tuple[Sandbox, Mapping[str, Any]]:
        """The sandbox of the key, and its settings. Raises Refusal when the call may not be made."""
        sandbox = call.enter(self._sandbox(call))
        settings = sandbox.settings(self.provider)
        service.check_service(sandbox, settings, creates=creates)
        if "//" in call.path:
            call.met("path.double_slash")
        return sandbox, settings

    def _sandbox(self, call: Call) -> Sandbox:
        key = call.headers.get(KEY_HEADER, "")
        sandbox = self.engine.registry.find(self.provider, key)
        if sandbox is None or sandbox.credentials(self.provider)["api_key"] != key:
            raise Refusal("error.401.key", note=self._why_not(call, key))
        return sandbox

    def _why_not(self, call: Call, key: str) -> str:
        if not key:
            return keys.why_missing(call, self.engine.registry, wanted=KEY_HEADER)
        return keys.why_unknown(call, self.engine.registry, wanted=KEY_HEADER, key=key)

    async def _form(self, call: Call) -> Form:
        try:
            form = await read_form(call.upload, limit=MAX_BODY, part_limits={"image_file": MAX_FILE})
        except (FileTooLarge, BodyTooLarge) as error:
            raise Refusal("error.413", note=str(error)) from error
        except MalformedForm as error:
            raise Refusal("error.400.form", note=str(error)) from error
        self._note_parts(call, form)
        return form

    def _note_parts(self, call: Call, form: Form) -> None:
        call.draft.notes += hints.of_form(form)
        call.draft.notes += nearest.in_query(call.draft.query)
        for part in form.parts:
            if part.filename is None or part.name in (*parameters.CHOICES, *parameters.TEXTS):
                call.draft.fields[part.name] = shortened(part.text)
            else:
                call.draft.files.append(part_facts(self.engine.studio, part))


class _Lenient(Route):
    """A route whose slashes may be repeated: several clients join a base URL and a path so.

    It takes its methods alone, so that a HEAD is no query of a task; all where none are given."""

    def __init__(self, path: str, endpoint: Operation, *, methods: Collection[str] | None = None) -> None:
        super().__init__(path, endpoint)
        self.methods = None if methods is None else set(methods)
        self.path_regex = re.compile(SLASH.sub("/+", self.path_regex.pattern))


def _note_order(call: Call, form: Form, order: Order) -> None:
    """Which documented options a task is created with."""
    call.met(f"mode.{'sync' if order.sync else 'async'}")
    call.met(f"source.{'image_file' if order.image is not None else 'image_url'}")
    call.met(f"option.type.{order.options.type}")
    call.met(f"option.return_type.{order.options.return_type}")
    call.met(f"option.output_type.{order.options.output_type}")
    if order.options.crop:
        call.met("option.crop.1")
    if order.options.format == "jpg":
        call.met("option.format.jpg")
        if parameters.text(form, "bg_color"):
            call.met("option.bg_color")


def _note_standing(call: Call, task: Task, standing: Standing) -> None:
    """How a task stands, and why it failed if it did."""
    call.met(f"state.{int(standing.state)}")
    if why := task.why(standing):
        call.draft.notes.append(why)
    if standing.state is State.DONE and task.outcome is not None:
        call.met("success")
        call.met(f"format.{task.outcome.format}")


def _json(answer: Mapping[str, Any], status: int = 200) -> Response:
    content_type = {"content-type": f"{JSON}; charset=utf-8"}
    return Response(
        answers.written(answer),
        status_code=status,
        media_type=JSON,
        headers={**content_type, **ANY_ORIGIN},
    )


def app(engine: Engine) -> Starlette:
    """The Starlette application of PicWish on an engine."""
    return PicwishWire(engine).starlette()
