"""Exchanges as the report of a failing test shows them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_world import EXCHANGES, NASTY, REFUSED, exchange

from mockserver.contract.report import exchange_text
from mockserver.exchange import Exchange

START = "#4    22:14:57.250  ailab  "
PATH = "POST /api/cutout/portrait/"


def text(one: Exchange, **wanted: Any) -> str:
    return exchange_text([one], [4], **wanted)


def test_an_exchange_is_a_line_with_its_number_and_what_was_met() -> None:
    assert text(exchange()) == f"{START}{PATH}avatar-extraction → 200  success\n"


def test_an_error_is_named_and_the_notes_stand_below() -> None:
    assert text(REFUSED) == (
        f"{START}POST …/avatar-extraction → 400  error.UNSUPPORTED_PARAMETER_VALUES\n"
        "      return_form is 'cutout'; it can be 'mask' or absent\n"
    )


def test_an_error_in_an_answer_of_status_200_is_told_rather_than_what_went_well() -> None:
    behaviours = ["tencent_bda.authentication.TC3-HMAC-SHA256.POST", "tencent_bda.error.MissingParameter"]
    told = text(exchange(provider="tencent_bda", path="/", behaviours=behaviours), colour=True)
    assert "tencent_bda  POST / → \x1b[1;33m200\x1b[0m  error.MissingParameter\n" in told


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (110, "POST …/cutout/portrait/avatar-extraction → 400  error.UNSUPPORTED_PARAMETER_VALUES"),
        (100, "POST …/avatar-extraction → 400  error.UNSUPPORTED_PARAMETER_VALUES"),
        (80, "POST …/avatar-extraction → 400  error.UNSUPPORTED_PA…"),
    ],
)
def test_of_a_long_path_the_end_is_shown_before_the_whole_error(columns: int, line: str) -> None:
    assert text(REFUSED, columns=columns).splitlines()[0] == f"{START}{line}"


def test_a_fault_and_a_missing_answer_are_told() -> None:
    lost = exchange(status=None, behaviours=["ailab.success"], faults=["connection.reset"])
    assert text(lost) == (
        f"{START}{PATH}avatar-extraction → no answer  success\n      by a fault: connection.reset\n"
    )


def test_where_a_signature_differs_is_told() -> None:
    difference = {"part": "line 3", "expected": "host:a", "signed": "host:b"}
    told = text(exchange(explanation={"first_difference": difference}))
    assert "      line 3: expected 'host:a', but signed was 'host:b'\n" in told
    assert text(exchange(explanation={"first_difference": None})) == text(exchange())


def test_many_notes_are_cut() -> None:
    assert len(text(exchange(notes=list("abcdefgh"))).splitlines()) == 5


def test_each_exchange_needs_its_number() -> None:
    with pytest.raises(ValueError, match="zip"):
        exchange_text([exchange()], [])


@given(st.lists(EXCHANGES, max_size=4), st.integers(50, 120))
def test_whatever_was_sent_the_lines_fit_and_are_printable(some: list[Exchange], columns: int) -> None:
    lines = exchange_text(some, range(len(some)), columns=columns).splitlines()
    assert all(line.isprintable() and len(line) <= columns for line in lines)
    assert sum(line.startswith("#") for line in lines) == len(some)


def test_colours_are_only_ours() -> None:
    assert text(exchange(path=NASTY, notes=[NASTY]), colour=True).count("\x1b[31m") == 0
