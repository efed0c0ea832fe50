"""A courier without a network, in a world where time stands still but for travel."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import cast

from mockserver.callbacks import Callback, Standing
from mockserver.courier import Courier, Message, Route
from mockserver.outbound import Outbound, Unreachable
from mockserver.registry import Registry
from mockserver.sandbox import Sandbox
from mockserver.state.memory import MemoryState

URL = "http://127.0.0.1:9/done"
Answer = int | None | asyncio.Event


@dataclass
class Receiver:
    """Stands for the network: answers by a script, then with 200; None refuses, an event hangs."""

    script: list[Answer] = field(default_factory=list)
    received: list[tuple[str, bytes]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> int:
        self.received.append((url, body))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        answer = self.script.pop(0) if self.script else 200
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            answer = None
        if answer is None:
            raise Unreachable("nobody there")
        return answer


class World:
    """A registry, a courier, a receiver, and time that stands still but for travel."""

    def __init__(self, *script: Answer, delays: tuple[float, ...] = (0.0, 10.0, 60.0)) -> None:
        self.receiver = Receiver(list(script))
        self.courier = Courier(cast("Outbound", self.receiver))
        self.registry = Registry(MemoryState(), [], real=lambda: 1000.0, moved=self.courier.moved)
        self.prepared: list[str] = []
        self.courier.register(
            "picwish",
            Route(prepare=self.prepare, delays=delays, timeout=1.0, accepted=lambda status: status < 300),
        )

    async def prepare(self, sandbox: Sandbox, callback: Callback) -> Message | None:
        self.prepared.append(callback.id)
        text = callback.about.get("text", "")
        return (
            None
            if text == "nothing"
            else Message(body=text.encode(), headers={"Content-Type": "application/json"})
        )

    def promise(self, sandbox: Sandbox, due_in: float | None = 1.0, text: str = "{}") -> Callback:
        due_at = None if due_in is None else sandbox.clock.now() + due_in
        return self.courier.promise(sandbox, "picwish", URL, due_at=due_at, about={"text": text})

    def empty(self, sandbox: Sandbox, how: str) -> None:
        if how == "reset":
            sandbox.reset()
        else:
            self.registry.drop(sandbox.id)

    async def travel(self, sandbox: Sandbox, seconds: float) -> None:
        await asyncio.to_thread(sandbox.clock.travel, seconds)


def run(story: Callable[[], Coroutine[object, object, None]]) -> None:
    asyncio.run(story())


def standings(sandbox: Sandbox) -> list[tuple[Standing, int]]:
    return [(callback.standing, callback.attempts) for callback in sandbox.callbacks]
