"""The faults of a sandbox on another server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.faults import Fault, Rule
from mockserver.remote.connection import Connection


class RemoteFaults:
    """What `mockserver.faults.Faults` is to a sandbox in process; `RemoteSandbox.fail` adds one."""

    def __init__(self, connection: Connection, path: str) -> None:
        self._connection = connection
        self._path = path

    def list(self, provider: str | None = None) -> Sequence[Rule]:
        """The faults that are on, spent ones included, of one provider or of all."""
        found = self._connection.ask("GET", self._path, provider=provider)["faults"]
        return [_rule(record) for record in found]

    def remove(self, fault_id: str) -> bool:
        """Switch one off; whether it was on."""
        if fault_id not in [rule.fault.id for rule in self.list()]:
            return False
        return bool(self._connection.ask("DELETE", f"{self._path}/{fault_id}")["removed"])

    def clear(self, provider: str | None = None) -> None:
        """Switch all faults of a provider off, or of all."""
        self._connection.ask("DELETE", self._path, provider=provider)

    def __repr__(self) -> str:
        return f"<RemoteFaults at {self._connection.url}{self._path}>"


def _rule(record: Mapping[str, Any]) -> Rule:
    counts = ("seen", "struck")
    fault = {name: value for name, value in record.items() if name not in counts}
    return Rule(fault=Fault(**fault), **{name: record[name] for name in counts})
