"""The verdict on each test: one whose client broke a rule fails, and one that failed by itself is explained.

It falls when the test function has ended, before fixtures are torn down: what they do then is not judged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import pytest

from mockserver.pytest_plugin import evidence, judgement, trial
from mockserver.pytest_plugin.run import Run
from mockserver.pytest_plugin.terms import MARKER, TermsError

if TYPE_CHECKING:
    from mockserver.contract.report import Subject

FIXTURES = "mockserver.pytest_plugin.fixtures"
SUBJECTS = "mockserver_subjects"
"""The attribute of a report in which a worker of pytest-xdist sends what was judged, as JSON text."""


def _uses_ours(item: pytest.Item) -> bool:
    """Whether a test asks for a fixture of this plugin; others may have a marker of the same name."""
    asked = getattr(item, "_fixtureinfo", None)
    definitions = asked.name2fixturedefs.values() if asked else ()
    return any(one.func.__module__ == FIXTURES for known in definitions for one in known)


class Verdicts:
    """The hooks that a test passes on its way."""

    def __init__(self, run: Run, *, worker: bool) -> None:
        self._run = run
        self._worker = worker

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """A marker that cannot be meant is told before anything is done."""
        __tracebackhide__ = True
        trial.begin(item)
        self._run.watch.begin()
        if item.get_closest_marker(MARKER) and _uses_ours(item):
            try:
                trial.terms(item)
            except TermsError as error:
                _raise(pytest.fail.Exception(f"@pytest.mark.mockserver: {error}", pytrace=False))
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """A test function that has passed fails when its client broke a rule."""
        __tracebackhide__ = True
        try:
            result = yield
        finally:
            trial.end(item)
        if reason := self._reason(item):
            trial.of(item).failed = failed = pytest.fail.Exception(reason, pytrace=False)
            _raise(failed)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep what was judged; and of a test that failed by itself, say what its client did."""
        report = yield
        if self._run.server is not None:
            self._run.strangers.notice(self._run.server, item.nodeid)
        if self._run.watch and (call.when == "call" or (call.when == "setup" and not report.passed)):
            one = trial.of(item)
            by_client = one.failed is not None and _raised(call) is one.failed
            if by_client:
                _place(report, item)
            else:
                self._explain(item, report)
            if one.over or call.when == "setup":
                passed = True if by_client or report.passed else False if report.failed else None
                self._keep([replace(subject, passed=passed) for subject in one.subjects], report)
        return report

    def _reason(self, item: pytest.Item) -> str:
        """Why a test fails that has passed by itself; empty when it does not."""
        if not self._run.watch:
            return ""
        from mockserver.server import ServerError

        try:
            return evidence.broken(self._judged(item), place=_line(item))
        except (ServerError, TermsError) as error:
            return f"the client could not be judged: {error}"

    def _explain(self, item: pytest.Item, report: pytest.TestReport) -> None:
        """Judge, and tell what may explain a failure. A mistake of ours must not end the run."""
        try:
            subjects = self._judged(item)
            strangers = evidence.strangers(self._run.server, trial.of(item).since) if report.failed else ()
            told = evidence.seen(subjects, strangers)
        except Exception as error:
            told = f"the client could not be judged: {type(error).__name__}: {error}"
        if report.failed:
            report.sections.append((evidence.SECTION, told))

    def _judged(self, item: pytest.Item) -> tuple[Subject, ...]:
        one = trial.of(item)
        if not (one.over and one.subjects):
            one.subjects = judgement.subjects(item.nodeid, self._run.watch, trial.terms(item))
        return one.subjects

    def _keep(self, subjects: Sequence[Subject], report: pytest.TestReport) -> None:
        """Here, or where the results of all workers come together."""
        light = [_light(one) for one in subjects]
        if self._worker and light:
            vars(report)[SUBJECTS] = [json.dumps(one.as_data()) for one in light]
        self._run.used = self._run.used or bool(light)
        self._run.subjects |= {one.name: one for one in light}


def _raise(failed: BaseException) -> NoReturn:
    """In a frame of its own: of the hooks' frames, which no traceback shall show, pytest would say so."""
    raise failed from None


def _light(subject: Subject) -> Subject:
    """Without exchanges, where nobody will look at them: there may be thousands of tests."""
    noteworthy = subject.findings or not subject.passed
    return subject if noteworthy else replace(subject, exchanges=(), numbers=())


def _raised(call: pytest.CallInfo[None]) -> BaseException | None:
    return None if call.excinfo is None else call.excinfo.value


def _line(item: pytest.Item) -> str:
    """Where a test begins, as terminals and editors make it a link."""
    path = os.path.relpath(item.path, item.config.invocation_params.dir)
    return f"{path}:{(item.location[1] or 0) + 1}"


def _place(report: pytest.TestReport, item: pytest.Item) -> None:
    """Let a failure be that of the test, not of a line of this package."""
    path, line, _ = item.location
    place = getattr(report.longrepr, "reprcrash", None)
    if place is not None:
        place.path, place.lineno = path, (line or 0) + 1
