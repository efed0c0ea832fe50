"""What Hypothesis makes worlds of: troubles, readings, jumps of the clock, odd answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from contract_tests.client.story import Ask, Reading, Step, Story, Travel, Trouble
from contract_tests.shape import places
from mockserver import catalogue
from mockserver.catalogue import Kind
from mockserver.damage.options import FaultError
from mockserver.damage.reach import check_damage
from mockserver.damage.table import DAMAGES, Damage
from mockserver.faults import RESULT
from mockserver.providers import PROVIDERS

LATE = frozenset({"http.delay", "http.slow_drip", "connection.silence"})
"""What takes real seconds; these have cases of their own."""
STEPS = 5
VALUES = (
    "null",
    None,
    "{}",
    "[]",
    "0",
    "-1",
    "1",
    "true",
    '""',
    '"null"',
    "9223372036854775808",
    "-1e400",
    "0.1",
    '"\\u0000"',
    '"\\ud800"',
    '"\N{RIGHT-TO-LEFT OVERRIDE}\N{CAT FACE}"',
    '"../../etc/passwd"',
    '"http://127.0.0.1:1/gone"',
    '"http://["',
    "[null]",
    '[{"a": 1}, []]',
    json.dumps("x" * 10_000),
)
"""JSON texts that stand where something else was, the simplest first; None: nothing stands there."""


def troubles(provider: str) -> SearchStrategy[Trouble]:
    """Whatever `sandbox.fail` can do at a provider in no time: once or twice, at one of the next requests."""
    behaviours = [one for one in catalogue.load(provider) if one.kind in (Kind.ERROR, Kind.FAILURE)]
    expired = [one for one in catalogue.load(provider) if one.kind is Kind.LIFETIME and one.error is not None]
    damages = [damage for damage in DAMAGES.values() if damage.id not in LATE]
    caused = [one.id.partition(".")[2] for one in (*behaviours, *expired)]
    struck = [(one.id, at) for one in damages for at in (None, RESULT) if _can_strike(one, provider, at)]
    return st.one_of(
        st.builds(_behaves, st.sampled_from(caused), _when()),
        st.builds(_damaged, st.sampled_from(struck), _when()),
    )


def readings(provider: str) -> SearchStrategy[Reading]:
    """One of the readings that the documents of a provider allow."""
    [known] = [one for one in PROVIDERS if one.name == provider]
    quirks = [one for one in known.settings if one.kind == "choice" and one.name != "end"]
    pairs = [(one.name, choice) for one in quirks for choice in one.choices]
    return st.sampled_from(pairs).map(lambda pair: Reading(settings=dict([pair])))


def answers(provider: str, schema: str, operation: str) -> SearchStrategy[Trouble]:
    """One value of the next answer of an operation is another: a null, an extreme, odd Unicode, another type,
    or it is not there; of any place that the schema of the answer has."""
    return st.builds(
        lambda place, value: Trouble(
            effect="http.json_value",
            options={"operation": operation, "pointer": place.pointer, "value": value},
        ),
        st.sampled_from(places(provider, schema)),
        st.sampled_from(range(len(VALUES))).map(lambda number: VALUES[number]),
    )


def journeys() -> SearchStrategy[Travel]:
    """A jump of the clock, from a second to three days."""
    return st.sampled_from([1.0, 29.0, 1799.0, 1801.0, 3599.0, 3601.0, 86_401.0, 259_200.0]).map(
        lambda seconds: Travel(seconds=seconds)
    )


def stories(provider: str, asks: SearchStrategy[Ask], *, steps: int = STEPS) -> SearchStrategy[Story]:
    """Some steps, and at their end a client that is asked for something."""
    step: SearchStrategy[Step] = st.one_of(asks, troubles(provider), readings(provider), journeys())
    return st.tuples(st.lists(step, max_size=steps), asks).map(lambda parts: (*parts[0], parts[1]))


def _when() -> SearchStrategy[Mapping[str, Any]]:
    return st.fixed_dictionaries({}, optional={"nth": st.integers(1, 3), "times": st.integers(1, 2)})


def _behaves(effect: str, when: Mapping[str, Any]) -> Trouble:
    return Trouble(effect=effect, options=when)


def _damaged(struck: tuple[str, str | None], when: Mapping[str, Any]) -> Trouble:
    effect, operation = struck
    return Trouble(effect=effect, options={**when, **({"operation": operation} if operation else {})})


def _can_strike(damage: Damage, provider: str, operation: str | None) -> bool:
    if operation is None:
        return True
    [known] = [one for one in PROVIDERS if one.name == provider]
    if operation not in known.operations:
        return False
    try:
        check_damage(damage, provider, operation, known.operations)
    except FaultError:
        return False
    return True


def sampled(values: Sequence[Any]) -> SearchStrategy[Any]:
    """One of some values; the first is the simplest."""
    return st.sampled_from(list(values))
