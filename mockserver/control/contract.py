"""Control calls: what clients did against the contract, and which of its behaviours they met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mockserver.control.call import Answer, Asked, Call
from mockserver.control.errors import unknown

if TYPE_CHECKING:
    from mockserver.contract.coverage import Coverage

FINDINGS = "/_mock/sandboxes/{id}/findings"
COVERAGE = "/_mock/sandboxes/{id}/coverage"
SERVER_COVERAGE = "/_mock/coverage"
TEXT, HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"


def findings(asked: Asked) -> Any:
    """What the client of a sandbox did against the contract."""
    from mockserver.contract.findings import findings as found_in

    found = found_in(asked.sandbox)
    return _in_form(asked, {"json": found.as_data, "text": lambda: Answer(found.text(), media_type=TEXT)})


def of_sandbox(asked: Asked) -> Any:
    """Which behaviours were met in a sandbox."""
    from mockserver.contract.coverage import Coverage

    return _coverage(asked, Coverage.of_sandbox(asked.sandbox))


def of_server(asked: Asked) -> Any:
    """Which behaviours were met in any sandbox since the server started."""
    from mockserver.contract.coverage import Coverage

    return _coverage(asked, Coverage.of_state(asked.engine.state))


def _coverage(asked: Asked, coverage: Coverage) -> Any:
    return _in_form(
        asked,
        {
            "json": coverage.as_data,
            "text": lambda: Answer(coverage.text(), media_type=TEXT),
            "html": lambda: Answer(coverage.html(), media_type=HTML),
        },
    )


def _in_form(asked: Asked, forms: Mapping[str, Callable[[], Any]]) -> Any:
    form = asked.query.get("format", "json")
    if form not in forms:
        raise unknown("format", form, forms, at="format")
    return forms[form]()


CALLS = (
    Call(
        method="GET",
        path=FINDINGS,
        does="What its client did against the contract, by the rules of the providers' documents.",
        handler=findings,
        query="format=text",
    ),
    Call(
        method="GET",
        path=COVERAGE,
        does="Which documented behaviours it met, and how to cause the others.",
        handler=of_sandbox,
        query="format=text",
    ),
    Call(
        method="GET",
        path=SERVER_COVERAGE,
        does="The same over all sandboxes since the server started.",
        handler=of_server,
        query="format=html",
    ),
)
