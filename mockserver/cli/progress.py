"""A progress bar, where somebody sees it."""

from __future__ import annotations

import contextlib
import os
from types import TracebackType
from typing import Self, TextIO

WIDTH = 30


class Progress:
    """How many of some things are done, as a bar in the last line of a terminal; nothing elsewhere."""

    def __init__(self, stream: TextIO, of: int) -> None:
        self._stream = stream
        self._of = of
        self._done = 0
        self._shown = stream.isatty()

    def advance(self, what: str) -> None:
        """One more is done."""
        self._done += 1
        filled = WIDTH * self._done // max(self._of, 1)
        bar = "█" * filled + "░" * (WIDTH - filled)
        self._draw(f"{bar} {self._done}/{self._of}  {what}")

    def note(self, text: str) -> None:
        """Say something, terminal or not."""
        self._draw("")
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draw("")

    def _draw(self, line: str) -> None:
        if not self._shown:
            return
        with contextlib.suppress(OSError, ValueError):
            columns = os.get_terminal_size(self._stream.fileno()).columns
            self._stream.write(f"\r\x1b[K{line[: columns - 1]}")
            self._stream.flush()
