"""What an answer about a task says: the fields of the state table, or those of live answers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.providers.base import Refusal
from mockserver.providers.picwish import links
from mockserver.providers.picwish.parameters import BASE64
from mockserver.providers.picwish.records import Standing, Task
from mockserver.sandbox import Sandbox
from mockserver.tasks import TABLE, State

ANY_ORIGIN = {"access-control-allow-origin": "*"}
ESCAPES = {b"&": b"\\u0026", b"<": b"\\u003c", b">": b"\\u003e"}


def of_task(
    sandbox: Sandbox, settings: Mapping[str, Any], task: Task, standing: Standing, origin: str
) -> dict[str, Any]:
    """The whole answer about a task, its links at the origin where results are."""
    data: dict[str, Any] = {
        "completed_at": standing.completed_at,
        "created_at": int(task.created_at),
        "output_type": task.options.output_type,
        "processed_at": standing.processed_at,
        "progress": standing.progress,
        "return_type": task.options.return_type,
        "state": int(standing.state),
        "task_id": task.id,
        "type": task.options.type,
    }
    shown = set(TABLE[standing.state].shows) - {"image", "mask"}
    if standing.state is State.DONE:
        data |= {output: _result(sandbox, settings, task, output, origin) for output in task.options.outputs}
        shown |= set(task.options.outputs)
    if settings["result_fields"] == "documented":
        return succeeded({name: data[name] for name in sorted(shown)})
    if standing.state is State.DONE:
        more = _observed(task)
        data, shown = data | more, shown | more.keys()
    return {"status": 200, "data": {name: data[name] for name in sorted(shown)}}


def succeeded(data: Mapping[str, Any]) -> dict[str, Any]:
    """The envelope of a request that went well."""
    return {"status": 200, "message": "success", "data": data}


def written(answer: Mapping[str, Any]) -> bytes:
    """An answer as JSON text, its `&`, `<` and `>` escaped as the provider does."""
    text = orjson.dumps(answer)
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return text


def content(sandbox: Sandbox, task: Task, output: str) -> bytes:
    """The bytes of a result file. Raises Refusal when this server had to let it go."""
    digest = task.outcome.files.get(output) if task.outcome else None
    found = sandbox.state.blob(digest) if digest else None
    if found is None:
        raise Refusal("error.500", note="this server let the result go to make room for newer ones")
    return found


def _result(sandbox: Sandbox, settings: Mapping[str, Any], task: Task, output: str, origin: str) -> str:
    if task.options.return_type == BASE64:
        return base64.b64encode(content(sandbox, task, output)).decode()
    path = links.path_of(task.results, output, task.options.format)
    return links.signed(sandbox, settings, origin, path)


def _observed(task: Task) -> dict[str, Any]:
    """What live answers have beyond the documents."""
    outcome = task.outcome
    assert outcome is not None
    x, y, width, height = outcome.box
    return {
        "download_time": int(outcome.download_time),
        "foreground_rect": {"height": height, "width": width, "x": x, "y": y},
        "image_height": outcome.height,
        "image_width": outcome.width,
        "state_detail": "Complete",
        "time_elapsed": outcome.time_elapsed,
    }
