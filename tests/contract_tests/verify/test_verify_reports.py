"""What is told of a verification: as text, as JSON, as JUnit XML."""

import json
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from deviations import ABSENT, body, member, replaced
from jsonschema import Draft202012Validator
from junitparser import JUnitXml
from verify_world import Deviant, verdicts, verified

from contract_tests.provider import data, junit
from contract_tests.provider.outcome import Outcome
from contract_tests.provider.text import text
from contract_tests.provider.verdict import Grade
from mockserver import MockServer, RunningSandbox


@pytest.fixture
def sandbox(server: MockServer) -> RunningSandbox:
    return server.sandbox(picwish={"qps": None}, processimage={"qps": None})


@pytest.fixture
def schema() -> Draft202012Validator:
    content = files("contract_tests.provider").joinpath("verification.schema.json").read_text("utf-8")
    parsed = json.loads(content)
    Draft202012Validator.check_schema(parsed)
    return Draft202012Validator(parsed)


@pytest.fixture
def differing(sandbox: RunningSandbox) -> Outcome:
    """An outcome with a difference, one that the documents leave open, and what was not tried."""
    answer = member("message", "Wrong\x1b[31m type\0")
    return verified(
        sandbox,
        "picwish",
        spend=False,
        patterns=["PIC-REFUSAL-0[89]", "PIC-LINK-01"],
        transport=Deviant(answer=answer),
    )


def test_the_text_tells_what_differs_and_whence_the_expectation_is(differing: Outcome) -> None:
    told = text(differing)
    assert (
        "What differs\n\nPIC-REFUSAL-08  Refuse type=face\n  POST /api/tasks/visual/segmentation → 400"
        in told
    )
    assert 'body.message: expected "Invalid task type", got "Wrong' in told
    assert "documented: " in told
    assert "leave open" in told
    assert "1 case: it may be charged; --spend tries it, too: PIC-LINK-01" in told
    assert told.endswith("In all: 0 agree, 1 left open, 1 differ, 1 not tried; 2 requests\n")
    assert "\x1b" not in told
    assert "\0" not in told


def test_readings_are_told_and_that_they_are_mixed(server: MockServer) -> None:
    sandbox = server.sandbox(ailab={"envelope": "1"})
    told = text(verified(sandbox, "ailab", spend=False))
    assert "ailab.envelope: 3 (4 cases), 1 (" in told
    assert "not the same everywhere" in told


def test_a_verbose_text_lists_the_cases_that_agree(sandbox: RunningSandbox) -> None:
    outcome = verified(sandbox, "ailab", spend=False, patterns=["AIL-REFUSAL-01"])
    assert "AIL-REFUSAL-01  agrees   Refuse a call without a key" in text(outcome, verbose=True)
    assert "AIL-REFUSAL-01" not in text(outcome)


@pytest.mark.parametrize("provider", ["ailab", "tencent_bda", "picwish", "processimage"])
def test_the_json_is_as_its_schema_has_it(
    sandbox: RunningSandbox, schema: Draft202012Validator, provider: str
) -> None:
    written = json.loads(data.written(verified(sandbox, provider, spend=False)))
    assert list(schema.iter_errors(written)) == []


def test_the_json_has_the_differences(differing: Outcome, schema: Draft202012Validator) -> None:
    written = data.data(differing)
    assert list(schema.iter_errors(written)) == []
    assert written["counts"] == {"agrees": 0, "open": 1, "differs": 1, "untried": 1}
    [found] = written["providers"][0]["cases"][0]["differences"]
    assert found["at"] == "body.message"
    assert found["evidence"] == "documented"


@pytest.mark.parametrize(
    "change",
    [
        lambda written: written.pop("counts"),
        lambda written: written.update(format="other"),
        lambda written: written["providers"][0]["cases"][0].update(grade="good"),
        lambda written: written["providers"][0]["cases"][0].update(differences=[]),
        lambda written: written["providers"][0]["cases"][0]["differences"][0].pop("expected"),
        lambda written: written["providers"][0]["cases"][2].update(reason=""),
        lambda written: written["providers"][0]["untried"][0].update(behaviours=[]),
    ],
)
def test_the_schema_refuses_what_is_not_so(
    differing: Outcome, schema: Draft202012Validator, change: Any
) -> None:
    written = data.data(differing)
    change(written)
    assert list(schema.iter_errors(written)) != []


def test_junit_has_a_case_for_each(differing: Outcome) -> None:
    suites = JUnitXml.fromstring(junit.xml(differing).encode())
    [suite] = list(suites)
    assert (suite.tests, suite.failures, suite.skipped) == (3, 1, 1)
    strict = ET.fromstring(junit.xml(differing, strict=True).encode())
    assert len(list(strict.iter("failure"))) == 2


def test_keys_are_never_told(server: MockServer) -> None:
    sandbox = server.sandbox()
    key = sandbox.ailab.api_key
    outcome = verified(
        sandbox,
        "ailab",
        spend=False,
        patterns=["AIL-REFUSAL-07"],
        transport=Deviant(answer=replaced("MISSING_PARAMETERS", f"NO_{key}")),
    )
    assert verdicts(outcome, Grade.DIFFERS)
    for told in (text(outcome, verbose=True), data.written(outcome), junit.xml(outcome)):
        assert key not in told
        assert "api_key" in told


def test_a_server_that_does_not_answer_differs(sandbox: RunningSandbox) -> None:
    def reset(request: httpx.Request) -> None:
        raise httpx.ReadTimeout("the server is silent", request=request)

    outcome = verified(
        sandbox, "ailab", spend=False, patterns=["AIL-REFUSAL-01"], transport=Deviant(request=reset)
    )
    [verdict] = verdicts(outcome, Grade.DIFFERS)
    assert verdict.differences[0].at == "answer"
    assert "ReadTimeout: the server is silent" in text(outcome)


def test_what_is_shared_and_could_not_be_had_is_not_tried_again(sandbox: RunningSandbox) -> None:
    outcome = verified(
        sandbox, "picwish", patterns=["PIC-LINK-0[1-3]"], transport=Deviant(answer=body(b"no JSON"))
    )
    assert [one.grade for one in verdicts(outcome, *Grade)] == [Grade.DIFFERS, Grade.UNTRIED, Grade.UNTRIED]
    assert outcome.requests == 1


def test_an_interrupted_one_tells_what_there_is(sandbox: RunningSandbox) -> None:
    count = 0

    def interrupt(request: httpx.Request) -> None:
        nonlocal count
        count += 1
        if count > 3:
            raise KeyboardInterrupt

    outcome = verified(sandbox, "ailab", "picwish", spend=False, transport=Deviant(request=interrupt))
    assert outcome.interrupted
    assert len(verdicts(outcome, Grade.AGREES)) == 3
    assert [part.provider for part in outcome.parts] == ["ailab"]
    assert "Interrupted" in text(outcome)


def test_what_is_shared_and_not_as_it_has_to_be_is_told_once(sandbox: RunningSandbox) -> None:
    outcome = verified(
        sandbox,
        "picwish",
        patterns=["PIC-RESULT-0[13]"],
        transport=Deviant(answer=member("data.task_id", ABSENT)),
    )
    first, second = verdicts(outcome, *Grade)
    assert (first.grade, second.grade) == (Grade.DIFFERS, Grade.UNTRIED)
    assert second.reason == "the cut-out of the portrait, which it looks at, is not as it has to be"
