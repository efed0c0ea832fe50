"""Coverage as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from mockserver.catalogue import Trigger
from mockserver.contract.columns import bar, described, paragraph, table
from mockserver.contract.coverage import Count, Coverage, ProviderCoverage, Row, Standing, count


def text(coverage: Coverage, *, missing: bool = True) -> str:
    """A bar and a table for each provider that was called, then, if `missing`, what was not met and how to
    cause it; the others in a line each. At most 100 columns wide, and ends with a line break."""
    called = [one for one in coverage if one.called]
    silent = [one for one in coverage if not one.called]
    blocks: list[Iterable[str]] = [_head(coverage)]
    for one in called:
        blocks.append(chain(_provider(one), _missing(one) if missing else ()))
    if silent:
        blocks.append(_silent(silent))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def percent(counted: Count) -> str:
    """The share that was met; not 100 % before it is all, not 0 % where it is something."""
    whole = round(counted.share * 100)
    if 0 < counted.met < counted.of:
        whole = min(max(whole, 1), 99)
    return f"{whole} %"


def counts(counted: Count) -> str:
    """In words, such as `31 of 91 met (34 %), 2 more only by a fault`."""
    more = f", {counted.forced} more only by a fault" if counted.forced else ""
    return f"{counted.met} of {counted.of} met ({percent(counted)}){more}"


def _head(coverage: Coverage) -> Iterator[str]:
    yield "Coverage: which documented behaviours were met"
    yield from described(
        [
            ("a request can cause", counts(coverage.by_request)),
            ("only a fault can cause", counts(coverage.by_fault)),
        ]
    )


def _provider(one: ProviderCoverage) -> Iterator[str]:
    yield f"{one.provider} - {one.title}"
    causes = [("a request can cause", one.by_request), ("only a fault can cause", one.by_fault)]
    bars = [(name, f"{bar(all_.share)} {counts(all_)}") for name, all_ in causes if all_.of]
    yield from described([*bars, ("met at", ", ".join(_operations(one)))])
    yield ""
    yield from _kinds(one)


def _missing(one: ProviderCoverage) -> Iterator[str]:
    forced = one.standing(Standing.FORCED, Trigger.REQUEST)
    yield from _section("Met only by a fault, though a request can cause it:", forced)
    yield from _section("Not met:", one.standing(Standing.NOT_MET, Trigger.REQUEST))
    yield from _faults(one)


def _operations(one: ProviderCoverage) -> Iterator[str]:
    for operation, met in one.operations.items():
        yield f"{operation} {met or 'nothing'}"


def _kinds(one: ProviderCoverage) -> Iterator[str]:
    head = ("a request can cause", "met", Standing.FORCED.value, Standing.NOT_MET.value, "of")
    rows = one.caused(Trigger.REQUEST)
    yield from table(
        [
            head,
            *(
                _numbers(kind.value, count(row for row in rows if row.behaviour.kind is kind))
                for kind in one.kinds
                if any(row.behaviour.kind is kind for row in rows)
            ),
            _numbers("all", count(rows)),
        ]
    )


def _numbers(name: str, counted: Count) -> tuple[str, ...]:
    return (name, *map(str, (counted.met, counted.forced, counted.not_met, counted.of)))


def _section(title: str, rows: Iterable[Row]) -> Iterator[str]:
    listed = list(rows)
    if listed:
        yield from ("", f"  {title}")
        yield from described([(_short(row), row.behaviour.cause.how) for row in listed], indent=4)


def _faults(one: ProviderCoverage) -> Iterator[str]:
    rows = one.standing(Standing.NOT_MET, Trigger.FAULT)
    if rows:
        yield from ("", f'  Not met, and only a fault can cause it: sandbox.fail("{one.provider}", ID) with')
        yield from paragraph(", ".join(map(_short, rows)), indent=4)


def _silent(some: Iterable[ProviderCoverage]) -> Iterator[str]:
    yield "Nothing was met at:"
    for one in some:
        yield f"  {one.provider} - {one.title}: 0 of {one.by_request.of}, and 0 of {one.by_fault.of} by fault"


def _short(row: Row) -> str:
    return row.behaviour.id.partition(".")[2]
