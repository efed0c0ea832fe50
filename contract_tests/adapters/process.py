"""An executable that speaks in lines of JSON: one question is a line in, its answer a line out.

What it writes to stderr is nobody's answer; the last of it is told when something goes wrong.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import IO, Any

from mockserver.execution import guard

LONGEST = 64 * 1024 * 1024
"""Bytes of one line, which may have images in it."""
LONGEST_ERROR, KEPT_ERRORS, SHOWN = 500, 12, 200
"""Characters of one line of stderr, how many of them are kept, and characters that are shown of an answer."""
GRACE = 1.0
"""Seconds that an executable has to end after its stdin did."""

Answer = Mapping[str, Any]


class Broken(Exception):
    """An executable ended, or wrote what is no answer; it is of no use any more."""


class Silent(Exception):
    """An executable did not answer in time."""


class Process:
    """A running executable. All that it starts ends with it, and it ends with this process.

    `folder` is there for files that it is given, as long as it runs. Raises OSError where it cannot be
    started."""

    def __init__(self, command: Sequence[str]) -> None:
        self._lifeline = -1
        self.folder = Path(tempfile.mkdtemp(prefix="mockserver-client-"))
        try:
            self._popen = self._started(command)
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[Answer | None]] = {}
        self._asked = 0
        self._trouble = ""
        self._is_retired = False
        self._errors: deque[str] = deque(maxlen=KEPT_ERRORS)
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._hearing = self._thread(self._hear_errors)
        self._threads = (self._hearing, self._thread(self._hear), self._thread(self._write))

    @property
    def is_usable(self) -> bool:
        """Whether it can have one more client."""
        return not self._trouble and not self._is_retired

    def ask(self, question: Mapping[str, Any], *, deadline: float) -> Answer:
        """Its answer to a question, which gets an id. Raises Broken; Silent after `deadline` seconds."""
        answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        with self._lock:
            if self._trouble:
                raise Broken(self._trouble)
            number = self._asked = next(self._numbers)
            self._waiting[number] = answers
        self._outbox.put(json.dumps({"id": number, **question}).encode() + b"\n")
        try:
            answer = answers.get(timeout=deadline)
        except queue.Empty:
            raise Silent(f"it did not answer within {deadline:g} s") from None
        finally:
            with self._lock:
                self._waiting.pop(number, None)
        if answer is None:
            raise Broken(self._trouble)
        return answer

    def retire(self) -> None:
        """Let it have no more clients; those that it has can go on."""
        self._is_retired = True

    def give_up(self, why: str) -> None:
        """Ask it nothing more: who is waiting for an answer gets none."""
        with self._lock:
            self._trouble = self._trouble or why
            waiting, self._waiting = self._waiting, {}
        for answers in waiting.values():
            answers.put(None)

    def hang_up(self) -> None:
        """End its stdin, by which it knows that it may end."""
        self._outbox.put(None)

    def end(self, *, grace: float = GRACE) -> None:
        """End it, at once where it is of no use any more, and else by itself as long as its grace is."""
        patient = self.is_usable
        self.give_up("it was ended")
        self.hang_up()
        if patient:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout=grace)
        self._kill()
        self._popen.wait()
        for thread in self._threads:  # each closes its pipe
            thread.join(timeout=GRACE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _started(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        if not hasattr(os, "fork"):
            return subprocess.Popen(list(command), **streams)  # type: ignore[call-overload,no-any-return]
        lifeline, self._lifeline = os.pipe()
        guarded = [sys.executable, "-I", "-S", guard.__file__, str(lifeline), str(self.folder), *command]
        try:
            # A session of its own: what a terminal sends to this one, such as Ctrl+C, does not reach it.
            return subprocess.Popen(guarded, pass_fds=[lifeline], start_new_session=True, **streams)  # type: ignore[call-overload,no-any-return]
        finally:
            os.close(lifeline)

    def _kill(self) -> None:
        with self._lock:
            lifeline, self._lifeline = self._lifeline, -1
        if lifeline >= 0:
            os.close(lifeline)
        else:
            self._popen.kill()

    def _thread(self, work: Any) -> threading.Thread:
        thread = threading.Thread(target=work, name=f"{work.__name__} {self._popen.pid}", daemon=True)
        thread.start()
        return thread

    def _write(self) -> None:
        pipe = _pipe(self._popen.stdin)
        with contextlib.suppress(OSError):  # it has ended, which its reader notices
            while (line := self._outbox.get()) is not None:
                pipe.write(line)
                pipe.flush()
        with contextlib.suppress(OSError):
            pipe.close()

    def _hear(self) -> None:
        with _pipe(self._popen.stdout) as pipe:
            while line := pipe.readline(LONGEST + 1):
                if line.strip() and not self._hand_over(line):
                    self._kill()
                    return
        self.give_up(self._how_it_ended())

    def _hand_over(self, line: bytes) -> bool:
        """Give an answer to whoever waits for it; whether it is one at all."""
        answer = _parsed(line)
        number = answer.get("id") if answer is not None else None
        if answer is None or not isinstance(number, int) or not 0 < number <= self._asked:
            shown = line[:SHOWN].decode(errors="replace").strip()
            self.give_up(f"it wrote a line to stdout that answers nothing (logs belong to stderr): {shown!r}")
            return False
        with self._lock:
            waiting = self._waiting.pop(number, None)
        if waiting is not None:  # else it comes too late
            waiting.put(answer)
        return True

    def _hear_errors(self) -> None:
        with _pipe(self._popen.stderr) as pipe:
            while line := pipe.readline(LONGEST_ERROR):
                self._errors.append(line.decode(errors="replace").rstrip())

    def _how_it_ended(self) -> str:
        self._hearing.join(timeout=GRACE)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=GRACE)
        code = self._popen.returncode
        said = "; its last words were:\n" + "\n".join(self._errors) if self._errors else ""
        return f"it ended{'' if code is None else f' with exit code {code}'}{said}"


def ended(processes: Sequence[Process]) -> None:
    """End processes, all in the same time."""
    for one in processes:
        one.hang_up()
    until = time.monotonic() + GRACE
    for one in processes:
        one.end(grace=max(0.0, until - time.monotonic()))


def _parsed(line: bytes) -> Answer | None:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
