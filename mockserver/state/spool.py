"""Blobs in one anonymous temporary file, written round and round.

Result images are bulky and read once or never: keeping them in memory would make a mock server grow by
gigabytes under load. The file has no name, so nothing is left behind however the process ends.
"""

from __future__ import annotations

import errno
import threading
from collections import OrderedDict
from typing import IO

GIBIBYTE = 1 << 30


class Spool:
    """At most `capacity` bytes of blobs by digest; a new blob overwrites the oldest ones."""

    def __init__(self, capacity: int = GIBIBYTE) -> None:
        self._capacity = capacity
        self._places: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._position = 0
        self._closed = False
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()

    def keep(self, digest: str, blob: bytes | memoryview) -> None:
        """Keep a blob. Raises ValueError when it is larger than the whole spool, OSError on a full disk.

        A closed spool keeps nothing: whoever still works while it is closed need not know."""
        # An empty blob takes a byte, too: of no size it would lie nowhere, and never be the oldest one ahead.
        room = max(1, len(blob))
        if room > self._capacity:
            raise ValueError(f"a blob of {len(blob)} bytes does not fit a spool of {self._capacity}")
        with self._lock:
            if self._closed or digest in self._places:
                return
            if self._position + room > self._capacity:
                self._release(self._position, self._capacity)
                self._position = 0
            self._release(self._position, self._position + room)
            self._write(blob)
            self._places[digest] = (self._position, len(blob))
            self._position += room

    def __contains__(self, digest: str) -> bool:
        return digest in self._places

    def read(self, digest: str) -> bytes | None:
        """The blob, or None when it is not here."""
        with self._lock:
            place = self._places.get(digest)
            if place is None:
                return None
            file = self._open()
            file.seek(place[0])
            return file.read(place[1])

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._closed = True
            self._places.clear()
            if self._file is not None:
                self._file.close()
                self._file = None

    def _write(self, blob: bytes | memoryview) -> None:
        file = self._open()
        file.seek(self._position)
        if file.write(blob) != len(blob):
            import tempfile

            text = f"no space left for a spool of {self._capacity} bytes"
            raise OSError(errno.ENOSPC, text, tempfile.gettempdir())

    def _open(self) -> IO[bytes]:
        if self._file is None:
            import tempfile  # which imports much that the start of a server does not need

            # It stays open as long as the spool does.
            self._file = tempfile.TemporaryFile(prefix="mockserver-", buffering=0)  # noqa: SIM115
        return self._file

    def _release(self, start: int, end: int) -> None:
        # The oldest blobs lie right ahead of the writing position, in the order of writing.
        while self._places:
            digest, (offset, length) = next(iter(self._places.items()))
            if not (offset < end and offset + max(1, length) > start):
                return
            del self._places[digest]
