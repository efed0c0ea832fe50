"""Asynchronous requests: the work is done when it is due, and its answer posted to the callback.

As on the operator's published server, the callback gets the JSON of a synchronous answer, and a second try at
once when it does not answer 200. What is charged is the work, however the delivery goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from mockserver import assets, catalogue
from mockserver.callbacks import Callback
from mockserver.courier import Message, Route
from mockserver.ids import uuid4
from mockserver.providers.base import Engine
from mockserver.providers.processimage import NAME, quota, work
from mockserver.providers.processimage.envelope import Caller, failure, success
from mockserver.providers.processimage.outcome import Outcome, Status, failed
from mockserver.providers.processimage.parameters import Parameters
from mockserver.providers.processimage.settlement import settle
from mockserver.providers.processimage.work import TIMEOUT, Result, Task
from mockserver.sandbox import Sandbox

TABLE = f"{NAME}.jobs"
REMEMBERED = 50_000
DELAYS = (0.0, 0.0)
CALLBACK_TIMEOUT = 8.0
HEADERS = {"Content-Type": "application/json", "Content-Language": "zh"}


def register(engine: Engine) -> None:
    """Let the engine call back for this provider."""

    async def prepare(sandbox: Sandbox, callback: Callback) -> Message | None:
        return await _prepare(engine, sandbox, callback)

    route = Route(
        prepare=prepare, delays=DELAYS, timeout=CALLBACK_TIMEOUT, accepted=lambda status: status == 200
    )
    engine.courier.register(NAME, route)


def promise(
    engine: Engine,
    sandbox: Sandbox,
    task: Task,
    caller: Caller,
    *,
    known: Outcome | None,
    spoiled: str | None,
) -> None:
    """Do the work later and call back. What is `known` from the cache is told at once."""
    job = uuid4()
    record = {
        "content": assets.keep(sandbox.state, task.content),
        "parameters": task.parameters.record(),
        "caller": asdict(caller),
        "known": known and known.record(),
        "spoiled": spoiled,
        "told": None,
    }
    sandbox.state.write(sandbox.id, TABLE, job, record, limit=REMEMBERED)
    seconds = 0.0 if known else min(task.settings["seconds"], TIMEOUT)
    due_at = sandbox.clock.now() + seconds
    about = {"job": job, "imageUniqueIdentification": caller.image_md5}
    engine.courier.promise(sandbox, NAME, task.parameters.callback, due_at=due_at, about=about)


async def _prepare(engine: Engine, sandbox: Sandbox, callback: Callback) -> Message | None:
    """The message of a callback; the work is done once, however often this is asked. None when the sandbox
    was reset or dropped meanwhile."""
    record = sandbox.state.read(sandbox.id, TABLE, callback.about["job"])
    told = record and (record["told"] or await _told(engine, sandbox, callback, record))
    if not told:
        return None
    return Message(
        body=orjson.dumps(told["answer"]),
        headers=HEADERS,
        behaviours=[f"{NAME}.{behaviour}" for behaviour in told["behaviours"]],
        notes=told["notes"],
    )


async def _told(
    engine: Engine, sandbox: Sandbox, callback: Callback, record: Mapping[str, Any]
) -> dict[str, Any] | None:
    job, due_at = callback.about["job"], callback.due_at
    assert due_at is not None
    result = None if record["known"] else await _work(engine, sandbox, record)
    if sandbox.state.read(sandbox.id, TABLE, job) is None:
        return None
    told = _answer(sandbox, record, result, due_at)
    sandbox.state.write(sandbox.id, TABLE, job, {**record, "told": told}, limit=REMEMBERED)
    return told


async def _work(engine: Engine, sandbox: Sandbox, record: Mapping[str, Any]) -> Result:
    content = sandbox.state.blob(record["content"])
    if content is None:  # it had to make room for newer ones
        return Result(outcome=failed(Status.FAILED))
    parameters = Parameters.of(record["parameters"])
    task = Task.of(engine, sandbox, content, parameters)
    return await work.perform(engine, task, spoiled=record["spoiled"])


def _answer(
    sandbox: Sandbox, record: Mapping[str, Any], result: Result | None, due_at: float
) -> dict[str, Any]:
    """What is posted, and what the journal says of it. The work counts as done when it was due, however much
    later a clock that travelled has let it be done."""
    settings, caller = sandbox.settings(NAME), Caller(**record["caller"])
    if result is None:
        known = Outcome.from_record(record["known"])
        answer = success(known, quota.look(sandbox, due_at), caller, settings, cached=True)
        return {"answer": answer, "behaviours": [known.status.behaviour, "cache.hit"], "notes": []}
    settled = settle(sandbox, result, due_at)
    if settled is None:
        error = catalogue.load(NAME).error("403.uses")
        answer = failure(error, error.message(), caller.address)
        return {"answer": answer, "behaviours": ["error.403.uses"], "notes": list(result.notes)}
    answer = success(*settled, caller, settings)
    behaviours = [result.outcome.status.behaviour, "code.200"]
    return {"answer": answer, "behaviours": behaviours, "notes": list(result.notes)}
