"""Subjects: what is kept of a run, what fails it, and that nothing is lost on the way to another process."""

import json
import math
from typing import Any

import httpx
import pytest
from hypothesis import given
from report_world import BROKEN, IMAGE, REFUSED, VALUE, finding, findings, subject, subjects

from mockserver import MockServer, RemoteSandbox, RunningSandbox, connect
from mockserver.contract.report import Subject
from mockserver.contract.report.subject import LAST, MOST
from mockserver.contract.rules import Level

HEADS = "/api/cutout/portrait/avatar-extraction"


def has_nan(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(has_nan, value.values()))
    if isinstance(value, list):
        return any(map(has_nan, value))
    return isinstance(value, float) and math.isnan(value)


def be_careless(sandbox: RunningSandbox | RemoteSandbox) -> None:
    """Send a wrong value, with the right key."""
    access = sandbox.access("ailab")
    url, key = f"{access.url}{HEADS}", {"ailabapi-api-key": sandbox.credentials("ailab")["api_key"]}
    httpx.post(url, headers=key, data={"return_form": "cutout"}, files={"image": b"x"})


@given(subjects())
def test_a_subject_survives_json(one: Subject) -> None:
    text = json.dumps(one.as_data())
    again = Subject.from_data(json.loads(text))
    assert json.dumps(again.as_data()) == text
    if not has_nan(one.as_data()):  # which does not even equal itself
        assert again == one


def test_what_is_no_subject_is_refused() -> None:
    with pytest.raises(KeyError):
        Subject.from_data({"name": "a"})
    with pytest.raises(ValueError, match="COULD"):
        Subject.from_data({**BROKEN.as_data(), "limit": "COULD"})


def test_each_exchange_has_a_number() -> None:
    with pytest.raises(ValueError, match="1 exchanges have 2 numbers"):
        subject(exchanges=(REFUSED,), numbers=(0, 1))


@pytest.mark.parametrize(
    ("broken", "limit", "allowed", "fails"),
    [
        (VALUE, Level.MUST, (), True),
        (VALUE, Level.SHOULD, (), True),
        (VALUE, None, (), False),
        (VALUE, Level.MUST, ("AIL-VALUE-04",), False),
        (VALUE, Level.MUST, ("AIL-IMAGE-05",), True),
        (IMAGE, Level.MUST, (), False),
        (IMAGE, Level.SHOULD, (), True),
        (IMAGE, Level.SHOULD, ("AIL-IMAGE-05",), False),
        (IMAGE, None, (), False),
    ],
)
def test_a_finding_fails_by_its_level_unless_it_is_allowed(
    broken: Any, limit: Level | None, allowed: tuple[str, ...], fails: bool
) -> None:
    one = subject(finding(broken), limit=limit, allowed=allowed)
    assert bool(one.broken) is fails
    assert one.as_data()["failed_by"] == ([broken.id] if fails else [])


def test_of_a_short_run_all_exchanges_are_kept() -> None:
    one = Subject.of_findings("a", findings([finding(VALUE, (1,))], count=LAST))
    assert one.numbers == tuple(range(LAST))
    assert [kept.path for kept in one.exchanges] == [f"/call/{number}" for number in range(LAST)]


def test_of_a_long_run_the_last_are_kept_and_those_that_findings_speak_of_with_their_numbers() -> None:
    found = findings([finding(VALUE, (3,)), finding(VALUE, tuple(range(10, 40)))], count=100, dropped=7)
    one = Subject.of_findings("a", found, passed=False, allowed=["X"], limit=None)
    assert one.numbers == (3, 10, 11, 12, 39, *range(100 - LAST, 100))
    assert all(kept.path == f"/call/{number}" for number, kept in one.numbered())
    assert (one.judged, one.dropped, one.passed, one.allowed, one.limit) == (100, 7, False, ("X",), None)


def test_however_much_is_found_no_more_than_so_many_exchanges_are_kept() -> None:
    found = findings([finding(VALUE, (number,)) for number in range(500)], count=1000)
    one = Subject.of_findings("a", found)
    assert len(one.findings) == 500
    assert len(one.exchanges) == MOST
    assert one.numbers[-LAST:] == tuple(range(1000 - LAST, 1000))


@pytest.mark.parametrize("place", ["in process", "elsewhere"])
def test_a_sandbox_is_judged_wherever_it_is(place: str, server: MockServer) -> None:
    with connect(server.url) as elsewhere:
        sandbox = server.sandbox() if place == "in process" else elsewhere.sandbox()
        be_careless(sandbox)
        one = Subject.of("test_a", sandbox, passed=True)
    assert [found.rule.id for found in one.broken] == ["AIL-VALUE-04"]
    assert [kept.path for kept in one.exchanges] == [HEADS]
    assert (one.name, one.judged, one.passed) == ("test_a", 1, True)


def test_no_secret_is_in_what_is_told(sandbox: RunningSandbox) -> None:
    be_careless(sandbox)
    one = Subject.of("test_a", sandbox)
    key = sandbox.ailab.api_key
    assert key not in json.dumps(one.as_data())
    assert key not in one.text()
