"""An outcome as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import fill

from contract_tests.provider.outcome import Outcome
from contract_tests.provider.verdict import Grade, Verdict
from contract_tests.provider.visit import Difference
from mockserver import catalogue
from mockserver.contract.report.paint import plural

WIDTH = 110
SHOWN = 3
"""Ids of what was not tried for one reason, unless all are asked for."""
HEADLINES: Mapping[Grade, str] = {
    Grade.DIFFERS: "What differs",
    Grade.OPEN: "What the documents leave open, and the server does other than the mock",
}


def text(outcome: Outcome, *, verbose: bool = False) -> str:
    """All of it; a verbose one lists the cases that agree, too."""
    blocks = [
        [f"{outcome.url}: {outcome.about}"],
        list(_cases(outcome)) if verbose else [],
        *(list(_differences(outcome, grade)) for grade in HEADLINES),
        list(_readings(outcome)),
        list(_untried(outcome, verbose=verbose)),
        list(_summary(outcome)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def line(verdict: Verdict) -> str:
    """A case in one line."""
    return f"{verdict.case.id:<15} {verdict.grade:<8} {verdict.case.title}"


def _cases(outcome: Outcome) -> Iterator[str]:
    return (line(one) for part in outcome.parts for one in part.verdicts)


def _differences(outcome: Outcome, grade: Grade) -> Iterator[str]:
    found = [one for part in outcome.parts for one in part.of(grade)]
    if found:
        yield HEADLINES[grade]
    for verdict in found:
        yield ""
        yield f"{verdict.case.id}  {verdict.case.title}"
        yield from _listed(verdict.case.provider, verdict.differences)


def _listed(provider: str, differences: Sequence[Difference]) -> Iterator[str]:
    request = ""
    for one in differences:
        if one.request != request:
            yield f"  {one.request}"
            request = one.request
        yield f"    {one.at}: expected {one.expected}, got {one.got}"
        yield f"      {origin(provider, one)}"


def origin(provider: str, one: Difference) -> str:
    """Where an expectation is known from."""
    known = catalogue.load(provider).sources.get(one.source)
    if known is None:
        return str(one.evidence)
    return f"{one.evidence}: {known.title}" + (f", {known.url}" if known.url else "")


def _readings(outcome: Outcome) -> Iterator[str]:
    found = [(part, part.readings) for part in outcome.parts if part.readings]
    if found:
        yield "Which readings of the documents it follows"
    for part, readings in found:
        quirks: dict[str, list[str]] = {}
        for reading, count in readings.items():
            quirks.setdefault(reading.quirk, []).append(f"{reading.choice} ({plural(count, 'case')})")
        for quirk, choices in quirks.items():
            mixed = ", not the same everywhere" if len(choices) > 1 else ""
            yield f"  {part.provider}.{quirk}: {', '.join(choices)}{mixed}"


def _untried(outcome: Outcome, *, verbose: bool) -> Iterator[str]:
    cases: dict[str, list[str]] = {}
    behaviours: dict[str, list[str]] = {}
    for part in outcome.parts:
        for one in part.of(Grade.UNTRIED):
            cases.setdefault(one.reason, []).append(one.case.id)
        for why, left in part.untried.items():
            behaviours.setdefault(why, []).extend(left)
    if cases or behaviours:
        yield "What was not tried"
    for noun, reasons in (("case", cases), ("behaviour", behaviours)):
        for reason, ids in reasons.items():
            yield _row(f"{plural(len(ids), noun)}: {reason}", ids, len(ids) if verbose else SHOWN)


def _row(what: str, ids: Sequence[str], most: int) -> str:
    more = f" and {len(ids) - most} more" if len(ids) > most else ""
    listed = ", ".join(ids[:most]) + more
    return fill(
        f"{what}: {listed}", WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
    )


def _summary(outcome: Outcome) -> Iterator[str]:
    for part in outcome.parts:
        title = catalogue.load(part.provider).title
        counts = [f"{sum(1 for _ in part.of(grade))} {_verb(grade)}" for grade in Grade]
        yield f"{title}: {', '.join(counts)}; {plural(part.requests, 'request')} in {part.seconds:.1f} s"
    if outcome.interrupted:
        yield "Interrupted; the rest was not tried."
    counts = [f"{count} {_verb(grade)}" for grade, count in outcome.counts.items()]
    yield f"In all: {', '.join(counts)}; {plural(outcome.requests, 'request')}"


def _verb(grade: Grade) -> str:
    return {
        Grade.AGREES: "agree",
        Grade.OPEN: "left open",
        Grade.DIFFERS: "differ",
        Grade.UNTRIED: "not tried",
    }[grade]
