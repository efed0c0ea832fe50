"""How the kit's own tests grade a client."""

from collections.abc import Collection
from fnmatch import fnmatchcase

from contract_tests.adapters import Adapter
from contract_tests.adapters.session import PythonSession
from contract_tests.client.case import Case
from contract_tests.client.grading import Verdict, verdicts
from contract_tests.client.stage import Stage
from mockserver import MockServer

MARGIN = 3.0
"""Seconds after which a client hangs; little, since a test waits with it."""


def graded(
    server: MockServer,
    adapter: type[Adapter],
    cases: Collection[Case],
    *,
    seed: int = 0,
    effort: float = 1.0,
) -> dict[str, Verdict]:
    """The verdicts of some cases, and of the rules, by id; with a part of the examples that are made up."""
    stage = Stage(
        server=server,
        provider=adapter.provider,
        open_session=lambda access, timeout: PythonSession(adapter(), access, timeout),
        client=f"{adapter.__module__}:{adapter.__qualname__}",
        seed=seed,
        margin=MARGIN,
        effort=effort,
    )
    return {verdict.case.id: verdict for verdict in verdicts(stage, list(cases))}


def is_one_of(case_id: str, patterns: Collection[str]) -> bool:
    """Whether a glob fits an id."""
    return any(fnmatchcase(case_id, pattern) for pattern in patterns)
