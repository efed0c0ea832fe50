"""Whose request is it that nobody has admitted?

Who finds nothing in the journal of a sandbox looks nowhere else; so a request with a mistake belongs to the
sandbox of any credential that is recognised in it, wherever it stands and whichever provider's it is.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from starlette.types import Message, Receive

from mockserver import interface
from mockserver.providers.body import BodyTooLarge, Upload, read_body
from mockserver.providers.call import is_local
from mockserver.redaction import TOKEN_MARK
from mockserver.registry import Registry
from mockserver.sandbox import DEFAULT, Sandbox

MAX_WORDS = 100
"""Words of one request that are tried as a credential."""
MAX_BODY = 16 * 1024 * 1024
OPENING = 64 * 1024
"""Bytes of a body in which a credential is looked for when the rest is refused."""

_DRESSED = re.compile(r"(?:(?:bearer|basic|token|apikey|key)\s+)?[\"']?(.*?)[\"']?", re.IGNORECASE)
_WORD = re.compile(r"[\w-]{8,80}")
_NAME = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
"""The form of the names of result files, and of tokens; the first eight digits are those of a sandbox."""
_MINTED = re.compile(rb"(?:AKID)?mock[\w-]{8,60}")
"""How the credentials that are made here begin."""


def bare(key: str) -> str:
    """A key without the scheme word or the quotes that a client may have put around it."""
    found = _DRESSED.fullmatch(key)
    return found[1] if found else key


def readings(header: str, value: str) -> Iterator[str]:
    """What a header may hold as a credential: its value, the values of cookies, a user and a password."""
    yield bare(value)
    if header == "cookie":
        yield from (pair.partition("=")[2].strip() for pair in value.split(";"))
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() == "basic":
        with suppress(ValueError):
            yield from base64.b64decode(encoded.strip()).decode("latin1").split(":", 1)


def holder(registry: Registry, key: str) -> tuple[Sandbox, str] | None:
    """The sandbox that a credential of any provider belongs to, and that provider's name."""
    for provider in interface.providers():
        if sandbox := registry.find(provider, key):
            return sandbox, provider
    return None


def whose(registry: Registry, scope: Mapping[str, Any]) -> Sandbox | None:
    """The sandbox of the first credential of any provider that stands in the headers, the query or the path
    of a request (an ASGI scope), in a documented place or another one.

    The credentials of `default`, which everybody knows, tell nothing of a request from another machine."""
    found = _named(registry, scope)
    return None if found is not None and found.id == DEFAULT and not is_local(scope) else found


def _named(registry: Registry, scope: Mapping[str, Any]) -> Sandbox | None:
    headers = [(name.decode("latin1"), value.decode("latin1")) for name, value in scope["headers"]]
    sent = [reading for name, value in headers for reading in readings(name, value)]
    address = [scope["query_string"].decode("latin1"), scope["path"]]
    found = _first(registry, (word for text in sent + address for word in _WORD.findall(text)))
    if found is not None:
        return found
    # A signature in a header looks like the name of a file or a token, but for what marks a token.
    names = [name for text in address for name in _NAME.findall(text)]
    names += [name for text in sent for name in _NAME.findall(text) if TOKEN_MARK in name]
    return next(filter(None, map(registry.of_asset, islice(names, MAX_WORDS))), None)


async def owner(registry: Registry, scope: Mapping[str, Any], receive: Receive) -> Sandbox | None:
    """The sandbox as of `whose`, or that of a credential in the body, which is read for it.

    Raises ClientGone."""
    if found := whose(registry, scope):
        return found
    try:
        body = await read_body(Upload(content_type="", length=None, receive=receive), limit=MAX_BODY)
    except BodyTooLarge:
        return None
    return _in_body(registry, body)


class Opening:
    """The `receive` of a request that remembers how the body begins, where forms have their credentials: for
    a body that is refused before it was read."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._begins = bytearray()
        self._more = True

    async def __call__(self) -> Message:
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        if len(self._begins) < OPENING:
            self._begins += message.get("body", b"")[:OPENING]
        return message

    async def owner(self, registry: Registry) -> Sandbox | None:
        """The sandbox of a credential in the beginning of the body, of which no more is read than that."""
        while self._more and len(self._begins) < OPENING:
            await self()
        return _in_body(registry, bytes(self._begins))


def _in_body(registry: Registry, body: bytes) -> Sandbox | None:
    return _first(registry, (word.decode("latin1") for word in dict.fromkeys(_MINTED.findall(body))))


def _first(registry: Registry, words: Iterable[str]) -> Sandbox | None:
    holders = filter(None, (holder(registry, word) for word in islice(words, MAX_WORDS)))
    return next((sandbox for sandbox, _ in holders), None)
