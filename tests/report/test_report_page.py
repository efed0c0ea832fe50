"""A report as a page: whole, safe, small, and readable without a script."""

import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from report_world import (
    ALLOWED,
    BROKEN,
    CLEAN,
    FAILED,
    IMAGE,
    MET,
    NASTY,
    POOR,
    REPORTS,
    VALUE,
    exchange,
    finding,
    report,
    subject,
)

from mockserver.contract import rules
from mockserver.contract.coverage import Coverage
from mockserver.contract.coverage_text import counts
from mockserver.contract.report import Report, Subject
from mockserver.contract.report.room import Room
from mockserver.contract.report.wire import shown

VOID = {"meta", "input", "br", "link", "img", "hr"}


class Page(HTMLParser):
    """What a page has: its elements, what it loads, where it leads, and its texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: set[str] = set()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.hidden: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes |= given.keys()
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)
        self.loads += [f"{tag} {name}" for name in given if name in ("src", "action", "srcset", "data")]
        if "href" in given:
            assert tag == "a"
            self.leads.append(given["href"] or "")
        if "hidden" in given:
            self.hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(report(CLEAN, POOR, BROKEN, ALLOWED, FAILED, notes=("2 hosts were refused",)).html())


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_page_is_whole_and_needs_nothing_else(page: Page) -> None:
    assert page.open == []
    assert page.loads == []
    html = report(BROKEN).html()
    assert html.startswith("<!DOCTYPE html>")
    assert not re.search(r"url\(|@import|@font-face", html)


def test_links_lead_to_a_rule_of_the_page_or_to_a_document(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    inner = [lead for lead in page.leads if lead.startswith("#")]
    assert {lead[1:] for lead in inner} <= set(page.ids)
    assert {lead[:8] for lead in page.leads if lead not in inner} == {"https://"}


def test_the_verdict_comes_first_then_findings_coverage_and_tests(page: Page) -> None:
    verdict = "1 MUST rule broken in 1 of the 5 tests judged"
    order = [verdict, "2 hosts were refused", "Findings", "Send documented values", "Coverage", "Result"]
    places = [page.text.index(part) for part in order]
    assert places == sorted(places)
    assert "1 SHOULD rule in 1 test; 2 of 121 behaviours met" in page.text


def test_a_finding_has_its_exchanges_behind_it_as_a_wire_log(page: Page) -> None:
    told = plain(page.text)
    assert "return_form is 'cutout'; it can be 'mask' or absent" in told
    assert "POST /api/cutout/portrait/avatar-extraction HTTP/1.1 host: 127.0.0.1:8765" in told
    assert "image = cat.jpg image/jpeg, 6,091 bytes, jpeg 120 × 150, SHA-256 8d560ed9600e…" in told
    assert "return_form = cutout" in told
    assert 'HTTP/1.1 400 4.5 ms content-type: application/json { "error_code": 400 }' in told
    assert "Met ailab.error.UNSUPPORTED_PARAMETER_VALUES" in told.replace("Met", "Met ")


def test_a_document_without_an_address_is_named_by_its_title() -> None:
    of_zh = next(one for one in rules.ALL if one.source == "docs-zh")
    told, _, _ = report(subject(finding(of_zh))).html().partition('<h2 id="coverage')
    assert "(PicWish) documentation: segmentation API in Chinese" in told
    assert "docs-zh" not in told


def test_below_the_coverage_documents_have_their_titles(page: Page) -> None:
    assert "docs-apiAILabTools documentation: Head Extraction API" in page.text
    assert "docs-zh佐糖 (PicWish) documentation: segmentation API in Chinese" in page.text


def test_how_each_test_ended_is_told(page: Page) -> None:
    told = page.text.partition("Result")[2]
    for name, result in ((BROKEN, "broke a rule"), (FAILED, "failed"), (POOR, "passed")):
        assert re.search(rf"{re.escape(name.name)}{result}[A-Z0-9-]*1\s*its exchanges", told)
    assert "1 test passed without a finding" in told


def test_coverage_is_that_of_the_coverage_page(page: Page) -> None:
    assert counts(MET["ailab"].by_request) in page.text
    assert Page(MET.html()).text.count("picwish.success") == page.text.count("picwish.success") == 1


def test_without_javascript_there_is_no_useless_filter(page: Page) -> None:
    assert page.hidden == ["form"]
    assert Page(MET.html()).hidden == ["form"]


def test_a_lost_answer_a_fault_and_a_signature_are_told() -> None:
    lost = exchange(
        status=None,
        faults=["connection.reset"],
        explanation={
            "canonical_request": "POST\n/",
            "string_to_sign": "TC3",
            "first_difference": {"part": "line 3", "expected": "host:a", "signed": "host:b"},
        },
    )
    told = plain(Page(report(subject(exchanges=(lost,))).html()).text)
    assert "no answer" in told
    assert "connection.reset" in told
    assert "POST /String to signTC3" in told
    assert "line 3: expected 'host:a', but signed was 'host:b'" in told


def test_a_callback_and_a_body_that_was_not_kept_are_told() -> None:
    callback = exchange(operation="callback", fields={"state": 1}, files=(), response={"size": 5996})
    told = plain(Page(report(subject(exchanges=(callback,))).html()).text)
    assert '{ "state": 1 }' in told
    assert "5,996 bytes, not kept" in told


def test_when_all_is_well_there_are_no_findings() -> None:
    html = report(CLEAN, CLEAN).html()
    assert 'class="verdict good"' in html
    assert 'id="findings"' not in html
    assert "2 tests passed without a finding" in html


@pytest.mark.parametrize(
    ("some", "paint"),
    [(CLEAN, "good"), (POOR, "poor"), (replace(BROKEN, limit=None), "poor"), (BROKEN, "bad")],
)
def test_the_verdict_is_painted_by_how_it_is(some: Subject, paint: str) -> None:
    assert f'class="verdict {paint}"' in report(some).html()


def test_of_nothing_there_is_a_page_too() -> None:
    page = Page(Report(title="pytest", subjects=(), coverage=Coverage()).html())
    assert page.open == []
    assert "No provider was called" in page.text


HONEST = Page(report(BROKEN, POOR, notes=("a",)).html())
"""A page of texts that mean no harm."""


@given(REPORTS)
def test_whatever_was_sent_is_text_on_the_page_not_markup(one: Report) -> None:
    html = replace(one, coverage=Coverage()).html()
    page = Page(html)
    assert page.open == []
    assert page.loads == []
    assert "script" not in page.tags
    assert page.attributes <= HONEST.attributes
    assert not set("\x00\x1b\u202e\U000e0001") & set(html)
    html.encode(errors="strict")


def test_what_is_shown_is_cut_and_cannot_hide() -> None:
    assert shown("a" * 400) == f"{'a' * 300}… (400 characters)"
    assert shown("照片\u3000\u00a0 x\n\ty") == "照片\u3000\u00a0 x\n\ty"
    assert shown(NASTY).startswith("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&#x27;")
    assert shown("\x00\u202e\ud800\ufffe") == "\N{REPLACEMENT CHARACTER}" * 4


def test_many_tests_with_many_exchanges_make_a_page_of_bounded_size_in_bounded_time() -> None:
    headers = [[f"x-header-{number}", "value" * 50] for number in range(30)]
    exchanges = tuple(exchange(path=f"/call/{number}", headers=headers) for number in range(20))
    tests = [
        subject(
            *(finding(broken, (place, 19), "<" * 200) for place, broken in enumerate(rules.ALL[:15])),
            name=f"tests/test_{number % 40}.py::Test::test_{number}[{'<&>' * 30}]",
            exchanges=exchanges,
            numbers=tuple(range(20)),
            judged=20,
        )
        for number in range(2000)
    ]
    started = time.process_time()
    html = report(*tests).html()
    assert time.process_time() - started < 2
    assert 1_000_000 < len(html.encode()) < 5_000_000
    for tag in ("details", "div", "pre", "tr"):
        assert html.count(f"<{tag}") == html.count(f"</{tag}>")
    assert "more tests" in html


def test_a_test_that_passed_without_a_finding_is_listed_without_its_exchanges() -> None:
    quiet = replace(CLEAN, exchanges=(exchange(path="/quiet"),))
    assert "/quiet" not in report(quiet, BROKEN).html()
    assert "/quiet" in report(quiet).html()


def test_of_long_headers_fields_and_notes_the_beginning_is_shown() -> None:
    many = exchange(
        headers=[[f"x-header-{number}", "a"] for number in range(60)],
        fields={f"field-{number}": "a" for number in range(60)},
        notes=[f"note-{number}" for number in range(60)],
        response={"content_type": "text/plain", "size": 9000, "text": "b" * 9000},
    )
    told = Page(report(subject(exchanges=(many,))).html()).text
    for name in ("x-header", "field", "note"):
        assert f"{name}-39" in told
        assert f"{name}-40" not in told
    assert told.count("… and 20 more") == 3
    assert f"{'b' * 2500}… (9,000 characters)" in told


def test_of_one_rule_no_more_is_shown_than_of_another() -> None:
    wordy = exchange(fields={f"field{number}": "x" * 300 for number in range(40)}, notes=["y" * 300] * 40)
    much = [
        subject(*[finding(VALUE, (0,))] * 5, name=f"test_{number}", exchanges=(wordy,))
        for number in range(200)
    ]
    html = report(*much, replace(POOR, name="the poor one")).html()
    section = html.partition(f'id="{IMAGE.id}"')[2].partition("</article>")[0]
    assert "the poor one" in section
    assert 'class="exchange"' in section


def test_room_is_given_until_something_does_not_fit() -> None:
    room = Room(5)
    assert [room.take(part.lower) for part in ("aaa", "照片", "a")] == ["aaa", "", ""]
    assert room.is_full
