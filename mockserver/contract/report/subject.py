"""A subject: one test, or one command, whose client was judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from mockserver.contract import findings as judging
from mockserver.contract.findings import Finding, Findings
from mockserver.contract.rules import Breach, Context, Judged, Level, Rule
from mockserver.exchange import Exchange, FileFacts

LAST = 6
"""How many of the last exchanges are kept, beside those that findings speak of."""
SPOKEN_OF = 3
"""How many exchanges of a finding are kept: its first ones, and its last."""
MOST = 20
"""How many exchanges are kept in all."""
NAMES = tuple(field.name for field in fields(Exchange))


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What was seen of one test or command: its findings, and the exchanges that are worth a look.

    `exchanges` are those that findings speak of and the last few, at most MOST; `numbers` are their indices
    in the journal, by which the findings name them. `judged` counts all exchanges, and `dropped` those that
    the journal no longer had. `passed` is whether it succeeded by itself, None where that is not known. A
    finding of an `allowed` rule does not fail it, nor one below its `limit`; with None no finding does.
    """

    name: str
    findings: tuple[Finding, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    numbers: tuple[int, ...] = ()
    judged: int = 0
    dropped: int = 0
    passed: bool | None = None
    allowed: tuple[str, ...] = ()
    limit: Level | None = Level.MUST

    def __post_init__(self) -> None:
        if len(self.exchanges) != len(self.numbers):
            raise ValueError(f"{len(self.exchanges)} exchanges have {len(self.numbers)} numbers")

    @classmethod
    def of(
        cls,
        name: str,
        sandbox: Judged,
        *,
        passed: bool | None = None,
        allowed: Iterable[str] = (),
        limit: Level | None = Level.MUST,
    ) -> Subject:
        """The client of a sandbox, judged now. Raises SandboxDropped."""
        found = judging.findings(sandbox)
        return cls.of_findings(name, found, passed=passed, allowed=allowed, limit=limit)

    @classmethod
    def of_findings(
        cls,
        name: str,
        found: Findings,
        *,
        passed: bool | None = None,
        allowed: Iterable[str] = (),
        limit: Level | None = Level.MUST,
    ) -> Subject:
        """A client that was judged before."""
        numbers = _worth_a_look(found)
        return cls(
            name=name,
            findings=found.found,
            exchanges=tuple(found.exchanges[number] for number in numbers),
            numbers=numbers,
            judged=len(found.exchanges),
            dropped=found.dropped,
            passed=passed,
            allowed=tuple(allowed),
            limit=limit,
        )

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Subject:
        """What `as_data` made. Raises KeyError, TypeError and ValueError for anything else."""
        exchanges = data["exchanges"]
        return cls(
            name=data["name"],
            findings=tuple(map(_finding, data["findings"])),
            exchanges=tuple(map(_exchange, exchanges)),
            numbers=tuple(one["number"] for one in exchanges),
            judged=data["judged"],
            dropped=data["dropped"],
            passed=data["passed"],
            allowed=tuple(data["allowed"]),
            limit=None if data["limit"] is None else Level(data["limit"]),
        )

    def as_data(self) -> dict[str, Any]:
        """As plain data, for JSON. Send it as JSON text: what a client sent need not be valid Unicode."""
        return {
            "name": self.name,
            "passed": self.passed,
            "failed_by": [finding.rule.id for finding in self.broken],
            "limit": None if self.limit is None else self.limit.value,
            "allowed": list(self.allowed),
            "judged": self.judged,
            "dropped": self.dropped,
            "findings": [finding.as_data() for finding in self.findings],
            "exchanges": [{"number": number, **_data(one)} for number, one in self.numbered()],
        }

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The findings that fail it."""
        return tuple(finding for finding in self.findings if self.fails(finding))

    def allows(self, finding: Finding) -> bool:
        """Whether a finding of this rule was said to be all right."""
        return finding.rule.id in self.allowed

    def fails(self, finding: Finding) -> bool:
        """Whether a finding is one that fails this subject."""
        demanded = (Level.MUST,) if self.limit is Level.MUST else tuple(Level)
        return self.limit is not None and finding.rule.level in demanded and not self.allows(finding)

    def numbered(self) -> Iterator[tuple[int, Exchange]]:
        """The exchanges, each with its number."""
        return zip(self.numbers, self.exchanges, strict=True)

    def text(self, *, colour: bool = False, columns: int = 100) -> str:
        """For the report of a test: its findings, then the last exchanges."""
        from mockserver.contract.report import text

        return text.of_subject(self, colour=colour, columns=columns)


def _worth_a_look(found: Findings) -> tuple[int, ...]:
    """The numbers of the exchanges that are kept, in order: of the findings, in their order, and the last."""
    count = len(found.exchanges)
    last = range(max(0, count - LAST), count)
    spoken_of = dict.fromkeys(number for finding in found for number in _some(finding.exchanges))
    wanted = [number for number in spoken_of if number not in last][: MOST - len(last)]
    return tuple(sorted({*wanted, *last}))


def _some(numbers: Sequence[int]) -> Sequence[int]:
    return numbers if len(numbers) <= SPOKEN_OF + 1 else (*numbers[:SPOKEN_OF], numbers[-1])


def _data(exchange: Exchange) -> dict[str, Any]:
    content = {name: getattr(exchange, name) for name in NAMES}
    return {**content, "files": [asdict(facts) for facts in exchange.files]}


def _exchange(data: Mapping[str, Any]) -> Exchange:
    content = {name: data[name] for name in NAMES}
    return Exchange(**{**content, "files": tuple(FileFacts(**facts) for facts in content["files"])})


def _finding(data: Mapping[str, Any]) -> Finding:
    rule = Rule(
        id=data["rule"],
        level=Level(data["level"]),
        provider=data["provider"],
        title=data["title"],
        sentence=data["sentence"],
        source=data["source"],
        check=_nothing,
    )
    return Finding(rule=rule, exchanges=tuple(data["exchanges"]), evidence=tuple(data["evidence"]))


def _nothing(exchanges: Sequence[tuple[int, Exchange]], context: Context) -> Iterable[Breach]:
    """The check of a rule that was judged elsewhere."""
    return ()
