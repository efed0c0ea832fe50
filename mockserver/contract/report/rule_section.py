"""The rules that were broken, on a page: who broke them, what shows it, and the exchanges behind that."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html import escape

from mockserver import catalogue
from mockserver.contract.findings import Finding
from mockserver.contract.report.broken import BrokenRule, Case
from mockserver.contract.report.paint import plural
from mockserver.contract.report.report import Report
from mockserver.contract.report.room import Room
from mockserver.contract.report.subject import Subject
from mockserver.contract.report.wire import exchange, shown
from mockserver.contract.rules import Rule

BYTES = 2_000_000
"""Of all rules together; each has its part."""
SHOWN_CASES, SHOWN_FINDINGS, SHOWN_EVIDENCE, SHOWN_NAMES = 20, 5, 10, 30
"""How much is shown of one rule, of one test, and of one finding."""


def html(report: Report) -> str:
    """The section; empty where no rule was broken."""
    if not report.by_rule:
        return ""
    room = BYTES // len(report.by_rule)
    rules = "\n".join(_rule(one, report, Room(room)) for one in report.by_rule)
    return f'<section aria-labelledby="findings">\n<h2 id="findings">Findings</h2>\n{rules}\n</section>'


def _rule(one: BrokenRule, report: Report, room: Room) -> str:
    rule = one.rule
    label = "allowed" if one.allowed else rule.level.value
    paint = "faint" if one.allowed else "bad" if one.fails else "poor"
    cases = list(_cases(one, report, room))
    return (
        f'<article class="rule" id="{escape(rule.id)}">\n'
        f'<h3><span class="level {paint}">{label}</span> {escape(rule.title)} '
        f'<code class="faint">{escape(rule.id)}</code></h3>\n'
        f'<p>{escape(rule.sentence)} <span class="faint">{_source(rule)}</span></p>\n{_often(one, report)}'
        + "".join(cases)
        + _others([case.subject.name for case in one.cases[len(cases) :]], report.noun)
        + "</article>"
    )


def _source(rule: Rule) -> str:
    known = catalogue.load(rule.provider).sources if rule.provider in catalogue.providers() else {}
    source = known.get(rule.source)
    if source is None:
        return escape(rule.source)
    if not (source.url or "").startswith("https://"):
        return escape(source.title)
    return f'<a href="{escape(source.url or "")}" rel="noreferrer">{escape(source.title)}</a>'


def _often(one: BrokenRule, report: Report) -> str:
    cases = len(one.cases)
    told = [plural(one.findings, "time")] if one.findings > cases else []
    told += [plural(cases, report.noun)] if cases > 1 else []
    return f'<p class="faint">{" in ".join(told)}</p>\n' if told else ""


def _cases(one: BrokenRule, report: Report, room: Room) -> Iterator[str]:
    for case in one.cases[:SHOWN_CASES]:
        if room.is_full:
            return
        yield _case(case, report, room)


def _case(case: Case, report: Report, room: Room) -> str:
    """One test or command, with what shows that it broke the rule."""
    allowed = ' <span class="faint">allowed</span>' if case.allowed else ""
    named = f"<h4><code>{shown(case.subject.name)}</code>{allowed}</h4>\n" if len(report.subjects) > 1 else ""
    parts = [_finding(case.subject, finding, room) for finding in case.findings[:SHOWN_FINDINGS]]
    more = len(case.findings) - SHOWN_FINDINGS
    rest = f'<p class="faint">… and {plural(more, "time")} more</p>\n' if more > 0 else ""
    return f'<div class="case">\n{named}{"".join(parts)}{rest}</div>\n'


def _finding(subject: Subject, finding: Finding, room: Room) -> str:
    told = "".join(f"<li>{shown(evidence)}</li>" for evidence in finding.evidence[:SHOWN_EVIDENCE])
    return room.take(lambda: f'<ul class="evidence">{told}</ul>\n') + "".join(
        _exchanges(subject, finding, room)
    )


def _exchanges(subject: Subject, finding: Finding, room: Room) -> Iterator[str]:
    kept = [(number, one) for number, one in subject.numbered() if number in finding.exchanges]
    told = [room.take(partial(exchange, number, one)) for number, one in kept]
    yield from told
    if more := len(finding.exchanges) - sum(map(bool, told)):
        told_so = f"… {plural(more, 'more exchange')}, the last is #{finding.exchanges[-1]}"
        yield f'<p class="faint">{told_so}</p>\n'


def _others(names: list[str], noun: str) -> str:
    if not names:
        return ""
    told = "".join(f"<li><code>{shown(name, most=200)}</code></li>" for name in names[:SHOWN_NAMES])
    more = f"<li>… and {len(names) - SHOWN_NAMES:,} more</li>" if len(names) > SHOWN_NAMES else ""
    summary = plural(len(names), f"more {noun}")
    return f"<details><summary>{summary}</summary>\n<ul>{told}{more}</ul></details>\n"
