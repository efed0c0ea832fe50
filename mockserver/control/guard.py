"""Who may use the control API.

Whoever controls a sandbox can make the server fetch URLs and post callbacks, so without a token only this
machine may. A browser on this machine is not enough: any page that it shows can send requests to a loopback
address, under its own name for it, too (DNS rebinding); such requests are known by their Host and Origin.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mockserver.outbound import is_localhost, is_loopback

Headers = Sequence[tuple[bytes, bytes]]
"""As received; the names in lower case."""

WITH_TOKEN = "start the server with --control-token TOKEN and send 'Authorization: Bearer TOKEN'"
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[0-9a-z.-]+)(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udc7f\udd00-\udfff]")
"""What no header can carry. Of the surrogates, U+DC80 to U+DCFF stand for bytes of the environment."""
_PROXIED = """
cf-connecting-ip fly-client-ip forwarded forwarded-for true-client-ip via x-client-ip x-cluster-client-ip
x-forwarded x-original-host x-real-ip
"""
PROXIED = frozenset(_PROXIED.encode().split())
"""Headers that proxies add, beside all that begin with x-forwarded-."""

OWN_SITES = frozenset({b"same-origin", b"none"})
"""What browsers say of requests of the server's own pages, and of those that nobody's page asked for."""
SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Denial:
    """Why a request may not control anything: a sentence that says what to do, and the HTTP status for it."""

    status: int
    reason: str


def check_reach(host: str, token: str | None, *, given_by: str = "control_token=...") -> None:
    """Check that nobody else can control a server that listens at `host`.

    Raises ValueError for an address that others reach when there is no token; it names how one is `given_by`
    whom it is told."""
    if token is None and not is_here(host):
        raise ValueError(
            f"others can reach {host or 'every address'}, so the control API needs a token there: give one "
            f"({given_by}), or listen on 127.0.0.1"
        )


def check_token(token: str | None) -> None:
    """Check that a header can carry a token. Raises ValueError."""
    if token is not None and (not token or token != token.strip() or FORBIDDEN.search(token)):
        raise ValueError("a control token has at least one character, no line breaks and no outer blanks")


def is_here(host: str) -> bool:
    """Whether a host name or an address is certainly this machine."""
    name = host.removeprefix("[").removesuffix("]")
    return is_localhost(name) or is_local(name)


def denial(*, client: str | None, headers: Headers, token: str | None, method: str = "GET") -> Denial | None:
    """Why a request is refused, or None when it is not.

    `client` is the address that it comes from, None for a caller in this process or on a local socket. With
    a token it is the token alone that counts; it is compared in constant time."""
    if token is not None:
        return None if _bears(headers, token) else _unauthorized(headers)
    reason = _not_from_here(client) or _proxied(headers) or _wrong_host(headers) or _foreign_origin(headers)
    reason = reason or _foreign_page(method, headers)
    return Denial(status=403, reason=reason) if reason else None


def is_local(client: str | None) -> bool:
    """Whether an address is a loopback address, of IPv4, IPv6, or IPv4 within IPv6."""
    return client is None or is_loopback(client)


def _bears(headers: Headers, token: str) -> bool:
    expected = token.encode(errors="surrogateescape")
    return any(
        scheme.lower() == b"bearer" and hmac.compare_digest(credentials.strip(), expected)
        for scheme, _, credentials in (value.partition(b" ") for value in _values(headers, b"authorization"))
    )


def _unauthorized(headers: Headers) -> Denial:
    wrong = any(_values(headers, b"authorization"))
    said = "this is not the control token" if wrong else "the control API of this server needs its token"
    return Denial(status=401, reason=f"{said}: send 'Authorization: Bearer TOKEN' with the server's own")


def _not_from_here(client: str | None) -> str | None:
    if is_local(client):
        return None
    return f"without a token only this machine may control the server, not {client}; {WITH_TOKEN}"


def _proxied(headers: Headers) -> str | None:
    for name, _ in headers:
        if name in PROXIED or name.startswith(b"x-forwarded-"):
            return (
                f"the header {_text(name)} says that a proxy hides who is there; call the server directly, "
                f"or {WITH_TOKEN}"
            )
    return None


def _wrong_host(headers: Headers) -> str | None:
    for host in _values(headers, b"host"):
        if not _is_here(host):
            return (
                f"a web page could have sent this under the host {_text(host)!r}; call the server as "
                f"localhost or 127.0.0.1, or {WITH_TOKEN}"
            )
    return None


def _foreign_origin(headers: Headers) -> str | None:
    own = {origin for host in _values(headers, b"host") for origin in _origins(host)}
    for origin in _values(headers, b"origin"):
        if _canonical(origin) not in own:
            return f"pages of {_text(origin)!r} may not control the server; use no browser, or {WITH_TOKEN}"
    return None


def _foreign_page(method: str, headers: Headers) -> str | None:
    """Why a request is refused that a browser sends for a page of another site, without saying which.

    Somebody may follow a link to what there is to see, which changes nothing and which that page cannot read;
    anything else, such as a frame or a picture, is the page's own doing."""
    sites = {value.lower() for value in _values(headers, b"sec-fetch-site")}
    if sites <= OWN_SITES:
        return None
    if method in SAFE and [*_values(headers, b"sec-fetch-dest")] == [b"document"]:
        return None
    return f"a page of another site may not control the server; use no browser, or {WITH_TOKEN}"


def _origins(host: bytes) -> Iterable[str]:
    return (_canonical(scheme + host) for scheme in (b"http://", b"https://"))


def _canonical(origin: bytes) -> str:
    """An origin in lower case and without the port that goes without saying."""
    text = _text(origin).lower()
    for scheme, port in (("http://", ":80"), ("https://", ":443")):
        if text.startswith(scheme):
            return text.removesuffix(port)
    return text


def _is_here(host: bytes) -> bool:
    parts = HOST.fullmatch(_text(host))
    return parts is not None and is_here(parts["name"])


def _values(headers: Headers, name: bytes) -> Iterable[bytes]:
    return (value for one, value in headers if one == name)


def _text(value: bytes) -> str:
    return value.decode("latin1")[:200]
