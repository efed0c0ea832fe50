"""What the kit finds in the official SDK of AILabTools, pinned: neither more nor less."""

from importlib.resources import files
from pathlib import Path

from kit_stage import graded

from contract_tests.client.ailab import CASES
from contract_tests.client.case import Grade
from contract_tests.client.grading import Verdict
from contract_tests.client.registry import kit
from contract_tests.clients.adapters.ailab_sdk import AilabSdk
from contract_tests.expected import expected
from mockserver import MockServer

LIST = Path(str(files("contract_tests.clients"))) / "expected" / "ailab_sdk.txt"


def of(server: MockServer, *families: str) -> dict[str, Verdict]:
    """The verdicts of some families of cases."""
    return graded(server, AilabSdk, [case for case in CASES if case.id.split("-")[1] in families])


def ids(verdicts: dict[str, Verdict], grade: Grade) -> list[str]:
    return sorted(case_id for case_id, verdict in verdicts.items() if verdict.grade is grade)


def test_it_fails_what_it_is_expected_to_fail_and_nothing_else(server: MockServer) -> None:
    known = kit("ailab")
    assert known is not None
    # Worlds are left out for their time alone: each client of the SDK reads all certificates first.
    verdicts = of(server, *{case.id.split("-")[1] for case in CASES} - {"WORLD"})
    assert ids(verdicts, Grade.FAIL) == sorted(expected(LIST, [known]))
    assert ids(verdicts, Grade.NON_STRICT) == ["AIL-ANSWER-05"]
    assert ids(verdicts, Grade.UNIMPLEMENTED) == ["AIL-CODE-02"]


def test_it_dies_of_what_is_no_object(server: MockServer) -> None:
    verdicts = of(server, "ANSWER")
    for case_id in ("AIL-ANSWER-13", "AIL-ANSWER-15", "AIL-ANSWER-16"):
        [remark] = verdicts[case_id].remarks
        assert "it died: AttributeError" in remark.text


def test_it_keeps_the_words_of_the_newest_generation_back(server: MockServer) -> None:
    [remark] = of(server, "ANSWER")["AIL-ANSWER-05"].remarks
    assert remark.text == "in generation 4 it says 'AILabApiError: AILabTools API Error'"
