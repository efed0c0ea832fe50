"""Never faster than the documents allow."""

from __future__ import annotations

import time
from collections.abc import Callable

MARGIN = 1.1
"""By how much the pauses are longer than they would have to be."""
DOCUMENTED = 2.0
"""Requests per second of PicWish and processimage.cn; the others document no number, and get no more."""


class Pacer:
    """Lets requests go at a rate: `qps` a second at most, None for no limit.

    `clock` answers seconds and `sleep` waits for some."""

    def __init__(
        self,
        qps: float | None = DOCUMENTED,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        if qps is not None and not 0 < qps < float("inf"):
            raise ValueError(f"qps is {qps}; it is more than 0")
        self.pause = 0.0 if qps is None else MARGIN / qps
        self.clock = clock
        self.sleep = sleep
        self._free_at = clock()

    def wait(self) -> None:
        """Wait until the next request may go."""
        early = self._free_at - self.clock()
        if early > 0:
            self.sleep(early)
        self._free_at = self.clock() + self.pause
