"""Work on many things at the same time, that can be left at any moment."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def unordered(act: Callable[[Item], Result], items: Sequence[Item], *, jobs: int) -> Iterator[Result]:
    """What an act makes of each item, as it is done; raises what an act raises, after those under way.

    Who stops listening leaves these behind: nothing waits for them, not even the end of Python."""
    todo: queue.SimpleQueue[Item] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()
    stopped = threading.Event()
    for item in items:
        todo.put(item)

    def work() -> None:
        while not stopped.is_set():
            try:
                item = todo.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((act(item), None))
            except BaseException as error:
                done.put((None, error))

    names = [f"case {number}" for number in range(min(jobs, len(items)))]
    threads = [threading.Thread(target=work, name=name, daemon=True) for name in names]
    for thread in threads:
        thread.start()
    try:
        for _ in items:
            result, error = done.get()
            if error is not None:
                stopped.set()
                for thread in threads:
                    thread.join()
                raise error
            yield result  # type: ignore[misc]
    finally:
        stopped.set()
