"""A sandbox on another server."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.clock import Due
from mockserver.faults import Fault, check_effect
from mockserver.knowledge import Knowledge
from mockserver.remote.clock import RemoteClock, due_of
from mockserver.remote.connection import SANDBOXES, Connection
from mockserver.remote.faults import RemoteFaults
from mockserver.remote.journal import RemoteCallbacks, RemoteJournal
from mockserver.running import Reachable
from mockserver.sandbox import SandboxDropped
from mockserver.state.memory import MemoryState

if TYPE_CHECKING:
    from mockserver.contract.coverage import Coverage
    from mockserver.contract.findings import Findings


class RemoteSandbox(Reachable):
    """The same face as a sandbox in process, `mockserver.RunningSandbox`; each use is an HTTP request."""

    def __init__(self, connection: Connection, look: Mapping[str, Any]) -> None:
        """`look` is how the server describes it."""
        self.id: str = look["id"]
        self._connection = connection
        self._url = connection.url
        self._path = f"{SANDBOXES}/{self.id}"
        self._credentials = {name: one["credentials"] for name, one in look["providers"].items()}
        self.clock = RemoteClock(connection, self.id)
        self.faults = RemoteFaults(connection, f"{self._path}/faults")
        self.journal = RemoteJournal(connection, f"{self._path}/journal")
        self.callbacks = RemoteCallbacks(connection, f"{self._path}/callbacks")

    def __repr__(self) -> str:
        return f"<sandbox {self.id} at {self._connection.url}>"

    def credentials(self, provider: str) -> Mapping[str, str]:
        """The credentials at a provider, by their names there."""
        credentials: Mapping[str, str] = self._credentials[provider]
        return credentials

    def settings(self, provider: str) -> Mapping[str, Any]:
        """What this sandbox is set to at a provider."""
        settings: Mapping[str, Any] = self._look()["providers"][provider]["settings"]
        return settings

    @property
    def alive(self) -> bool:
        """Whether it has not been dropped."""
        try:
            return bool(self._look())
        except SandboxDropped:
            return False

    @property
    def born(self) -> float:
        """When it was minted or last reset, in sandbox time."""
        return float(self._look()["created"])

    def set(self, provider: str, **changes: Any) -> None:
        """Change settings at a provider. Raises SettingError, whose text lists what is possible."""
        self.configure({provider: changes})

    def configure(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Change settings at several providers, all or none. Raises SettingError, and LookupError for a
        provider that does not exist."""
        self._connection.ask("PATCH", self._path, {"settings": changes})

    def fail(
        self,
        provider: str,
        effect: str,
        *,
        operation: str | None = None,
        nth: int = 1,
        times: int | None = 1,
        probability: float = 1.0,
        seed: int = 0,
        **options: Any,
    ) -> Fault:
        """Make matching exchanges go wrong, just as in process."""
        check_effect(effect)
        rule = {"provider": provider, "effect": effect, "operation": operation, "nth": nth, "times": times}
        chance = {"probability": probability, "seed": seed}
        return Fault(**self._connection.ask("POST", f"{self._path}/faults", {**rule, **chance, **options}))

    def due(self) -> list[Due]:
        """What lies ahead in this sandbox's time, the soonest first."""
        return [due_of(one) for one in self._connection.ask("GET", f"{self._path}/due")["due"]]

    def know_url(self, url: str, content: bytes) -> None:
        """Let `url` stand for these bytes, whatever it would really answer.

        Raises ValueError for more than 20 MB, or more than 1000 URLs."""
        Knowledge(MemoryState(), self.id).know_url(url, content)
        self._connection.ask("PATCH", self._path, {"known_urls": {url: _base64(content)}})

    def known_urls(self) -> Mapping[str, int]:
        """The URLs that this sandbox was told of, and the size in bytes of what each stands for."""
        known: Mapping[str, int] = self._look()["known_urls"]
        return known

    def know_text(self, image: bytes, *texts: str | Mapping[str, Any]) -> None:
        """Say what is written in an image file, for a provider that reads text. Raises ValueError."""
        Knowledge(MemoryState(), self.id).know_text(image, texts)
        known = {"image": _base64(image), "texts": texts}
        self._connection.ask("PATCH", self._path, {"known_texts": [known]})

    def findings(self) -> Findings:
        """What the client of this sandbox did against the contract, as its journal shows."""
        from mockserver.contract.findings import findings

        return findings(self)

    def coverage(self) -> Coverage:
        """Which documented behaviours were met in this sandbox since it was minted or reset."""
        from mockserver.contract.coverage import Coverage

        return Coverage.from_data(self._connection.ask("GET", f"{self._path}/coverage"))

    def reset(self) -> None:
        """Everything back to new, settings to their defaults. Credentials stay."""
        self._connection.ask("POST", f"{self._path}/reset")

    def drop(self) -> None:
        """Forget this sandbox; its credentials are unknown from then on. Raises ValueError for `default`."""
        with contextlib.suppress(SandboxDropped):
            self._connection.ask("DELETE", self._path)

    def _look(self) -> Any:
        return self._connection.ask("GET", self._path)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
