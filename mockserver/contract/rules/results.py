"""Checks of downloads: links are used as they were given, while they live, and no error is taken for one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from mockserver.contract.reading import brief, links, own_refusals, told
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.rule import Breach, Numbered
from mockserver.exchange import OUTGOING, Exchange
from mockserver.faults import RESULT

ESCAPED = re.compile(
    r"(?:\\|%5c)u0026|(?<![a-z0-9])u0026|(?:&|%26)?amp(?:;|%3b)|%26(?=[a-z-]+=)", re.IGNORECASE
)
"""An ampersand as JSON or HTML writes it, where it was not undone."""
PLACEHOLDERS = frozenset({"none", "null", "undefined", "nan", "[object object]"})
"""What languages write for a value that is not there, in lower case."""
LET_GO = "let the file go"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureSpoiled:
    """A signed link was changed: a GET that the storage refuses for what stands in its query."""

    ids: frozenset[str]

    def __call__(self, exchange: Exchange, context: Context) -> Iterator[str]:
        if exchange.operation != RESULT or exchange.method != "GET":
            return
        refusals = own_refusals(exchange, self.ids)
        if refusals and (found := ESCAPED.search(exchange.query)):
            yield f"the query holds {found[0]!r} where & belongs: {brief(exchange.query)}"
        for behaviour in refusals:
            yield told(exchange, behaviour)


def path_changed(exchanges: Sequence[Numbered], context: Context) -> Iterator[Breach]:
    """A path where nothing ever was is that of a link which was given before, but for a change."""
    given: dict[str, int] = {}
    for at, exchange in exchanges:
        if own_refusals(exchange, {"asset.unknown"}):
            for path, source in given.items():
                if _is_spoiled(exchange.path, path):
                    evidence = f"the link that was given ends in {brief(path)}"
                    yield Breach(exchanges=(source, at), evidence=(evidence,))
                    break
        given |= dict.fromkeys((path for path, _ in links(exchange) if len(path) > 1), at)


def _is_spoiled(sent: str, given: str) -> bool:
    one, other = unquote(sent).lower(), unquote(given).lower()
    if one == other or other in one or (len(one) > len(other) // 2 and one in other):
        return True
    return one.rpartition(".")[0] == other.rpartition(".")[0] and "." in other.rpartition("/")[2]


def too_late(exchange: Exchange, context: Context) -> Iterator[str]:
    """A link is used when it does not live any more, and not because this server let its file go."""
    if exchange.operation == RESULT and not any(LET_GO in note for note in exchange.notes):
        for behaviour in own_refusals(exchange, {"asset.expired"}):
            yield told(exchange, behaviour)


def placeholder(exchange: Exchange, context: Context) -> Iterator[str]:
    """The id of a task, a link, or the URL of an image is what a language writes for nothing."""
    if exchange.operation == OUTGOING:
        return
    for part in exchange.path.split("/"):
        if _is_nothing(part):
            yield brief(f"{part!r} is a part of the path {exchange.path}")
    for name, value in exchange.fields.items():
        if "url" in name.lower() and isinstance(value, str) and _is_nothing(value):
            yield brief(f"{name} is {value!r}")


def _is_nothing(text: str) -> bool:
    return unquote(text).strip().lower() in PLACEHOLDERS
