"""The judgement of one test: what its clients did, by the sandboxes that they used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mockserver.pytest_plugin.terms import Terms
from mockserver.pytest_plugin.watch import Watch, Watched

if TYPE_CHECKING:
    from mockserver.contract.findings import Findings
    from mockserver.contract.report import Subject
    from mockserver.exchange import Exchange
    from mockserver.pytest_plugin.watch import Sandbox


def subjects(name: str, watch: Watch, terms: Terms) -> tuple[Subject, ...]:
    """A subject for each sandbox in which something happened during a test. Raises ServerError."""
    found = filter(None, (_subject(name, one, terms) for one in watch))
    return tuple(
        subject if number == 1 else replace(subject, name=f"{name} (sandbox {number})")
        for number, subject in enumerate(found, 1)
    )


def _subject(name: str, watched: Watched, terms: Terms) -> Subject | None:
    from mockserver.contract.findings import findings
    from mockserver.contract.report import Subject
    from mockserver.sandbox import SandboxDropped

    try:
        log = Log.of(watched.sandbox)
        own = log.since(watched.before)
        if not own:
            return None
        watched.used = True
        found = findings(_Judged(sandbox=watched.sandbox, journal=log))
    except SandboxDropped:
        return None
    if watched.outlives_test:
        found = _of_exchanges(found, len(log.exchanges) - own)
    subject = Subject.of_findings(name, found, allowed=terms.allow, limit=terms.limit)
    return replace(subject, judged=own)


def _of_exchanges(found: Findings, first: int) -> Findings:
    """The findings that some exchange from the `first` on has a part in."""
    own = (one for one in found if any(number >= first for number in one.exchanges))
    return replace(found, found=tuple(own))


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """A journal as it was at one moment."""

    exchanges: tuple[Exchange, ...]
    dropped: int

    @classmethod
    def of(cls, sandbox: Sandbox) -> Log:
        exchanges = tuple(sandbox.journal)
        return cls(exchanges=exchanges, dropped=sandbox.journal.dropped if exchanges else 0)

    def since(self, position: int) -> int:
        """How many of the exchanges came after so many had come; all, where the journal was emptied since."""
        came = len(self.exchanges) + self.dropped - position
        return min(came, len(self.exchanges)) if came >= 0 else len(self.exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Judged:
    """A sandbox that is asked for no more than the judgement needs: on another server each question is a
    request."""

    sandbox: Sandbox
    journal: Log

    def credentials(self, provider: str) -> Mapping[str, str]:
        return self.sandbox.credentials(provider)

    def settings(self, provider: str) -> Mapping[str, Any]:
        called = any(one.provider == provider for one in self.journal)
        return self.sandbox.settings(provider) if called else {}
