"""How long a client waited between two requests, by the clock that it waited by.

A client waits in real time, or a test lets its waiting travel the sandbox's clock. So the longer of the two
counts; and where the sandbox's clock stood still meanwhile, nobody knows how long a second was meant to be.
"""

from __future__ import annotations

from mockserver.exchange import Exchange

NOISE = 0.05
"""Seconds by which real and sandbox time may differ without a clock having been stopped: a busy machine."""


def ended(exchange: Exchange) -> float:
    """When the answer was ready, real unix seconds."""
    return exchange.received_at + exchange.milliseconds / 1000


def elapsed(first: Exchange, second: Exchange) -> float | None:
    """Seconds from the beginning of one request to that of a later one; None when nobody knows."""
    if _stood_still(first, second):
        return None
    real = second.received_at - first.received_at
    sandbox = second.at - first.at - (second.milliseconds - first.milliseconds) / 1000
    return max(real, sandbox)


def waited(first: Exchange, second: Exchange) -> float | None:
    """Seconds between two requests in which the client let time pass; None when nobody knows, or when a test
    moved the clock on in steps of its own, as `clock.next()` does."""
    whole = elapsed(first, second)
    real = second.received_at - first.received_at
    return None if whole is None or whole > real + NOISE else whole


def pause(first: Exchange, second: Exchange) -> float | None:
    """Seconds from the answer to one request to the beginning of a later one; below zero when the later one
    did not wait for it, None when nobody knows."""
    whole = elapsed(first, second)
    return None if whole is None else whole - first.milliseconds / 1000


def _stood_still(first: Exchange, second: Exchange) -> bool:
    passed = second.at - first.at
    return passed <= 0 or passed < ended(second) - ended(first) - NOISE
