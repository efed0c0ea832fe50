"""The process between `mockserver exec` and its command; it needs nothing but the standard library.

    python -I -S guard.py LIFELINE FOLDERS COMMAND...

It does three things that its parent, which runs the server, cannot do:

- It outlives the parent. LIFELINE is the read end of a pipe that only the parent can write to. When that
  ends, the parent is gone, and so is, by SIGKILL, all that the command has started. FOLDERS, joined by
  os.pathsep, are removed then.
- It collects what the command leaves running. On Linux whatever is orphaned below it becomes its child. What
  does not end by itself soon after the command gets SIGTERM, and after GRACE seconds SIGKILL.
- It is a witness. A signal from the terminal (Ctrl+C) reaches the whole group, the command included, but one
  that is sent to the parent alone has to be passed on. The parent writes the number of each signal that it
  gets to the lifeline. One of WITNESSED that the guard has got, too, was for the group: it is not passed on.

After Ctrl+Z the guard stops as soon as the command has, and the parent as soon as the guard has, not before:
a shell takes the terminal back when the parent stops, and then the command must not read from it any more.

Its exit code is the command's, 128 + N when signal N ended that, 126 or 127 when it could not be run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
PATIENCE = 0.5
"""Seconds in which what the command has left running may end by itself."""
GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL for what does not."""
PAUSE = 0.01
SIGNALLED = 128
NOT_EXECUTABLE, NOT_FOUND = 126, 127
WITNESSED = [getattr(signal, name) for name in ("SIGINT", "SIGQUIT", "SIGHUP") if hasattr(signal, name)]
"""What a terminal sends to all processes in its foreground."""
RELAYED = WITNESSED + [
    getattr(signal, name) for name in ("SIGTERM", "SIGUSR1", "SIGUSR2") if hasattr(signal, name)
]
"""What the parent passes on."""
HEEDED = RELAYED + [getattr(signal, name) for name in ("SIGTSTP",) if hasattr(signal, name)]
"""What neither ends nor stops the parent, nor the guard, unless they were started to ignore it."""


class Guard:
    """The guard of one command, which it starts."""

    def __init__(self, command: Sequence[str], lifeline: int) -> None:
        self._lifeline = lifeline
        self._witnessed: Counter[int] = Counter()
        self._stopping = self._stopped = False
        self._wakeups, told = os.pipe()
        os.set_blocking(told, False)
        os.set_blocking(self._wakeups, False)
        os.set_inheritable(lifeline, False)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        heeded = [number for number in HEEDED if signal.getsignal(number) is not signal.SIG_IGN]
        for number in (*heeded, signal.SIGCHLD, signal.SIGCONT):
            signal.signal(number, _nothing)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEEDED)
        # What came before the command is there is the parent's to pass on.
        self._heard()
        signal.pthread_sigmask(signal.SIG_BLOCK, HEEDED)
        self.child = _started(command, heeded)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEEDED)

    def watch(self) -> int | None:
        """The exit code of the command; None when the parent has gone before it ended."""
        while True:
            told, _, _ = select.select([self._lifeline, self._wakeups], [], [])
            self._heed()
            if self._lifeline in told and not self._relay():
                return None
            if (code := self._reap()) is not None:
                return code
            if self._stopping and self._stopped:
                self._stopping = self._stopped = False
                os.kill(os.getpid(), signal.SIGSTOP)

    def _heed(self) -> None:
        """Take note of the signals that this process has got."""
        for number in self._heard():
            self._witnessed[number] += number in WITNESSED
            if number == signal.SIGTSTP:
                self._stopping = True
            if number == signal.SIGCONT:
                self._stopping = self._stopped = False

    def _heard(self) -> bytes:
        with contextlib.suppress(BlockingIOError):
            return os.read(self._wakeups, 4096)
        return b""

    def _relay(self) -> bool:
        """Pass on what the parent tells of; whether it is there."""
        told = os.read(self._lifeline, 4096)
        for number in filter(RELAYED.__contains__, told):
            if number in WITNESSED and not self._witnessed[number]:
                select.select([self._wakeups], [], [], PAUSE)  # it may be on its way
                self._heed()
            if self._witnessed[number]:
                self._witnessed[number] -= 1
            else:
                send(number, [self.child])
        return bool(told)

    def _reap(self) -> int | None:
        """Bury who has died; the exit code of the command if it has."""
        for pid, status in _changed(os.WUNTRACED | os.WCONTINUED):
            if pid != self.child:
                continue
            if not (os.WIFSTOPPED(status) or os.WIFCONTINUED(status)):
                return _code(status)
            self._stopped = os.WIFSTOPPED(status)
        return None


