"""API keys in headers: where a client has probably put the one that is missing.

What is found so is also the journal that the client's owner will look into."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.journal import redacted
from mockserver.providers.base import Call
from mockserver.sandbox import Registry

_KEY_LIKE = re.compile(r"api[-_]?key|authorization")
_DRESSED = re.compile(r"(?:(?:bearer|basic|token|apikey|key)\s+)?[\"']?(.*?)[\"']?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class MisplacedKey:
    """A header that seems to hold the API key, and the key in it."""

    header: str
    key: str


def bare(key: str) -> str:
    """A key without the scheme word or the quotes that a client may have put around it."""
    found = _DRESSED.fullmatch(key)
    return found[1] if found else key


def misplaced_key(headers: Mapping[str, str], *, wanted: str) -> MisplacedKey | None:
    """The first header but the `wanted` one that could have been meant for the key; names are lower-case."""
    for name, value in headers.items():
        if name != wanted and _KEY_LIKE.search(name) and value:
            return MisplacedKey(header=name, key=bare(value))
    return None


def why_missing(call: Call, registry: Registry, *, wanted: str) -> str:
    """A note for a call without a key in the `wanted` header; finds its tenant by a key in another header,
    and hides that."""
    missing = f"there is no header {wanted}, or it is empty"
    misplaced = misplaced_key(call.headers, wanted=wanted)
    if misplaced is None:
        return missing
    call.draft.headers = [
        (name, redacted(value) if name == misplaced.header else value) for name, value in call.draft.headers
    ]
    call.sandbox = registry.find(call.draft.provider, misplaced.key)
    whose = "the key of this sandbox" if call.sandbox else "something like a key"
    return f"{missing}; {whose} came in the header {misplaced.header}"


def why_unknown(call: Call, registry: Registry, *, wanted: str, key: str) -> str:
    """A note for a call whose key no sandbox has; finds its tenant by the key without what is around it."""
    call.sandbox = registry.find(call.draft.provider, bare(key))
    if call.sandbox is None:
        return "no sandbox has this API key"
    return f"{wanted} holds a key of this sandbox, but not its API key alone; send that"
