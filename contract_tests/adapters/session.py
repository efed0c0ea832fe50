"""A client under test at work: every call has a deadline, and ends in a result, a problem, or not at all."""

from __future__ import annotations

import asyncio
import inspect
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.adapters.base import Adapter, Problem, Unimplemented

SUBJECTS = ("image", "handle", "body")
"""What a call is about; it comes first and without its name, which an adapter may choose."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a call of a client ended: with a `result`, or a `problem`, or neither when it hung."""

    call: str
    seconds: float
    result: Any = None
    problem: Problem | None = None
    hung: bool = False
    unimplemented: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What the call was given."""

    def __str__(self) -> str:
        if self.hung:
            return f"{self.call} hung for {self.seconds:.1f} s"
        if self.unimplemented is not None:
            return f"{self.call} is not implemented: {self.unimplemented}"
        return f"{self.call} raised {self.problem.text}" if self.problem else f"{self.call} answered"


class PythonSession:
    """A Python client in a thread of its own, with an event loop of its own if it is an asynchronous one.

    A call that hangs is left behind, its thread with it; the session is of no use then. A client that could
    not be made ends each call as its making ended."""

    def __init__(self, adapter: Adapter, access: Any, timeout: float) -> None:
        self._adapter = adapter
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._runner = asyncio.Runner()
        self._hangs = False
        self._thread = threading.Thread(target=self._work, name=f"client of {adapter.provider}", daemon=True)
        self._thread.start()
        made = self._do("client", lambda: adapter.client(access, timeout), deadline=timeout + 10)
        self._client = made.result
        self._unmade = made if made.problem or made.hung or made.unimplemented is not None else None

    def call(self, operation: str, *, deadline: float, **arguments: Any) -> Outcome:
        """Let the client do something, for at most `deadline` seconds."""
        if self._unmade is not None:
            return self._unmade
        given = [arguments.pop(name) for name in SUBJECTS if arguments.get(name) is not None]
        method = getattr(self._adapter, operation)
        return self._do(operation, lambda: method(self._client, *given, **arguments), deadline=deadline)

    def close(self) -> None:
        """Close the client and end the thread, unless it hangs."""
        hangs = self._hangs
        if self._unmade is None:
            self._do("close", lambda: self._adapter.close(self._client), deadline=0.0 if hangs else 5.0)
        self._calls.put(None)
        self._thread.join(timeout=0.0 if hangs else 1.0)

    def _do(self, name: str, act: Callable[[], Any], *, deadline: float) -> Outcome:
        answers: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        began = time.monotonic()

        def call() -> None:
            answers.put(self._outcome(name, act, began))

        self._calls.put(call)
        try:
            return answers.get(timeout=deadline)
        except queue.Empty:
            self._hangs = True
            return Outcome(call=name, seconds=time.monotonic() - began, hung=True)

    def _outcome(self, name: str, act: Callable[[], Any], began: float) -> Outcome:
        try:
            result = act()
            if inspect.isawaitable(result):
                result = self._runner.run(_awaited(result))
        except Unimplemented as reason:
            return Outcome(call=name, seconds=time.monotonic() - began, unimplemented=str(reason))
        except BaseException as error:
            return Outcome(call=name, seconds=time.monotonic() - began, problem=self._problem(error))
        return Outcome(call=name, seconds=time.monotonic() - began, result=result)

    def _problem(self, error: BaseException) -> Problem:
        try:
            return self._adapter.problem(error)
        except Exception as mistake:
            told = [f"{type(one).__name__}: {one}" for one in (error, mistake)]
            return Problem(text="; and its adapter, asked of that, ".join(told), own=False)

    def _work(self) -> None:
        with self._runner:
            while (act := self._calls.get()) is not None:
                act()


async def _awaited(result: Any) -> Any:
    return await result
