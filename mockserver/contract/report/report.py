"""A report: what a run of tests, or one command, showed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mockserver.contract.coverage import Coverage
from mockserver.contract.findings import Finding
from mockserver.contract.report import broken
from mockserver.contract.report.broken import BrokenRule
from mockserver.contract.report.subject import Subject
from mockserver.contract.report.verdict import Verdict, verdict


@dataclass(frozen=True, kw_only=True)
class Report:
    """Subjects in the order of the run, what was met in all of it, and notes such as of refused hosts.

    `noun` is what one subject is, and `made_at` when this was made, in unix seconds."""

    title: str
    subjects: tuple[Subject, ...]
    coverage: Coverage
    notes: tuple[str, ...] = ()
    noun: str = "test"
    made_at: float = field(default_factory=time.time)

    @cached_property
    def by_rule(self) -> tuple[BrokenRule, ...]:
        """The rules that were broken, each with who did."""
        return broken.by_rule(self.subjects)

    @cached_property
    def verdict(self) -> Verdict:
        """All of it in a line."""
        return verdict(self.subjects, self.by_rule, self.coverage, self.noun)

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The findings that fail a subject: of MUST rules that are not allowed, unless its limit differs."""
        return tuple(finding for subject in self.subjects for finding in subject.broken)

    def shows(self, subject: Subject) -> bool:
        """Whether its exchanges are reported: all but those of one of many that passed without a finding."""
        return len(self.subjects) == 1 or bool(subject.findings) or subject.passed is not True

    def text(self, *, colour: bool = False, columns: int = 100, failures_shown: bool = False) -> str:
        """For a terminal of so many columns; ends with a line break.

        Where the failures of subjects are shown already, with what led to them, those are only named."""
        from mockserver.contract.report import text

        return text.of_report(self, colour=colour, columns=columns, failures_shown=failures_shown)

    def as_data(self) -> dict[str, Any]:
        """As plain data, for JSON; `report.schema.json` describes it."""
        from mockserver.contract.report import data

        return data.of(self)

    def json(self) -> str:
        """The same as JSON text."""
        from mockserver.contract.report import data

        return data.json_text(self)

    def junit(self) -> str:
        """As JUnit XML: a suite for each provider, in it a case for each rule."""
        from mockserver.contract.report import junit

        return junit.xml(self)

    def html(self) -> str:
        """As one page that needs nothing else."""
        from mockserver.contract.report import page

        return page.html(self)

    def write(self, path: str | Path) -> tuple[Path, ...]:
        """Write a file, its form by its ending (.html, .json, .xml, .txt), or all three into a folder.

        Folders are made, files replaced. Answers what was written. Raises ValueError for another ending, and
        OSError, with the path, for what cannot be written."""
        from mockserver.contract.report import files

        return files.write(self, Path(path))
