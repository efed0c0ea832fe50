"""Coverage as a page, and as a part of one: a filter, and a table for each provider.

The filter, with its script, is in `coverage.html`. Without JavaScript all is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from mockserver import catalogue
from mockserver.catalogue import Kind, Trigger
from mockserver.contract.coverage import Coverage, ProviderCoverage, Row, Standing
from mockserver.contract.page import CAUSES, HERE, bars, filled, page

TITLE = "Contract coverage"
EXPLAINED = (
    "Which of the documented behaviours were met. Those that only a fault can cause are counted apart; "
    "one that a request can cause, but that was met only by a fault, does not count as met."
)
COLUMNS = ("Behaviour", "Kind", "Known from", "How to cause it", "Standing", "Met at")


def html(coverage: Coverage) -> str:
    """The page, as text."""
    head = f'<h1>{TITLE}</h1>\n<p class="faint">{EXPLAINED}</p>\n'
    totals = bars(coverage.by_request, coverage.by_fault)
    return page(TITLE, f"<header>\n{head}{totals}\n</header>\n<main>\n{part(coverage)}\n</main>")


def part(coverage: Coverage, *, level: int = 2, folded: bool = False) -> str:
    """Filter and tables, to stand on a page below a heading; `folded` where each table is to be opened."""
    return filled(
        HERE.joinpath("coverage.html"),
        providers=_options((one.provider, one.title) for one in coverage),
        kinds=_options((kind.value, kind.value) for kind in Kind),
        standings=_options((standing.value, standing.value) for standing in Standing),
        causes=_options((by.value, said) for by, said in CAUSES.items()),
        sections="\n".join(_section(one, level, folded=folded) for one in coverage),
    )


def _options(choices: Iterable[tuple[str, str]]) -> str:
    listed = [("", "all"), *choices]
    return "".join(f'<option value="{escape(value)}">{escape(shown)}</option>' for value, shown in listed)


def _section(one: ProviderCoverage, level: int, *, folded: bool) -> str:
    met_at = ", ".join(
        f"<code>{escape(operation)}</code> {met or 'nothing'}" for operation, met in one.operations.items()
    )
    table = f"<p>Met at {met_at}.</p>\n{_table(one)}\n{_sources(one)}"
    if folded:
        table = f"<details><summary>{len(one.rows)} behaviours</summary>\n{table}\n</details>"
    return (
        f'<section aria-labelledby="{one.provider}">\n'
        f'<h{level} id="{one.provider}">{escape(one.title)}</h{level}>\n'
        f"{bars(one.by_request, one.by_fault)}\n{table}\n</section>"
    )


def _table(one: ProviderCoverage) -> str:
    heads = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    return (
        f'<div class="scroll"><table class="behaviours">\n'
        f"<caption>Behaviours of {escape(one.title)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        + "\n".join(_row(one.provider, row) for row in one.rows)
        + "\n</tbody>\n</table></div>"
    )


def _sources(one: ProviderCoverage) -> str:
    """What the names in the column `Known from` stand for."""
    named = {name for row in one.rows for name in row.behaviour.provenance.sources}
    listed = "".join(
        f"<dt><code>{escape(name)}</code></dt><dd>{escape(source.title)}</dd>"
        for name, source in catalogue.load(one.provider).sources.items()
        if name in named
    )
    return f'<dl class="sources">{listed}</dl>'


def _row(provider: str, row: Row) -> str:
    one = row.behaviour
    evidence = ", ".join(f"<code>{escape(name)}</code>" for name in one.provenance.sources)
    known = one.provenance.kind.value
    cells = (one.kind.value, f"{known}: {evidence}" if evidence else known, escape(one.cause.how))
    met_at = "<br>".join(f"<code>{escape(operation)}</code>{_by(by)}" for operation, by in row.met.items())
    return (
        f'<tr data-provider="{provider}" data-kind="{one.kind.value}" data-standing="{row.standing.value}"'
        f' data-cause="{one.cause.by.value}">'
        f'<th scope="row"><code>{escape(one.id)}</code><br>'
        f'<span class="faint">{escape(one.summary)}</span></th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + f'<td class="standing">{row.standing.value}</td><td>{met_at or "-"}</td></tr>'
    )


def _by(by: Trigger) -> str:
    return " (by a fault)" if by is Trigger.FAULT else ""
