"""Where cases are played: a server, a way to make clients, and what all of them did against the rules."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from contract_tests.client.case import Case
from contract_tests.client.world import MARGIN, Session, World
from mockserver import MockServer
from mockserver.contract.findings import Finding
from mockserver.exchange import Exchange

KEPT = 3
"""Breaches of each rule that are kept as evidence, of each case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """A rule was broken while a case was played, with the exchanges that show it."""

    case: str
    finding: Finding
    exchanges: tuple[Exchange, ...]


@dataclass(kw_only=True)
class Stage:
    """`open_session` makes a client under test for the access of a sandbox, and how long it shall wait."""

    server: MockServer
    provider: str
    open_session: Callable[[Any, float], Session]
    client: str = ""
    """What the adapter is called, as `module:Class`."""
    margin: float = MARGIN
    effort: float = 1.0
    """The part of the examples of made-up worlds that are played."""
    seed: int = 0
    breaches: dict[str, list[Breach]] = field(default_factory=dict)
    pictures: bool = False
    """Whether small pictures of what clients were given and answered are wanted."""
    calls: int = 0
    """Requests that clients have sent so far."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def world(self, case: Case) -> Iterator[World]:
        """A fresh sandbox, and a fresh client in it. What that did against the rules is noted at the end."""
        settings: Mapping[str, Any] = {"qps": None, **case.settings}
        sandbox = self.server.sandbox(**{self.provider: settings})
        try:
            session = self.open_session(sandbox.access(self.provider), case.timeout)
            try:
                yield World(
                    case=case,
                    sandbox=sandbox,
                    session=session,
                    random=random.Random(f"{self.seed}:{case.id}"),
                    another=lambda: self.world(case),
                    margin=self.margin,
                    effort=self.effort,
                    client=self.client,
                )
            finally:
                session.close()
                self._judge(case, sandbox)
        finally:
            sandbox.drop()

    def _judge(self, case: Case, sandbox: Any) -> None:
        findings = sandbox.findings()
        with self._lock:
            self.calls += len(findings.exchanges)
            for finding in findings if case.judged else ():
                kept = self.breaches.setdefault(finding.rule.id, [])
                if sum(breach.case == case.id for breach in kept) < KEPT:
                    shown = tuple(findings.exchanges[at] for at in finding.exchanges)
                    kept.append(Breach(case=case.id, finding=finding, exchanges=shown))
