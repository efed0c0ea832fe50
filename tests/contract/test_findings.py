"""Findings: their order, and how they read as text and as data."""

import json
import re

import pytest
from contract_world import World
from rule_clients import GIF, PAIRS

from mockserver.contract import findings
from mockserver.contract.findings import Finding
from mockserver.contract.rules import Context, Level

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def careless(world: World) -> World:
    """Five times an image that is none, a wrong value twice, and a link used too late."""
    for _ in range(5):
        world.cut_heads(GIF)
    for _ in range(2):
        world.cut_heads(data={"return_form": "cutout"})
    PAIRS["AIL-LINK-10"].breaks(world)
    return world


def shown(world: World, *, colour: bool = False) -> str:
    return world.found().text(colour=colour)


def test_must_comes_before_should_and_the_rest_is_in_order(careless: World) -> None:
    found = careless.found()
    levels = [finding.rule.level for finding in found]
    assert levels == sorted(levels, key=lambda level: level is not Level.MUST)
    assert [finding.rule.id for finding in found] == [
        *["AIL-VALUE-04"] * 2,
        *["AIL-IMAGE-05"] * 5,
        "AIL-RETRY-07",
        "AIL-LINK-10",
    ]
    assert [finding.exchanges for finding in found[:4]] == [(5,), (6,), (0,), (1,)]


def test_a_text_is_grouped_by_rule_and_names_the_exchanges(careless: World) -> None:
    text = shown(careless)
    assert text.startswith("9 findings in 9 exchanges: 2 of MUST rules and 7 of SHOULD rules.\n")
    assert "MUST   AIL-VALUE-04  Send documented values  (2 times)\n" in text
    assert re.search(r"  #5   \d\d:\d\d:\d\d\.\d{3}  ailab  POST /api/cutout/\S+ → 400\n", text)
    assert "SHOULD AIL-IMAGE-05  Check an image before you send it  (5 times)\n" in text
    assert "  and 2 times more: #3, #4\n" in text
    assert "… and 1 more, the last is #4" in text
    assert "[docs-api]" in text
    assert all(len(line) <= 100 for line in text.splitlines() if "#" not in line)


def test_colour_is_there_only_when_it_is_asked_for(careless: World) -> None:
    plain, coloured = shown(careless), shown(careless, colour=True)
    assert "\x1b" not in plain
    assert "\x1b" in coloured
    assert ESCAPE.sub("", coloured) == plain


def test_a_faultless_client_is_told_so(world: World) -> None:
    world.cut_heads()
    assert shown(world) == "No findings in 1 exchange.\n"


def test_a_text_says_when_older_exchanges_could_not_be_judged(world: World) -> None:
    text = findings.of([], Context(dropped=3)).text()
    assert (
        text
        == "No findings in 0 exchanges.\n3 older exchanges went from the journal and could not be judged.\n"
    )


def test_what_a_client_sends_does_not_paint_the_terminal(world: World) -> None:
    key = {"ailabapi-api-key": world.sandbox.ailab.api_key}
    world.http.get("/api/cutout/%1b%5b31m%0anothing/None", headers=key)
    world.cut_heads(data={"return_form": "\x1b[31m\nred"})
    text = shown(world)
    assert {finding.rule.id for finding in world.found()} == {"ANY-PATH-01", "ANY-NOTHING-03", "AIL-VALUE-04"}
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert "\nnothing" not in text


def test_findings_are_plain_data(careless: World) -> None:
    whole = json.loads(json.dumps(careless.found().as_data()))
    assert (whole["judged"], whole["dropped"]) == (9, 0)
    data = whole["findings"]
    assert data[0].keys() == {
        "rule",
        "level",
        "provider",
        "title",
        "sentence",
        "source",
        "exchanges",
        "evidence",
    }
    assert (data[0]["rule"], data[0]["level"], data[0]["exchanges"]) == ("AIL-VALUE-04", "MUST", [5])


def test_no_finding_holds_a_secret(world: World) -> None:
    for rule in ("AIL-KEY-01", "PIC-KEY-01", "TEN-SECRET-04", "PRO-SECRET-02", "PIC-LINK-11", "PRO-TOKEN-11"):
        PAIRS[rule].breaks(world)
    text = json.dumps(world.found().as_data()) + shown(world)
    for provider, names in (
        ("ailab", ["api_key"]),
        ("picwish", ["api_key"]),
        ("tencent_bda", ["secret_key"]),
        ("processimage", ["app_secret"]),
    ):
        for name in names:
            assert world.sandbox.credentials(provider)[name] not in text


def test_judging_changes_nothing_and_gives_the_same_again(careless: World) -> None:
    before = list(careless.sandbox.journal)
    first, second = careless.found(), careless.found()
    assert first == second
    assert all(isinstance(finding, Finding) for finding in first)
    assert list(careless.sandbox.journal) == before


def test_findings_are_a_sequence_that_is_falsy_when_there_is_none(careless: World) -> None:
    found = careless.found()
    assert found[0].rule.id == "AIL-VALUE-04"
    assert [*found[1:]] == [*found][1:]
    assert len(found.of_level(Level.MUST)) + len(found.of_level(Level.SHOULD)) == len(found)
    assert repr(found).startswith("<Findings in 9 exchanges: MUST AIL-VALUE-04 in [5]: error.")
    careless.sandbox.reset()
    assert not careless.found()
    assert repr(careless.found()) == "<Findings in 0 exchanges: none>"


def test_printed_they_are_the_text(world: World) -> None:
    found = world.sandbox.findings()
    assert str(found) == found.text() == "No findings in 0 exchanges.\n"
    coverage = world.sandbox.coverage()
    assert str(coverage) == coverage.text()
