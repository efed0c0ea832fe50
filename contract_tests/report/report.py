"""What a grading showed: of each client, its verdicts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from contract_tests.client.case import Grade, Level
from contract_tests.client.grading import Verdict
from mockserver.contract import rules
from mockserver.contract.report.paint import plural


@dataclass(frozen=True, kw_only=True)
class Grading:
    """A client of a provider, and its verdicts in the order of the cases, then of the rules.

    `title` is what the provider is called; `expected` has the reasons of failures that are expected, by the
    id of the case."""

    client: str
    provider: str
    title: str
    verdicts: tuple[Verdict, ...]
    expected: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def grades(self) -> Counter[Grade]:
        """How often each grade was given."""
        return Counter(verdict.grade for verdict in self.verdicts)

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """The MUST cases that failed, and were not expected to."""
        return tuple(verdict for verdict in self.verdicts if self.fails(verdict))

    @property
    def mended(self) -> tuple[Verdict, ...]:
        """Those that were expected to fail, and did not."""
        return tuple(verdict for verdict in self.verdicts if self.is_mended(verdict))

    @property
    def ok(self) -> bool:
        """Whether there is neither of them."""
        return not self.broken and not self.mended

    def fails(self, verdict: Verdict) -> bool:
        """Whether a verdict fails the client."""
        demanded = verdict.case.level is Level.MUST and verdict.grade is Grade.FAIL
        return demanded and verdict.case.id not in self.expected

    def is_mended(self, verdict: Verdict) -> bool:
        """Whether a failure was expected that did not come."""
        return verdict.case.id in self.expected and verdict.grade is not Grade.FAIL

    def families(self) -> Iterator[tuple[str, tuple[Verdict, ...]]]:
        """The verdicts by the families of their cases, such as STATE; those of rules come last."""
        found: dict[str, list[Verdict]] = {}
        judged = {rule.id for rule in rules.of(self.provider)}
        for verdict in self.verdicts:
            is_rule = verdict.case.id in judged
            found.setdefault("rules" if is_rule else verdict.case.id.split("-")[1], []).append(verdict)
        yield from ((name, tuple(members)) for name, members in found.items())


@dataclass(frozen=True, kw_only=True)
class Report:
    """Several gradings, made with a `seed` in so many `seconds`; `missing` verdicts were not waited for.

    `made_at` is when this was made, in unix seconds."""

    gradings: tuple[Grading, ...]
    seed: int
    seconds: float
    missing: int = 0
    made_at: float = field(default_factory=time.time)

    @property
    def ok(self) -> bool:
        """Whether no client failed."""
        return all(grading.ok for grading in self.gradings)

    @property
    def title(self) -> str:
        """All of it in a line."""
        told = [] if self.gradings else ["nothing was graded"]
        broken = sum(len(grading.broken) for grading in self.gradings)
        mended = sum(len(grading.mended) for grading in self.gradings)
        failed = sum(not grading.ok for grading in self.gradings)
        if self.gradings:
            clients = plural(len(self.gradings), "client")
            some = 0 < failed < len(self.gradings)
            passed = "passed so far" if self.missing else "passed"
            told.append(
                f"{failed} of {clients} failed" if some else f"{clients} {'failed' if failed else passed}"
            )
        told += [f"{plural(broken, 'MUST case')} failed"] if broken else []
        told += [f"{plural(mended, 'expected failure')} did not come"] if mended else []
        told += [f"ended early, without {plural(self.missing, 'verdict')}"] if self.missing else []
        return "; ".join(told)

    def text(self, *, colour: bool = False, columns: int = 100) -> str:
        """For a terminal of so many columns; ends with a line break."""
        from contract_tests.report import text

        return text.of_report(self, colour=colour, columns=columns)

    def as_data(self) -> dict[str, Any]:
        """As plain data, for JSON; `report.schema.json` describes it."""
        from contract_tests.report import data

        return data.of(self)

    def json(self) -> str:
        """The same as JSON text."""
        from contract_tests.report import data

        return data.json_text(self)

    def junit(self) -> str:
        """As JUnit XML: a suite for each client of a provider, in it each case and each rule."""
        from contract_tests.report import junit

        return junit.xml(self)

    def html(self) -> str:
        """As one page that needs nothing else."""
        from contract_tests.report import page

        return page.html(self)

    def write(self, path: str | Path) -> tuple[Path, ...]:
        """Write a file, its form by its ending (.html, .json, .xml, .txt), or the first three into a folder.

        Folders are made, files replaced. Answers what was written. Raises ValueError for another ending, and
        OSError for what cannot be written."""
        from contract_tests.report import files

        return files.write(self, Path(path))
