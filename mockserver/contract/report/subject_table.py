"""The tests of a run on a page: how each ended, and the last exchanges of those that did not go well."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

from mockserver.contract.report.paint import plural
from mockserver.contract.report.report import Report
from mockserver.contract.report.room import Room
from mockserver.contract.report.subject import LAST, Subject
from mockserver.contract.report.wire import exchange, shown

ROWS, EXCHANGES = 1_200_000, 700_000
"""Bytes of all rows together, and of all exchanges that can be opened in them."""
LONGEST_NAME = 200
SHOWN_RULES = 20


def html(report: Report) -> str:
    """The section: first those that are worth a look, the others to be opened; empty where there are none."""
    if not report.subjects:
        return ""
    ranked = sorted(report.subjects, key=_rank)
    rows, exchanges = Room(ROWS), Room(EXCHANGES)
    first = _table([one for one in ranked if report.shows(one)], report.noun, rows, exchanges)
    title = f"{report.noun.capitalize()}s" if len(ranked) > 1 else report.noun.capitalize()
    others = [one for one in ranked if not report.shows(one)]
    if others:
        told = f"{plural(len(others), report.noun)} passed without a finding"
        table = _table(others, report.noun, rows, Room(0))
        first += f"<details><summary>{escape(told)}</summary>\n{table}</details>\n"
    return f'<section aria-labelledby="subjects">\n<h2 id="subjects">{escape(title)}</h2>\n{first}</section>'


def _rank(subject: Subject) -> tuple[bool, bool, bool]:
    return not subject.broken, subject.passed is not False, not subject.findings


def _table(subjects: Sequence[Subject], noun: str, rows: Room, exchanges: Room) -> str:
    listed = [row for one in subjects if (row := _row(one, rows, exchanges))]
    if not subjects:
        return ""
    more = len(subjects) - len(listed)
    heads = "".join(f'<th scope="col">{head}</th>' for head in (noun.capitalize(), "Result", "Findings"))
    return (
        f'<div class="scroll"><table class="subjects">\n<thead><tr>{heads}<th scope="col" class="count">'
        f"Exchanges</th></tr></thead>\n<tbody>\n{''.join(listed)}</tbody>\n</table></div>\n"
        + (f'<p class="faint">… and {more:,} more</p>\n' if more else "")
    )


def _row(subject: Subject, rows: Room, exchanges: Room) -> str:
    result, paint = _result(subject)
    name = rows.take(lambda: f"<code>{shown(subject.name, most=LONGEST_NAME)}</code>")
    cells = rows.take(
        lambda: (
            f'<td class="{paint}">{result}</td><td>{_rules(subject)}</td>'
            f'<td class="count">{subject.judged:,}</td>'
        )
    )
    if not cells:
        return ""
    last = _last(subject, exchanges)
    behind = f'<tr><td colspan="4">{last}</td></tr>\n' if last else ""
    opened = ' class="opened"' if last else ""
    return f'<tr{opened}><th scope="row">{name}</th>{cells}</tr>\n{behind}'


def _result(subject: Subject) -> tuple[str, str]:
    if subject.passed is False:
        return "failed", "bad"
    if subject.broken:
        return "broke a rule", "bad"
    return ("passed", "") if subject.passed else ("ended", "")


def _rules(subject: Subject) -> str:
    paints = {
        finding.rule.id: "bad" if subject.fails(finding) else "faint" if subject.allows(finding) else "poor"
        for finding in subject.findings
    }
    listed = [
        f'<a class="{paint}" href="#{escape(rule)}"><code>{escape(rule)}</code></a>'
        for rule, paint in paints.items()
    ]
    more = f" and {len(listed) - SHOWN_RULES} more" if len(listed) > SHOWN_RULES else ""
    return " ".join(listed[:SHOWN_RULES]) + more


def _last(subject: Subject, room: Room) -> str:
    listed = list(subject.numbered())[-LAST:]
    told = "".join(room.take(partial(exchange, number, one)) for number, one in listed)
    if not told:
        return ""
    some = subject.judged > len(listed)
    summary = f"the last {plural(len(listed), 'exchange')}" if some else "its exchanges"
    return f"<details><summary>{summary}</summary>\n{told}</details>"
