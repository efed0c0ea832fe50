"""Reports as JSON: what the schema says, whatever was sent."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from report_world import ALLOWED, BROKEN, CLEAN, FAILED, MET, POOR, REPORTS, exchange, report, subject

from mockserver.contract.coverage import Coverage
from mockserver.contract.report import Report, Subject


@pytest.fixture(scope="module")
def schema() -> Any:
    folder = files("mockserver.contract.report")
    return json.loads(folder.joinpath("report.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator(schema: Any) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def strictly(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(f"JSON has no {constant}")

    return json.loads(text, parse_constant=refuse)


@settings(max_examples=50)
@given(REPORTS)
def test_whatever_was_sent_a_report_is_json_that_keeps_its_schema(
    validator: Draft202012Validator, one: Report
) -> None:
    assert [error.json_path for error in validator.iter_errors(strictly(one.json()))] == []


def test_the_keys_are_those_that_are_required(schema: Any) -> None:
    data = report(BROKEN).as_data()
    assert list(data) == schema["required"]
    assert set(data["subjects"][0]["exchanges"][0]) == set(schema["$defs"]["exchange"]["properties"])


def test_a_schema_that_is_not_kept_is_noticed(validator: Draft202012Validator) -> None:
    data = report(BROKEN).as_data()
    data["rules"][0]["level"] = "COULD"
    data["subjects"][0]["extra"] = 1
    paths = {error.json_path for error in validator.iter_errors(data)}
    assert paths == {"$.rules[0].level", "$.subjects[0]"}


def test_the_verdict_is_there_in_numbers_and_in_words() -> None:
    data = report(BROKEN, POOR, ALLOWED, FAILED, CLEAN).as_data()
    assert data["verdict"] == {
        "ok": False,
        "text": str(report(BROKEN, POOR, ALLOWED, FAILED, CLEAN).verdict),
        "subjects": 5,
        "failed": 1,
        "exchanges": 5,
        "must_rules_broken": 1,
        "should_rules_broken": 1,
        "allowed_rules_broken": 0,
        "behaviours": {
            "met": 2,
            "only_by_fault": 0,
            "not_met": 119,
            "of": MET["ailab"].by_request.of + MET["picwish"].by_request.of,
        },
    }
    assert report(ALLOWED).as_data()["verdict"]["allowed_rules_broken"] == 1


def test_rules_name_the_tests_that_broke_them() -> None:
    [first, second] = report(CLEAN, POOR, ALLOWED, BROKEN).as_data()["rules"]
    assert (first["rule"], first["fails"], first["findings"]) == ("AIL-VALUE-04", True, 2)
    assert first["subjects"] == [BROKEN.name, ALLOWED.name]
    assert (second["rule"], second["fails"], second["allowed"]) == ("AIL-IMAGE-05", False, False)


def test_subjects_and_coverage_can_be_read_again() -> None:
    data = strictly(report(BROKEN, POOR).json())
    assert [Subject.from_data(one) for one in data["subjects"]] == [BROKEN, POOR]
    assert Coverage.from_data(data["coverage"]) == MET


def test_where_all_went_well_the_exchanges_are_left_out_unless_there_is_one_subject_only() -> None:
    data = report(CLEAN, FAILED, POOR).as_data()
    assert [len(one["exchanges"]) for one in data["subjects"]] == [0, 1, 1]
    assert len(report(CLEAN).as_data()["subjects"][0]["exchanges"]) == 1


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_json_does_not_have_is_null(number: float) -> None:
    odd = exchange(fields={"a": [number, 2**70, "\ud800"]})
    data = strictly(report(subject(exchanges=(odd,))).json())
    assert data["subjects"][0]["exchanges"][0]["fields"]["a"] == [None, 2**70, "\ud800"]
