"""Grades for a terminal: what failed, with all that there is to see, then the grades by family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from contract_tests.client.case import Grade
from contract_tests.client.grading import Verdict
from contract_tests.report.report import Grading, Report
from mockserver.contract.reading import printable
from mockserver.contract.report.exchanges import told as exchange_lines
from mockserver.contract.report.paint import Paint, Paper

PAINTS = {
    Grade.PASS: Paint.GOOD,
    Grade.INFORMATIONAL: Paint.BOLD,
    Grade.NON_STRICT: Paint.POOR,
    Grade.UNIMPLEMENTED: Paint.DIM,
    Grade.FAIL: Paint.BAD,
}
INDENT, WIDEST = 4, 13
SHOWN_REMARKS, SHOWN_EXCHANGES = 12, 6
WORTH_A_LOOK = (Grade.FAIL, Grade.NON_STRICT, Grade.INFORMATIONAL)


def of_report(report: Report, *, colour: bool, columns: int) -> str:
    """All of it, at most so many columns wide; ends with a line break."""
    paper = Paper(colour=colour, columns=columns)
    blocks = [block for grading in report.gradings for block in _grading(grading, paper)]
    blocks.append(list(_title(report, paper)))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def of_verdict(verdict: Verdict, *, colour: bool = False, columns: int = 100) -> str:
    """A verdict with its remarks, the script that replays it, and the last exchanges."""
    return "\n".join(_verdict(verdict, Paper(colour=colour, columns=columns), label=verdict.grade.value))


def _title(report: Report, paper: Paper) -> Iterator[str]:
    paint = Paint.GOOD if report.ok else Paint.BAD
    told = f"{report.title} (seed {report.seed}, {report.seconds:.1f} s)"
    yield from (paper.painted(line, paint) for line in paper.wrapped(told))


def _grading(grading: Grading, paper: Paper) -> Iterator[list[str]]:
    for verdict in grading.verdicts:
        if verdict.grade in WORTH_A_LOOK or grading.is_mended(verdict):
            yield list(_shown(grading, verdict, paper))
    yield list(_summary(grading, paper))


def _shown(grading: Grading, verdict: Verdict, paper: Paper) -> Iterator[str]:
    reason = grading.expected.get(verdict.case.id)
    if reason is None:
        yield from _verdict(verdict, paper, label=verdict.grade.value)
    elif grading.is_mended(verdict):
        yield _head(verdict, "MENDED", Paint.BAD, paper)
        told = f"It was expected to fail ({reason}), and is {verdict.grade}: take it off the list."
        yield from paper.wrapped(told, indent=INDENT)
    else:
        yield _head(verdict, "EXPECTED", Paint.DIM, paper)
        yield from paper.wrapped(reason, indent=INDENT)


def _verdict(verdict: Verdict, paper: Paper, *, label: str) -> Iterator[str]:
    yield _head(verdict, label, PAINTS[verdict.grade], paper)
    yield from paper.wrapped(f"{verdict.case.about} [{verdict.case.source}]", indent=INDENT)
    for remark in verdict.remarks[:SHOWN_REMARKS]:
        yield from paper.wrapped(f"- {remark.text}", indent=INDENT, hanging=2)
    if (more := len(verdict.remarks) - SHOWN_REMARKS) > 0:
        yield f"{' ' * INDENT}… and {more} more"
    if verdict.story:
        yield f"{' ' * INDENT}To replay it:"
        # A program that was cut or wrapped would not run.
        yield from (printable(f"{' ' * 2 * INDENT}{line}".rstrip()) for line in verdict.story.splitlines())
    if verdict.grade is not Grade.INFORMATIONAL:
        yield from _exchanges(verdict, paper)


def _exchanges(verdict: Verdict, paper: Paper) -> Iterator[str]:
    first = max(0, len(verdict.exchanges) - SHOWN_EXCHANGES)
    narrow = Paper(colour=paper.colour, columns=paper.columns - INDENT)
    if verdict.exchanges:
        yield f"{' ' * INDENT}{'The last exchanges:' if first else 'Its exchanges:'}"
    for number, exchange in enumerate(verdict.exchanges[first:], first):
        yield from (f"{' ' * INDENT}{line}" for line in exchange_lines(number, exchange, narrow))


def _head(verdict: Verdict, label: str, paint: Paint, paper: Paper) -> str:
    case = verdict.case
    told = f" {case.level.value}  {case.id}  {case.title}"
    return f"{paper.painted(label, paint)}{paper.clipped(told, taken=len(label))}"


def _summary(grading: Grading, paper: Paper) -> Iterator[str]:
    for line in paper.wrapped(f"{grading.title}: {grading.client}", hanging=2):
        yield paper.painted(line, Paint.BOLD)
    for name, verdicts in grading.families():
        yield from _counted(name, Counter(one.grade for one in verdicts), paper)
        yield from _unimplemented(verdicts, paper)
    yield from _counted("in all", grading.grades, paper)


def _counted(name: str, grades: Counter[Grade], paper: Paper) -> Iterator[str]:
    start = f"  {name:<{WIDEST}}"
    plain = f"{start}{', '.join(f'{grades[one]} {one}' for one in Grade if grades[one])}"
    if len(plain) > paper.columns:
        yield from paper.wrapped(plain, indent=2, hanging=WIDEST)
        return
    painted = (paper.painted(f"{grades[one]} {one}", PAINTS[one]) for one in Grade if grades[one])
    yield f"{start}{', '.join(painted)}"


def _unimplemented(verdicts: Sequence[Verdict], paper: Paper) -> Iterator[str]:
    """Which they are, by the reason that the client gave."""
    reasons: dict[str, list[str]] = {}
    for one in verdicts:
        if one.grade is Grade.UNIMPLEMENTED:
            reasons.setdefault(one.remarks[-1].text, []).append(one.case.id)
    for reason, ids in reasons.items():
        for line in paper.wrapped(f"{_listed(ids)}: {reason}", indent=2 + WIDEST, hanging=2):
            yield paper.painted(line, Paint.DIM)


def _listed(ids: Iterable[str]) -> str:
    listed = list(ids)
    return ", ".join(listed[:4]) + (f" and {len(listed) - 4} more" if len(listed) > 4 else "")
