"""Findings for a terminal: grouped by rule, with the exchanges and the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from textwrap import wrap

from mockserver.contract.findings import Finding, Findings
from mockserver.contract.reading import line
from mockserver.contract.rules import Level, Rule
from mockserver.exchange import Exchange

WIDTH = 100
"""Columns, save for the lines of exchanges, whose paths may be longer."""
INDENT = " " * 7
COLOURS = {Level.MUST: "\x1b[1;31m", Level.SHOULD: "\x1b[1;33m"}
DIM, RESET = "\x1b[2m", "\x1b[0m"
SHOWN = 3
"""Findings of one rule that are shown in full; the others are counted."""
LISTED = 4
"""Exchanges of one finding that are shown in full."""


def text(found: Findings, *, colour: bool = False) -> str:
    """All of them; exchanges are numbered as in the journal, oldest is 0."""
    lines = [_headline(found)]
    if found.dropped:
        gone = _plural(found.dropped, "older exchange")
        lines.append(f"{gone} went from the journal and could not be judged.")
    for rule, group in groupby(found, key=lambda finding: finding.rule):
        lines += ["", *_of_rule(rule, list(group), found.exchanges, colour=colour)]
    return "\n".join(lines) + "\n"


def _headline(found: Findings) -> str:
    among = f"in {_plural(len(found.exchanges), 'exchange')}"
    if not found:
        return f"No findings {among}."
    counts = [(len(found.of_level(level)), level) for level in Level]
    told = " and ".join(f"{count} of {level.value} rules" for count, level in counts if count)
    return f"{_plural(len(found), 'finding')} {among}: {told}."


def _of_rule(
    rule: Rule, group: Sequence[Finding], exchanges: Sequence[Exchange], *, colour: bool
) -> Iterator[str]:
    level = f"{rule.level.value:<6}"
    times = f"  ({len(group)} times)" if len(group) > 1 else ""
    yield f"{_painted(level, COLOURS[rule.level], colour)} {rule.id}  {rule.title}{times}"
    yield from _wrapped(f"{rule.sentence} [{rule.source}]")
    for finding in group[:SHOWN]:
        for number in finding.exchanges[:LISTED]:
            yield f"  {_exchange(number, exchanges[number])}"
        if len(finding.exchanges) > LISTED:
            more = len(finding.exchanges) - LISTED
            yield f"{INDENT}… and {more} more, the last is #{finding.exchanges[-1]}"
        for evidence in finding.evidence:
            yield from (_painted(part, DIM, colour) for part in _wrapped(evidence))
    if len(group) > SHOWN:
        others = ", ".join(f"#{finding.exchanges[0]}" for finding in group[SHOWN:])
        more = len(group) - SHOWN
        times = "once more" if more == 1 else f"{more} times more"
        yield from wrap(f"and {times}: {others}", WIDTH, initial_indent="  ")


def _wrapped(said: str) -> list[str]:
    return wrap(
        said,
        WIDTH,
        initial_indent=INDENT,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _exchange(number: int, exchange: Exchange) -> str:
    moment = datetime.fromtimestamp(exchange.received_at, UTC).strftime("%H:%M:%S.%f")[:-3]
    return f"{f'#{number}':<4} {moment}  {exchange.provider}  {line(exchange)}"


def _painted(part: str, paint: str, colour: bool) -> str:
    return f"{paint}{part}{RESET}" if colour else part


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
