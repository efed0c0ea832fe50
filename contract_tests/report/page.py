"""Grades as one HTML page that needs nothing else: clients by cases, and behind each cell what was seen.

It needs no JavaScript: a cell leads to its panel, which is shown while it is the target. Its size is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from importlib.resources import files

from contract_tests.client.case import Grade
from contract_tests.report import matrix, panel
from contract_tests.report.report import Grading, Report
from mockserver.contract.page import HERE, page
from mockserver.contract.report.room import Room
from mockserver.contract.report.wire import shown

EXCHANGES = 6_000_000
"""Bytes of all exchanges and pictures together."""
SHOWN = 12
"""Failures of a client that are named at the top."""
OWN = files("contract_tests.report")
EXPLAINED = {
    Grade.PASS: "did as it should",
    Grade.INFORMATIONAL: "did something that the documents leave open",
    Grade.NON_STRICT: "works, but not as it should",
    Grade.UNIMPLEMENTED: "cannot do it, or cannot say what the case asks",
    Grade.FAIL: "did what it must not",
}


def html(report: Report) -> str:
    """The page, as text."""
    style = HERE.joinpath("report", "report.css").read_text(encoding="utf-8")
    style += OWN.joinpath("report.css").read_text(encoding="utf-8")
    parts = [
        _header(report),
        "<main>",
        *_summary(report),
        *matrix.sections(report),
        *_panels(report),
        "</main>",
    ]
    return page(f"Grades: {report.title}", "\n".join(parts), style=style)


def paint(grade: Grade) -> str:
    """The class of a grade's colour."""
    return grade.value.lower()


def _header(report: Report) -> str:
    first, *others = report.title.split("; ")
    made_at = datetime.fromtimestamp(report.made_at, UTC)
    lede = f'<p class="lede">{escape("; ".join(others))}</p>\n' if others else ""
    return (
        f'<header>\n<p class="eyebrow">mockserver check · seed {report.seed} · {report.seconds:.1f} s · '
        f'<time datetime="{made_at.isoformat(timespec="seconds")}">{made_at:%d %B %Y, %H:%M} UTC</time></p>\n'
        f'<h1 class="verdict {"good" if report.ok else "bad"}">{escape(first)}</h1>\n{lede}</header>'
    )


def _summary(report: Report) -> Iterator[str]:
    bars = "".join(_bar(at, grading) for at, grading in enumerate(report.gradings))
    key = "".join(
        f'<span class="key"><i class="{paint(grade)}"></i>{grade.value}: {told}</span> '
        for grade, told in EXPLAINED.items()
        if any(grading.grades[grade] for grading in report.gradings)
    )
    yield f'<div class="bars clients">{bars}</div>\n<p class="keys faint">{key}</p>'


def _bar(at: int, grading: Grading) -> str:
    of = max(len(grading.verdicts), 1)
    parts = "".join(
        f'<span class="{paint(grade)}" style="width: {100 * grading.grades[grade] / of:.2f}%"></span>'
        for grade in Grade
        if grading.grades[grade]
    )
    counted = " ".join(
        f'<span class="count">{grading.grades[grade]} {grade}</span>'
        for grade in Grade
        if grading.grades[grade]
    )
    return (
        f"<span><code>{shown(grading.client)}</code><br>"
        f'<span class="faint">{escape(grading.title)}</span></span>'
        f'<span class="bar" aria-hidden="true">{parts}</span><span>{counted}{_failed(at, grading)}</span>'
    )


def _failed(at: int, grading: Grading) -> str:
    """Where its failures are."""
    failed = [*grading.broken, *grading.mended]
    links = " ".join(
        f'<a href="#p{matrix.anchor(at, one.case)}"><code>{one.case.id}</code></a>' for one in failed[:SHOWN]
    )
    more = f" and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    return f'<br><span class="bad">{links}{more}</span>' if failed else ""


def _panels(report: Report) -> Iterator[str]:
    room = Room(EXCHANGES)
    ranked = sorted(
        (
            (at, number)
            for at, grading in enumerate(report.gradings)
            for number in range(len(grading.verdicts))
        ),
        key=lambda place: report.gradings[place[0]].verdicts[place[1]].grade is Grade.PASS,
    )
    for at, number in ranked:  # those that passed get what room is left
        yield panel.html(report.gradings[at], at, report.gradings[at].verdicts[number], room)
