"""Control calls: the journals of the sandboxes, and that of requests which belong to none."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from mockserver import catalogue
from mockserver.control.call import Asked, Call
from mockserver.control.errors import Refused, unknown
from mockserver.journal import Exchange, Journal

PATH = "/_mock/sandboxes/{id}/journal"
STRANGERS = "/_mock/strangers"
FORMATS = ("json", "har")
EXAMPLE = "last=5&provider=picwish&operation=query&format=har"


def of_sandbox(asked: Asked) -> Any:
    """The exchanges of a sandbox, newest last."""
    return _journal(asked, asked.sandbox.journal)


def of_strangers(asked: Asked) -> Any:
    """The exchanges of no sandbox, newest last."""
    return _journal(asked, asked.engine.registry.strangers)


def empty_sandbox(asked: Asked) -> Any:
    """How many exchanges there were."""
    return _emptied(asked, asked.sandbox.journal)


def empty_strangers(asked: Asked) -> Any:
    """How many exchanges there were."""
    return _emptied(asked, asked.engine.registry.strangers)


def _journal(asked: Asked, journal: Journal) -> Any:
    query = asked.query
    wanted = _wanted(query, journal)
    form = query.get("format", "json")
    if form not in FORMATS:
        raise unknown("format", form, FORMATS, at="format")
    if form == "har":
        from importlib.metadata import version

        from mockserver import har

        return har.log(wanted, version=version(har.CREATOR))
    return {"exchanges": wanted, "kept": len(journal), "dropped": journal.dropped}


def _wanted(query: Mapping[str, str], journal: Journal) -> list[Exchange]:
    """The exchanges that fit, at most `last` of them, the newest last."""
    last = query.get("last")
    if last is not None and not (last.isascii() and last.isdigit()):
        text = f"last is how many exchanges to answer, a whole number; not {last!r:.100}"
        raise Refused(422, text, kind="value", at="last", possible=["a whole number from 0 up"])
    provider, operation = query.get("provider"), query.get("operation")
    if provider is not None and provider not in catalogue.providers():
        raise unknown("provider", provider, catalogue.providers(), at="provider")
    fitting = (
        one
        for one in reversed(journal)
        if provider in (None, one.provider) and operation in (None, one.operation)
    )
    return list(islice(fitting, _most(last)))[::-1]


def _most(last: str | None) -> int | None:
    """How many exchanges are wanted; None for all, of which no journal has as many as ten digits say."""
    digits = None if last is None else last.lstrip("0") or "0"
    return int(digits) if digits and len(digits) < 10 else None


def _emptied(asked: Asked, journal: Journal) -> Any:
    kept = len(journal)
    journal.clear()
    return {"removed": kept}


CALLS = (
    Call(
        method="GET",
        path=PATH,
        does="What was received and answered, newest last; format=har for a HAR viewer.",
        handler=of_sandbox,
        query=EXAMPLE,
    ),
    Call(method="DELETE", path=PATH, does="Empty it.", handler=empty_sandbox),
    Call(
        method="GET",
        path=STRANGERS,
        does="The same of requests that belong to no sandbox, such as those with an unknown key.",
        handler=of_strangers,
        query=EXAMPLE,
    ),
    Call(method="DELETE", path=STRANGERS, does="Empty that.", handler=empty_strangers),
)
