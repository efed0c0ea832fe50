"""Which server is checked: a mock, or a provider's own; and with which keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contract_tests.provider.keys import Given, Keys, found, variables
from contract_tests.provider.providers import CALLERS, of_host

if TYPE_CHECKING:
    import httpx

HEALTH_TIMEOUT = 5.0
LIMITED = ("picwish", "processimage")
"""Those whose sandboxes have a limit of requests per second by default."""


class NoTarget(ValueError):
    """There is nothing to check; the text says what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A server, `about` which in a sentence, its providers, and the keys of those for which there are some.

    `minted` is the sandbox that was made for this."""

    url: str
    about: str
    providers: tuple[str, ...]
    keys: Keys = field(repr=False)
    is_mock: bool = False
    minted: str | None = None

    def no_keys(self, provider: str) -> str:
        """Why there are no keys for a provider; empty where there are."""
        if provider in self.keys:
            return ""
        names = CALLERS[provider].names
        return f"it needs your {' and '.join(names)}: --key, or {' and '.join(variables(provider))}"


def find(
    url: str,
    client: httpx.Client,
    *,
    providers: Sequence[str] = (),
    options: Sequence[Given] = (),
    environ: Mapping[str, str],
    token: str | None = None,
    limited: bool = False,
) -> Target:
    """The server at a URL. Of a mock without given keys a sandbox is minted, as its control API's `token`
    allows, without a limit of requests per second unless it is to be `limited`.

    Raises NoTarget, and UnusableKey."""
    url = whole(url)
    known = of_host(urlsplit(url).hostname or "")
    if known is not None:
        return _real(url, tuple(providers) or (known,), options, environ)
    if not _is_mock(url, client):
        if not providers:
            raise NoTarget(f"which provider is at {url}? Say --provider {' or --provider '.join(CALLERS)}")
        return _real(url, tuple(providers), options, environ)
    return _mock(url, tuple(providers) or tuple(CALLERS), options, environ, token, limited=limited)


def whole(url: str) -> str:
    """A URL with its scheme, and without a slash at its end. Raises NoTarget for what is none."""
    scheme = "https" if of_host(url.partition("/")[0]) else "http"
    found = (url if "://" in url else f"{scheme}://{url}").rstrip("/")
    try:
        parts = urlsplit(found)
        is_server = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_server = False
    if not is_server or "?" in found or "#" in found:
        raise NoTarget(f"{url!r:.200} is no URL of a server, such as http://127.0.0.1:8080")
    return found


def _real(
    url: str, providers: tuple[str, ...], options: Sequence[Given], environ: Mapping[str, str]
) -> Target:
    if len(providers) > 1:
        raise NoTarget(f"{url} can be one provider alone; say --provider once")
    keys = found(providers, options, environ)
    with_keys = "called with your keys" if keys else "called without keys"
    return Target(url=url, about=f"no mock server, {with_keys}", providers=providers, keys=keys)


def _is_mock(url: str, client: httpx.Client) -> bool:
    import httpx

    parts = urlsplit(url)
    try:
        answer = client.get(f"{parts.scheme}://{parts.netloc}/_mock/health", timeout=HEALTH_TIMEOUT)
        body = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise NoTarget(f"nothing answers at {url}: {reason}; `mockserver serve` starts a mock") from error
    except ValueError:
        return False
    return isinstance(body, dict) and body.get("server") == "mockserver"


def _mock(
    url: str,
    providers: tuple[str, ...],
    options: Sequence[Given],
    environ: Mapping[str, str],
    token: str | None,
    *,
    limited: bool,
) -> Target:
    keys = found(providers, options, environ)
    if all(provider in keys for provider in providers):
        about = "a mock server, called with the keys that were given"
        return Target(url=url, about=about, providers=providers, keys=keys, is_mock=True)
    sandbox, minted = _minted(url, token, limited=limited)
    own = {
        one: {name: minted[one][name] for name in CALLERS[one].names} for one in providers if one not in keys
    }
    pace = "" if limited else ", without a limit of requests per second"
    about = f"a mock server; sandbox {sandbox} was minted for this{pace}"
    return Target(
        url=url, about=about, providers=providers, keys={**own, **keys}, is_mock=True, minted=sandbox
    )


def _minted(url: str, token: str | None, *, limited: bool) -> tuple[str, Keys]:
    from mockserver import ServerError, connect

    parts = urlsplit(url)
    settings = {} if limited else {name: {"qps": None} for name in LIMITED}
    try:
        with connect(f"{parts.scheme}://{parts.netloc}", token) as server:
            sandbox = server.sandbox(**settings)
            return sandbox.id, {name: sandbox.credentials(name) for name in CALLERS}
    except (ServerError, PermissionError, ValueError) as error:
        raise NoTarget(f"no sandbox can be minted at {url}: {error}; or give keys with --key") from error
