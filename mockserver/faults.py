"""Rules that make a matching exchange go wrong: what happens, to which exchange, how often."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from mockserver import catalogue, nearest
from mockserver.catalogue import Behaviour, Kind
from mockserver.damage.answer import Moment, Trait
from mockserver.damage.options import SHOWN, FaultError, shown
from mockserver.damage.reach import RESULT as RESULT
from mockserver.damage.reach import check_behaviour, check_damage
from mockserver.damage.table import DAMAGES, Damage, named
from mockserver.ids import uuid4
from mockserver.state.interface import State

TABLE = "faults"
Target = Literal["request", "call", "result", "outcome", "answer"]
"""What a fault strikes: a `request` before anything is done for it; what the provider does with a `call`, or
with a download of a `result`; the `outcome` of a piece of work, inside an answer that is itself a success; an
`answer` that is ready, whatever it says."""
TARGETS: Mapping[Kind, Target] = {Kind.LIFETIME: "result", Kind.FAILURE: "outcome"}
"""What a behaviour strikes, by its kind; a call, if nothing else."""
MOST = 1000
"""Faults that can be on at a provider: each takes its time at each request."""
BITS = 64
"""Bits that a number which counts or seeds has at most."""
NOTHING: frozenset[Trait] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Make an effect happen at a provider: a behaviour, by its id in the catalogue, or a damage with its
    options, such as `http.delay`.

    It strikes what its `target` says, of one operation or of any; from the `nth` of them on, `times` times
    (None: until switched off), each time with `probability`, drawn from `seed` so that a run can be repeated.
    Raises FaultError for what could never be meant.
    """

    provider: str
    effect: str
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    operation: str | None = None
    target: Target = "call"
    nth: int = 1
    times: int | None = 1
    probability: float = 1.0
    seed: int = 0
    id: str = field(default_factory=lambda: uuid4().replace("-", "")[:12])

    def __post_init__(self) -> None:
        _check(_is_count(self.nth), "nth", self.nth, f"a whole number of {BITS} bits: it counts from 1")
        fits = self.times is None or _is_count(self.times)
        possible = f"a whole number of {BITS} bits, at least 1, or None for until switched off"
        _check(fits, "times", self.times, possible)
        fits = isinstance(self.probability, int | float) and 0.0 <= self.probability <= 1.0
        fits = fits and not isinstance(self.probability, bool)
        _check(fits, "probability", self.probability, "a number between 0 and 1")
        _check(_is_whole(self.seed), "seed", self.seed, f"a whole number of {BITS} bits")

    @classmethod
    def of(
        cls,
        provider: str,
        effect: str,
        *,
        operations: Sequence[str],
        operation: str | None = None,
        options: Mapping[str, Any] | None = None,
        **when: Any,
    ) -> Fault:
        """The fault of a damage, or of a behaviour by its id with or without the provider; `operations` are
        those of the provider, `when` is nth, times, probability and seed.

        Raises UnknownBehaviour, which names near ones, and FaultError, which says what is possible."""
        check_effect(effect)
        if operation is not None and operation not in operations:
            raise _unknown_operation(provider, operation, operations)
        damage = None if effect in catalogue.load(provider) else named(effect)
        if damage is not None:
            checked = damage.checked(options or {})
            if operation is not None:
                check_damage(damage, provider, operation, operations)
            target: Target = "request" if checked.get("at") == Moment.REQUEST else "answer"
            effect = damage.id
        else:
            behaviour = _causable(provider, effect)
            target, checked = TARGETS.get(behaviour.kind, "call"), {}
            _check_no_options(behaviour, options or {})
            if operation is not None:
                check_behaviour(behaviour, provider, operation)
            effect = behaviour.id
        return cls(
            provider=provider, effect=effect, options=checked, operation=operation, target=target, **when
        )

    @property
    def damage(self) -> Damage | None:
        """The damage that it does, None when it causes a behaviour."""
        return DAMAGES.get(self.effect)

    def matches(self, operation: str | None, target: Target, traits: Collection[Trait]) -> bool:
        """Whether it is for an exchange: its operation, what there is to strike, and what the answer has."""
        if self.target != target or self.operation not in (None, operation):
            return False
        return self.damage is None or self.damage.needs <= frozenset(traits)

    def strikes(self, seen: int, struck: int) -> bool:
        """Whether it strikes the `seen`th matching exchange, having struck `struck` times before."""
        if seen < self.nth or (self.times is not None and struck >= self.times):
            return False
        return self.probability == 1.0 or random.Random(f"{self.seed}:{seen}").random() < self.probability


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A fault that is on, how many matching exchanges it has `seen`, and how many of them it `struck`."""

    fault: Fault
    seen: int = 0
    struck: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Strike:
    """A fault strikes, at the `seen`th of the exchanges that match it."""

    fault: Fault
    seen: int

    @property
    def random(self) -> random.Random:
        """What the damage draws from: the same numbers in each run."""
        return random.Random(f"{self.fault.effect}:{self.fault.seed}:{self.seen}")


class Faults:
    """The fault rules of one sandbox. Taking one is atomic: two requests never share a one-time fault."""

    def __init__(self, state: State, space: str) -> None:
        self._state = state
        self._space = space

    def add(self, fault: Fault) -> Fault:
        """Switch a fault on. Raises FaultError when MOST are on at its provider."""

        def change(rules: list[dict[str, Any]] | None) -> tuple[list[dict[str, Any]], Fault]:
            if len(rules or ()) >= MOST:
                text = f"{MOST} faults are on at {fault.provider}, spent ones included; remove or clear some"
                raise FaultError(text, at="effect")
            return [*(rules or []), {"fault": asdict(fault), "seen": 0, "struck": 0}], fault

        return self._state.update(self._space, TABLE, fault.provider, change)

    def list(self, provider: str | None = None) -> Sequence[Rule]:
        """The rules that are on, spent ones included; in order of adding for each provider."""
        providers = self._providers() if provider is None else (provider,)
        return [_rule(record) for name in providers for record in self._records(name)]

    def remove(self, fault_id: str) -> bool:
        """Switch a fault off; whether it was on."""

        def change(rules: list[dict[str, Any]] | None) -> tuple[list[dict[str, Any]] | None, bool]:
            left = [rule for rule in rules or () if rule["fault"]["id"] != fault_id]
            return left or None, len(left) < len(rules or ())

        return any(self._state.update(self._space, TABLE, name, change) for name in self._providers())

    def clear(self, provider: str | None = None) -> None:
        """Switch all faults off, or those of a provider."""
        for name in self._providers() if provider is None else (provider,):
            self._state.remove(self._space, TABLE, name)

    def on(self, provider: str, target: Target | None = None) -> bool:
        """Whether a provider has rules, spent ones included; for a target, or at all."""
        records = self._state.read(self._space, TABLE, provider)
        if records is None or target is None:
            return records is not None
        return any(record["fault"]["target"] == target for record in records)

    def take(
        self,
        provider: str,
        *targets: Target,
        operation: str | None = None,
        traits: Collection[Trait] = NOTHING,
    ) -> Sequence[Strike]:
        """What strikes an exchange, in order: by target as they are given, by rule as they were added.

        A connection that is cut ends it, and so does a behaviour, of which one at most can happen. `traits`
        are what the answer has that can be damaged."""
        if not self._records(provider):
            return ()

        def change(
            records: list[dict[str, Any]] | None,
        ) -> tuple[list[dict[str, Any]] | None, Sequence[Strike]]:
            rules, strikes = taken([_rule(record) for record in records or ()], targets, operation, traits)
            counts = [{"seen": rule.seen, "struck": rule.struck} for rule in rules]
            return [{**old, **new} for old, new in zip(records or (), counts, strict=True)] or None, strikes

        return self._state.update(self._space, TABLE, provider, change)

    def __repr__(self) -> str:
        told = [
            f"{rule.fault.provider} {rule.fault.effect}, struck {rule.struck} of {rule.seen}"
            for rule in self.list()
        ]
        return f"<Faults: {'; '.join(told) or 'none'}>"

    def _records(self, provider: str) -> Sequence[dict[str, Any]]:
        records: Sequence[dict[str, Any]] | None = self._state.read(self._space, TABLE, provider)
        return records or ()

    def _providers(self) -> Sequence[str]:
        return self._state.keys(self._space, TABLE)


def taken(
    rules: Sequence[Rule], targets: Sequence[Target], operation: str | None, traits: Collection[Trait]
) -> tuple[Sequence[Rule], Sequence[Strike]]:
    """The rules after an exchange, in their order, and what strikes it: see `Faults.take`.

    An exchange counts for every rule that it matches, whichever strikes."""
    after, strikes, left, over = [*rules], list[Strike](), frozenset(traits), False
    for target in targets:
        for number, rule in enumerate(rules):
            fault, seen = rule.fault, rule.seen + 1
            if not fault.matches(operation, target, left):
                continue
            hit = not over and fault.strikes(seen, rule.struck)
            after[number] = Rule(fault=fault, seen=seen, struck=rule.struck + hit)
            if hit:
                strikes.append(Strike(fault=fault, seen=seen))
                over = fault.damage is None or fault.damage.ends
                left -= fault.damage.spoils if fault.damage else NOTHING
    return after, strikes


def check_effect(effect: Any) -> None:
    """Raise FaultError for what cannot be the name of an effect."""
    if not isinstance(effect, str):
        possible = "a string, such as 'http.delay' or the id of a behaviour"
        raise FaultError(f"effect cannot be {shown(effect)}; it can be {possible}", at="effect")


def causable(provider: str) -> Sequence[Behaviour]:
    """The behaviours of a provider that a fault can cause."""
    return [behaviour for behaviour in catalogue.load(provider) if _is_causable(behaviour)]


def _rule(record: Mapping[str, Any]) -> Rule:
    return Rule(fault=Fault(**record["fault"]), seen=record["seen"], struck=record["struck"])


def _causable(provider: str, effect: str) -> Behaviour:
    behaviour = catalogue.load(provider)[effect]
    if not _is_causable(behaviour):
        text = f"{behaviour.id} is neither an error nor a failure, so no fault can cause it"
        raise FaultError(text, at="effect", possible=[one.id for one in causable(provider)])
    return behaviour


def _is_causable(behaviour: Behaviour) -> bool:
    return behaviour.error is not None or behaviour.kind is Kind.FAILURE


def _check_no_options(behaviour: Behaviour, options: Mapping[str, Any]) -> None:
    for name in options:
        raise FaultError(f"{behaviour.id} has no option {shown(name)}; a behaviour has none", at=name[:SHOWN])


def _unknown_operation(provider: str, operation: Any, operations: Sequence[str]) -> FaultError:
    near = nearest.like(shown(operation).strip("'"), operations)
    hint = f"; did you mean {near[0]}? It" if near else "; it"
    text = f"{provider} has no operation {shown(operation)}{hint} has {', '.join(operations)}"
    return FaultError(text, at="operation", possible=operations)


def _check(fits: bool, name: str, value: Any, possible: str) -> None:
    if not fits:
        raise FaultError(f"{name} cannot be {shown(value)}; it is {possible}", at=name, possible=(possible,))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**BITS


def _is_count(value: Any) -> bool:
    return _is_whole(value) and value >= 1
