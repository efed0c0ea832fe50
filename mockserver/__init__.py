"""A stand-in for paid image-cutout APIs, faithful down to the signature, the link and the error text.

The public names are imported when they are first asked for: the pytest plugin lives below this package, and
a run that does not use it need not pay for a server.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.catalogue import UnknownBehaviour
    from mockserver.remote import RemoteSandbox, RemoteServer, connect
    from mockserver.running import RunningSandbox
    from mockserver.server import MockServer, ServerError
    from mockserver.settings import SettingError

_HOMES = {
    "MockServer": "server",
    "RemoteSandbox": "remote",
    "RemoteServer": "remote",
    "RunningSandbox": "running",
    "ServerError": "server",
    "SettingError": "settings",
    "UnknownBehaviour": "catalogue",
    "connect": "remote",
}

__all__ = [
    "MockServer",
    "RemoteSandbox",
    "RemoteServer",
    "RunningSandbox",
    "ServerError",
    "SettingError",
    "UnknownBehaviour",
    "connect",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
