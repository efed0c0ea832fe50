"""What a client did against the contract: computed from a journal when asked for.

A finding names the rule, the exchanges by their numbers in the journal, and what shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

from mockserver.contract import rules
from mockserver.contract.rules import Context, Judged, Level, Rule
from mockserver.exchange import Exchange


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A breach of a rule: `exchanges` are indices in the journal, oldest is 0, and `evidence` a line each."""

    rule: Rule
    exchanges: tuple[int, ...]
    evidence: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        rule = self.rule
        return {
            "rule": rule.id,
            "level": rule.level.value,
            "provider": rule.provider,
            "title": rule.title,
            "sentence": rule.sentence,
            "source": rule.source,
            "exchanges": list(self.exchanges),
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)
class Findings(Sequence[Finding]):
    """All findings: MUST before SHOULD, then in the order of the rules and of the exchanges.

    `exchanges` are those that were judged, and `dropped` is how many older ones were no longer there."""

    found: tuple[Finding, ...]
    exchanges: tuple[Exchange, ...]
    dropped: int = 0

    def of_level(self, level: Level) -> list[Finding]:
        """Those of one level: what a client must do, or what it should."""
        return [finding for finding in self.found if finding.rule.level is level]

    def as_data(self) -> dict[str, Any]:
        """As plain data, for JSON: the findings, and how many exchanges were judged and dropped."""
        found = [finding.as_data() for finding in self.found]
        return {"findings": found, "judged": len(self.exchanges), "dropped": self.dropped}

    def text(self, *, colour: bool = False) -> str:
        """For a terminal, grouped by rule."""
        from mockserver.contract import findings_text

        return findings_text.text(self, colour=colour)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        return self.found[index]

    def __len__(self) -> int:
        return len(self.found)

    def __eq__(self, other: object) -> bool:
        return list(self.found) == list(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.found)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        told = (
            f"{one.rule.level} {one.rule.id} in {[*one.exchanges]}: {one.evidence[0]}" for one in self.found
        )
        return f"<Findings in {len(self.exchanges)} exchanges: {'; '.join(told) or 'none'}>"


def of(exchanges: Sequence[Exchange], context: Context) -> Findings:
    """What the client of some exchanges, oldest first, did against the contract."""
    found = [
        Finding(rule=rule, exchanges=breach.exchanges, evidence=breach.evidence)
        for rule in rules.ALL
        for breach in sorted(rule.breaches(exchanges, context), key=lambda breach: breach.exchanges)
    ]
    found.sort(key=lambda finding: finding.rule.level is not Level.MUST)
    return Findings(found=tuple(found), exchanges=tuple(exchanges), dropped=context.dropped)


def findings(sandbox: Judged) -> Findings:
    """What the client of a sandbox did against the contract, as its journal shows. Raises SandboxDropped."""
    return of(list(sandbox.journal), Context.of(sandbox))
