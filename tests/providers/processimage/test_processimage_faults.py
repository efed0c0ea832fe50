"""Faults that strike the work or its result, not the call."""

import pytest
from watermark_caller import RECTANGLE, Caller

from mockserver import RunningSandbox


@pytest.mark.parametrize("status", [52002, 52003, 52004])
def test_a_fault_makes_the_work_fail_inside_a_successful_answer(
    sandbox: RunningSandbox, caller: Caller, status: int
) -> None:
    sandbox.fail("processimage", f"status.{status}")
    answer = caller.body(rectangles=RECTANGLE)
    assert (answer["httpCode"], answer["data"]["processStatus"]) == (200, status)
    assert answer["allUsedCount"] == 0
    assert sandbox.journal.last.fault == f"processimage.status.{status}"
    again = caller.body(rectangles=RECTANGLE)
    assert (again["httpCode"], again["data"]["processStatus"], again["allUsedCount"]) == (200, 0, 1)


def test_a_result_can_be_gone_by_a_fault(sandbox: RunningSandbox, caller: Caller) -> None:
    url = caller.body(rectangles=RECTANGLE)["data"]["url"]
    sandbox.fail("processimage", "asset.expired")
    assert [caller.http.get(url).status_code for _ in range(2)] == [404, 200]
