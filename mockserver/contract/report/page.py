"""A report as one HTML page that needs nothing else; its style is `report.css`.

It opens by `details` and needs no JavaScript, but for filtering the coverage. Its size is bounded: whatever
there is, the page shows so much of each rule and of all tests, and counts the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from mockserver.contract import coverage_page
from mockserver.contract.page import HERE, bar, page
from mockserver.contract.report import rule_section, subject_table
from mockserver.contract.report.report import Report
from mockserver.contract.report.verdict import Verdict
from mockserver.contract.report.wire import shown


def html(report: Report) -> str:
    """The page, as text."""
    style = HERE.joinpath("report", "report.css").read_text(encoding="utf-8")
    body = "\n".join([_header(report), "<main>", *filter(None, _sections(report)), "</main>"])
    return page(shown(report.title), body, style=style)


def _header(report: Report) -> str:
    first, *others = str(report.verdict).split("; ")
    made_at = datetime.fromtimestamp(report.made_at, UTC)
    lede = f'<p class="lede">{escape("; ".join(others))}</p>\n' if others else ""
    return (
        f'<header>\n<p class="eyebrow">{shown(report.title)} · '
        f'<time datetime="{made_at.isoformat(timespec="seconds")}">{made_at:%d %B %Y, %H:%M} UTC</time></p>\n'
        f'<h1 class="verdict {_paint(report.verdict)}">{escape(first)}</h1>\n{lede}{_notes(report)}</header>'
    )


def _paint(verdict: Verdict) -> str:
    if not verdict.ok:
        return "bad"
    return "poor" if verdict.must or verdict.should else "good"


def _notes(report: Report) -> str:
    told = "".join(f"<li>{shown(note, most=500)}</li>" for note in report.notes[:50])
    return f'<ul class="notes">{told}</ul>\n' if told else ""


def _sections(report: Report) -> Iterator[str]:
    yield rule_section.html(report)
    yield _coverage(report)
    yield subject_table.html(report)


def _coverage(report: Report) -> str:
    called = [one for one in report.coverage if one.called]
    if not called:
        return ""
    bars = "".join(bar(one.title, one.by_request) for one in called)
    return (
        f'<section class="coverage" aria-labelledby="coverage">\n<h2 id="coverage">Coverage</h2>\n'
        f'<p class="faint">{coverage_page.EXPLAINED}</p>\n<div class="bars">{bars}</div>\n'
        f"<details><summary>All behaviours, and how to cause them</summary>\n"
        f"{coverage_page.part(report.coverage, level=3)}\n</details>\n</section>"
    )
