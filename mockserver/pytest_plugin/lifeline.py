"""A worker of pytest-xdist ends with the run that started it, also when that is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def hold(config: object) -> None:
    """Let this process, if it is a worker, be killed as soon as its controller is. Elsewhere than on Linux it
    takes the seconds that execnet needs to notice."""
    if not hasattr(config, "workerinput") or not sys.platform.startswith("linux"):
        return
    import ctypes

    parent = os.getppid()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone already
        os.kill(os.getpid(), signal.SIGKILL)
