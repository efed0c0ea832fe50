"""Inheritable tests: pytest collects a test for each case, and for each rule, that a client is graded by.

    class TestAcme(Suite, PicwishAdapter):
        errors = (AcmeError,)

        def client(self, access, timeout):
            return AcmeClient(access.url, access.api_key, timeout)

        def cut_out(self, client, image, *, sync, **options):
            return Cutout(image=client.cut_out(image, sync, options))

An adapter that is there already is mixed in: `class TestAcme(Suite, AcmeAdapter)`. For a client in another
language there is ExecutableSuite.

All tests of a class that a run has selected are played at once, many at a time, when the first of them is
asked for; with pytest-xdist by one worker for all. A FAIL fails, what is UNIMPLEMENTED is skipped, and the
properties of each test, which JUnit XML has too, tell grade and remarks.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from contract_tests.adapters.base import Adapter
from contract_tests.client.case import Grade
from contract_tests.client.grading import JOBS, Verdict
from contract_tests.client.registry import Kit, kit
from contract_tests.client.selection import known, select
from contract_tests.expected import expected
from contract_tests.grading import Plan, graded
from contract_tests.loading import ExecutableUnderTest, PythonUnderTest, UnderTest
from contract_tests.report import text
from contract_tests.sharing import made_once

SEED = "MOCKSERVER_CHECK_SEED"
"""The variable of the environment that is the seed of all suites, if it is set."""
Told = Mapping[str, Any]
_GRADES = pytest.StashKey[dict[type, "Mapping[str, Told] | Exception"]]()


class Cases:
    """What suites have in common: the tests, and what can be set."""

    provider: ClassVar[str]
    seed: ClassVar[int] = 0
    """Of the worlds that are made up."""
    jobs: ClassVar[int] = JOBS
    """Cases that are played at the same time."""
    expected: ClassVar[Mapping[str, str] | str] = {}
    """Failures that are expected, reasons by ids; or a file of them, from the folder of the test file on. One
    that does not come fails its test."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test for each case and rule, with its id."""
        if "case_id" in metafunc.fixturenames:
            of = _kit(self.provider)
            metafunc.parametrize("case_id", [case.id for case in (*of.cases, *of.rules)])

    def test_case(self, case_id: str, request: pytest.FixtureRequest) -> None:
        """The verdict on the client in a case."""
        told = _grades(type(self), request)[case_id]
        # Not by record_property, which warns of the form that JUnit XML has by default.
        properties = request.node.user_properties
        properties += [("grade", told["grade"]), *(("remark", remark) for remark in told["remarks"])]
        reason = _expected(type(self), request.path.parent).get(case_id)
        _settle(told, reason)

    @classmethod
    def under_test(cls) -> UnderTest:
        """The client; to be closed by who asks."""
        raise NotImplementedError


class Suite(Cases):
    """The tests of an adapter, which is mixed in behind it."""

    @classmethod
    def under_test(cls) -> UnderTest:
        """The adapter that this class is, too."""
        if not issubclass(cls, Adapter):
            raise TypeError(f"class {cls.__name__}(Suite, …) needs an adapter, such as PicwishAdapter")
        return PythonUnderTest(cls, f"{cls.__module__}:{cls.__qualname__}")


class ExecutableSuite(Cases):
    """The tests of a client in any language: a `provider`, and a `command` that speaks the protocol."""

    command: ClassVar[str | Sequence[str]]

    @classmethod
    def under_test(cls) -> UnderTest:
        """The command, started."""
        from contract_tests.adapters.executable import Executable

        return ExecutableUnderTest(Executable(cls.command))


def _kit(provider: str) -> Kit:
    found = kit(provider)
    if found is None:
        raise pytest.UsageError(f"there are no cases of {provider!r:.100}")
    return found


def _grades(suite: type[Cases], request: pytest.FixtureRequest) -> Mapping[str, Told]:
    """What is told of each selected case of a suite; played once in a run, even if that fails."""
    kept = request.session.stash.setdefault(_GRADES, {})
    if suite not in kept:
        try:
            kept[suite] = _played_once(suite, request)
        except Exception as error:
            kept[suite] = error
    found = kept[suite]
    if isinstance(found, Exception):
        raise found
    return found


def _played_once(suite: type[Cases], request: pytest.FixtureRequest) -> Mapping[str, Told]:
    items = [item for item in request.session.items if getattr(item, "cls", None) is suite]
    ids = [item.callspec.params["case_id"] for item in items if hasattr(item, "callspec")]
    folder = request.getfixturevalue("tmp_path_factory").getbasetemp().parent
    shared = folder if os.environ.get("PYTEST_XDIST_WORKER") else None
    return made_once(shared, f"{suite.__module__}.{suite.__qualname__}", lambda: _played(suite, ids))


def _played(suite: type[Cases], ids: Sequence[str]) -> dict[str, Told]:
    from mockserver import MockServer

    client = suite.under_test()
    try:
        plan = Plan(
            clients=[client],
            selections=select([_kit(suite.provider)], ids),
            seed=int(os.environ.get(SEED) or suite.seed),
            jobs=suite.jobs,
        )
        with MockServer() as server:
            return {one.verdict.case.id: _told(one.verdict) for one in graded(plan, server)}
    finally:
        client.close()


def _told(verdict: Verdict) -> Told:
    return {
        "grade": verdict.grade.value,
        "remarks": [remark.text for remark in verdict.remarks],
        "text": text.of_verdict(verdict),
    }


def _expected(suite: type[Cases], folder: Path) -> Mapping[str, str]:
    of = [_kit(suite.provider)]
    if isinstance(suite.expected, str):
        return expected(folder / suite.expected, of)
    return {known(case_id, of): reason for case_id, reason in suite.expected.items()}


def _settle(told: Told, reason: str | None) -> None:
    """End a test as its grade wants it."""
    failed = told["grade"] == Grade.FAIL
    if failed and reason is not None:
        pytest.xfail(reason)
    if failed:
        pytest.fail(told["text"], pytrace=False)
    if reason is not None:
        text = f"it was expected to fail ({reason}), and is {told['grade']}: take it off the list"
        pytest.fail(text, pytrace=False)
    if told["grade"] == Grade.UNIMPLEMENTED:
        pytest.skip(told["remarks"][-1])
