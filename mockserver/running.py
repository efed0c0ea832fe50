"""A sandbox of a running server, which knows where its providers are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver import nearest
from mockserver.providers import PROVIDERS
from mockserver.sandbox import Sandbox

if TYPE_CHECKING:
    from mockserver.contract.coverage import Coverage
    from mockserver.contract.findings import Findings
    from mockserver.providers import ailab, picwish, processimage, tencent_bda


class Reachable(ABC):
    """Where the providers of a sandbox are, and with which keys, by their names as attributes."""

    if TYPE_CHECKING:
        ailab: ailab.Access
        tencent_bda: tencent_bda.Access
        picwish: picwish.Access
        processimage: processimage.Access

    _url: str

    @abstractmethod
    def credentials(self, provider: str) -> Mapping[str, str]:
        """The credentials at a provider, by their names there."""

    def access(self, provider: str) -> Any:
        """URL and keys at a provider, by its name; `sandbox.picwish` is `sandbox.access("picwish")`.

        Raises LookupError for an unknown one."""
        for one in PROVIDERS:
            if one.name == provider:
                return one.access(url=self._url, **self.credentials(provider))
        raise LookupError(f"there is no provider {provider!r:.100}; there are {', '.join(_names())}")

    def __getattr__(self, name: str) -> Any:
        if name in _names():
            return self.access(name)
        raise _absent_attribute(self, name)


class RunningSandbox(Sandbox, Reachable):
    """A sandbox of a running server: knows where its providers are, too."""

    def __init__(self, sandbox: Sandbox, url: str) -> None:
        super().__init__(
            sandbox.state,
            sandbox.id,
            sandbox.tenancies,
            real=sandbox.real,
            moved=sandbox.moved,
            drop=sandbox.drop,
        )
        self._url = url

    def findings(self) -> Findings:
        """What the client of this sandbox did against the contract, as its journal shows."""
        from mockserver.contract.findings import findings

        return findings(self)

    def coverage(self) -> Coverage:
        """Which documented behaviours were met in this sandbox since it was minted or reset."""
        from mockserver.contract.coverage import Coverage

        return Coverage.of_sandbox(self)

    def __repr__(self) -> str:
        count = len(self.journal)
        return f"<sandbox {self.id}: {count} exchange{'' if count == 1 else 's'}>"


def _absent_attribute(sandbox: object, name: str) -> AttributeError:
    """What a sandbox raises for a name that neither it nor a provider has."""
    names = _names()
    public = () if name.startswith("_") else (one for one in dir(type(sandbox)) if not one.startswith("_"))
    near = nearest.name(name, names) or nearest.name(name, tuple(public))
    hint = f" Did you mean {near}?" if near else ""
    return AttributeError(f"a sandbox has no {name!r}.{hint} Its providers are {', '.join(names)}")


def _names() -> list[str]:
    return [provider.name for provider in PROVIDERS]
