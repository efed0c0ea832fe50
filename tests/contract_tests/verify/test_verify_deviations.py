"""Each way in which a server differs is reported, by the case that is about it."""

import deviations_ailab
import deviations_picwish
import deviations_processimage
import deviations_tencent_bda
import pytest
from deviations import Deviation
from verify_world import Deviant, told, verdicts, verified

from contract_tests.provider.providers import CASES
from contract_tests.provider.verdict import Grade
from mockserver import MockServer, catalogue

DEVIATIONS = (
    *deviations_ailab.DEVIATIONS,
    *deviations_tencent_bda.DEVIATIONS,
    *deviations_picwish.DEVIATIONS,
    *deviations_processimage.DEVIATIONS,
)
LIMITS = tuple({one.provider: one for one in DEVIATIONS if one.is_limit}.values())
"""One of each provider."""


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=str)
def test_a_deviation_is_reported_by_the_case_about_it(
    server: MockServer, monkeypatch: pytest.MonkeyPatch, deviation: Deviation
) -> None:
    if deviation.patch:
        monkeypatch.setattr(deviation.patch, deviation.value)
    sandbox = server.sandbox(**{deviation.provider: {"qps": None}})
    transport = Deviant(answer=deviation.answer, request=deviation.request)
    outcome = verified(sandbox, deviation.provider, patterns=[deviation.case], transport=transport)
    found = verdicts(outcome, Grade.DIFFERS, Grade.OPEN)
    assert [each.case.id for each in found] == [deviation.case]
    assert deviation.at in {each.at for each in found[0].differences}, told(outcome)
    sources = {*catalogue.load(deviation.provider).sources, "assumed", "documented", "observed"}
    assert {each.source for each in found[0].differences} <= sources


def test_there_are_many_of_them_over_all_providers() -> None:
    assert {each.provider for each in DEVIATIONS} == set(CASES)
    assert len(DEVIATIONS) >= 60


@pytest.mark.parametrize("deviation", LIMITS, ids=str)
def test_a_limit_that_is_off_by_one_is_reported_by_no_other_case(
    server: MockServer, monkeypatch: pytest.MonkeyPatch, deviation: Deviation
) -> None:
    monkeypatch.setattr(deviation.patch, deviation.value)
    sandbox = server.sandbox(**{deviation.provider: {"qps": None}})
    outcome = verified(sandbox, deviation.provider, spend="RESULT" in deviation.case)
    found = {one.case.id: set(one.case.behaviours) for one in verdicts(outcome, Grade.DIFFERS, Grade.OPEN)}
    about = found[deviation.case]
    assert all(about & other for other in found.values()), told(outcome)
