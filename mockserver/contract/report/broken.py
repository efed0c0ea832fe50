"""The findings of all subjects, by rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mockserver.contract import rules
from mockserver.contract.findings import Finding
from mockserver.contract.report.subject import Subject
from mockserver.contract.rules import Level, Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """How one subject broke a rule; `at` is its place in the run."""

    at: int
    subject: Subject
    findings: tuple[Finding, ...]

    @property
    def fails(self) -> bool:
        """Whether that fails the subject."""
        return any(self.subject.fails(finding) for finding in self.findings)

    @property
    def allowed(self) -> bool:
        """Whether the subject was allowed to."""
        return all(self.subject.allows(finding) for finding in self.findings)


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenRule:
    """A rule, and who broke it: those first whom it fails."""

    rule: Rule
    cases: tuple[Case, ...]

    @property
    def findings(self) -> int:
        """How often it was broken."""
        return sum(len(case.findings) for case in self.cases)

    @property
    def fails(self) -> bool:
        """Whether it fails anybody."""
        return any(case.fails for case in self.cases)

    @property
    def allowed(self) -> bool:
        """Whether all who broke it were allowed to."""
        return all(case.allowed for case in self.cases)


def by_rule(subjects: Iterable[Subject]) -> tuple[BrokenRule, ...]:
    """Those that fail somebody first, the allowed ones last, MUST before SHOULD, then as rules are listed."""
    cases: dict[Rule, list[Case]] = {}
    for at, subject in enumerate(subjects):
        for rule, findings in _by_rule(subject).items():
            cases.setdefault(rule, []).append(Case(at=at, subject=subject, findings=tuple(findings)))
    broken = [BrokenRule(rule=rule, cases=_ordered(found)) for rule, found in cases.items()]
    places = {rule.id: place for place, rule in enumerate(rules.ALL)}
    return tuple(sorted(broken, key=lambda one: _order(one, places)))


def _by_rule(subject: Subject) -> dict[Rule, list[Finding]]:
    found: dict[Rule, list[Finding]] = {}
    for finding in subject.findings:
        found.setdefault(finding.rule, []).append(finding)
    return found


def _ordered(cases: Iterable[Case]) -> tuple[Case, ...]:
    return tuple(sorted(cases, key=lambda case: (not case.fails, case.allowed)))


def _order(one: BrokenRule, places: dict[str, int]) -> tuple[bool, bool, bool, int, str]:
    place = places.get(one.rule.id, len(places))
    return not one.fails, one.allowed, one.rule.level is not Level.MUST, place, one.rule.id
