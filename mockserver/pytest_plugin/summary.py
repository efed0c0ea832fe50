"""What is said and written when a run ends, of this process and of the workers of pytest-xdist."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.pytest_plugin import evidence
from mockserver.pytest_plugin.run import Run
from mockserver.pytest_plugin.verdict import SUBJECTS

if TYPE_CHECKING:
    from mockserver.contract.report import Report, Subject

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
            self._output[OUTPUT] = {
                "met": [list(one) for one in met],
                "notes": self._run.notes,
                "strangers": self._run.strangers.as_data(),
            }


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
            self._run.strangers.add(sent["strangers"])
            self._run.meetings |= {
                Meeting(provider=provider, operation=operation, behaviour=behaviour, by=Trigger(by))
                for provider, operation, behaviour, by in sent["met"]
            }

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report, where one is wanted; where that fails, the run has not succeeded."""
        path = self._run.options.report
        if path is not None and not session.config.getoption("collectonly"):
            try:
                self._written = [str(one) for one in self._report().write(path)]
            except (OSError, ValueError) as error:
                sys.stderr.write(f"\nERROR: --mockserver-report: {told(error)}\n")
                if session.exitstatus == pytest.ExitCode.OK:
                    session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Findings and coverage; with -q a line. Nothing with -qq, and where no test asked for a server."""
        if not self._run.used or terminalreporter.verbosity < -1:
            return
        if terminalreporter.verbosity < 0:
            for line in filter(None, (str(self._report().verdict), str(self._run.strangers))):
                terminalreporter.write_line(f"{TITLE}: {line}")
        else:
            terminalreporter.section(TITLE)
            terminalreporter.write(self._text(config))
        for path in self._written:
            terminalreporter.write_line(f"written: {path}")

    def _text(self, config: pytest.Config) -> str:
        writer = config.get_terminal_writer()
        return self._report().text(
            colour=writer.hasmarkup,
            columns=writer.fullwidth,
            failures_shown=config.getoption("tbstyle") != "no",
        )

    def _report(self) -> Report:
        from mockserver.contract.coverage import Coverage
        from mockserver.contract.report import Report

        coverage = Coverage.merged(Coverage(meetings=frozenset(self._run.meetings)))
        subjects = tuple(self._run.subjects.values())
        notes = (str(self._run.strangers), _where_meant(subjects), *self._run.notes)
        return Report(
            title=self._title,
            subjects=subjects,
            coverage=coverage,
            notes=tuple(dict.fromkeys(filter(None, notes))),
        )


def told(error: OSError | ValueError) -> str:
    """An error of a report, without its number."""
    return f"{error.strerror}: {error.filename}" if isinstance(error, OSError) else str(error)


def _where_meant(subjects: Iterable[Subject]) -> str:
    """How to allow what was found, but failed no test."""
    rules = {
        finding.rule.id: None
        for one in subjects
        for finding in one.findings
        if not (one.fails(finding) or one.allows(finding))
    }
    if not rules:
        return ""
    return f"Where this is meant: {evidence.allowing(rules)}, or mockserver_allow in the ini file"
