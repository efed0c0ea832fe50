"""The only module that opens connections: image URLs (and, later, callbacks)."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

    import httpx

TIMEOUT = 10.0
"""Seconds to connect, and between two pieces of an answer."""
TOTAL_TIMEOUT = 30.0
PLAIN = {"Accept-Encoding": "identity"}
"""Nothing is inflated: a few bytes could become gigabytes."""


class OutboundError(Exception):
    """Nothing was fetched; the text says why, for the journal."""


class NotAllowed(OutboundError):
    """The host is neither loopback nor allowed by the operator."""


class Unreachable(OutboundError):
    """No such URL can be, no connection, no answer, or an answer that broke off."""


class WrongStatus(OutboundError):
    """The host answered, but not with 200."""


class TooLong(OutboundError):
    """The answer is longer than it may be."""


def is_loopback(host: str) -> bool:
    """Whether a host name or address is certainly this machine, without asking any resolver."""
    name = host.rstrip(".").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Outbound:
    """Fetches from loopback and from the hosts that the operator allowed, never through a redirect."""

    def __init__(self, allowed_hosts: Iterable[str] = ()) -> None:
        self._allowed = frozenset(host.lower() for host in allowed_hosts)

    def allows(self, host: str) -> bool:
        """Whether anything may be fetched from a host."""
        return is_loopback(host) or host.lower() in self._allowed

    async def fetch(self, url: str, *, limit: int) -> bytes:
        """The body of a GET, at most `limit` bytes. Raises OutboundError, by what went wrong."""
        import httpx

        target = _parsed(url)
        if not self.allows(target.host):
            raise NotAllowed(
                f"{target.host!r} is not loopback and not an allowed host; start with --allow-host "
                f"{target.host}, or let the sandbox know what bytes the URL stands for (know_url)"
            )
        try:
            async with (
                asyncio.timeout(TOTAL_TIMEOUT),
                httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=_tls()) as client,
                client.stream("GET", target, headers=PLAIN) as response,
            ):
                return await _body(response, limit)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unreachable(f"{url}: {type(error).__name__}: {error}") from error


def _parsed(url: str) -> httpx.URL:
    """The URL as the client will take it, so that the host that is checked is the host that is asked."""
    import httpx

    try:
        parsed = httpx.URL(url)
        host, port = parsed.host, parsed.port
    except (httpx.InvalidURL, ValueError) as error:
        raise Unreachable(f"{url!r} is not a URL: {error}") from error
    if parsed.scheme not in ("http", "https") or not host or not 0 < (port or 80) < 65536:
        raise Unreachable(f"{url!r} is not a URL of http or https with a host")
    return parsed


@cache
def _tls() -> ssl.SSLContext:
    """Made once: reading the certificate authorities takes longer than most fetches."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


async def _body(response: httpx.Response, limit: int) -> bytes:
    if response.status_code != 200:
        raise WrongStatus(f"{response.url} answered {response.status_code}")
    received = bytearray()
    async for chunk in response.aiter_raw():
        received += chunk
        if len(received) > limit:
            raise TooLong(f"{response.url} answered more than {limit} bytes")
    return bytes(received)
