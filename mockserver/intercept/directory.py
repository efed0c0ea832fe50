"""A private directory for what clients read, which does not outlive its process for long."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO

PREFIX = "mockserver-interception-"
LOCK = "lock"


class Directory:
    """A temporary directory that only this user can enter; gone with `remove`, or when the process ends.

    What a killed process has left is removed by the next one: a living process holds a lock in its own."""

    def __init__(self) -> None:
        sweep()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = _locked(self.path)
        self.remove = weakref.finalize(self, _remove, self.path, lock, os.getpid())


def write(path: Path, content: bytes) -> None:
    """Write a new file that only this user can read."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def sweep() -> None:
    """Remove the directories of this user whose process has ended."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError, ImportError):
            _remove_if_left(path)


def _remove_if_left(path: Path) -> None:
    import fcntl

    if path.is_symlink() or path.stat().st_uid != os.getuid():
        return
    with (path / LOCK).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)


def _locked(path: Path) -> IO[bytes] | None:
    """The lock of a directory, held until it is closed; it has its name only once it is held."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    lock = (path / f"{LOCK}-to-be").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    (path / f"{LOCK}-to-be").rename(path / LOCK)
    return lock


def _remove(path: Path, lock: IO[bytes] | None, owner: int) -> None:
    if os.getpid() != owner:  # a fork of the process that it belongs to
        return
    shutil.rmtree(path, ignore_errors=True)
    if lock is not None:
        lock.close()
