"""Whether an answer reached a client that had stopped sending: it had gone, or it only had no more to say."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from types import TracebackType
from typing import Self

TCP_CLOSE = 7
"""A connection that has ended, as Linux numbers states: a client that is gone answers by an RST."""
PATIENCE = 0.5
"""Seconds that an answer may take on its way; a slow reader is no lost one."""
PAUSE = 0.002


class Witness:
    """A second hold on a connection's socket, so that it can be asked after the server has closed it.

    To be made before the answer is sent."""

    def __init__(self, peer: socket.socket | None) -> None:
        self._copy: socket.socket | None = None
        if peer is not None:
            with contextlib.suppress(OSError, ValueError):  # it is gone already
                self._copy = socket.socket(fileno=os.dup(peer.fileno()))

    async def lost(self) -> bool:
        """Whether what was sent found nobody; False where the system cannot tell."""
        if self._copy is None:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while _state(self._copy) != TCP_CLOSE and in_kernel(self._copy) > 0:
                    await asyncio.sleep(PAUSE)
        return _state(self._copy) == TCP_CLOSE

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._copy is not None:
            self._copy.close()


def in_kernel(peer: socket.socket) -> int:
    """Bytes that the kernel has taken and the other side has not yet; 0 where it cannot be asked."""
    try:
        import fcntl
        import sys
        import termios

        unsent = fcntl.ioctl(peer.fileno(), termios.TIOCOUTQ, b"\0" * 4)
    except (ImportError, OSError, ValueError):  # not on Windows; or it is closed already
        return 0
    return int.from_bytes(unsent, sys.byteorder)


def _state(peer: socket.socket) -> int | None:
    try:
        return peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    except (AttributeError, OSError):  # elsewhere than on Linux
        return None
