"""Exchanges for a terminal: a line each, and below it what a reader has to know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from mockserver import catalogue
from mockserver.catalogue import Kind
from mockserver.contract.report.paint import Paint, Paper
from mockserver.exchange import Exchange

INDENT = 6
SHOWN_NOTES = 4
LONGEST_TARGET = 40
"""Characters of a method and a path's last segment for which what was met is cut."""
WENT_WRONG = frozenset({Kind.ERROR, Kind.FAILURE})


def exchange_text(
    exchanges: Iterable[Exchange], numbers: Iterable[int], *, colour: bool = False, columns: int = 100
) -> str:
    """Exchanges with their numbers in the journal, each a line with the status and what was met, then faults,
    notes, and where a signature began to differ. At most so many columns wide; empty when there are none."""
    paper = Paper(colour=colour, columns=columns)
    lines = [
        line for number, one in zip(numbers, exchanges, strict=True) for line in told(number, one, paper)
    ]
    return "".join(f"{line}\n" for line in lines)


def told(number: int, exchange: Exchange, paper: Paper) -> Iterator[str]:
    """The lines of one exchange."""
    yield head(number, exchange, paper)
    for fault in dict.fromkeys(exchange.faults):
        yield paper.painted(paper.clipped(f"{' ' * INDENT}by a fault: {fault}"), Paint.DIM)
    for note in exchange.notes[:SHOWN_NOTES]:
        yield from (paper.painted(line, Paint.DIM) for line in paper.wrapped(note, indent=INDENT))
    if difference := first_difference(exchange):
        yield from (paper.painted(line, Paint.DIM) for line in paper.wrapped(difference, indent=INDENT))


def head(number: int, exchange: Exchange, paper: Paper) -> str:
    """Number, time, method, path, status, and what was met. Of a long path the beginning is left out, as far
    as its last segment, then the end of what was met."""
    before = f"{f'#{number}':<4}  {moment(exchange)}  {exchange.provider}  "
    outcome = f"{exchange.status or 'no answer'}"
    after = f" → {outcome}  {met(exchange)}".rstrip()
    room = paper.columns - len(before) - len(after)
    line = paper.clipped(f"{before}{_target(exchange, room)}{after}")
    return line.replace(f" → {outcome}", f" → {paper.painted(outcome, tone(exchange))}", 1)


def _target(exchange: Exchange, room: int) -> str:
    """Method and path, with as many of the last segments as there is room for; with one at least."""
    path = exchange.path
    written = f"{exchange.method} {path}"
    while len(written) > room and (slash := path.find("/", 1)) > 0:
        path = path[slash:]
        written = f"{exchange.method} …{path}"
    return written if len(written) <= max(room, LONGEST_TARGET) else f"{written[: LONGEST_TARGET - 1]}…"


def met(exchange: Exchange) -> str:
    """The behaviour that matters most, without its provider: what went wrong, else what comes first."""
    wrong = [one for one in exchange.behaviours if went_wrong(exchange.provider, one)]
    foremost = next(iter(wrong or exchange.behaviours), "")
    return foremost.removeprefix(f"{exchange.provider}.")


def went_wrong(provider: str, behaviour: str) -> bool:
    """Whether a behaviour is an error, or the failure of a piece of work."""
    if provider not in catalogue.providers() or behaviour not in catalogue.load(provider):
        return False
    return catalogue.load(provider)[behaviour].kind in WENT_WRONG


def is_refusal(exchange: Exchange) -> bool:
    """Whether it went wrong: by its status, or by what an answer of status 200 says."""
    return exchange.refused or any(went_wrong(exchange.provider, one) for one in exchange.behaviours)


def tone(exchange: Exchange) -> Paint:
    """How its status is painted."""
    return Paint.POOR if is_refusal(exchange) else Paint.GOOD


def moment(exchange: Exchange) -> str:
    """When it was received, in UTC, to the millisecond."""
    return datetime.fromtimestamp(exchange.received_at, UTC).strftime("%H:%M:%S.%f")[:-3]


def first_difference(exchange: Exchange) -> str:
    """Where a signature began to differ, in a sentence; empty where that is not known."""
    difference = (exchange.explanation or {}).get("first_difference")
    if not isinstance(difference, dict):
        return ""
    part, expected = difference.get("part", "signature"), difference.get("expected")
    return f"{part}: expected {expected!r}, but signed was {difference.get('signed')!r}"
