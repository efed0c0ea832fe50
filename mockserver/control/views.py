"""Sandboxes and what is in them, as plain data."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from mockserver.callbacks import Callback
from mockserver.clock import Due
from mockserver.providers import PROVIDERS
from mockserver.sandbox import Sandbox

END = 253_402_300_799.0


def of_sandbox(sandbox: Sandbox, origin: str) -> dict[str, Any]:
    """A sandbox: who it is at each provider, what it is set to and was told, and its time."""
    return {
        "id": sandbox.id,
        "providers": {
            provider.name: {
                **_access(sandbox, provider.name, origin),
                "settings": sandbox.settings(provider.name),
            }
            for provider in PROVIDERS
        },
        "known_urls": sandbox.known_urls(),
        "clock": of_clock(sandbox),
        "exchanges": len(sandbox.journal),
        "created": sandbox.born,
    }


def _access(sandbox: Sandbox, name: str, origin: str) -> dict[str, Any]:
    provider = next(one for one in PROVIDERS if one.name == name)
    credentials = sandbox.credentials(name)
    access = provider.access(url=origin, **credentials)
    endpoint = {"endpoint": access.endpoint} if hasattr(access, "endpoint") else {}
    return {"url": access.url, **endpoint, "credentials": credentials}


def of_clock(sandbox: Sandbox) -> dict[str, Any]:
    """The time of a sandbox, and what lies ahead next."""
    clock = sandbox.clock
    now = clock.now()
    return {
        "now": now,
        "now_iso": iso(now),
        "wall": clock.wall(),
        "frozen": clock.frozen,
        "skew": clock.skew,
        "next": next((of_due(one, now) for one in sandbox.due() if one.brought_about), None),
    }


def of_due(due: Due, now: float) -> dict[str, Any]:
    """Something that lies ahead, `in` so many seconds."""
    return {
        "at": due.at,
        "at_iso": iso(due.at),
        "in": max(0.0, round(due.at - now, 6)),
        "what": due.what,
        "brought_about": due.brought_about,
    }


def of_callback(callback: Callback) -> dict[str, Any]:
    """A callback, and what became of it."""
    return {**asdict(callback), "standing": callback.standing.value}


def iso(moment: float) -> str:
    """A moment in unix seconds as ISO 8601 in UTC, which ends with the year 9999."""
    return (
        datetime.fromtimestamp(min(moment, END), UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
