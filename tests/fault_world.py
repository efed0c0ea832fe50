"""Faults of AILabTools, and what strikes the exchanges of a test."""

from typing import Any

from mockserver.faults import Fault, Faults, Target

OPERATIONS = ("avatar-extraction", "result")


def fault(effect: str = "ailab.error.X", **when: Any) -> Fault:
    return Fault(provider="ailab", effect=effect, **when)


def damage(effect: str, **when: Any) -> Fault:
    return Fault.of("ailab", effect, operations=OPERATIONS, **when)


def take(faults: Faults, target: Target = "call", **exchange: Any) -> list[Fault]:
    """What strikes the next exchange."""
    return [strike.fault for strike in faults.take("ailab", target, **exchange)]


def struck(faults: Faults, exchanges: int) -> list[int]:
    """Which of so many exchanges, counted from 1, a fault strikes."""
    return [number for number in range(1, exchanges + 1) if take(faults)]


def on(faults: Faults, provider: str | None = "ailab") -> list[Fault]:
    return [one.fault for one in faults.list(provider)]
