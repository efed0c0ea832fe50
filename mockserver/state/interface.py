"""What a store of mutable state can do: a few atomic operations over plain data.

Everything that outlives a request is kept here: sandboxes, accounts, assets, faults, journals. A
`space` is one tenant (or the registry of tenants), a `table` is one kind of record in it. Records are
JSON-like values; whoever reads one must not change it, but write a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

T = TypeVar("T")
Record: TypeAlias = Any
"""Plain data: None, bool, int, float, str, bytes, and dicts and lists of these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """The entries that a bounded log still holds, oldest first, and how many it let go."""

    entries: Sequence[bytes]
    dropped: int


class State(Protocol):
    """The interface of every store; each operation is atomic, from any thread."""

    def read(self, space: str, table: str, key: str) -> Record:
        """The record, or None."""

    def write(self, space: str, table: str, key: str, record: Record, *, limit: int | None = None) -> None:
        """Put a record; with `limit`, the table then lets its oldest records go beyond that many."""

    def update(
        self, space: str, table: str, key: str, change: Callable[[Record | None], tuple[Record | None, T]]
    ) -> T:
        """Replace a record by what `change` makes of it (None removes it) and answer its second value."""

    def remove(self, space: str, table: str, key: str) -> None:
        """Forget a record; nothing happens when there is none."""

    def keys(self, space: str, table: str) -> list[str]:
        """The keys of a table, in the order of their first writing."""

    def append(self, space: str, log: str, entry: bytes, *, max_entries: int, max_bytes: int) -> None:
        """Add to a log, which lets its oldest entries go to stay within both bounds."""

    def entries(self, space: str, log: str) -> Log:
        """What a log holds."""

    def empty(self, space: str, log: str) -> None:
        """Forget the entries of a log, and how many it let go."""

    def keep(self, digest: str, blob: bytes | memoryview) -> None:
        """Keep bytes under their digest. All blobs together are bounded; the oldest go first."""

    def blob(self, digest: str) -> bytes | None:
        """The bytes kept under a digest, or None when they were never kept or have been let go."""

    def kept(self, digest: str) -> bool:
        """Whether `blob` would find something."""

    def drop(self, space: str, *, forever: bool = False) -> None:
        """Forget a space with all its tables and logs. With `forever`, whatever is written there later is
        forgotten, too: work that is still going on must not bring it back."""

    def close(self) -> None:
        """Give everything back. The store is of no use afterwards."""
