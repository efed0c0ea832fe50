"""Journals, faults and callbacks of sandboxes on another server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

from mockserver.callbacks import Callback, Standing
from mockserver.exchange import Exchange, Exchanges, FileFacts, absent
from mockserver.remote.connection import Connection


class RemoteJournal(Exchanges):
    """What `mockserver.journal.Journal` is in process: exchanges, newest last, asked for each time anew."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._path = path

    @property
    def dropped(self) -> int:
        """How many exchanges went to keep within the bounds."""
        return int(self._ask(last=0)["dropped"])

    def clear(self) -> None:
        """Empty it."""
        self._connection.ask("DELETE", self._path)

    def har(self) -> Mapping[str, Any]:
        """All of it as HAR 1.2, the HTTP archive that browsers' developer tools open."""
        return dict(self._ask(format="har"))

    def __len__(self) -> int:
        return int(self._ask(last=0)["kept"])

    @overload
    def __getitem__(self, index: int) -> Exchange: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Exchange]: ...
    def __getitem__(self, index: int | slice) -> Exchange | Sequence[Exchange]:
        if isinstance(index, slice):
            return self._exchanges()[index]
        found = self._exchanges(last=-index) if index < 0 else self._exchanges()
        try:
            return found[index]
        except IndexError:
            raise absent(index, len(self)) from None

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges())

    def __repr__(self) -> str:
        return f"<RemoteJournal at {self._connection.url}{self._path}>"

    def _exchanges(self, **query: int) -> list[Exchange]:
        return [_exchange(line) for line in self._ask(**query)["exchanges"]]

    def _ask(self, **query: Any) -> Any:
        return self._connection.ask("GET", self._path, **query)


class RemoteCallbacks(Sequence[Callback]):
    """The callbacks of a sandbox, in the order in which they were promised."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._path = path

    def __len__(self) -> int:
        return len(self._all())

    def __getitem__(self, index: Any) -> Any:
        return self._all()[index]

    def __iter__(self) -> Iterator[Callback]:
        return iter(self._all())

    def __repr__(self) -> str:
        return f"<RemoteCallbacks at {self._connection.url}{self._path}>"

    def _all(self) -> list[Callback]:
        return [_callback(record) for record in self._connection.ask("GET", self._path)["callbacks"]]


def _exchange(line: Mapping[str, Any]) -> Exchange:
    return Exchange(**{**line, "files": tuple(FileFacts(**facts) for facts in line["files"])})


def _callback(record: Mapping[str, Any]) -> Callback:
    return Callback(**{**record, "standing": Standing(record["standing"])})
