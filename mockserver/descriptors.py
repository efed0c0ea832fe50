"""The file descriptors 0, 1 and 2, which a process may be started without."""

from __future__ import annotations

import os
import sys

HIGHEST = 2
"""That of stderr; what is opened where one is missing gets a number up to here, and is taken for a stream."""
STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def complete() -> None:
    """Open the null device on those that are missing, before anything else gets their numbers: libuv aborts
    the process when it is to close one of them. A process that is started from here misses them as before."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= HIGHEST:
        pass
    os.close(descriptor)


def complete_streams() -> None:
    """The same, and give sys.stdin, sys.stdout and sys.stderr what they lack, for the life of the process."""
    complete()
    for descriptor, (name, mode) in enumerate(STREAMS):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))
