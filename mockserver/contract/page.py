"""Coverage as one HTML page that needs nothing else: no script, font or picture from elsewhere.

Its frame, with style and filters, is `coverage.html`; here it is filled. Without JavaScript it shows all.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files
from string import Template

from mockserver.catalogue import Kind, Trigger
from mockserver.contract.coverage import Count, Coverage, ProviderCoverage, Row, Standing
from mockserver.contract.coverage_text import counts

CAUSES = {Trigger.REQUEST: "a request can cause", Trigger.FAULT: "only a fault can cause"}
COLUMNS = ("Behaviour", "Kind", "Known from", "How to cause it", "Standing", "Met at")


def html(coverage: Coverage) -> str:
    """The page, as text."""
    frame = files("mockserver.contract").joinpath("coverage.html").read_text(encoding="utf-8")
    return Template(frame).substitute(
        totals=_bars(coverage.by_request, coverage.by_fault),
        providers=_options((one.provider, one.title) for one in coverage),
        kinds=_options((kind.value, kind.value) for kind in Kind),
        standings=_options((standing.value, standing.value) for standing in Standing),
        causes=_options((by.value, said) for by, said in CAUSES.items()),
        sections="\n".join(map(_section, coverage)),
    )


def _options(choices: Iterable[tuple[str, str]]) -> str:
    listed = [("", "all"), *choices]
    return "".join(f'<option value="{escape(value)}">{escape(shown)}</option>' for value, shown in listed)


def _bars(by_request: Count, by_fault: Count) -> str:
    bars = [(Trigger.REQUEST, by_request), (Trigger.FAULT, by_fault)]
    return f'<div class="bars">{"".join(_bar(CAUSES[by], all_) for by, all_ in bars if all_.of)}</div>'


def _bar(name: str, counted: Count) -> str:
    parts = "".join(
        f'<span class="{part}" style="width: {100 * size / counted.of:.2f}%"></span>'
        for part, size in (("met", counted.met), ("forced", counted.forced))
    )
    return (
        f'<span>{escape(name)}</span><span class="bar" aria-hidden="true">{parts}</span>'
        f"<span>{escape(counts(counted))}</span>"
    )


def _section(one: ProviderCoverage) -> str:
    met_at = ", ".join(
        f"<code>{escape(operation)}</code> {met or 'nothing'}" for operation, met in one.operations.items()
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    return (
        f'<section aria-labelledby="{one.provider}">\n<h2 id="{one.provider}">{escape(one.title)}</h2>\n'
        f"{_bars(one.by_request, one.by_fault)}\n<p>Met at {met_at}.</p>\n"
        f'<div class="scroll"><table>\n<caption>Behaviours of {escape(one.title)}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        + "\n".join(_row(one.provider, row) for row in one.rows)
        + "\n</tbody>\n</table></div>\n</section>"
    )


def _row(provider: str, row: Row) -> str:
    one = row.behaviour
    evidence = ", ".join(one.provenance.sources)
    cells = (
        one.kind.value,
        f"{one.provenance.kind.value}: {evidence}" if evidence else one.provenance.kind.value,
        one.cause.how,
    )
    met_at = "<br>".join(f"<code>{escape(operation)}</code>{_by(by)}" for operation, by in row.met.items())
    return (
        f'<tr data-provider="{provider}" data-kind="{one.kind.value}" data-standing="{row.standing.value}"'
        f' data-cause="{one.cause.by.value}">'
        f'<th scope="row"><code>{escape(one.id)}</code><br>'
        f'<span class="faint">{escape(one.summary)}</span></th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + f'<td class="standing">{row.standing.value}</td><td>{met_at or "-"}</td></tr>'
    )


def _by(by: Trigger) -> str:
    return " (by a fault)" if by is Trigger.FAULT else ""
