"""Grades as text, JSON, JUnit XML and a page: whole, safe, small."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from contract_tests.adapters.session import Outcome
from contract_tests.client.case import Case, Grade, Level
from contract_tests.client.grading import Verdict
from contract_tests.client.pictures import sample
from contract_tests.client.thumbnails import EDGE, thumbnails
from contract_tests.client.world import Remark
from contract_tests.report import Grading, Report, page
from contract_tests.report import text as told
from mockserver import MockServer
from mockserver.contract import rules
from mockserver.contract.report.room import Room
from mockserver.exchange import Exchange

NASTY = "</pre><script>alert(1)</script> & \"'\x00\x1b[31m\u202e\ud800\ufffe"
"""Markup, what a terminal obeys, what turns text around, and what neither UTF-8 nor XML can hold."""
SCHEMA = json.loads(files("contract_tests.report").joinpath("report.schema.json").read_text())
VOID = {"meta", "br", "img", "hr", "link", "input"}


@pytest.fixture(scope="module")
def exchange(server: MockServer) -> Exchange:
    import httpx

    sandbox = server.sandbox()
    httpx.get(f"{sandbox.picwish.url}/api/tasks/visual/segmentation/none", headers={"X-API-KEY": "wrong"})
    own = {"X-API-KEY": sandbox.picwish.api_key}
    httpx.get(f"{sandbox.picwish.url}/api/tasks/visual/segmentation/none", headers=own)
    return sandbox.journal[-1]


def case(number: int = 1, *, level: Level = Level.MUST, family: str = "STATE") -> Case:
    return Case(
        id=f"PIC-{family}-{number:02d}",
        level=level,
        provider="picwish",
        title=f"Case {number}",
        about="Something happens, and the client does something.",
        source="docs-zh",
        check=lambda world: None,
    )


def verdict(grade: Grade, number: int = 1, *, text: str = "seen", **content: Any) -> Verdict:
    level = content.pop("level", Level.MUST)
    remarks = () if grade is Grade.PASS else (Remark(grade=grade, text=text),)
    return Verdict(case=case(number, level=level), grade=grade, remarks=remarks, seconds=0.25, **content)


def report(*verdicts: Verdict, expected: dict[str, str] | None = None, client: str = "acme:Acme") -> Report:
    grading = Grading(
        client=client,
        provider="picwish",
        title="PicWish segmentation",
        verdicts=verdicts,
        expected=expected or {},
    )
    return Report(gradings=(grading,), seed=7, seconds=1.5, made_at=1795212897.0)


class Page(HTMLParser):
    """What a page has: its ids, where it leads, what it loads, and its texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.leads: list[str] = []
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.leads += [given["href"]] if "href" in given else []
        self.loads += [given["src"]] if "src" in given else []
        assert not any(name.startswith("on") for name in given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


ALL = tuple(verdict(grade, number) for number, grade in enumerate(Grade, 1))
REPORTS = {
    "of each grade": report(*ALL),
    "of nothing": Report(gradings=(), seed=0, seconds=0.0, missing=3),
    "as expected": report(*ALL, expected={"PIC-STATE-05": "#7"}),
    "better than expected": report(*ALL, expected={"PIC-STATE-01": "#7"}),
    "nasty": report(verdict(Grade.FAIL, text=NASTY, story=NASTY), client=NASTY),
}


@pytest.mark.parametrize(
    ("verdicts", "expected", "ok", "title"),
    [
        ([verdict(Grade.PASS)], {}, True, "1 client passed"),
        ([verdict(Grade.FAIL)], {}, False, "1 client failed; 1 MUST case failed"),
        ([verdict(Grade.FAIL, level=Level.SHOULD)], {}, True, "1 client passed"),
        ([verdict(Grade.NON_STRICT), verdict(Grade.UNIMPLEMENTED, 2)], {}, True, "1 client passed"),
        ([verdict(Grade.FAIL)], {"PIC-STATE-01": "#7"}, True, "1 client passed"),
        (
            [verdict(Grade.PASS)],
            {"PIC-STATE-01": "#7"},
            False,
            "1 client failed; 1 expected failure did not come",
        ),
        ([verdict(Grade.PASS)], {"PIC-STATE-02": "#7"}, True, "1 client passed"),
    ],
)
def test_what_makes_a_client_fail(
    verdicts: list[Verdict], expected: dict[str, str], ok: bool, title: str
) -> None:
    made = report(*verdicts, expected=expected)
    assert (made.ok, made.title) == (ok, title)


def test_several_clients_are_counted_and_an_early_end_is_told() -> None:
    good, bad = report(verdict(Grade.PASS)).gradings, report(verdict(Grade.FAIL), client="b:B").gradings
    both = Report(gradings=(*good, *bad), seed=0, seconds=1.0, missing=2)
    assert both.title == "1 of 2 clients failed; 1 MUST case failed; ended early, without 2 verdicts"


def test_rules_are_a_family_of_their_own() -> None:
    rule = rules.of("picwish")[0]
    judged = replace(verdict(Grade.PASS), case=replace(case(), id=rule.id))
    [grading] = report(verdict(Grade.PASS), judged).gradings
    assert [name for name, _ in grading.families()] == ["STATE", "rules"]


def test_the_text_tells_what_failed_and_counts_the_rest(exchange: Exchange) -> None:
    failed = verdict(Grade.FAIL, 2, text="it polls on", story="print(1)\nprint(2)", exchanges=(exchange,))
    lines = report(verdict(Grade.PASS), failed, verdict(Grade.UNIMPLEMENTED, 3)).text().splitlines()
    assert lines[0] == "FAIL MUST  PIC-STATE-02  Case 2"
    assert "    - it polls on" in lines
    assert lines[lines.index("    To replay it:") + 1 :][:2] == ["        print(1)", "        print(2)"]
    assert any("GET /api/tasks/visual/segmentation/none → 404" in line for line in lines)
    assert "  STATE        1 PASS, 1 UNIMPLEMENTED, 1 FAIL" in lines
    assert "               PIC-STATE-03: seen" in lines
    assert lines[-1] == "1 client failed; 1 MUST case failed (seed 7, 1.5 s)"


def test_exchanges_are_the_last_ones_and_keep_their_numbers(exchange: Exchange) -> None:
    text = told.of_verdict(verdict(Grade.FAIL, exchanges=(exchange,) * 20))
    assert "The last exchanges:" in text
    assert re.findall(r"#(\d+)", text) == ["14", "15", "16", "17", "18", "19"]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("columns", [60, 100])
def test_no_line_of_text_is_too_wide_or_moves_the_cursor(name: str, columns: int) -> None:
    text = REPORTS[name].text(columns=columns)
    assert text.endswith("\n")
    assert all(line.isprintable() for line in text.splitlines())
    programs = " " * 8
    assert all(len(line) <= columns for line in text.splitlines() if not line.startswith(programs))


def test_colours_come_only_where_they_are_wanted() -> None:
    assert "\x1b" not in report(*ALL).text()
    assert "\x1b[1;31mFAIL" in report(*ALL).text(colour=True)


@pytest.mark.parametrize("name", REPORTS)
def test_the_json_is_as_its_schema_says(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(REPORTS[name].json()))


def test_the_json_has_exchanges_of_what_did_not_pass(exchange: Exchange) -> None:
    made = report(
        verdict(Grade.PASS, exchanges=(exchange,)), verdict(Grade.FAIL, 2, exchanges=(exchange,) * 30)
    )
    passed, failed = made.as_data()["gradings"][0]["verdicts"]
    assert passed["exchanges"] == []
    assert len(failed["exchanges"]) == 10
    assert failed["exchanges"][0]["status"] == 404
    Draft202012Validator(SCHEMA).validate(json.loads(made.json()))


@pytest.mark.parametrize("name", REPORTS)
def test_junit_counts_what_is_there(name: str) -> None:
    made = REPORTS[name]
    suites = list(JUnitXml.fromstring(made.junit().encode()))
    assert [suite.tests for suite in suites] == [len(grading.verdicts) for grading in made.gradings]
    failures = [len(grading.broken) + len(grading.mended) for grading in made.gradings]
    assert [suite.failures for suite in suites] == failures


def test_junit_skips_what_is_not_implemented_or_expected() -> None:
    [suite] = JUnitXml.fromstring(report(*ALL, expected={"PIC-STATE-05": "#7"}).junit().encode())
    assert (suite.tests, suite.failures, suite.skipped) == (5, 0, 2)


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_is_whole_and_leads_only_to_itself(name: str) -> None:
    found = Page(REPORTS[name].html())
    assert found.open == []
    assert len(set(found.ids)) == len(found.ids)
    assert all(lead.startswith("#") and lead[1:] in found.ids for lead in found.leads)
    assert all(source.startswith("data:image/webp;base64,") for source in found.loads)
    assert not found.tags & {"script", "link", "iframe", "object"}


def test_each_cell_leads_to_its_panel_and_back(exchange: Exchange) -> None:
    failed = verdict(Grade.FAIL, text="it polls on", story="print(1)", exchanges=(exchange,))
    found = Page(report(failed).html())
    assert "#pc0-PIC-STATE-01" in found.leads
    assert "#c0-PIC-STATE-01" in found.leads
    for told_there in ("it polls on", "print(1)", "To replay it", "GET /api/tasks", "404"):
        assert told_there in found.text


def test_the_page_shows_small_pictures_of_what_was_sent_and_answered(exchange: Exchange) -> None:
    portrait = sample("portrait.jpg")
    outcomes = [Outcome(call="cut_out", seconds=0.1, result=[portrait, b"none"], asked={"image": portrait})]
    small = thumbnails(outcomes)
    assert [(one.name, one.width, one.height) for one in small] == [
        ("sent", 640, 800),
        ("result 0", 640, 800),
    ]
    assert all(len(one.uri) < 8000 for one in small)
    html = report(verdict(Grade.PASS, pictures=small)).html()
    assert len(Page(html).loads) == 2
    assert EDGE < 200


def test_the_page_stays_small_and_what_failed_comes_first(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [verdict(Grade.PASS, number, exchanges=(exchange,) * 40) for number in range(1, 100)]
    failed = verdict(Grade.FAIL, 100, exchanges=(exchange,))
    monkeypatch.setattr(page, "EXCHANGES", 20_000)
    html = report(*many, failed).html()
    assert len(html) < 20_000 + 200_000
    panel = html[html.index('id="pc0-PIC-STATE-100"') :]
    assert "GET /api/tasks" in panel[: panel.index("</section>")]
    assert Page(html).text.count("PASS") >= 99


def test_a_room_that_is_full_makes_no_more_pictures() -> None:
    room = Room(10)
    assert room.take(lambda: "x" * 20) == ""
    assert room.is_full


@given(
    st.lists(
        st.builds(
            lambda grade, text, number: verdict(grade, number, text=text),
            st.sampled_from(Grade),
            st.text(min_size=1),
            st.integers(1, 10_000),
        ),
        max_size=4,
        unique_by=lambda one: one.case.id,
    )
)
def test_whatever_a_client_says_each_form_is_made(verdicts: list[Verdict]) -> None:
    made = report(*verdicts)
    assert json.loads(made.json())["ok"] is made.ok
    assert JUnitXml.fromstring(made.junit().encode()) is not None
    assert Page(made.html()).open == []
    assert made.text().endswith("\n")


@pytest.mark.parametrize("name", ["page.html", "data.json", "results.xml", "told.txt", "deep/er/page.html"])
def test_reports_are_files_by_their_ending(tmp_path: Path, name: str) -> None:
    [written] = report(*ALL).write(tmp_path / name)
    assert written.read_text(encoding="utf-8")


def test_a_folder_gets_three_and_another_ending_none(tmp_path: Path) -> None:
    assert [one.name for one in report(*ALL).write(tmp_path)] == ["report.html", "report.json", "junit.xml"]
    with pytest.raises(ValueError, match="a report ends in"):
        report(*ALL).write(tmp_path / "page.pdf")


def test_the_page_is_light_and_dark_and_its_colours_are_in_words_too() -> None:
    html = report(*ALL).html()
    assert "prefers-color-scheme: dark" in html
    cells = re.findall(r'<td class="grade ([\w-]+)"[^>]*><a [^>]*>([\w-]+)</a>', html)
    assert [(name, name.upper()) for name, _ in cells] == cells
    assert len(cells) == len(Grade)
