"""Reports as JUnit XML."""

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite
from report_world import ALLOWED, BROKEN, CLEAN, IMAGE, NASTY, POOR, REPORTS, VALUE, finding, report, subject

from mockserver import catalogue
from mockserver.contract import rules
from mockserver.contract.coverage import Coverage
from mockserver.contract.report import Report

ORDER = {"skipped": 0, "error": 0, "failure": 0, "system-out": 1, "system-err": 2}
"""How what is in a test case follows one another in the schemas of Jenkins and others."""


def parsed(one: Report) -> JUnitXml:
    return JUnitXml.fromstring(one.junit().encode())


def case(one: Report, rule_id: str) -> Any:
    [found] = [case for suite in parsed(one) for case in suite if case.name.startswith(f"{rule_id} ")]
    return found


def test_there_is_a_suite_for_each_provider_and_in_it_a_case_for_each_rule() -> None:
    suites = list(parsed(report(CLEAN)))
    assert [suite.name for suite in suites] == ["any", *catalogue.providers()]
    named = [(one.classname, one.name) for suite in suites for one in suite]
    assert sorted(named) == sorted((one.provider, f"{one.id} {one.title}") for one in rules.ALL)


def test_a_broken_must_is_a_failure_with_all_that_shows_it() -> None:
    [failure] = case(report(BROKEN, CLEAN), VALUE.id).result
    assert isinstance(failure, Failure)
    assert failure.type == "MUST"
    assert failure.message == "Send documented values, broken 1 time in 1 test: return_form is 'cutout'"
    assert failure.text.startswith("MUST   AIL-VALUE-04")
    assert BROKEN.name in failure.text


@pytest.mark.parametrize(("one", "rule_id"), [(POOR, IMAGE.id), (ALLOWED, VALUE.id)])
def test_what_fails_nobody_has_passed_and_is_told_as_output(one: Any, rule_id: str) -> None:
    found = case(report(one), rule_id)
    assert found.result == []
    assert rule_id in found.system_out


def test_where_a_should_fails_a_test_it_is_a_failure_as_well() -> None:
    strict = subject(finding(IMAGE), limit=rules.Level.SHOULD)
    [failure] = case(report(strict), IMAGE.id).result
    assert failure.type == "SHOULD"


def test_a_provider_that_was_not_called_is_skipped() -> None:
    results = {
        suite.name: {type(result) for one in suite for result in one.result}
        for suite in parsed(report(CLEAN))
    }
    assert results == {
        "any": set(),
        "ailab": set(),
        "picwish": set(),
        "processimage": {Skipped},
        "tencent_bda": {Skipped},
    }
    silent = parsed(report(coverage=Coverage()))
    assert all(isinstance(result, Skipped) for suite in silent for one in suite for result in one.result)
    assert silent.skipped == len(rules.ALL)


def test_a_provider_of_which_only_an_exchange_is_known_was_called() -> None:
    suites = {suite.name: suite.skipped for suite in parsed(report(CLEAN, coverage=Coverage()))}
    assert suites["ailab"] == suites["any"] == 0
    assert suites["picwish"] > 0


@given(REPORTS)
def test_whatever_was_sent_it_is_xml_in_the_usual_shape_and_the_counts_are_right(one: Report) -> None:
    root = ET.fromstring(one.junit())
    assert root.tag == "testsuites"
    for suite in root:
        assert {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"} <= set(suite.keys())
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))
        for found in suite:
            assert {"name", "classname", "time"} == set(found.keys())
            order = [ORDER[part.tag] for part in found]
            assert order == sorted(set(order))
    for name in ("tests", "failures", "errors", "skipped"):
        assert int(root.attrib[name]) == sum(int(suite.attrib[name]) for suite in root)
    assert root.attrib["failures"] == str(sum(1 for broken in one.by_rule if broken.fails))


def test_what_xml_cannot_hold_is_replaced() -> None:
    nasty = report(subject(finding(VALUE, (0,), NASTY), name=NASTY), CLEAN, title=NASTY)
    text = nasty.junit()
    assert "<script>" not in text
    assert not set("\x00\x1b\ud800\ufffe") & set(text)
    assert "\N{REPLACEMENT CHARACTER}" in case(nasty, VALUE.id).result[0].message


def test_a_rule_that_this_version_does_not_know_is_reported_all_the_same() -> None:
    later = replace(VALUE, id="AIL-LATER-99", title="Do what is not yet known")
    found = case(report(subject(finding(later))), "AIL-LATER-99")
    assert [type(result) for result in found.result] == [Failure]


def test_the_parser_of_the_tests_sees_suites_and_cases() -> None:
    [suite, *_] = parsed(report(CLEAN))
    assert isinstance(suite, TestSuite)
    assert all(isinstance(one, TestCase) for one in suite)
