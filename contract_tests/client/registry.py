"""What the kit has for each provider: what a client of it can do, and the cases."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType

from contract_tests.adapters.base import Adapter
from contract_tests.client.case import Case
from contract_tests.client.grading import case_of
from mockserver import catalogue, interface
from mockserver.contract import rules


@dataclass(frozen=True, kw_only=True, slots=True)
class Kit:
    """A provider, the class that adapters of its clients are made from, and what these are tried with: cases,
    and the rules that are asked what they think of a client meanwhile, as cases, too."""

    provider: str
    title: str
    adapter: type[Adapter]
    cases: Sequence[Case]
    rules: Sequence[Case]


@cache
def kit(provider: str) -> Kit | None:
    """That of a provider; None where there are no cases yet."""
    cases = _module(f"contract_tests.client.{provider}")
    adapters = _module(f"contract_tests.adapters.{provider}")
    if cases is None or adapters is None:
        return None
    [adapter] = [
        one
        for _, one in inspect.getmembers(adapters, inspect.isclass)
        if issubclass(one, Adapter) and one.__module__ == adapters.__name__
    ]
    return Kit(
        provider=provider,
        title=interface.load(provider).title,
        adapter=adapter,
        cases=tuple(cases.CASES),
        rules=tuple(case_of(rule, provider) for rule in rules.of(provider)),
    )


def kits(wanted: Collection[str] | None = None) -> tuple[Kit, ...]:
    """Those of all providers that have cases, or of the wanted ones among them."""
    found = (kit(one) for one in catalogue.providers() if wanted is None or one in wanted)
    return tuple(one for one in found if one is not None)


def _module(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None
