"""A run in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mockserver.contract.coverage import Count, Coverage
from mockserver.contract.report.broken import BrokenRule
from mockserver.contract.report.paint import plural
from mockserver.contract.report.subject import Subject
from mockserver.contract.rules import Level


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How many rules were broken, by how many subjects, and how many behaviours were met.

    `must` and `should` count rules that somebody broke without being allowed to, and `must_by` and
    `should_by` the subjects that did; `allowed` counts the other rules that were broken, `failed` the
    subjects that findings fail, and `exchanges` all that were judged. `behaviours` are those that a request
    can cause, at the providers that were called."""

    must: int
    must_by: int
    should: int
    should_by: int
    allowed: int
    failed: int
    subjects: int
    exchanges: int
    behaviours: Count
    noun: str

    @property
    def ok(self) -> bool:
        """Whether no subject is failed."""
        return not self.failed

    def __str__(self) -> str:
        return "; ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        if not (self.exchanges or self.behaviours.of):
            yield f"No provider was called{self._among()}"
            return
        if self.must:
            yield f"{plural(self.must, 'MUST rule')} broken{self._in(self.must_by)}"
        elif self.should:
            yield f"No MUST rule broken{self._among()}"
        elif self.subjects:
            yield f"No rule broken{self._among()}"
        else:
            yield f"No {self.noun} was judged"
        if self.should:
            yield f"{plural(self.should, 'SHOULD rule')}{self._in(self.should_by, short=True)}"
        if self.allowed:
            yield f"{self.allowed} allowed"
        yield f"{self.behaviours.met} of {self.behaviours.of} behaviours met"

    def _among(self) -> str:
        return f" in {plural(self.subjects, self.noun)}" if self.subjects > 1 else ""

    def _in(self, some: int, *, short: bool = False) -> str:
        if self.subjects < 2:
            return ""
        if short:
            return f" in {plural(some, self.noun)}"
        return f" in {some:,} of the {plural(self.subjects, self.noun)} judged"


def verdict(
    subjects: Sequence[Subject], broken: Sequence[BrokenRule], coverage: Coverage, noun: str
) -> Verdict:
    """That of a run."""
    guilty = [one for one in broken if not one.allowed]
    must = [one for one in guilty if one.rule.level is Level.MUST]
    should = [one for one in guilty if one.rule.level is Level.SHOULD]
    called = [one.by_request for one in coverage if one.called]
    return Verdict(
        must=len(must),
        must_by=_subjects(must),
        should=len(should),
        should_by=_subjects(should),
        allowed=len([one for one in broken if one.allowed]),
        failed=sum(1 for subject in subjects if subject.broken),
        subjects=len(subjects),
        exchanges=sum(subject.judged for subject in subjects),
        behaviours=sum(called, Count()),
        noun=noun,
    )


def _subjects(broken: Sequence[BrokenRule]) -> int:
    return len({case.at for one in broken for case in one.cases if not case.allowed})