def send(number: int, pids: Iterable[int]) -> None:
    """Send a signal to processes that may have ended by now."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def end_rest(lifeline: int) -> list[str]:
    """End what the command has left running and does not end by itself: SIGTERM, and SIGKILL after a while.

    The names of what was running. When the parent goes meanwhile, SIGKILL at once."""
    if _gone_within(PATIENCE, lifeline):
        return []
    left = descendants()
    names = [name for pid in left if (name := _name(pid))]
    send(signal.SIGTERM, left)
    if not _gone_within(GRACE, lifeline):
        kill_rest()
    return names


def _gone_within(seconds: float, lifeline: int) -> bool:
    """Whether all below this process has ended after so long, or before the parent has."""
    until = time.monotonic() + seconds
    while left := descendants():
        orphaned, _, _ = select.select([lifeline], [], [], PAUSE)
        if time.monotonic() > until or (orphaned and not os.read(lifeline, 4096)):
            break
        _bury()
    return not left


def kill_rest() -> None:
    """SIGKILL everything below this process, also what is born meanwhile, and bury it."""
    while left := descendants():
        send(signal.SIGKILL, left)
        time.sleep(PAUSE / 10)
        _bury()
    _bury()


def descendants() -> list[int]:
    """The living processes below this one, as /proc tells; elsewhere than on Linux none."""
    below: dict[int, list[int]] = {}
    for pid, parent in _processes():
        below.setdefault(parent, []).append(pid)
    found, unseen = list[int](), [os.getpid()]
    while unseen:
        children = below.get(unseen.pop(), [])
        found += children
        unseen += children
    return found


def _processes() -> Iterator[tuple[int, int]]:
    """Each process that is no zombie, and its parent."""
    try:
        names = os.listdir("/proc")
    except OSError:
        return
    for name in filter(str.isdecimal, names):
        state, parent = _status(int(name)) or (b"X", b"0")
        if state not in b"ZX":
            yield int(name), int(parent)


def _status(pid: int) -> list[bytes]:
    """State and parent of a process, as /proc tells; nothing where that is not known."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", "rb") as file:
        # The name, in parentheses, can hold anything.
        return file.read().rpartition(b")")[2].split()[:2]
    return []


def _name(pid: int) -> str:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/comm", errors="replace") as file:
        return file.read().strip()
    return ""


def _changed(flags: int = 0) -> Iterator[tuple[int, int]]:
    """Each child that has ended, and its status; by WUNTRACED, WCONTINUED also who has stopped, continued."""
    with contextlib.suppress(ChildProcessError):
        while (changed := os.waitpid(-1, os.WNOHANG | flags))[0]:
            yield changed


def _bury() -> None:
    for _ in _changed():
        pass


def _code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else SIGNALLED - code


def _started(command: Sequence[str], heeded: Sequence[int]) -> int:
    """The pid of the command, which dies with this process."""
    guard = os.getpid()
    child = os.fork()
    if child:
        return child
    code = NOT_EXECUTABLE
    try:
        control(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == guard:
            for number in (*heeded, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEEDED)
            os.execvp(command[0], list(command))
    except OSError as error:
        code = NOT_FOUND if error.errno == errno.ENOENT else NOT_EXECUTABLE
        os.write(2, os.fsencode(f"mockserver: cannot run {command[0]}: {error.strerror}\n"))
    finally:
        os._exit(code)


def control(option: int, value: int) -> None:
    """prctl(2), where there is one."""
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _nothing(number: int, frame: object) -> None:
    """Nothing: the number is in the pipe of the wakeups. An ignored signal would be so for the command."""


def _remove(folders: Iterable[str]) -> None:
    import shutil

    for folder in filter(None, folders):
        shutil.rmtree(folder, ignore_errors=True)


def _complete() -> None:
    """Let nothing of ours have the numbers of streams that are missing; the command misses them as before."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def main(arguments: Sequence[str]) -> int:
    _complete()
    lifeline, folders = int(arguments[0]), arguments[1].split(os.pathsep)
    control(PR_SET_CHILD_SUBREAPER, 1)
    guard = Guard(arguments[2:], lifeline)
    code = guard.watch()
    if code is None:
        send(signal.SIGKILL, [guard.child])
        kill_rest()
        _remove(folders)
        return SIGNALLED + signal.SIGKILL
    if names := end_rest(lifeline):
        told = f"mockserver: ended what the command had left running: {', '.join(names)}\n"
        with contextlib.suppress(OSError):
            os.write(2, told.encode())
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
