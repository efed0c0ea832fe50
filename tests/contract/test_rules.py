"""Each rule, with a client that keeps it and one that breaks it; and the table of rules itself."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from contract_world import World
from rule_clients import PAIRS

from mockserver import catalogue
from mockserver.contract import rules
from mockserver.contract.rules import Level, Rule

ALL = {rule.id: rule for rule in rules.ALL}
PREFIXES = {"any": "ANY", "ailab": "AIL", "picwish": "PIC", "processimage": "PRO", "tencent_bda": "TEN"}


@pytest.mark.parametrize("rule", PAIRS)
def test_a_client_that_keeps_a_rule_is_not_accused_of_breaking_it(world: World, rule: str) -> None:
    PAIRS[rule].keeps(world)
    assert len(world.sandbox.journal) > 0
    assert rule not in world.ids()


@pytest.mark.parametrize("rule", PAIRS)
def test_a_client_that_breaks_a_rule_is_found(world: World, rule: str) -> None:
    PAIRS[rule].breaks(world)
    found = [finding for finding in world.found() if finding.rule.id == rule]
    assert found
    for finding in found:
        assert finding.evidence
        assert all("\n" not in line and len(line) < 300 for line in finding.evidence)
        assert all(0 <= number < len(world.sandbox.journal) for number in finding.exchanges)


@pytest.mark.parametrize("effect", ["connection.reset", "connection.silence", "http.wrong_length"])
def test_a_call_that_was_paid_is_not_repeated_however_its_answer_was_lost(world: World, effect: str) -> None:
    world.sandbox.fail("ailab", effect)
    with pytest.raises(httpx.TransportError):
        world.cut_heads(timeout=0.3)
    assert "AIL-CHARGE-08" not in world.ids()
    world.cut_heads()
    assert "AIL-CHARGE-08" in world.ids()


def test_every_rule_has_clients() -> None:
    assert PAIRS.keys() == ALL.keys()


def test_ids_are_unique_and_numbered_by_provider() -> None:
    assert len(ALL) == len(rules.ALL)
    for provider, prefix in PREFIXES.items():
        own = [rule.id for rule in rules.ALL if rule.provider == provider]
        assert [int(one[-2:]) for one in own] == list(range(1, len(own) + 1))
        assert all(re.fullmatch(rf"{prefix}-[A-Z]+-[0-9]{{2}}", one) for one in own)


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_asks_for_and_where_that_is_documented(rule: Rule) -> None:
    assert rule.sentence.endswith(".")
    assert not rule.title.endswith(".")
    known = {"HTTP", "assumed"}
    if rule.provider != rules.ANY:
        known |= catalogue.load(rule.provider).sources.keys()
    assert rule.source in known
    assert rule.level is Level.SHOULD or rule.source != "assumed" or rule.provider == rules.ANY


@pytest.mark.parametrize(
    "rule", [rule for rule in rules.ALL if rule.provider != rules.ANY], ids=lambda rule: rule.id
)
def test_a_rule_speaks_of_behaviours_that_exist(rule: Rule) -> None:
    known = {behaviour.id for behaviour in catalogue.load(rule.provider)}
    for behaviour in spoken_of(rule.check):
        assert f"{rule.provider}.{behaviour}" in known


def spoken_of(check: Any) -> Iterator[str]:
    """The behaviours that a check looks for, as far as it holds them as data."""
    for cell in getattr(check, "__closure__", None) or ():
        for inner in cell.cell_contents if isinstance(cell.cell_contents, tuple) else ():
            yield from spoken_of(inner)
    for name in getattr(check, "__slots__", ()):
        if name in ("ids", "done", "uncharged", "unless"):
            yield from getattr(check, name)


def test_the_rules_of_a_provider_are_its_own_and_those_of_all() -> None:
    own = {rule.provider for rule in rules.of("picwish")}
    assert own == {"any", "picwish"}
