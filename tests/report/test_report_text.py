"""What a terminal shows: of a run, and of one test."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_world import (
    ALLOWED,
    BROKEN,
    CLEAN,
    FAILED,
    IMAGE,
    MET,
    POOR,
    REFUSED,
    REPORTS,
    VALUE,
    exchange,
    finding,
    report,
    subject,
    subjects,
)

from mockserver.contract.coverage import Coverage
from mockserver.contract.report import Report, Subject
from mockserver.contract.rules import Level

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
ERROR = "error.UNSUPPORTED_PARAMETER_VALUES"
OF_AILAB = MET["ailab"].by_request.of
BOTH = OF_AILAB + MET["picwish"].by_request.of


@pytest.mark.parametrize(
    ("some", "verdict"),
    [
        ([CLEAN], "No rule broken"),
        ([CLEAN, FAILED], "No rule broken in 2 tests"),
        ([BROKEN], "1 MUST rule broken"),
        ([BROKEN, CLEAN, POOR], "1 MUST rule broken in 1 of the 3 tests judged; 1 SHOULD rule in 1 test"),
        ([BROKEN, BROKEN, CLEAN], "1 MUST rule broken in 2 of the 3 tests judged"),
        ([POOR, CLEAN], "No MUST rule broken in 2 tests; 1 SHOULD rule in 1 test"),
        ([ALLOWED, CLEAN], "No rule broken in 2 tests; 1 allowed"),
        ([ALLOWED, BROKEN], "1 MUST rule broken in 1 of the 2 tests judged"),
    ],
)
def test_the_verdict_is_one_line(some: list[Subject], verdict: str) -> None:
    assert str(report(*some).verdict) == f"{verdict}; 2 of {BOTH} behaviours met"


def test_where_nothing_was_called_the_verdict_says_so() -> None:
    silent = subject(exchanges=(), numbers=(), judged=0)
    assert report(silent, coverage=Coverage()).text() == "No provider was called\n"
    assert report(silent, silent, coverage=Coverage()).text() == "No provider was called in 2 tests\n"


def test_where_something_was_called_but_nobody_judged_the_verdict_says_so() -> None:
    assert str(report().verdict) == f"No test was judged; 2 of {BOTH} behaviours met"


def test_when_all_is_well_there_are_few_lines() -> None:
    lines = report(CLEAN, CLEAN, notes=("nobody was refused",)).text().splitlines()
    assert lines[0] == f"No rule broken in 2 tests; 2 of {BOTH} behaviours met"
    assert lines[1].startswith("ailab    [#")
    assert lines[1].endswith(f"1 of {OF_AILAB} met (3 %)")
    assert lines[2].startswith("picwish  [#")
    assert lines[3:] == ["nobody was refused"]


def test_findings_are_told_by_rule_with_the_tests_and_what_shows_them() -> None:
    assert report(CLEAN, POOR, BROKEN).text().splitlines()[1:9] == [
        "",
        "MUST   AIL-VALUE-04  Send documented values",
        f"       {VALUE.sentence} [docs-api]",
        "  tests/test_a.py::test_broken",
        f"    #0    22:14:57.250  ailab  POST …/avatar-extraction → 400  {ERROR}",
        "          return_form is 'cutout'",
        "",
        "SHOULD AIL-IMAGE-05  Check an image before you send it",
    ]


def test_what_fails_comes_first_and_what_is_allowed_last() -> None:
    allowed = replace(ALLOWED, name="allowed")
    text = report(allowed, POOR, replace(BROKEN, findings=(finding(VALUE),), name="broken")).text()
    assert text.index("  broken\n") < text.index("  allowed (allowed)\n") < text.index("SHOULD AIL")
    alone = report(allowed, POOR).text()
    assert alone.index("SHOULD AIL-IMAGE-05") < alone.index("allowed AIL-VALUE-04")


def test_a_should_that_fails_comes_before_a_must_that_does_not() -> None:
    strict = subject(finding(IMAGE), limit=Level.SHOULD)
    lax = replace(BROKEN, limit=None)
    assert [one.rule for one in report(lax, strict).by_rule] == [IMAGE, VALUE]
    assert [one.rule for one in report(lax, POOR).by_rule] == [VALUE, IMAGE]


def test_one_subject_is_not_named() -> None:
    assert "test_broken" not in report(BROKEN).text()
    assert BROKEN.name in report(BROKEN, CLEAN).text()


def test_of_much_the_first_is_told_and_the_rest_counted() -> None:
    much = [finding(VALUE, (number % 6, 9), *map(str, range(8))) for number in range(7)]
    exchanges = tuple(exchange(path=f"/{number}") for number in range(6))
    tests = [
        subject(*much, name=f"test_{number}", exchanges=exchanges, numbers=tuple(range(6)), judged=10)
        for number in range(15)
    ]
    text = report(*tests).text()
    assert "AIL-VALUE-04  Send documented values  (105 times in 15 tests)\n" in text
    assert "    … and 5 times more\n" in text
    assert "          … and 1 exchange more, the last is #9\n" in text
    assert "          … and 5 more\n" in text
    assert "test_7" not in text
    assert "  … and 12 more tests:\n    test_3\n    test_4\n    test_5\n    test_6\n    …\n" in text


def test_a_test_is_told_with_its_last_exchanges() -> None:
    text = BROKEN.text()
    assert text.startswith("MUST   AIL-VALUE-04  Send documented values\n")
    assert "\n\nAll exchanges:\n#0    22:14:57.250  ailab  POST …/avatar-extraction" in text
    assert text.endswith("      return_form is 'cutout'; it can be 'mask' or absent\n")
    assert "The last 1 exchange of 8:\n" in replace(BROKEN, numbers=(7,), judged=8).text()


def test_exchanges_that_a_finding_shows_whole_are_not_told_again() -> None:
    [note] = REFUSED.notes
    whole = subject(finding(VALUE, (0,), f"error.UNSUPPORTED_PARAMETER_VALUES: {note}"))
    assert "All exchanges" not in whole.text()
    assert whole.text().count("it can be 'mask' or absent") == 1
    later = replace(whole, exchanges=(REFUSED, exchange()), numbers=(0, 1), judged=2)
    assert "All exchanges:" in later.text()


@pytest.mark.parametrize("told", [{"faults": ["http.delay"]}, {"explanation": {"first_difference": {}}}])
def test_what_a_finding_does_not_show_of_its_exchange_is_told(told: dict[str, Any]) -> None:
    assert "All exchanges:" in subject(finding(), exchanges=(exchange(**told),)).text()


def test_failures_that_were_shown_are_only_named() -> None:
    failed = report(BROKEN, POOR).text(failures_shown=True)
    assert f"MUST   AIL-VALUE-04  Send documented values\n  {BROKEN.name}\n\nSHOULD" in failed
    assert IMAGE.sentence in failed.replace("\n       ", " ")
    skipped = report(replace(BROKEN, passed=None), POOR).text(failures_shown=True)
    assert "return_form is 'cutout'" in skipped


def test_of_a_test_without_exchanges_there_is_nothing_to_tell() -> None:
    assert subject(exchanges=(), numbers=(), judged=0).text() == ""


@given(REPORTS, st.integers(40, 160))
def test_no_line_is_wider_than_it_may_be(one: Report, columns: int) -> None:
    for text in (one.text(columns=columns), *(tested.text(columns=columns) for tested in one.subjects)):
        assert max(map(len, text.splitlines()), default=0) <= columns


@given(REPORTS)
def test_what_a_client_sends_does_not_steer_the_terminal(one: Report) -> None:
    for text in (one.text(), *(tested.text() for tested in one.subjects)):
        assert all(character.isprintable() for character in text.replace("\n", ""))


@given(subjects())
def test_colour_is_there_only_when_it_is_asked_for(one: Subject) -> None:
    assert ESCAPE.sub("", one.text(colour=True)) == one.text()
    assert ESCAPE.sub("", report(one).text(colour=True)) == report(one).text()


@pytest.mark.parametrize(
    ("some", "paint"), [(CLEAN, "\x1b[32m"), (POOR, "\x1b[1;33m"), (BROKEN, "\x1b[1;31m")]
)
def test_the_verdict_is_painted_by_how_it_is(some: Subject, paint: str) -> None:
    assert report(some).text(colour=True).startswith(paint)


def test_allowed_rules_are_told_for_one_test_too() -> None:
    assert ALLOWED.text().startswith("allowed AIL-VALUE-04")
    assert IMAGE.title in POOR.text()
