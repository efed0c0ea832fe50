"""The kit catches what it should: each broken client fails its cases and rules, and each of these has one."""

import importlib
from types import ModuleType
from typing import Any

import pytest
from kit_stage import graded, is_one_of

from contract_tests.adapters import Adapter
from contract_tests.client.case import Grade
from mockserver import MockServer
from mockserver.contract import rules

PROVIDERS = ("ailab", "picwish", "processimage", "tencent_bda")
BAD = (Grade.FAIL, Grade.NON_STRICT)


def module(kind: str, provider: str) -> ModuleType:
    return importlib.import_module(f"contract_tests.{kind}.{provider}")


def broken(provider: str) -> list[Any]:
    known = vars(module("clients.broken", provider)).values()
    return [
        one
        for one in known
        if isinstance(one, type) and issubclass(one, Adapter) and hasattr(one, "caught_by")
    ]


BROKEN = [one for provider in PROVIDERS for one in broken(provider)]


@pytest.mark.parametrize("adapter", BROKEN, ids=lambda one: f"{one.provider}-{one.__name__}")
def test_a_broken_client_fails_what_is_there_to_catch_it(server: MockServer, adapter: Any) -> None:
    every = module("client", adapter.provider).CASES
    cases = [case for case in every if is_one_of(case.id, (*adapter.caught_by, *adapter.played))]
    verdicts = graded(server, adapter, cases, seed=1)
    catching = [case_id for case_id in verdicts if is_one_of(case_id, adapter.caught_by)]
    assert [
        pattern for pattern in adapter.caught_by if not any(is_one_of(one, [pattern]) for one in catching)
    ] == []
    assert [one for one in catching if verdicts[one].grade not in BAD] == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_each_case_and_each_rule_has_a_client_that_it_catches(provider: str) -> None:
    patterns = [pattern for one in broken(provider) for pattern in one.caught_by]
    cases = [case.id for case in module("client", provider).CASES]
    known = [*cases, *(rule.id for rule in rules.of(provider))]
    assert [one for one in known if not is_one_of(one, patterns)] == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_ids_of_cases_are_told_once(provider: str) -> None:
    ids = [case.id for case in module("client", provider).CASES]
    assert len(ids) == len(set(ids))
    assert not {*ids} & {rule.id for rule in rules.ALL}
