"""Callbacks: what is posted to `callback_url` when a task has ended.

That field is documented, and that it goes with and without sync=1. Assumed are the rest: a POST of the
JSON that a query would answer, its links signed when it is sent, and three attempts at 0, 10 and 60 s, until
one is answered with a status of 2xx.
"""

from __future__ import annotations

from mockserver.callbacks import Callback
from mockserver.courier import Message, Route
from mockserver.providers.picwish import answers
from mockserver.providers.picwish.records import Tasks
from mockserver.providers.picwish.service import Segmentation
from mockserver.sandbox import Sandbox

DELAYS = (0.0, 10.0, 60.0)
TIMEOUT = 10.0
CONTENT_TYPE = "application/json; charset=utf-8"


def route(segmentation: Segmentation) -> Route:
    """How this provider calls back."""

    async def prepare(sandbox: Sandbox, callback: Callback) -> Message | None:
        task = Tasks(sandbox).recall(callback.about["task_id"])
        if task is None:
            return None
        task, standing = await segmentation.standing(sandbox, task)
        answer = answers.of_task(sandbox, sandbox.settings("picwish"), task, standing, task.origin)
        return Message(
            body=answers.written(answer),
            headers={"Content-Type": CONTENT_TYPE},
            behaviours=[f"picwish.state.{int(standing.state)}"],
            notes=[task.outcome.why] if task.outcome and task.outcome.why else [],
        )

    return Route(prepare=prepare, delays=DELAYS, timeout=TIMEOUT, accepted=lambda status: 200 <= status < 300)
