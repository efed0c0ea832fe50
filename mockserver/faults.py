"""Rules that make a matching exchange go wrong: which behaviour, when, how often."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from mockserver.state.interface import State

TABLE = "faults"
Target = Literal["call", "result", "outcome"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Make `behaviour` (a catalogue id) happen at a provider.

    It strikes calls, downloads of results, or how a piece of work ends inside an answer that is itself a
    success, by `target`; from the `nth` of them on, `times` times (None: until switched off), each time
    with `probability`, drawn from `seed` so that a run can be repeated.
    """

    provider: str
    behaviour: str
    target: Target = "call"
    nth: int = 1
    times: int | None = 1
    probability: float = 1.0
    seed: int = 0
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def __post_init__(self) -> None:
        if self.nth < 1:
            raise ValueError(f"nth counts from 1, not {self.nth}")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times is at least 1, or None for until switched off, not {self.times}")
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"probability lies between 0 and 1, not {self.probability}")

    def strikes(self, seen: int, struck: int) -> bool:
        """Whether it strikes the `seen`th matching exchange, having struck `struck` times before."""
        if seen < self.nth or (self.times is not None and struck >= self.times):
            return False
        return self.probability == 1.0 or random.Random(f"{self.seed}:{seen}").random() < self.probability


class Faults:
    """The fault rules of one sandbox. Taking one is atomic: two requests never share a one-time fault."""

    def __init__(self, state: State, space: str) -> None:
        self._state = state
        self._space = space

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on."""

        def change(rules: list[dict[str, Any]] | None) -> tuple[list[dict[str, Any]], Fault]:
            return [*(rules or []), {"fault": asdict(fault), "seen": 0, "struck": 0}], fault

        return self._state.update(self._space, TABLE, fault.provider, change)

    def list(self, provider: str) -> Sequence[Fault]:
        """The faults of a provider that are on, spent ones included."""
        rules = self._state.read(self._space, TABLE, provider) or []
        return [Fault(**rule["fault"]) for rule in rules]

    def clear(self, provider: str) -> None:
        """Switch all faults of a provider off."""
        self._state.remove(self._space, TABLE, provider)

    def take(self, provider: str, target: Target = "call") -> Fault | None:
        """The fault that strikes this exchange, the first rule that does; None when none does."""
        if self._state.read(self._space, TABLE, provider) is None:
            return None

        def change(rules: list[dict[str, Any]] | None) -> tuple[list[dict[str, Any]] | None, Fault | None]:
            taken: Fault | None = None
            counted = []
            for rule in rules or []:
                fault = Fault(**rule["fault"])
                if fault.target != target:
                    counted.append(rule)
                    continue
                seen = rule["seen"] + 1
                hit = taken is None and fault.strikes(seen, rule["struck"])
                taken = fault if hit else taken
                counted.append({**rule, "seen": seen, "struck": rule["struck"] + hit})
            return counted or None, taken

        return self._state.update(self._space, TABLE, provider, change)
