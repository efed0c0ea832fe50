"""Where an effect can strike at all: a fault that never could is a mistake of whoever asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mockserver.catalogue import Behaviour, Kind
from mockserver.damage.answer import Trait
from mockserver.damage.options import FaultError, shown
from mockserver.damage.table import Damage

RESULT = "result"
"""The operation that downloads a result, at any provider."""
NEVER: Mapping[str, Mapping[str, frozenset[Trait]]] = {
    "ailab": {"avatar-extraction": frozenset({Trait.IMAGE}), RESULT: frozenset({Trait.JSON})},
    "picwish": {RESULT: frozenset({Trait.JSON})},
    "processimage": {
        "access": frozenset({Trait.IMAGE}),
        "token": frozenset({Trait.IMAGE}),
        "refresh": frozenset({Trait.IMAGE}),
    },
}
"""What no answer of an operation has, be it a success or an error: by provider and operation."""
WORK: Mapping[str, tuple[str, ...]] = {"picwish": ("segmentation",), "processimage": ("access",)}
"""The operations that begin the work which a failure ends, by provider."""


def check_damage(damage: Damage, provider: str, operation: str, operations: Sequence[str]) -> None:
    """Check that a damage finds what it needs in answers of an operation; `operations` are the provider's.

    Raises FaultError, which names those where it does."""

    def fits(one: str) -> bool:
        return not damage.needs & NEVER.get(provider, {}).get(one, frozenset())

    if fits(operation):
        return
    possible = tuple(filter(fits, operations))
    text = f"{damage.id} strikes {damage.applies_to}, which no answer of {provider} to {shown(operation)} is"
    hint = f"it can strike {', '.join(possible)}" if possible else "no operation there has such answers"
    raise FaultError(f"{text}; {hint}", at="operation", possible=possible)


def check_behaviour(behaviour: Behaviour, provider: str, operation: str) -> None:
    """Check that a behaviour can come of an operation: downloads end as downloads do, calls as calls, and
    failures come of the calls that begin work. Raises FaultError."""
    downloads = behaviour.kind is Kind.LIFETIME
    if (operation == RESULT) != downloads:
        what = "downloads of results" if downloads else "calls, not downloads of results"
        text = f"{behaviour.id} strikes {what}, so never the operation {shown(operation)}"
        raise FaultError(text, at="operation", possible=(RESULT,) if downloads else ())
    begins = WORK.get(provider, (operation,))
    if behaviour.kind is Kind.FAILURE and operation not in begins:
        text = f"{behaviour.id} is how work ends that {', '.join(begins)} begins"
        text = f"{text}, so never the operation {shown(operation)}"
        raise FaultError(text, at="operation", possible=begins)
