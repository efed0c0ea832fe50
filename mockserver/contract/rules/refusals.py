"""Checks of single exchanges by what the provider said of them, and by the schema of their request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from mockserver.contract import schema
from mockserver.contract.reading import body_was_read, brief, own_refusals, told
from mockserver.contract.rules.context import Context
from mockserver.contract.schema import Violation
from mockserver.exchange import Exchange

FIELD = re.compile(r"fields(?:\.([\w-]+)|\[([^\]]+)\])")
FIELDS = ("fields.", "fields[")
"""How the path of a violation begins that is about the value of a field."""
CUT = re.compile(r"… \(\d+ characters\)$")
PLANNED = "the setting `end` of this sandbox"
"""What a note says of a failure that a test planned."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """The provider refused what neither a fault nor a setting made it refuse: with one of these behaviours,
    named without the provider."""

    ids: frozenset[str]
    where: str = ""
    """A file or field that the refusal must have been about, as the journal names it; empty: anything."""

    def __call__(self, exchange: Exchange, context: Context) -> Iterator[str]:
        if (self.where and not self._is_about(exchange)) or any(PLANNED in note for note in exchange.notes):
            return
        for behaviour in own_refusals(exchange, self.ids):
            yield told(exchange, behaviour)

    def _is_about(self, exchange: Exchange) -> bool:
        return self.where in exchange.fields or any(file.field == self.where for file in exchange.files)


def refused(*ids: str, where: str = "") -> Refused:
    """The check of refusals with some behaviours."""
    return Refused(ids=frozenset(ids), where=where)


def wrongly_signed(exchange: Exchange, behaviour: str) -> str:
    """Why a signature was refused, as far as that is known: proven, or the most likely cause."""
    explanation = exchange.explanation
    if not explanation:
        return told(exchange, behaviour)
    cause = f"cause {explanation['cause']}"
    return brief(f"{cause if explanation.get('proven') else f'most likely {cause}'}: {explanation['hint']}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Undocumented:
    """The request breaks its schema, at one of these `paths` or below; told of requests whose body was read.

    `unless` names behaviours that tell the same thing, and `besides` paths that other rules tell of."""

    paths: tuple[str, ...]
    unless: frozenset[str] = frozenset()
    besides: tuple[str, ...] = ()

    def __call__(self, exchange: Exchange, context: Context) -> Iterator[str]:
        if not body_was_read(exchange) or own_refusals(exchange, self.unless):
            return
        request = schema.request_of(exchange)
        with suppress(schema.UnknownSchema):
            found = schema.validate(exchange.provider, f"{exchange.operation}.request", request)
            own = [one for one in found if self._is_about(one.path) and not _was_cut(exchange, one.path)]
            yield from map(str, _without_what_follows(own))

    def _is_about(self, path: str) -> bool:
        return path.startswith(self.paths) and not (self.besides and path.startswith(self.besides))


def _without_what_follows(violations: Sequence[Violation]) -> Iterator[Violation]:
    """Of a file that is no image, neither format nor size in pixels is known: that is told once."""
    told: set[str] = {_file(one.path) for one in violations if one.value != "null"}
    for one in violations:
        if (file := _file(one.path)) and one.value == "null":
            if file in told:
                continue
            told.add(file)
        yield one


def _file(path: str) -> str:
    return path.partition(".")[0] if path.startswith("files[") else ""


def _was_cut(exchange: Exchange, path: str) -> bool:
    """Whether the journal has only the beginning of the field that a path leads to."""
    found = FIELD.match(path)
    kept = exchange.fields.get(found[1] or found[2]) if found else None
    return isinstance(kept, str) and CUT.search(kept) is not None


def documented_or(
    refusal: Refused,
    *paths: str,
    besides: tuple[str, ...] = (),
    unless: frozenset[str] = frozenset(),
) -> tuple[Refused, Undocumented]:
    """The checks of something that the provider refuses, and that the schema tells where it does not; of what
    is `besides`, or refused as in `unless`, another rule tells."""
    return refusal, Undocumented(paths=paths, unless=refusal.ids | unless, besides=besides)
