"""Where a request wants to go, as a proxy is told: a host and a port."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

LONGEST = 255
"""Characters of a host; no name is longer."""
_AUTHORITY = re.compile(
    r"(?:\[(?P<address>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?))(?::(?P<port>[0-9]{1,5}))?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A host in lower case, without a final dot or brackets, and a port."""

    host: str
    port: int

    @classmethod
    def of(cls, authority: str, *, port: int | None = None) -> Self:
        """From `host:port`; without a port it is `port`, if that goes without saying.

        Raises ValueError for what names no host and no port."""
        found = _AUTHORITY.fullmatch(authority) if len(authority) <= LONGEST else None
        number = int(found["port"]) if found and found["port"] else port
        if found is None or number is None or not 0 < number < 65536:
            raise ValueError(f"{authority!r:.100} is no host with a port")
        return cls(host=(found["address"] or found["name"]).lower().rstrip("."), port=number)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
