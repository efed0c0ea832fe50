"""A client in any language: an executable that speaks the protocol of PROTOCOL.md."""

from __future__ import annotations

import shlex
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from contract_tests.adapters.base import Adapter, Problem
from contract_tests.adapters.process import Answer, Broken, Process, Silent, ended
from contract_tests.adapters.session import Outcome
from contract_tests.adapters.values import Malformed, image, received, sent

PROTOCOL = 1
STARTING = 30.0
"""Seconds that an executable may take to say hello: some have to be compiled first."""
MAKING, CLOSING = 10.0, 5.0
"""Seconds to make a client, besides those that it waits for the API, and to close one."""


class CannotStart(Exception):
    """A command that is no client under test; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hello:
    """What an executable says of itself: the calls that it knows by provider, and whether several of them may
    be under way at the same time."""

    name: str
    language: str
    operations: Mapping[str, Sequence[str]]
    concurrent: bool = False


class Executable:
    """A command that is a client under test. Its processes are started when they are needed, kept for the
    next client, and replaced when they end, hang or write what is no answer.

    Raises CannotStart for a command that does not start, or does not say hello."""

    def __init__(self, command: str | Sequence[str]) -> None:
        self.command = tuple(shlex.split(command) if isinstance(command, str) else command)
        if not self.command or shutil.which(self.command[0]) is None:
            raise CannotStart(f"{shlex.join(self.command)!r} cannot be run: there is no such command")
        self._lock = threading.Lock()
        self._is_closed = False
        self._processes: dict[Process, int] = {}  # and how many clients they have
        first, self.hello = self._started()
        self._processes[first] = 0

    def open(self, adapter: type[Adapter], access: Any, timeout: float) -> ExecutableSession:
        """A client of a provider for the URL and keys of `access`."""
        try:
            process = self._taken()
        except CannotStart as error:
            return ExecutableSession(self, adapter, trouble=Problem(text=str(error), own=False))
        return ExecutableSession(self, adapter, process).begun(access, timeout)

    def give_back(self, process: Process) -> None:
        """A client of a process has gone; so will the process, if it is of no use and this was its last."""
        with self._lock:
            if process not in self._processes:  # closed meanwhile
                return
            self._processes[process] -= 1
            gone = not process.is_usable and self._processes[process] == 0
            if gone:
                del self._processes[process]
        if gone:
            process.end()

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            self._is_closed = True
            processes, self._processes = list(self._processes), {}
        ended(processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _taken(self) -> Process:
        with self._lock:
            if self._is_closed:
                raise CannotStart(f"{shlex.join(self.command)} was closed")
            for process, clients in self._processes.items():
                if process.is_usable and (self.hello.concurrent or not clients):
                    self._processes[process] += 1
                    return process
        process, _ = self._started()
        with self._lock:
            self._processes[process] = 1
        return process

    def _started(self) -> tuple[Process, Hello]:
        try:
            process = Process(self.command)
        except OSError as error:
            raise CannotStart(f"{shlex.join(self.command)} cannot be run: {error.strerror}") from error
        try:
            answer = process.ask({"do": "hello", "protocol": PROTOCOL}, deadline=STARTING)
            return process, _hello(answer)
        except (Broken, Silent, Malformed) as error:
            process.give_up(str(error))
            process.end()
            raise CannotStart(f"{shlex.join(self.command)} did not say hello: {error}") from error


class ExecutableSession:
    """A client in a process. Where it could not be made, each call of it ends in that problem."""

    def __init__(
        self,
        executable: Executable,
        adapter: type[Adapter],
        process: Process | None = None,
        *,
        trouble: Problem | None = None,
    ) -> None:
        self._executable = executable
        self._adapter = adapter
        self._process = process
        self._made: Outcome | None = None
        self._client: Any = None
        self._hangs = False
        if trouble is not None:
            self._made = Outcome(call="client", seconds=0.0, problem=trouble)

    def begun(self, access: Any, timeout: float) -> Self:
        """Make the client."""
        question = {
            "do": "client",
            "provider": self._adapter.provider,
            "access": _told(access),
            "timeout": timeout,
        }
        made = self._ask("client", question, deadline=timeout + MAKING)
        if made.problem is None and not made.hung and made.unimplemented is None:
            self._client = made.result
        else:
            self._made = made
        return self

    def call(self, operation: str, *, deadline: float, **arguments: Any) -> Outcome:
        """Let the client do something, for at most `deadline` seconds."""
        known = self._executable.hello.operations.get(self._adapter.provider, ())
        if operation not in known:
            return Outcome(call=operation, seconds=0.0, unimplemented=f"it knows no {operation}")
        if self._made is not None:
            return self._made
        if self._process is None:
            raise ValueError("the client was closed")
        question: dict[str, Any] = {"client": self._client}
        try:
            question |= _asked(operation, arguments, self._process.folder)
        except OSError as error:  # which has gone with a process that ended
            self._process.give_up(f"it could not be given a file: {error}")
        return self._ask(operation, question, deadline=deadline)

    def close(self) -> None:
        """Close the client, and leave its process to the next."""
        process, self._process = self._process, None
        if process is None:
            return
        if self._made is None and not self._hangs:
            try:
                process.ask({"do": "close", "client": self._client}, deadline=CLOSING)
            except Broken:
                pass
            except Silent:
                process.retire()
        self._executable.give_back(process)

    def _ask(self, call: str, question: Mapping[str, Any], *, deadline: float) -> Outcome:
        assert self._process is not None
        began = time.monotonic()
        try:
            answer = self._process.ask(question, deadline=deadline)
            ending = self._ending(call, answer)
        except Silent:
            self._process.retire()
            self._hangs = True
            ending = {"hung": True}
        except Broken as error:
            ending = {"problem": Problem(text=f"the executable died: {error}", own=False)}
        except Malformed as error:
            ending = {"problem": Problem(text=f"not an answer as PROTOCOL.md has it: {error}", own=False)}
        return Outcome(call=call, seconds=time.monotonic() - began, **ending)

    def _ending(self, call: str, answer: Answer) -> dict[str, Any]:
        if "unimplemented" in answer:
            return {"unimplemented": str(answer["unimplemented"])}
        if "error" in answer:
            return {"problem": _problem(answer["error"])}
        name = "client" if call == "client" else "result"
        if name not in answer:
            raise Malformed(f"it has neither {name}, nor error, nor unimplemented")
        return {"result": received(self._adapter.results.get(call), answer[name])}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Error:
    """The error of an answer."""

    text: str
    own: bool | None = None
    code: Any = None
    retryable: bool | None = None


def _problem(value: Any) -> Problem:
    told = received(_Error, value, "error")
    code = None if told.code is None else str(told.code)
    return Problem(text=told.text, own=told.own, code=code, retryable=told.retryable)


def _hello(answer: Answer) -> Hello:
    if answer.get("protocol") != PROTOCOL:
        raise Malformed(f"it speaks protocol {answer.get('protocol')!r:.40}, and this is {PROTOCOL}")
    operations = answer.get("operations")
    if not isinstance(operations, dict) or not all(isinstance(one, list) for one in operations.values()):
        raise Malformed('its operations must be listed by provider: {"picwish": ["cut_out"]}')
    return Hello(
        name=str(answer.get("name", "")),
        language=str(answer.get("language", "")),
        operations={str(name): tuple(map(str, known)) for name, known in operations.items()},
        concurrent=answer.get("concurrent") is True,
    )


def _asked(operation: str, arguments: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    """A call as it is asked for."""
    others = {name: sent(value, folder) for name, value in arguments.items() if name != "image"}
    question: dict[str, Any] = {"do": operation, "arguments": others}
    if "image" in arguments:
        question["image"] = image(arguments["image"], folder)
    return question


def _told(access: Any) -> dict[str, str]:
    """URL and keys, by name."""
    names = (name for name in dir(type(access)) if not name.startswith("_"))
    return {name: value for name in names if isinstance(value := getattr(access, name), str)}
