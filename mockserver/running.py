"""A sandbox of a running server, which knows where its providers are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.providers import PROVIDERS
from mockserver.sandbox import Sandbox

if TYPE_CHECKING:
    from mockserver.providers import ailab, picwish, processimage, tencent_bda


class RunningSandbox(Sandbox):
    """A sandbox of a running server: knows where its providers are, too."""

    if TYPE_CHECKING:
        ailab: ailab.Access
        tencent_bda: tencent_bda.Access
        picwish: picwish.Access
        processimage: processimage.Access

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

    def access(self, provider: str) -> Any:
        """URL and keys at a provider, by its name; `sandbox.picwish` is `sandbox.access("picwish")`.

        Raises LookupError for an unknown one."""
        for one in PROVIDERS:
            if one.name == provider:
                return one.access(url=self._url, **self.credentials(provider))
        raise LookupError(f"there is no provider {provider!r}; there are {', '.join(_names())}")

    def __getattr__(self, name: str) -> Any:
        if name in _names():
            return self.access(name)
        raise AttributeError(f"a sandbox has no {name!r}, and no provider has this name")


def _names() -> list[str]:
    return [provider.name for provider in PROVIDERS]
