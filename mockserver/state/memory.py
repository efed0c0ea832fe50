"""The embedded default: state in this process, blobs in a spool file."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import TypeVar

from mockserver.state.interface import Log, Record
from mockserver.state.spool import Spool

LOG_BYTES = 256 * 1024 * 1024
DROPPED = 100_000
"""Spaces that are remembered to have been dropped forever."""

T = TypeVar("T")
Table = dict[str, Record]


class _Ring:
    """A log bounded by entries and by bytes."""

    __slots__ = ("dropped", "entries", "size")

    def __init__(self) -> None:
        self.entries: deque[bytes] = deque()
        self.size = 0
        self.dropped = 0

    def append(self, entry: bytes, max_entries: int, max_bytes: int) -> None:
        self.entries.append(entry)
        self.size += len(entry)
        while self.entries and (len(self.entries) > max_entries or self.size > max_bytes):
            self.let_go()

    def let_go(self) -> None:
        """Forget the oldest entry."""
        self.size -= len(self.entries.popleft())
        self.dropped += 1


class _Logs:
    """The logs of all spaces, which share a budget of bytes: beyond it, the one that nobody wrote to for
    longest lets its oldest entries go."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._size = 0
        self._spaces: OrderedDict[str, dict[str, _Ring]] = OrderedDict()
        """In the order of the last writing."""

    def append(self, space: str, log: str, entry: bytes, max_entries: int, max_bytes: int) -> None:
        rings = self._spaces.get(space)
        if rings is None:
            rings = self._spaces[space] = {}
        self._spaces.move_to_end(space)
        ring = rings.get(log)
        if ring is None:
            ring = rings[log] = _Ring()
        before = ring.size
        ring.append(entry, max_entries, max_bytes)
        self._size += ring.size - before
        if self._size > self._budget:
            self._make_room()

    def entries(self, space: str, log: str) -> Log:
        ring = self._spaces.get(space, {}).get(log)
        return Log(entries=tuple(ring.entries) if ring else (), dropped=ring.dropped if ring else 0)

    def empty(self, space: str, log: str) -> None:
        ring = self._spaces.get(space, {}).pop(log, None)
        self._size -= ring.size if ring else 0

    def drop(self, space: str) -> None:
        self._size -= sum(ring.size for ring in self._spaces.pop(space, {}).values())

    def _make_room(self) -> None:
        for rings in self._spaces.values():
            for ring in rings.values():
                while ring.entries and self._size > self._budget:
                    self._size -= len(ring.entries[0])
                    ring.let_go()


class MemoryState:
    """A `State` for one process. Reading takes no lock: looking up in a dict is atomic already.

    All logs together hold at most `log_bytes`."""

    def __init__(self, spool: Spool | None = None, *, log_bytes: int = LOG_BYTES) -> None:
        self._spaces: defaultdict[str, defaultdict[str, Table]] = defaultdict(lambda: defaultdict(dict))
        self._logs = _Logs(log_bytes)
        self._gone: dict[str, None] = {}
        self._spool = spool or Spool()
        self._lock = threading.Lock()

    def read(self, space: str, table: str, key: str) -> Record:
        tables = self._spaces.get(space)
        records = tables.get(table) if tables else None
        return records.get(key) if records else None

    def write(self, space: str, table: str, key: str, record: Record, *, limit: int | None = None) -> None:
        with self._lock:
            if space in self._gone:
                return
            records = self._spaces[space][table]
            records[key] = record
            while limit is not None and len(records) > limit:
                del records[next(iter(records))]

    def update(
        self, space: str, table: str, key: str, change: Callable[[Record | None], tuple[Record | None, T]]
    ) -> T:
        with self._lock:
            if space in self._gone:
                return change(None)[1]
            records = self._spaces[space][table]
            record, answer = change(records.get(key))
            if record is None:
                records.pop(key, None)
            else:
                records[key] = record
            return answer

    def remove(self, space: str, table: str, key: str) -> None:
        with self._lock:
            self._table(space, table).pop(key, None)

    def keys(self, space: str, table: str) -> list[str]:
        with self._lock:
            return list(self._table(space, table))

    def append(self, space: str, log: str, entry: bytes, *, max_entries: int, max_bytes: int) -> None:
        with self._lock:
            if space in self._gone:
                return
            self._logs.append(space, log, entry, max_entries, max_bytes)

    def entries(self, space: str, log: str) -> Log:
        with self._lock:
            return self._logs.entries(space, log)

    def empty(self, space: str, log: str) -> None:
        with self._lock:
            self._logs.empty(space, log)

    def keep(self, digest: str, blob: bytes | memoryview) -> None:
        self._spool.keep(digest, blob)

    def blob(self, digest: str) -> bytes | None:
        return self._spool.read(digest)

    def kept(self, digest: str) -> bool:
        return digest in self._spool

    def drop(self, space: str, *, forever: bool = False) -> None:
        with self._lock:
            self._spaces.pop(space, None)
            self._logs.drop(space)
            if forever:
                self._gone[space] = None
                while len(self._gone) > DROPPED:
                    del self._gone[next(iter(self._gone))]

    def close(self) -> None:
        self._spool.close()

    def _table(self, space: str, table: str) -> Table:
        """A table to look into: asking for one that is not there must not make it."""
        tables = self._spaces.get(space)
        return tables.get(table, {}) if tables else {}
