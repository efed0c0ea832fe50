"""A command in the foreground: streams, terminal and process group are its own, signals reach it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from mockserver.execution import guard
from mockserver.execution.guard import (
    HEEDED,
    NOT_EXECUTABLE,
    NOT_FOUND,
    PR_SET_CHILD_SUBREAPER,
    SIGNALLED,
)


class CannotRun(Exception):
    """A command that cannot be run; `code` is the exit code that a shell has for it."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def found(command: str) -> str:
    """Where a command is. Raises CannotRun."""
    if path := shutil.which(command):
        return path
    if Path(command).is_dir():
        raise CannotRun(f"cannot run {command}: it is a directory", NOT_EXECUTABLE)
    if Path(command).exists() and (os.sep in command or "/" in command):
        raise CannotRun(f"cannot run {command}: it is not executable; try chmod +x {command}", NOT_EXECUTABLE)
    where = "there is no such file" if "/" in command else "there is no such command on the PATH"
    spaces = "; give its arguments as words of their own, without quotes" if " " in command else ""
    raise CannotRun(f"cannot run {command}: {where}{spaces}", NOT_FOUND)


def run(command: Sequence[str], environment: Mapping[str, str], *, folders: Sequence[Path] = ()) -> int:
    """Run a command and return its exit code, 128 + N when signal N ended it.

    Call it in the main thread of a process without other children. What the command leaves running is ended.
    When this process is killed, all of it is, and the `folders` are removed. Its file descriptors are those
    that this process was given."""
    if not hasattr(os, "fork"):
        return _waited(subprocess.Popen(list(command), env=dict(environment)))
    lifeline, told = os.pipe()
    os.set_inheritable(lifeline, True)
    os.set_blocking(told, False)
    removed = os.pathsep.join(map(str, folders))
    arguments = [sys.executable, "-I", "-S", guard.__file__, str(lifeline), removed, *command]
    try:
        with _relayed(told):
            # What a guard that was killed leaves behind comes to this process.
            guard.control(PR_SET_CHILD_SUBREAPER, 1)
            with _blocked():
                process = subprocess.Popen(arguments, env=dict(environment), close_fds=False)
            os.close(lifeline)
            return _followed(process)
    finally:
        os.close(told)


@contextlib.contextmanager
def _relayed(told: int) -> Iterator[None]:
    """Tell the guard of the signals that this process gets, which do not end it.

    They are told by the wakeup of the interpreter: a handler in Python has to wait for the main thread, which
    sleeps on when it is another thread that the system hands the signal to."""
    heeded = [number for number in HEEDED if signal.getsignal(number) is not signal.SIG_IGN]
    wakeup = signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    before = {number: signal.signal(number, _nothing) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        signal.set_wakeup_fd(wakeup)


def _nothing(number: int, frame: FrameType | None) -> None:
    """What is told is told by the wakeup."""


@contextlib.contextmanager
def _blocked() -> Iterator[None]:
    """Hold signals back from a process that is started, until it heeds them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HEEDED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _waited(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a process, whatever interrupts the waiting."""
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            code = process.wait()
            return code if code >= 0 else SIGNALLED - code


def _followed(process: subprocess.Popen[bytes]) -> int:
    """The same, of one that this process stops with."""
    while True:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            process.returncode = os.waitstatus_to_exitcode(status)
            if os.WIFSIGNALED(status):
                guard.kill_rest()
            return _waited(process)
