"""What `mockserver serve` prints when it is ready: where each provider is, and lines to paste."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mockserver import catalogue, environment
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Provider

if TYPE_CHECKING:
    from mockserver.intercept import Interception
    from mockserver.server import MockServer


def greeting(server: MockServer, *, needs_token: bool, interception: Interception | None = None) -> str:
    """Each provider with the credentials of the sandbox `default`, then curl lines, and what to set for an
    interception."""
    tried = [
        f"  {one.example(server.default.access(one.name))}" for one in PROVIDERS if one.example is not None
    ]
    intercepts = interception is not None
    control = [f"  {line}" for line in _control(server.url, needs_token=needs_token, intercepts=intercepts)]
    blocks = [
        f"mockserver is ready at {server.url} (Ctrl+C ends it)",
        *(_provider(one, server) for one in PROVIDERS),
        *([_intercepting(interception)] if interception else []),
        "\n".join(["Try it:", *tried]),
        "\n".join(["Control it:", *control]),
    ]
    return "\n\n".join(blocks) + "\n"


def _provider(one: Provider, server: MockServer) -> str:
    access = server.default.access(one.name)
    shown: Mapping[str, str] = server.default.credentials(one.name)
    if hasattr(access, "endpoint"):
        shown = {"endpoint": f"{access.endpoint}  (protocol http)", **shown}
    width = max(map(len, shown)) + 1
    lines = [f"  {name.replace('_', ' ') + ':':{width}} {value}" for name, value in shown.items()]
    path = catalogue.load(one.name).operation.path
    return "\n".join([one.title, f"  POST {server.url}{path}", *lines])


def _intercepting(interception: Interception) -> str:
    """Where the proxy is, and what brings the programs of a shell behind it."""
    lines = [f"  {line}" for line in interception.exports().splitlines()]
    head = [
        "Interception, for clients whose hosts are hard-coded; other hosts are refused",
        f"  proxy:          {interception.proxy_url}",
        f"  CA certificate: {interception.ca_file}",
    ]
    return "\n".join([*head, *lines])


def _control(url: str, *, needs_token: bool, intercepts: bool) -> Iterator[str]:
    """Curl lines: every call, a day later, what was received last; what brings a shell behind the proxy."""
    curl = f'curl -s -H "Authorization: Bearer ${environment.TOKEN}"' if needs_token else "curl -s"
    default = f"{url}/_mock/sandboxes/default"
    yield f"{curl} {url}/_mock/"
    yield f"""{curl} {default}/clock -d '{{"travel": {{"hours": 25}}}}'"""
    yield f"{curl} '{default}/journal?last=1'"
    if intercepts:
        yield f"""eval "$({curl} '{url}/_mock/interception?format=shell')\""""
