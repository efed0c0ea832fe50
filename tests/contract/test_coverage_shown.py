"""Coverage for a terminal and as a page."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver import catalogue
from mockserver.catalogue import Cause, Trigger
from mockserver.contract.columns import WIDTH, bar, described, table
from mockserver.contract.coverage import Count, Coverage
from mockserver.contract.coverage_text import counts, percent
from mockserver.met import Meeting

PICWISH = catalogue.load("picwish")
ALL = [
    Meeting(provider=provider, operation="result", behaviour=one.id, by=by)
    for provider in catalogue.providers()
    for one in catalogue.load(provider)
    for by in (one.cause.by,)
]
SOME = Coverage(
    meetings=frozenset(
        [
            Meeting(
                provider="picwish", operation="segmentation", behaviour="picwish.success", by=Trigger.REQUEST
            ),
            Meeting(provider="picwish", operation="query", behaviour="picwish.error.429", by=Trigger.FAULT),
        ]
    )
)


class Page(HTMLParser):
    """What a page has: its elements, what it loads, and its texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[dict[str, str | None]] = []
        self.loads: list[str] = []
        self.labelled = 0
        self.controls = 0
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "input", "br", "link", "img"):
            self.open.append(tag)
        if tag == "tr" and "data-standing" in given:
            self.rows.append(given)
        self.loads += [f"{tag} {name}" for name in given if name in ("src", "href", "action", "srcset")]
        if tag in ("select", "input"):
            self.controls += 1
            self.labelled += "label" in self.open

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(SOME.html())


def test_the_text_says_how_much_was_met_and_how_to_meet_the_rest() -> None:
    text = SOME.text()
    assert f"1 of {len(PICWISH.by_request)} met (1 %), 1 more only by a fault" in text
    assert "met at                  segmentation 1, query 1, result nothing, callback nothing" in text
    assert re.search(r"Not met:\n    mode\.sync +Send sync=1\.\n", text)
    assert re.search(r"though a request can cause it:\n    error\.429 +Create three tasks", text)
    assert 'sandbox.fail("picwish", ID) with\n    state.-2, error.500' in text


def test_a_provider_at_which_nothing_was_met_takes_a_line() -> None:
    text = SOME.text()
    ailab = catalogue.load("ailab")
    honest = len(ailab.by_request)
    line = f"  ailab - {ailab.title}: 0 of {honest}, and 0 of {len(ailab) - honest} by fault\n"
    assert line in text.partition("Nothing was met at:\n")[2]
    assert "return_form" not in text


def test_the_short_text_leaves_out_what_is_missing() -> None:
    assert "Send sync=1." not in SOME.text(missing=False)
    assert f"1 of {len(PICWISH.by_request)} met" in SOME.text(missing=False)


@pytest.mark.parametrize("met", [0, 1, 40, len(ALL)])
def test_the_text_fits_its_width(met: int) -> None:
    lines = Coverage(meetings=frozenset(ALL[:met])).text().splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines == [line.rstrip() for line in lines]


def test_when_all_is_met_nothing_is_missing() -> None:
    text = Coverage(meetings=frozenset(ALL)).text()
    assert "Not met" not in text
    assert "Nothing was met" not in text
    assert set(re.findall(r"\((\d+) %\)", text)) == {"100"}


@given(st.integers(0, 300), st.integers(0, 300))
@example(met=1, missing=299)
@example(met=299, missing=1)
def test_only_all_is_a_hundred_percent_and_only_nothing_is_none(met: int, missing: int) -> None:
    counted = Count(met=met, of=met + missing)
    assert (percent(counted) == "100 %") == (missing == 0)
    assert (percent(counted) == "0 %") == (met == 0 and missing > 0)
    assert counts(counted).startswith(f"{met} of {met + missing} met")
    drawn = bar(counted.share)
    assert len(drawn) == 26
    assert ("." in drawn) == (missing > 0)
    assert ("#" in drawn) == (met > 0 or missing == 0)


@given(
    st.lists(st.tuples(st.text("ab.", min_size=1, max_size=50), st.text("abc ", max_size=300)), max_size=5)
)
def test_columns_keep_every_word(cells: list[tuple[str, str]]) -> None:
    lines = list(described(cells))
    words = [word for name, said in cells for word in (name, *said.split())]
    assert " ".join(lines).split() == words


def test_numbers_stand_to_the_right() -> None:
    assert list(table([("a", "met"), ("long", "7")])) == ["  a     met", "  long    7"]


def test_the_page_is_whole_and_needs_nothing_else(page: Page) -> None:
    assert page.open == []
    assert page.loads == []
    assert page.controls == page.labelled == 5
    assert "url(" not in SOME.html()
    assert "@import" not in SOME.html()


def test_the_page_has_a_row_for_each_behaviour_with_what_it_is_filtered_by(page: Page) -> None:
    assert len(page.rows) == len(ALL)
    standings = [row["data-standing"] for row in page.rows]
    assert (standings.count("met"), standings.count("only by a fault")) == (1, 1)
    for row in page.rows:
        assert row["data-provider"] in catalogue.providers()
        assert row["data-cause"] in ("request", "fault")
        assert row["data-kind"]


def test_the_page_says_the_numbers_that_the_text_says(page: Page) -> None:
    assert counts(SOME.by_request) in page.text
    assert counts(SOME["picwish"].by_request) in page.text


def test_what_a_catalogue_says_is_text_on_the_page_not_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    said = '<b onclick="x">bold & "quoted"</b>'
    one = replace(PICWISH["success"], summary=said, cause=Cause(by=Trigger.REQUEST, how=said))
    known = replace(PICWISH, title=said, by_id={one.id: one})
    monkeypatch.setattr(catalogue, "load", lambda provider: known)
    page = Page(Coverage().html())
    assert page.open == []
    assert page.text.count(said) >= 3 * len(catalogue.providers())
    assert "<b onclick" not in Coverage().html()
