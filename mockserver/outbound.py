"""The only module that opens connections: to fetch image URLs, and to post callbacks."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

    import httpx

TIMEOUT = 10.0
"""Seconds that a whole exchange may take, redirects included."""
MAX_BYTES = 20 * 1024 * 1024
MAX_REDIRECTS = 5
MAX_TEXT = 1000
REDIRECTS = frozenset((301, 302, 303, 307, 308))
PLAIN = {"Accept-Encoding": "identity"}
"""Nothing is inflated: a few bytes could become gigabytes."""
KNOWN = ", or let the sandbox know what bytes the URL stands for (know_url)"
LOOPBACK = ("127.0.0.1", "::1")


class OutboundError(Exception):
    """Nothing was fetched; the text says why, for the journal. Of a very long one the middle is left out."""

    def __init__(self, text: str) -> None:
        super().__init__(text if len(text) <= MAX_TEXT else f"{text[:200]} … {text[-200:]}")


class NotAllowed(OutboundError):
    """The host is neither loopback nor allowed by the operator."""


class Unreachable(OutboundError):
    """No such URL can be, no connection, no answer, or an answer that broke off."""


class WrongStatus(OutboundError):
    """The host answered, but not with 200."""


class TooLong(OutboundError):
    """The answer is longer than it may be."""


def is_localhost(host: str) -> bool:
    """Whether a host is a name that means this machine (RFC 6761), whatever a resolver would say."""
    name = host.rstrip(".").lower()
    return name == "localhost" or name.endswith(".localhost")


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether a host name or address is certainly this machine, without asking any resolver."""
    return bool(loopback_addresses(host))


def loopback_addresses(host: str) -> tuple[str, ...]:
    """The addresses that a host of this machine has, in a form that no resolver is asked about; none for any
    other host. IPv4 may stand in IPv6, and behind an address its zone. A final dot makes an address a name,
    so it is none any more."""
    if is_localhost(host):
        return LOOPBACK
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return ()
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    return (str(address),) if address.is_loopback else ()


class Outbound:
    """Talks to loopback and to the hosts that the operator allowed, and to nobody else.

    Each redirect is held to that again. Only the names of allowed hosts are ever resolved: `localhost` is
    taken for the loopback addresses, so that no resolver can lead it elsewhere."""

    def __init__(self, allowed_hosts: Iterable[str] = ()) -> None:
        self._allowed = frozenset(host.lower() for host in allowed_hosts)
        self.stand_in: Callable[[str], str | None] = lambda host: None
        """The origin on this machine that is asked instead of a host, if there is one."""

    def allows(self, host: str) -> bool:
        """Whether anything may be sent to a host, or to what stands in for it."""
        return is_loopback(host) or host.lower() in self._allowed or self.stand_in(host) is not None

    async def fetch(self, url: str, *, limit: int = MAX_BYTES) -> bytes:
        """The body of a GET, at most `limit` bytes, after at most five redirects.

        Raises OutboundError, by what went wrong."""
        target = self._checked(_parsed(url), KNOWN)
        async with _exchange(url, TIMEOUT) as client:
            for _ in range(MAX_REDIRECTS + 1):
                async with _answer(client, "GET", target, self._places(target), headers=PLAIN) as response:
                    location = response.headers.get("location")
                    if response.status_code not in REDIRECTS or location is None:
                        return await _body(response, target, min(limit, MAX_BYTES))
                target = self._checked(_parsed(location, base=target), KNOWN)
            raise Unreachable(f"{url} redirects more than {MAX_REDIRECTS} times")

    async def post(self, url: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> int:
        """Send a body by POST and answer the status that it met; a redirect is such a status.

        `timeout` are the seconds that it may take. Raises OutboundError, by what went wrong."""
        target = self._checked(_parsed(url))
        async with (
            _exchange(url, timeout) as client,
            _answer(client, "POST", target, self._places(target), content=body, headers=headers) as response,
        ):
            return response.status_code

    def _places(self, url: httpx.URL) -> Sequence[httpx.URL]:
        """Where a URL is asked for, one place after the other until there is a connection."""
        import httpx

        if own := self.stand_in(url.host):
            origin = httpx.URL(own)
            return [url.copy_with(scheme=origin.scheme, host=origin.host, port=origin.port)]
        return [url.copy_with(host=address) for address in loopback_addresses(url.host) or (url.host,)]

    def _checked(self, url: httpx.URL, otherwise: str = "") -> httpx.URL:
        if not self.allows(url.host):
            raise NotAllowed(
                f"{url.host!r} is not loopback and not an allowed host; start with --allow-host {url.host}"
                f"{otherwise}"
            )
        return url


@asynccontextmanager
async def _answer(
    client: httpx.AsyncClient,
    method: str,
    url: httpx.URL,
    places: Sequence[httpx.URL],
    *,
    headers: Mapping[str, str],
    **content: Any,
) -> AsyncIterator[httpx.Response]:
    """The head of an answer to a request for `url`, its body still to be read."""
    import httpx

    for place in places:
        request = client.build_request(
            method,
            place,
            headers={"Host": url.netloc.decode("ascii"), **headers},
            extensions={"timeout": client.timeout.as_dict(), "sni_hostname": url.host},
            **content,
        )
        try:
            response = await client.send(request, stream=True)
        except httpx.ConnectError:
            if place == places[-1]:
                raise
            continue
        try:
            yield response
        finally:
            await response.aclose()
        return


@asynccontextmanager
async def _exchange(url: str, seconds: float) -> AsyncIterator[httpx.AsyncClient]:
    """A client for one exchange; what goes wrong in it is Unreachable, a lack of time, too."""
    import httpx

    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(timeout=seconds, trust_env=False, verify=_tls()) as client,
        ):
            yield client
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise Unreachable(f"{url}: {type(error).__name__}: {error}") from error


def _parsed(url: str, *, base: httpx.URL | None = None) -> httpx.URL:
    """The URL as the client will take it, so that the host that is checked is the host that is asked.

    With `base`, where a redirect of that URL leads."""
    import httpx

    try:
        parsed = httpx.URL(url) if base is None else base.join(url)
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


async def _body(response: httpx.Response, url: httpx.URL, limit: int) -> bytes:
    if response.status_code != 200:
        raise WrongStatus(f"{url} answered {response.status_code}")
    received = bytearray()
    async for chunk in response.aiter_raw():
        received += chunk
        if len(received) > limit:
            raise TooLong(f"{url} answered more than {limit} bytes")
    return bytes(received)
