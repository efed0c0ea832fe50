"""No false alarm: the reference clients fail no case, under any seed."""

import importlib
from typing import Any

import pytest
from kit_stage import graded

from contract_tests.adapters import Adapter
from contract_tests.client.case import Grade
from mockserver import MockServer

PROVIDERS = ("ailab", "picwish", "processimage", "tencent_bda")
EFFORT = 0.25
"""The part of the made-up worlds that a test plays; `mockserver check` plays all, under any seed."""
FINE = (Grade.PASS, Grade.INFORMATIONAL, Grade.UNIMPLEMENTED)


def references(provider: str) -> list[Any]:
    """The adapters that a module defines and that can make a client."""
    module = importlib.import_module(f"contract_tests.clients.adapters.{provider}")
    return [
        one
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, Adapter)
        and one.__module__ == module.__name__
        and not getattr(one, "__abstractmethods__", None)
    ]


@pytest.mark.parametrize(
    "adapter",
    [one for provider in PROVIDERS for one in references(provider)],
    ids=lambda one: f"{one.provider}-{one.__name__}",
)
def test_a_reference_client_fails_no_case_and_breaks_no_rule(server: MockServer, adapter: Any) -> None:
    cases = importlib.import_module(f"contract_tests.client.{adapter.provider}").CASES
    verdicts = graded(server, adapter, cases, seed=7, effort=EFFORT)
    wrong = {
        case_id: [remark.text for remark in one.remarks]
        for case_id, one in verdicts.items()
        if one.grade not in FINE
    }
    assert wrong == {}
