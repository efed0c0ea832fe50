"""What the kit finds in the official SDK of Tencent Cloud, pinned: neither more nor less."""

from importlib.resources import files
from pathlib import Path

import pytest
from kit_stage import graded

from contract_tests.client.case import Grade
from contract_tests.client.grading import Verdict
from contract_tests.client.registry import kit
from contract_tests.client.tencent_bda import CASES
from contract_tests.clients.adapters.tencent_bda_sdk import TencentBdaSdk
from contract_tests.expected import expected
from mockserver import MockServer

# It warns of fields that it does not know, and fails where warnings are errors, as they are here.
pytestmark = pytest.mark.filterwarnings("ignore:.* are useless")
LIST = Path(str(files("contract_tests.clients"))) / "expected" / "tencent_bda_sdk.txt"


def of(server: MockServer, *families: str) -> dict[str, Verdict]:
    """The verdicts of some families of cases."""
    return graded(server, TencentBdaSdk, [case for case in CASES if case.id.split("-")[1] in families])


def ids(verdicts: dict[str, Verdict], grade: Grade) -> list[str]:
    return sorted(case_id for case_id, verdict in verdicts.items() if verdict.grade is grade)


def test_it_fails_what_it_is_expected_to_fail_and_nothing_else(server: MockServer) -> None:
    known = kit("tencent_bda")
    assert known is not None
    # The worlds of Hypothesis find the same failure now and then.
    families = {case.id.split("-")[1] for case in CASES} - {"WORLD", "CODE"}
    verdicts = of(server, *families)
    assert ids(verdicts, Grade.FAIL) == sorted(expected(LIST, [known]))
    assert ids(verdicts, Grade.NON_STRICT) == ids(verdicts, Grade.UNIMPLEMENTED) == []


def test_an_error_under_another_content_type_becomes_an_empty_result(server: MockServer) -> None:
    [remark] = of(server, "ANSWER")["TEN-ANSWER-01"].remarks
    assert "the client answered Segmentation(portrait=b'', mask=b'', rects=[])" in remark.text


def test_its_retryer_gives_up_on_errors_that_pass(server: MockServer) -> None:
    verdicts = of(server, "CODE")
    assert verdicts["TEN-CODE-01"].grade is Grade.PASS
    told = " ".join(remark.text for remark in verdicts["TEN-CODE-02"].remarks)
    for code in ("InternalError", "ServiceUnavailable", "RequestLimitExceeded.IPLimitExceeded"):
        assert f"{code} does not pass" in told
