"""Pages that need nothing else: no font, picture or script from elsewhere.

All have the frame `page.html` and the style `page.css`; a room may add to the style.
"""

from __future__ import annotations

from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template

from mockserver.catalogue import Trigger
from mockserver.contract.coverage import Count
from mockserver.contract.coverage_text import counts

HERE = files("mockserver.contract")
CAUSES = {Trigger.REQUEST: "a request can cause", Trigger.FAULT: "only a fault can cause"}


def page(title: str, body: str, *, style: str = "") -> str:
    """A whole page; title and body are markup, the title without elements."""
    own = HERE.joinpath("page.css").read_text(encoding="utf-8")
    return filled(HERE.joinpath("page.html"), title=title, style=f"{own}{style}".rstrip(), body=body)


def filled(frame: Traversable, **parts: str) -> str:
    """A frame with its parts, each of them markup, in the places of their `$names`."""
    return Template(frame.read_text(encoding="utf-8")).substitute(parts)


def bars(by_request: Count, by_fault: Count) -> str:
    """How much was met, of what a request can cause and of what only a fault can."""
    both = [(Trigger.REQUEST, by_request), (Trigger.FAULT, by_fault)]
    return f'<div class="bars">{"".join(bar(CAUSES[by], all_) for by, all_ in both if all_.of)}</div>'


def bar(name: str, counted: Count) -> str:
    """A name, a bar, and the numbers in words: three cells of `.bars`."""
    parts = "".join(
        f'<span class="{part}" style="width: {100 * size / counted.of:.2f}%"></span>'
        for part, size in (("met", counted.met), ("forced", counted.forced))
        if size
    )
    return (
        f'<span>{escape(name)}</span><span class="bar" aria-hidden="true">{parts}</span>'
        f"<span>{escape(counts(counted))}</span>"
    )
