"""A connection whose requests are for other hosts, behind the proxy or in one of its tunnels."""

from __future__ import annotations

import re
from typing import Any

from starlette.types import ASGIApp

from mockserver.intercept.guard import HTTP, HTTPS
from mockserver.intercept.target import Target
from mockserver.protocol import Protocol

TARGET = "mockserver.target"
"""The extension of a scope that says where the request wants to go: a Target, or None for nowhere."""
NAMED = "mockserver.named"
"""The extension that says what the request line names beside the path: a Target, or as text what cannot be
one; None where it names nothing."""
_ABSOLUTE = re.compile(rb"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#]*)", re.IGNORECASE)
_PORTS = {"http": HTTP, "https": HTTPS}


class Intercepted(Protocol):
    """One connection. In a `tunnel` all requests are for the target that it leads to; else each request line
    names one, as requests to a proxy do. `gate` is the application that answers."""

    def __init__(self, *, gate: ASGIApp, tunnel: Target | None = None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.app = gate
        self._tunnel = tunnel

    def on_headers_complete(self) -> None:
        named = self._named()
        extensions: dict[str, Any] = {**self._extensions, NAMED: named}
        extensions[TARGET] = self._tunnel or (named if isinstance(named, Target) else None)
        self.scope["extensions"] = extensions
        super().on_headers_complete()

    def _named(self) -> Target | str | None:
        """What the request line names; it keeps the path alone."""
        found = _ABSOLUTE.match(self.url)
        if found is None:
            return None
        rest = self.url[found.end() :]
        self.url = rest if rest.startswith(b"/") else b"/" + rest
        scheme, authority = found["scheme"].decode().lower(), found["authority"].decode("latin1")
        if scheme == "https":
            self.scope["scheme"] = scheme
        try:
            return Target.of(authority, port=_PORTS[scheme])
        except (ValueError, KeyError):
            shown = authority if "@" not in authority else f"…@{authority.rpartition('@')[2]}"
            return f"{scheme}://{shown}"
