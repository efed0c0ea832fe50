"""What is said and written when a run ends, of this process and of the workers of pytest-xdist."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.pytest_plugin.run import Run
from mockserver.pytest_plugin.verdict import SUBJECTS

if TYPE_CHECKING:
    from mockserver.contract.report import Report

TITLE = "mock server"
OUTPUT = "mockserver"
"""The key in the output of a worker."""


class Worker:
    """In a worker of pytest-xdist: sends what was met to the controller, in the end."""

    def __init__(self, run: Run, output: dict[str, Any]) -> None:
        self._run = run
        self._output = output

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """All is torn down."""
        if self._run.used:
            met = sorted(
                (one.provider, one.operation, one.behaviour, one.by.value) for one in self._run.meetings
            )
            self._output[OUTPUT] = {"met": [list(one) for one in met], "notes": self._run.notes}


class Summary:
    """Where all results come together."""

    def __init__(self, run: Run, title: str) -> None:
        self._run = run
        self._title = title
        self._written: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what a worker judged."""
        for text in vars(report).get(SUBJECTS, ()):
            from mockserver.contract.report import Subject

            subject = Subject.from_data(json.loads(text))
            self._run.subjects[subject.name] = subject
            self._run.used = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in what was met at a worker's server; one that crashed has not said."""
        sent = getattr(node, "workeroutput", {}).get(OUTPUT)
        if sent is not None:
            from mockserver.catalogue import Trigger
            from mockserver.met import Meeting

            self._run.used = True
            self._run.notes += sent["notes"]
            self._run.meetings |= {
                Meeting(provider=provider, operation=operation, behaviour=behaviour, by=Trigger(by))
                for provider, operation, behaviour, by in sent["met"]
            }

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report, where one is wanted."""
        path = self._run.options.report
        if path is not None and not session.config.getoption("collectonly"):
            try:
                self._written = [str(one) for one in self._report().write(path)]
            except (OSError, ValueError) as error:
                self._run.notes.append(f"--mockserver-report: {error}")

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Findings and coverage; with -q a line. Nothing with -qq, and where no test asked for a server."""
        if not self._run.used or terminalreporter.verbosity < -1:
            return
        writer = config.get_terminal_writer()
        if terminalreporter.verbosity < 0:
            terminalreporter.write_line(f"{TITLE}: {self._report().verdict}")
            return
        terminalreporter.section(TITLE)
        terminalreporter.write(self._report().text(colour=writer.hasmarkup, columns=writer.fullwidth))
        for path in self._written:
            terminalreporter.write_line(f"written: {path}")

    def _report(self) -> Report:
        from mockserver.contract.coverage import Coverage
        from mockserver.contract.report import Report

        coverage = Coverage.merged(Coverage(meetings=frozenset(self._run.meetings)))
        subjects = tuple(self._run.subjects.values())
        notes = tuple(dict.fromkeys(self._run.notes))
        return Report(title=self._title, subjects=subjects, coverage=coverage, notes=notes)
