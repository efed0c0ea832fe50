"""This server agrees with its own documents, under every reading of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_world import told, verdicts, verified

from contract_tests.provider.case import Cost
from contract_tests.provider.providers import CALLERS, CASES
from contract_tests.provider.untried import REASONS, untried
from contract_tests.provider.verdict import Grade
from contract_tests.provider.visit import Reading
from mockserver import MockServer, RunningSandbox, catalogue
from mockserver.providers import PROVIDERS

PLANS = ("end",)
"""Choices that say how work ends; no reading of any document."""
READ: tuple[str, ...] = (
    "envelope",
    "status_column",
    "no_head",
    "wrong_version",
    "options_required",
    "mask_image",
)
READ += ("links", "result_fields", "sources", "http_status", "count_field", "cache_text", "ocr_only_status")
"""The quirks that can be seen from outside."""


def quirks() -> Iterator[tuple[str, str, Any]]:
    """Every reading besides the defaults."""
    for provider in PROVIDERS:
        for one in provider.settings:
            if one.kind == "choice" and one.name not in PLANS:
                others = (choice for choice in one.choices if choice != one.default)
                yield from ((provider.name, one.name, choice) for choice in others)
    yield "picwish", "async_enabled", False


def unhurried(server: MockServer, provider: str, **chosen: Any) -> RunningSandbox:
    """A sandbox that may be called as often as one likes."""
    return server.sandbox(**{provider: {"qps": None, **chosen}})


@pytest.mark.parametrize("provider", list(CASES))
def test_a_server_agrees_and_takes_no_more_than_was_said(server: MockServer, provider: str) -> None:
    sandbox = unhurried(server, provider)
    outcome = verified(sandbox, provider)
    assert told(outcome) == []
    [part] = outcome.parts
    assert len(part.verdicts) == len(CASES[provider])
    for one in part.verdicts:
        assert one.requests <= one.case.requests + sum(each.requests for each in one.case.shares), one.case
    defaults = {one.name: one.default for known in PROVIDERS for one in known.settings if one.name in READ}
    assert {one.choice for one in part.readings if one.quirk in READ} <= set(defaults.values())
    assert part.requests <= part.plan.requests
    assert sandbox.account(provider).used <= part.plan.charged


@pytest.mark.parametrize("provider", list(CASES))
def test_without_spending_nothing_is_charged(server: MockServer, provider: str) -> None:
    sandbox = unhurried(server, provider)
    outcome = verified(sandbox, provider, spend=False)
    assert told(outcome) == []
    assert sandbox.account(provider).used == 0
    skipped = verdicts(outcome, Grade.UNTRIED)
    assert {one.case for one in skipped} == {one for one in CASES[provider] if one.cost is Cost.CHARGED}
    assert outcome.parts[0].plan.charged == 0


@pytest.mark.parametrize(("provider", "quirk", "choice"), list(quirks()))
def test_any_other_reading_of_the_documents_agrees_and_is_told(
    server: MockServer, provider: str, quirk: str, choice: Any
) -> None:
    sandbox = unhurried(server, provider, **{quirk: choice})
    heavy = {"PIC": ("PIC-REFUSAL-*", "PIC-RESULT-0*", "PIC-LINK-*")}
    prefix = CASES[provider][0].id[:3]
    outcome = verified(sandbox, provider, patterns=heavy.get(prefix, (f"{prefix}-*",)))
    assert told(outcome) == []
    if quirk in READ:
        # Who shows no key of the sandbox is answered by the defaults.
        own = [one for one in outcome.parts[0].verdicts if one.case.cost is not Cost.NOTHING]
        readings = {reading for one in own for reading in one.readings}
        assert {one.choice for one in readings if one.quirk == quirk} == {choice}
    if quirk == "async_enabled":
        assert Reading(quirk=quirk, choice="False") in outcome.parts[0].readings


@settings(max_examples=15)
@given(data=st.data())
def test_any_readings_together_agree_without_spending(server: MockServer, data: st.DataObject) -> None:
    provider = data.draw(st.sampled_from(PROVIDERS))
    chosen = {
        one.name: data.draw(st.sampled_from(one.choices), label=one.name)
        for one in provider.settings
        if one.kind == "choice" and one.name not in PLANS
    }
    sandbox = unhurried(server, provider.name, **chosen)
    assert told(verified(sandbox, provider.name, spend=False)) == []


@pytest.mark.parametrize("provider", list(CASES))
def test_every_behaviour_has_a_case_or_a_reason_for_having_none(provider: str) -> None:
    known = catalogue.load(provider)
    covered = {known[behaviour].id for case in CASES[provider] for behaviour in case.behaviours}
    left = {one for ids in untried(provider, CASES[provider]).values() for one in ids}
    assert covered | left == {one.id for one in known}
    assert not covered & left


def test_no_reason_is_given_for_what_is_tried() -> None:
    every = {one for name in CASES for ids in untried(name, CASES[name]).values() for one in ids}
    exact = {one for one in REASONS if "*" not in one}
    assert exact <= every


def test_ids_are_unique_and_sources_known() -> None:
    ids = [case.id for cases in CASES.values() for case in cases]
    assert len(set(ids)) == len(ids) > 200
    for name, cases in CASES.items():
        sources = {*catalogue.load(name).sources, "assumed"}
        assert {case.source for case in cases} <= sources


@pytest.mark.parametrize("provider", list(CASES))
def test_without_keys_only_strangers_cases_are_tried(sandbox: RunningSandbox, provider: str) -> None:
    from contract_tests.provider.target import Target
    from contract_tests.provider.verification import Verification

    target = Target(url=sandbox.ailab.url, about="a test", providers=(provider,), keys={})
    [plan] = Verification.of(target, spend=True).plans.values()
    assert {case.cost for case in plan.tried} == {Cost.NOTHING}
    assert all(CALLERS[provider].names[0] in reason for _, reason in plan.untried)
