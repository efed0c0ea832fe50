"""The offline guard: which hosts a client may reach through the proxy, and which it was refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from mockserver.intercept.target import Target
from mockserver.outbound import is_loopback

HTTP, HTTPS = 80, 443
MOST = 1000
"""Refused hosts that are told apart."""
OTHERS = Target(host="others", port=0)
"""What stands for the hosts beyond that."""
LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""What `*` stands for in the name of a host: one label."""


class Way(Enum):
    """What becomes of a request."""

    PROVIDER = "the mock server answers for a provider's host"
    ITSELF = "it is for the mock server itself"
    NOWHERE = "it is refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A host that clients asked for and did not reach, and how often."""

    host: str
    port: int
    count: int


class Guard:
    """Knows the hosts that the server answers for, given as shell patterns; nothing else is ever reached.

    `own_port` is the port of the mock server itself, on this machine."""

    def __init__(self, hosts: Iterable[str], own_port: int) -> None:
        self.hosts = tuple(hosts)
        self._known = re.compile("|".join(re.escape(host).replace(r"\*", LABEL) for host in self.hosts))
        self._own_port = own_port
        self._counts: dict[Target, int] = {}

    @property
    def refused(self) -> tuple[Refused, ...]:
        """What was refused so far, in the order in which it was first asked for."""
        counts = self._counts.copy()
        return tuple(Refused(host=one.host, port=one.port, count=count) for one, count in counts.items())

    def knows(self, host: str) -> bool:
        """Whether it is a host of a provider."""
        return self._known.fullmatch(host.lower().rstrip(".")) is not None

    def way(self, target: Target) -> Way:
        """What becomes of a request for a target."""
        if target.port in (HTTP, HTTPS) and self.knows(target.host):
            return Way.PROVIDER
        if target.port == self._own_port and is_loopback(target.host):
            return Way.ITSELF
        return Way.NOWHERE

    def refuse(self, target: Target) -> str:
        """Count a target as refused, and say why it is."""
        counted = target if target in self._counts or len(self._counts) < MOST else OTHERS
        self._counts[counted] = self._counts.get(counted, 0) + 1
        if self.knows(target.host):
            return f"mockserver answers for {target.host} at the ports {HTTPS} and {HTTP}, not {target.port}"
        if is_loopback(target.host):
            return f"{target} is on this machine and needs no proxy: name it in NO_PROXY"
        return (
            f"mockserver refuses {target}: under interception nothing is reached but the hosts of the "
            f"providers: {', '.join(self.hosts)}"
        )
