"""What has to be known of a sandbox to judge its exchanges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from mockserver import catalogue
from mockserver.exchange import Exchange
from mockserver.redaction import redacted


class Log(Protocol):
    """A journal: exchanges, oldest first, and how many went from it."""

    @property
    def dropped(self) -> int: ...
    def __iter__(self) -> Iterator[Exchange]: ...


class Judged(Protocol):
    """A sandbox whose client is judged, in process or on another server."""

    @property
    def journal(self) -> Log: ...
    def credentials(self, provider: str) -> Mapping[str, str]: ...
    def settings(self, provider: str) -> Mapping[str, Any]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """Settings and credentials by provider; the credentials as a journal shows them, so that they can be
    recognised and not used. `dropped` exchanges are no longer in the journal."""

    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    credentials: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dropped: int = 0

    @classmethod
    def of(cls, sandbox: Judged) -> Context:
        """The context of a sandbox's exchanges. Raises SandboxDropped."""
        providers = catalogue.providers()
        shown = {
            provider: {name: redacted(value) for name, value in sandbox.credentials(provider).items()}
            for provider in providers
        }
        return cls(
            settings={provider: sandbox.settings(provider) for provider in providers},
            credentials=shown,
            dropped=sandbox.journal.dropped,
        )

    def setting(self, provider: str, name: str) -> Any:
        """What a provider is set to; None where it is not known."""
        return self.settings.get(provider, {}).get(name)

    def credential(self, provider: str, name: str) -> str | None:
        """How a journal shows a credential; None where it is not known."""
        return self.credentials.get(provider, {}).get(name)
