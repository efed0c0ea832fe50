"""Segmentation without HTTP: the checks in the provider's order, then the tasks.

The order of the checks is assumed; the limits are documented (PicWish, segmentation API page).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mockserver import assets
from mockserver.account import used_up
from mockserver.providers.base import Call, Engine, Refusal
from mockserver.providers.picwish import links
from mockserver.providers.picwish.cutting import MEDIA_TYPES
from mockserver.providers.picwish.parameters import Order
from mockserver.providers.picwish.records import Outcome, Standing, Task, Tasks
from mockserver.providers.picwish.work import Workbench
from mockserver.sandbox import Sandbox
from mockserver.tasks import LIMIT, State

KEPT_FILES = 2 * links.LIFETIME + 600.0
"""Seconds that result files are kept: an hour to ask for a link, an hour for the link, and some more."""


def check_service(sandbox: Sandbox, settings: Mapping[str, Any], *, creates: bool) -> None:
    """Whether the account may make this call, which either creates a task or queries one."""
    if not settings["enabled"]:
        raise Refusal("error.401.service", note="this sandbox has the service switched off: enabled=False")
    if not creates and settings["qps_counts"] == "tasks":
        return
    pace = sandbox.account("picwish").pace(settings["qps"])
    if pace.too_fast:
        raise Refusal("error.429", note=f"request {pace.count} in a second, qps is {pace.limit}")


def check_account(sandbox: Sandbox, settings: Mapping[str, Any], order: Order) -> None:
    """Whether the account may have this task."""
    if not order.sync and not settings["async_enabled"]:
        note = "this sandbox has asynchronous tasks switched off: send sync=1"
        raise Refusal("error.400.async_off", note=note)
    if sandbox.account("picwish").uses_left(settings["balance"]) == 0:
        raise _no_credits(settings)


class Segmentation:
    """Makes tasks and says how they stand."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._bench = Workbench(engine)

    async def create(self, call: Call, sandbox: Sandbox, settings: Mapping[str, Any], order: Order) -> Task:
        """A task for an order. A synchronous one has ended, an asynchronous one goes on."""
        doomed = State(int((call.spoiled() or settings["end"]).removeprefix("state.")))
        if not _charge(sandbox):
            raise _no_credits(settings)
        task = Task(
            id=assets.name(sandbox.id),
            options=order.options,
            digest=self._kept(order),
            url=order.image_url,
            results=assets.name(sandbox.id),
            origin=links.origin(call),
            created_at=sandbox.clock.now(),
            seconds=settings["seconds"],
            polls=settings["polls"],
            doomed=doomed if doomed.failed else None,
        )
        if order.sync:
            return await self._at_once(sandbox, task, order)
        task = self._promised(sandbox, task, order.callback_url, task.plan.ends_after)
        Tasks(sandbox).add(task)
        if task.doomed is None:
            self._bench.begin(sandbox, task, order.image)
        return task

    async def queried(self, sandbox: Sandbox, task_id: str) -> tuple[Task, Standing]:
        """How a task stands at one more query. Raises Refusal when there is none of that id."""
        task = Tasks(sandbox).queried(task_id)
        if task is None:
            note = "no task of this sandbox has this id, or it ended more than an hour of its time ago"
            raise Refusal("error.404.task", note=note)
        return await self.standing(sandbox, task)

    async def standing(self, sandbox: Sandbox, task: Task) -> tuple[Task, Standing]:
        """How a task stands now. One that must have ended is waited for, and ends."""
        now = sandbox.clock.now()
        standing = task.standing(now)
        if task.awaits_work(standing, self._engine.state):
            outcome = await self._bench.outcome(sandbox, task)
            task = replace(task, outcome=outcome)
            standing = task.standing(now)
        if standing.state.ended and task.ended is None:
            ends_after = task.plan.ends_after
            ended_at = now if ends_after is None else task.created_at + ends_after
            task = replace(task, ended=standing, ended_at=ended_at)
            self._end(sandbox, task, standing, ended_at)
        return task, standing

    async def _at_once(self, sandbox: Sandbox, task: Task, order: Order) -> Task:
        done = False
        try:
            outcome = await self._outcome(sandbox, task, order)
            done = outcome.state is State.DONE
        finally:
            if not done:
                sandbox.account("picwish").refund()
        ended_at = sandbox.clock.now()
        standing = Standing(
            state=outcome.state,
            progress=100 if done else 0,
            processed_at=int(task.created_at),
            completed_at=int(ended_at) if done else None,
        )
        task = replace(task, outcome=outcome, ended=standing, ended_at=ended_at)
        task = self._promised(sandbox, task, order.callback_url, ended_at - task.created_at)
        Tasks(sandbox).add(task)
        self._publish(sandbox, task)
        return task

    async def _outcome(self, sandbox: Sandbox, task: Task, order: Order) -> Outcome:
        if task.doomed is not None:
            return Outcome(state=task.doomed, files={})
        if task.plan.total > LIMIT:
            return Outcome(state=State.TIMED_OUT, files={})
        return await self._bench.work(sandbox, task, order.image)

    def _kept(self, order: Order) -> str | None:
        """The digest of an image that another process can find, too."""
        if order.image is None:
            return None
        digest = self._engine.studio.look_at(order.image).sha256
        if not order.sync:
            self._engine.state.keep(digest, order.image)
        return digest

    def _promised(self, sandbox: Sandbox, task: Task, url: str | None, age: float | None) -> Task:
        """A task whose callback falls due at an age; None where only queries end it."""
        if url is None:
            return task
        due_at = None if age is None else task.created_at + age
        callback = self._engine.courier.promise(
            sandbox, "picwish", url, due_at=due_at, about={"task_id": task.id}
        )
        return replace(task, callback=callback.id)

    def _end(self, sandbox: Sandbox, task: Task, standing: Standing, ended_at: float) -> None:
        if not Tasks(sandbox).end(task.id, standing, ended_at):
            return
        if standing.state is State.DONE:
            self._publish(sandbox, task)
        else:
            sandbox.account("picwish").refund()
        if task.callback is not None:
            self._engine.courier.hasten(sandbox, task.callback)

    def _publish(self, sandbox: Sandbox, task: Task) -> None:
        files = task.outcome.files if task.outcome else {}
        for output, digest in files.items():
            path = links.path_of(task.results, output, task.options.format)
            media_type = MEDIA_TYPES[task.options.format]
            sandbox.assets.publish(path, digest, media_type=media_type, lifetime=KEPT_FILES)


def _charge(sandbox: Sandbox) -> bool:
    """Take the credit of a task, which gets it back if it fails; False when none is left."""
    return sandbox.account("picwish").charge(sandbox.settings("picwish")["balance"])


def _no_credits(settings: Mapping[str, Any]) -> Refusal:
    return Refusal("error.401.credits", note=used_up("picwish", settings["balance"]))
