"""The catalogues to read, and the command that shows them."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockserver import catalogue
from mockserver.catalogue import Behaviour, Kind, Trigger
from mockserver.cli import main
from mockserver.contract.catalogue_text import MEANINGS, Selection, markdown, shown
from mockserver.contract.columns import WIDTH

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"
PROVIDERS = catalogue.providers()
every_provider = pytest.mark.parametrize("provider", PROVIDERS)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["catalogue", *arguments])
    return result.exit_code, result.output


def short(one: Behaviour) -> str:
    return one.id.partition(".")[2]


def words(text: str) -> str:
    return " ".join(text.split())


def ids_in(text: str) -> list[str]:
    """The ids of the first column."""
    known = {short(one) for provider in PROVIDERS for one in catalogue.load(provider)}
    firsts = [line.split()[0] for line in text.splitlines() if re.match(r"  \S", line)]
    return [first for first in firsts if first in known]


@every_provider
def test_every_behaviour_is_shown_once_with_how_it_is_known_and_caused(provider: str) -> None:
    text = shown([provider])
    assert sorted(ids_in(text)) == sorted(map(short, catalogue.load(provider)))
    for one in catalogue.load(provider):
        said = one.cause.how if one.cause.by is Trigger.REQUEST else one.summary
        sources = ", ".join(one.provenance.sources)
        assert f"{short(one)} {one.provenance.kind.value} {said} [{sources}]" in words(text)


@every_provider
def test_the_sources_that_are_named_are_listed(provider: str) -> None:
    _, _, listed = shown([provider]).partition("Known from:")
    for one in catalogue.load(provider):
        for name in one.provenance.sources:
            source = catalogue.load(provider).sources[name]
            assert words(f"{name} {source.title} {source.url or ''}") in words(listed)


def test_it_fits_its_width_but_for_long_urls() -> None:
    wide = [line for line in shown().splitlines() if len(line) > WIDTH]
    assert [line for line in wide if not line.strip().startswith("https://")] == []


def test_every_kind_has_a_heading() -> None:
    assert set(MEANINGS) == set(Kind)


def test_what_only_a_fault_can_cause_stands_apart_with_how_to_cause_it() -> None:
    text = shown(["picwish"], kinds=[Kind.ERROR])
    assert '\nErrors, which only a fault can cause, sandbox.fail("picwish", ID):\n  error.500' in text
    both = words(shown(["picwish"], by=Trigger.FAULT))
    assert both.count("which only a fault can cause, sandbox.fail") == 2


def test_the_page_of_the_documentation_is_in_step() -> None:
    made = shown(form="markdown")
    assert PAGE.read_text(encoding="utf-8") == made, (
        "run: mockserver catalogue --markdown > docs/catalogue.md"
    )


def test_every_row_of_the_page_has_the_cells_of_its_head() -> None:
    columns = 0
    rows = 0
    for line in shown(form="markdown").splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert cells in (0, columns) or not columns
        columns = cells
        rows += line.startswith("| `")
    assert rows == sum(len(catalogue.load(provider)) for provider in PROVIDERS)


def test_what_a_catalogue_says_breaks_no_table_of_the_page() -> None:
    known = catalogue.load("picwish")
    one = replace(known["success"], summary="a | b\n<c> *d* [e](f) \\|")
    page = markdown([Selection.of(replace(known, by_id={one.id: one}))])
    [row] = [line for line in page.splitlines() if line.startswith("| `success`")]
    assert len(re.split(r"(?<!\\)(?:\\\\)*\|", row)) == 6
    assert r"a \| b \<c> \*d\* \[e](f) \\\|" in row


def test_every_link_of_the_page_leads_somewhere_on_it() -> None:
    page = shown(form="markdown")
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', page))
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) == anchors


def test_the_command_shows_all_providers_or_those_that_are_named() -> None:
    assert run() == (0, shown())
    assert run("picwish", "ailab", "ailab") == (0, shown(["ailab", "picwish"]))


def test_the_command_selects_by_kind_and_by_cause() -> None:
    code, text = run("picwish", "--kind", "option", "--kind", "format", "--by", "request")
    assert code == 0
    wanted = [one for one in catalogue.load("picwish") if one.kind in (Kind.OPTION, Kind.FORMAT)]
    assert ids_in(text) == list(map(short, wanted))
    assert ids_in(run("tencent_bda", "--by", "fault")[1]) == [
        short(one) for one in catalogue.load("tencent_bda") if one.cause.by is Trigger.FAULT
    ]


def test_the_command_says_when_there_is_nothing_such() -> None:
    assert "nothing such" in run("ailab", "--kind", "language")[1]


def test_the_command_gives_data() -> None:
    code, text = run("picwish", "--kind", "error", "--json")
    assert code == 0
    found = json.loads(text)["providers"]["picwish"]
    assert [one["id"] for one in found["behaviours"]] == [one.id for one in catalogue.load("picwish").errors]
    assert set(found["sources"]) <= set(catalogue.load("picwish").sources)
    for one in found["behaviours"]:
        assert {"id", "kind", "summary", "provenance", "cause", "error"} <= one.keys()


def test_the_command_makes_the_page() -> None:
    assert run("--markdown") == (0, shown(form="markdown"))


@pytest.mark.parametrize("arguments", [["picwich"], ["--kind", "mistake"], ["--by", "luck"]])
def test_what_cannot_be_is_refused_with_what_can(arguments: list[str]) -> None:
    code, text = run(*arguments)
    assert code == 2
    assert "is not one of" in text


def test_help_teaches_by_example() -> None:
    code, text = run("--help")
    assert code == 0
    for expected in (
        "mockserver catalogue picwish",
        "--kind option",
        "--by fault",
        "--json",
        "docs/catalogue.md",
    ):
        assert expected in text


def test_an_unknown_provider_is_named() -> None:
    with pytest.raises(LookupError, match="picwich"):
        shown(["picwich"])
