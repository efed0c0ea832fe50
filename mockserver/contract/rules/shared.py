"""Rules that hold at every provider."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from mockserver import interface, nearest
from mockserver.contract.reading import brief, headers, line, own_refusals
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.results import placeholder
from mockserver.contract.rules.rule import ANY, Level, Rule, each
from mockserver.contract.rules.waiting import retry_after
from mockserver.exchange import Exchange

NOTED = "the header "
"""How the note begins that a journal has of each header that nobody reads."""
LIKE = 0.8
"""How much alike a name is to a documented one to be meant for it, as a ratio of SequenceMatcher."""


def misspelt(exchange: Exchange, context: Context) -> Iterator[str]:
    """A header, field or file has nearly a documented name, and that name is absent."""
    if exchange.operation is None:
        return
    sent = headers(exchange)
    for name, documented in nearest.headers(exchange.provider, sent).items():
        if documented.lower() not in sent and not _is_told(exchange, name):
            yield brief(f"the header {name} is not read; the documented one is {documented}")
    known = interface.load(exchange.provider)
    names = [*exchange.fields, *(file.field for file in exchange.files)]
    documented_names = [*known.fields, *known.files, "task_id"]
    by_fold = {_fold(name): name for name in documented_names}
    for name in dict.fromkeys(names) if any(name not in documented_names for name in names) else ():
        close = () if name in documented_names else _close(name, by_fold)
        if close and by_fold[close[0]] not in names and not _is_told(exchange, repr(name)):
            yield brief(f"{name!r} is not read; the documented name is {by_fold[close[0]]}")


def _is_told(exchange: Exchange, name: str) -> bool:
    """Whether the provider refused the request, and the reason names this: then another rule tells it."""
    refused = any(one.startswith("error.") for one in own_refusals(exchange))
    return refused and any(name in note and not note.startswith(NOTED) for note in exchange.notes)


def _close(name: str, by_fold: Mapping[str, str]) -> Sequence[str]:
    return get_close_matches(_fold(name[: nearest.LONGEST]), by_fold, n=1, cutoff=LIKE)


def _fold(name: str) -> str:
    return re.sub(r"[^0-9a-z.]", "", name.lower())


def nowhere(exchange: Exchange, context: Context) -> Iterator[str]:
    """Nothing is documented at this path and method."""
    if exchange.operation is None:
        yield brief("; ".join(exchange.notes) or line(exchange))


RULES = (
    Rule(
        id="ANY-PATH-01",
        level=Level.MUST,
        provider=ANY,
        title="Call what is documented",
        sentence="Every request goes to a documented path, with a documented method.",
        source="HTTP",
        check=each(nowhere),
    ),
    Rule(
        id="ANY-NAME-02",
        level=Level.SHOULD,
        provider=ANY,
        title="Write names as documented",
        sentence="Headers, fields and files are called what the documents call them; others are not read.",
        source="assumed",
        check=each(misspelt),
    ),
    Rule(
        id="ANY-NOTHING-03",
        level=Level.MUST,
        provider=ANY,
        title="Do not take an error for a result",
        sentence="An answer is looked at before its task id or link is used: an error has neither.",
        source="assumed",
        check=each(placeholder),
    ),
    Rule(
        id="ANY-WAIT-04",
        level=Level.SHOULD,
        provider=ANY,
        title="Wait as long as you are told",
        sentence="After an answer with Retry-After the same request waits that many seconds.",
        source="HTTP",
        check=retry_after,
    ),
)
