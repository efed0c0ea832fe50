"""Clients by cases, a table for each provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from contract_tests.client.case import Case, Grade
from contract_tests.client.grading import Verdict
from contract_tests.client.story import ADAPTER
from contract_tests.report.report import Grading, Report
from mockserver.contract.report.wire import shown

FAMILIES = {
    "OK": "What goes well",
    "HEAD": "Heads",
    "RECT": "Where things are in an image",
    "STATE": "How work ends",
    "ANSWER": "Forms of an answer",
    "LIMIT": "Limits, at their edge",
    "TIME": "Time",
    "CLOCK": "Clocks that differ",
    "TOKEN": "Tokens",
    "CACHE": "What is answered from a cache",
    "QUOTA": "Uses that are left",
    "CALLBACK": "Callbacks",
    "ERROR": "Documented errors",
    "CODE": "What is said of errors",
    "WIRE": "Damaged answers and connections",
    "QUIRK": "Readings of the documents",
    "WORLD": "Worlds that are made up",
    "rules": "Rules, over all that a client did meanwhile",
}
"""What families are called; another one has its own name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A client in a table: its place in the report, and its verdicts by the ids of the cases."""

    at: int
    grading: Grading
    verdicts: Mapping[str, Verdict]


def anchor(at: int, case: Case) -> str:
    """What a cell is called; its panel is the same with a p before it."""
    return f"c{at}-{case.id}"


def sections(report: Report) -> Iterator[str]:
    """The tables, by provider."""
    by_provider: dict[str, list[Column]] = {}
    for at, grading in enumerate(report.gradings):
        verdicts = {verdict.case.id: verdict for verdict in grading.verdicts}
        column = Column(at=at, grading=grading, verdicts=verdicts)
        by_provider.setdefault(grading.provider, []).append(column)
    for provider, columns in by_provider.items():
        yield _section(provider, columns)


def _section(provider: str, columns: Sequence[Column]) -> str:
    heads = "".join(
        f'<th scope="col" class="client"><code>{_short(one.grading.client)}</code></th>' for one in columns
    )
    bodies = "\n".join(_bodies(columns))
    return (
        f'<section aria-labelledby="{provider}">\n'
        f'<h2 id="{provider}">{escape(columns[0].grading.title)}</h2>\n'
        f'<div class="scroll"><table class="matrix">\n<thead><tr><th scope="col">Case</th>'
        f'<th scope="col">Level</th>{heads}</tr></thead>\n{bodies}\n</table></div>\n</section>'
    )


def _bodies(columns: Sequence[Column]) -> Iterator[str]:
    families: dict[str, dict[str, Case]] = {}
    for column in columns:
        for name, verdicts in column.grading.families():
            families.setdefault(name, {}).update((one.case.id, one.case) for one in verdicts)
    for name, cases in families.items():
        rows = "\n".join(_row(case, columns) for case in cases.values())
        told = escape(FAMILIES.get(name, name.capitalize()))
        yield (
            f'<tbody>\n<tr class="family"><th scope="rowgroup" colspan="{2 + len(columns)}">{told}</th>'
            f"</tr>\n{rows}\n</tbody>"
        )


def _row(case: Case, columns: Sequence[Column]) -> str:
    cells = "".join(_cell(case, column) for column in columns)
    return (
        f'<tr><th scope="row"><code>{case.id}</code> {escape(case.title)}</th>'
        f'<td class="faint">{case.level.value}</td>{cells}</tr>'
    )


def _cell(case: Case, column: Column) -> str:
    verdict = column.verdicts.get(case.id)
    if verdict is None:
        return '<td class="faint">-</td>'
    name = anchor(column.at, case)
    reason = column.grading.expected.get(case.id)
    expected = '<br><span class="faint">expected</span>' if reason and verdict.grade is Grade.FAIL else ""
    mended = '<br><b class="bad">expected to fail</b>' if column.grading.is_mended(verdict) else ""
    return (
        f'<td class="grade {verdict.grade.value.lower()}" id="{name}">'
        f'<a href="#p{name}">{verdict.grade.value}</a>{expected}{mended}</td>'
    )


def _short(client: str) -> str:
    """The class of an adapter; a command without folders."""
    if ADAPTER.fullmatch(client):
        return shown(client.rpartition(":")[2], most=60)
    return shown(" ".join(word.rpartition("/")[2] or word for word in client.split()), most=60)
