"""One flow for both kinds of clients: a generator that yields what it wants, and is sent what came of it."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import httpx

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A flow wants to wait for so many seconds."""

    seconds: float


Flow = Generator[httpx.Request | Pause, httpx.Response | None, Result]
"""Yields requests and pauses, is sent the answers, returns a result. Transport errors are raised in it."""
Build = Callable[..., httpx.Request]
"""Makes a request, with the defaults of a client: its `build_request`."""


@cache
def tls() -> ssl.SSLContext:
    """The trust of all clients: to read the certificates once for each takes longer than most calls."""
    return httpx.create_ssl_context()


def run(flow: Flow[Result], client: httpx.Client, sleep: Callable[[float], None] = time.sleep) -> Result:
    """Do what a flow wants, one thing after another."""
    try:
        wish = next(flow)
        while True:
            if isinstance(wish, Pause):
                sleep(wish.seconds)
                wish = flow.send(None)
                continue
            try:
                answer = client.send(wish)
            except httpx.HTTPError as error:
                wish = flow.throw(error)
            else:
                wish = flow.send(answer)
    except StopIteration as end:
        result: Result = end.value
        return result


async def run_async(
    flow: Flow[Result],
    client: httpx.AsyncClient,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Result:
    """The same, letting others run meanwhile."""
    try:
        wish = next(flow)
        while True:
            if isinstance(wish, Pause):
                await sleep(wish.seconds)
                wish = flow.send(None)
                continue
            try:
                answer = await client.send(wish)
            except httpx.HTTPError as error:
                wish = flow.throw(error)
            else:
                wish = flow.send(answer)
    except StopIteration as end:
        result: Result = end.value
        return result
