"""A report for a terminal: the verdict, the findings by rule, coverage in a line per provider, and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mockserver.contract.columns import bar
from mockserver.contract.coverage import Coverage, ProviderCoverage
from mockserver.contract.coverage_text import counts
from mockserver.contract.findings import Finding
from mockserver.contract.reading import brief
from mockserver.contract.report import broken
from mockserver.contract.report.broken import BrokenRule, Case
from mockserver.contract.report.exchanges import first_difference, head, told
from mockserver.contract.report.paint import OF_LEVEL, Paint, Paper, plural
from mockserver.contract.report.report import Report
from mockserver.contract.report.subject import LAST, Subject
from mockserver.exchange import Exchange

INDENT = 7
OF_CASE, BELOW = 4, 10
"""Where the exchanges of a finding begin, and what is told below them."""
SHOWN_CASES, SHOWN_FINDINGS, SHOWN_EXCHANGES, SHOWN_EVIDENCE = 3, 2, 3, 3
"""How much is told of one rule, of one subject, and of one finding; the rest is counted."""
SAME = 60
"""Characters by which a note is known again in the evidence of a finding."""
SHOWN_NAMES = 4
"""How many of the subjects are named that are only counted."""


def of_report(report: Report, *, colour: bool, columns: int, failures_shown: bool = False) -> str:
    """All of it, at most so many columns wide; ends with a line break. Subjects whose failures were shown
    are only named."""
    paper = Paper(colour=colour, columns=columns)
    blocks = [[_verdict(report, paper)]]
    among = len(report.subjects)
    for one in report.by_rule:
        shown = failures_shown and all(map(_failed, one.cases))
        blocks.append(list((_named if shown else _rule)(one, report.noun, among, paper)))
    blocks += [list(_coverage(report.coverage, paper)), list(_notes(report, paper))]
    short = not report.by_rule
    return ("\n" if short else "\n\n").join("\n".join(block) for block in blocks if block) + "\n"


def of_subject(subject: Subject, *, colour: bool, columns: int) -> str:
    """The findings of one subject, then its last exchanges; empty where there are none of either."""
    paper = Paper(colour=colour, columns=columns)
    blocks = [list(_rule(one, "", 1, paper)) for one in broken.by_rule([subject])]
    blocks.append(list(_last(subject, paper)))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n" if any(blocks) else ""


def of_rule(one: BrokenRule, report: Report) -> str:
    """One rule of a report, without colours."""
    return "\n".join(_rule(one, report.noun, len(report.subjects), Paper()))


def _verdict(report: Report, paper: Paper) -> str:
    verdict = report.verdict
    paint = Paint.BAD if not verdict.ok else Paint.POOR if verdict.must or verdict.should else Paint.GOOD
    return "\n".join(paper.painted(line, paint) for line in paper.wrapped(str(verdict)))


def _rule(one: BrokenRule, noun: str, among: int, paper: Paper) -> Iterator[str]:
    rule = one.rule
    yield _heading(one, noun, among, paper)
    yield from paper.wrapped(f"{rule.sentence} [{rule.source}]", indent=INDENT)
    for case in one.cases[:SHOWN_CASES]:
        yield from _case(case, paper, named=among > 1)
    yield from _others([case.subject.name for case in one.cases[SHOWN_CASES:]], noun, paper)


def _heading(one: BrokenRule, noun: str, among: int, paper: Paper) -> str:
    rule = one.rule
    label = f"{'allowed' if one.allowed else rule.level.value:<6} "
    painted = paper.painted(label, Paint.DIM if one.allowed else OF_LEVEL[rule.level])
    named = f"{rule.id}  {rule.title}{_often(one, noun, among)}"
    return f"{painted}{paper.clipped(named, taken=len(label))}"


def _failed(case: Case) -> bool:
    return case.subject.passed is False or (bool(case.subject.passed) and case.fails)


def _named(one: BrokenRule, noun: str, among: int, paper: Paper) -> Iterator[str]:
    """A rule, and who broke it."""
    yield _heading(one, noun, among, paper)
    names = [case.subject.name for case in one.cases]
    yield from (paper.clipped(f"  {name}") for name in names[:SHOWN_CASES])
    yield from _others(names[SHOWN_CASES:], noun, paper)


def _often(one: BrokenRule, noun: str, among: int) -> str:
    cases = len(one.cases)
    told = [plural(one.findings, "time")] if one.findings > cases else []
    told += [plural(cases, noun)] if cases > 1 and among > 1 else []
    return f"  ({' in '.join(told)})" if told else ""


def _case(case: Case, paper: Paper, *, named: bool) -> Iterator[str]:
    if named:
        allowed = " (allowed)" if case.allowed else ""
        name = paper.clipped(case.subject.name, taken=2 + len(allowed))
        yield paper.painted(f"  {name}{allowed}", Paint.BOLD)
    for finding in case.findings[:SHOWN_FINDINGS]:
        yield from _finding(case.subject, finding, paper)
    if len(case.findings) > SHOWN_FINDINGS:
        yield f"{' ' * OF_CASE}… and {plural(len(case.findings) - SHOWN_FINDINGS, 'time')} more"


def _finding(subject: Subject, finding: Finding, paper: Paper) -> Iterator[str]:
    kept = [(number, one) for number, one in subject.numbered() if number in finding.exchanges]
    narrow = Paper(colour=paper.colour, columns=paper.columns - OF_CASE)
    for number, exchange in kept[:SHOWN_EXCHANGES]:
        yield " " * OF_CASE + head(number, exchange, narrow)
    others = len(finding.exchanges) - len(kept[:SHOWN_EXCHANGES])
    if others:
        yield f"{' ' * BELOW}… and {plural(others, 'exchange')} more, the last is #{finding.exchanges[-1]}"
    for evidence in finding.evidence[:SHOWN_EVIDENCE]:
        yield from (paper.painted(line, Paint.DIM) for line in paper.wrapped(evidence, indent=BELOW))
    if len(finding.evidence) > SHOWN_EVIDENCE:
        yield f"{' ' * BELOW}… and {len(finding.evidence) - SHOWN_EVIDENCE} more"


def _others(names: Sequence[str], noun: str, paper: Paper) -> Iterator[str]:
    if names:
        yield f"  … and {plural(len(names), f'more {noun}')}:"
        yield from (paper.clipped(f"    {name}") for name in names[:SHOWN_NAMES])
        if len(names) > SHOWN_NAMES:
            yield "    …"


def _is_told(subject: Subject) -> bool:
    """Whether the findings show all exchanges already, with their notes."""
    told = set(_with_findings(subject))
    evidence = "\n".join(part for finding in subject.findings for part in finding.evidence)
    return subject.judged == len(told) and all(
        _is_within(one, evidence) for number, one in subject.numbered() if number in told
    )


def _with_findings(subject: Subject) -> Iterator[int]:
    """The numbers of the exchanges that are shown with findings."""
    for one in broken.by_rule([subject]):
        for finding in one.cases[0].findings[:SHOWN_FINDINGS]:
            kept = [number for number in subject.numbers if number in finding.exchanges]
            yield from kept[:SHOWN_EXCHANGES]


def _is_within(exchange: Exchange, evidence: str) -> bool:
    noted = all(brief(note)[:SAME] in evidence for note in exchange.notes)
    return noted and not exchange.faults and not first_difference(exchange)


def _last(subject: Subject, paper: Paper) -> Iterator[str]:
    last = [] if _is_told(subject) else list(subject.numbered())[-LAST:]
    if last:
        older = f" of {subject.judged}" if subject.judged > len(last) else ""
        yield f"The last {plural(len(last), 'exchange')}{older}:" if older else "All exchanges:"
    for number, exchange in last:
        yield from told(number, exchange, paper)


def _coverage(coverage: Coverage, paper: Paper) -> Iterator[str]:
    called = [one for one in coverage if one.called]
    width = max((len(one.provider) for one in called), default=0)
    for one in called:
        yield paper.clipped(f"{one.provider:<{width}}  {bar(one.by_request.share)} {_counted(one)}")


def _counted(one: ProviderCoverage) -> str:
    faults = f"; of faults {one.by_fault.met} of {one.by_fault.of}" if one.by_fault.met else ""
    return f"{counts(one.by_request)}{faults}"


def _notes(report: Report, paper: Paper) -> Iterable[str]:
    return (line for note in report.notes for line in paper.wrapped(note, hanging=2))
