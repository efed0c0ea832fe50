"""Where a request comes from, as a server behind proxies sees it, and whether that is allowed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from contextlib import suppress

PROXY_HEADERS = (
    "x-forwarded-for",
    "proxy-client-ip",
    "wl-proxy-client-ip",
    "http_client_ip",
    "http_x_forwarded_for",
    "x-real-ip",
)
NOBODY = ("", "unknown")
UNKNOWN = "127.0.0.1"
LONGEST = 64


def client_address(headers: Mapping[str, str], socket: tuple[str, int] | None) -> str:
    """The first address that a proxy header names, else that of the socket. Header names are lower-case."""
    for name in PROXY_HEADERS:
        address = headers.get(name, "").partition(",")[0].strip()
        if address.lower() not in NOBODY:
            return address[:LONGEST]
    return socket[0] if socket else UNKNOWN


def is_listed(address: str, whitelist: Iterable[str]) -> bool:
    """Whether an address is in a list of addresses and networks; what is neither is passed over."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    for entry in whitelist:
        with suppress(ValueError):
            if found in ipaddress.ip_network(entry.strip(), strict=False):
                return True
    return False
