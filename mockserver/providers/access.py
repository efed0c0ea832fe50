"""What the ways to reach a provider have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver import nearest


class Access:
    """How a client reaches a provider: URL and credentials. A name that is none of these is told them."""

    __slots__ = ()

    if not TYPE_CHECKING:  # or any name would pass a type checker

        def __getattr__(self, name: str) -> Any:
            names = tuple(one for one in dir(type(self)) if not one.startswith("_"))
            near = nearest.name(name, names)
            hint = f" Did you mean {near}?" if near else ""
            provider = type(self).__module__.rpartition(".")[2]
            raise AttributeError(f"{provider} has no {name!r}.{hint} It has {', '.join(names)}")
