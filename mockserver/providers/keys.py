"""API keys in headers: where a client has probably put the one that is missing.

What is found so is also the journal that the client's owner will look into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qsl

from mockserver.providers.base import Call
from mockserver.providers.ownership import MAX_WORDS, bare, holder, readings
from mockserver.registry import Registry

MAX_QUERY = 4096

_KEY_LIKE = re.compile(r"api[-_]?key|authorization")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspect:
    """Something that may be a key: `place` says where it stood, `header` in which one, if in one."""

    place: str
    key: str
    header: str | None = None


def why_missing(call: Call, registry: Registry, *, wanted: str) -> str:
    """A note for a call without a key in the `wanted` header; finds its tenant by a credential that stands in
    another place."""
    missing = f"there is no header {wanted}, or it is empty"
    suspects = list(islice(_suspects(call, wanted), MAX_WORDS))
    own = ((registry.find(call.draft.provider, suspect.key), suspect.place) for suspect in suspects)
    for sandbox, place in own:
        if sandbox is not None:
            call.sandbox = sandbox
            return f"{missing}; the key of this sandbox came in {place}"
    for suspect in suspects:
        if found := holder(registry, suspect.key):
            call.sandbox, provider = found
            return f"{missing}; a credential of this sandbox for {provider} came in {suspect.place}"
    for suspect in suspects:
        if suspect.header is not None and _KEY_LIKE.search(suspect.header):
            return f"{missing}; something like a key came in {suspect.place}"
    return missing


def why_unknown(call: Call, registry: Registry, *, wanted: str, key: str) -> str:
    """A note for a call whose key no sandbox has; finds its tenant by the key without what is around it, or
    by one that is for another provider."""
    plain = bare(key)
    call.sandbox = registry.find(call.draft.provider, plain)
    if call.sandbox is not None:
        return f"{wanted} holds a key of this sandbox, but not its API key alone; send that"
    if found := holder(registry, plain):
        call.sandbox, provider = found
        return f"{wanted} holds a credential of this sandbox, but for {provider}"
    return registry.departed(plain) or "no sandbox has this API key"


def _suspects(call: Call, wanted: str) -> Iterator[Suspect]:
    for name, value in call.headers.items():
        if name != wanted and value:
            for key in readings(name, value):
                yield Suspect(place=f"the header {name}", key=key, header=name)
    query = call.request.scope["query_string"][:MAX_QUERY].decode("latin1")
    for name, value in parse_qsl(query):
        yield Suspect(place=f"the query, as {name[:40]}", key=bare(value))
    for part in call.path.split("/"):
        yield Suspect(place="the path", key=part)
