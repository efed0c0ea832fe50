"""A verification: what is asked of a server, at which pace, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contract_tests.provider.case import Case
from contract_tests.provider.outcome import Outcome, Part
from contract_tests.provider.pace import Pacer
from contract_tests.provider.providers import CALLERS, CASES
from contract_tests.provider.running import Plan, plan, verdicts
from contract_tests.provider.sending import TIMEOUT, Sender
from contract_tests.provider.target import Target
from contract_tests.provider.untried import untried
from contract_tests.provider.verdict import Verdict

if TYPE_CHECKING:
    import httpx

LOCAL = ("127.0.0.1", "localhost", "::1")
Progress = Callable[[Verdict], object]


@contextmanager
def connection(url: str) -> Iterator[httpx.Client]:
    """What requests to a URL go out by. Redirects are not followed, and this machine is reached directly."""
    import httpx

    host = urlsplit(url).hostname
    with httpx.Client(timeout=TIMEOUT, trust_env=host not in LOCAL) as client:
        yield client


def chosen(providers: Sequence[str], patterns: Sequence[str] = ()) -> dict[str, tuple[Case, ...]]:
    """The cases of providers whose ids are, or fit, one of the patterns; all of them without any.

    Raises LookupError for a pattern that nothing fits."""
    cases = {name: CASES[name] for name in providers}
    every = [case.id for found in cases.values() for case in found]
    for pattern in patterns:
        if not any(fnmatchcase(one, pattern.upper()) for one in every):
            raise LookupError(f"no case of {', '.join(providers)} is, or fits, {pattern!r:.60}")

    def fits(case: Case) -> bool:
        return not patterns or any(fnmatchcase(case.id, pattern.upper()) for pattern in patterns)

    return {name: tuple(filter(fits, found)) for name, found in cases.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What is going to be asked of a server, by provider."""

    target: Target
    plans: dict[str, Plan]

    @classmethod
    def of(cls, target: Target, *, patterns: Sequence[str] = (), spend: bool = False) -> Verification:
        """Raises LookupError for a pattern that no case fits."""
        cases = chosen(target.providers, patterns)
        plans = {
            name: plan(found, spend=spend, no_keys=target.no_keys(name)) for name, found in cases.items()
        }
        return cls(target=target, plans=plans)

    @property
    def cases(self) -> int:
        """How many cases it has, tried or not."""
        return sum(len(one.tried) + len(one.untried) for one in self.plans.values())

    @property
    def requests(self) -> int:
        """How many requests it makes at most."""
        return sum(one.requests for one in self.plans.values())

    @property
    def charged(self) -> int:
        """How many of them are charged at most."""
        return sum(one.charged for one in self.plans.values())

    @property
    def refused(self) -> int:
        """How many cases show a right key with what has to be refused."""
        return sum(one.refused for one in self.plans.values())

    def run(
        self, client: httpx.Client, pacer: Callable[[], Pacer], progress: Progress = lambda verdict: None
    ) -> Outcome:
        """Ask, and tell `progress` of each case. After a KeyboardInterrupt the outcome is what there is."""
        made_at, parts, interrupted = time.time(), [], False
        for provider, chosen_cases in self.plans.items():
            done: list[Verdict] = []
            try:
                for verdict in self._verdicts(provider, client, pacer()):
                    done.append(verdict)
                    progress(verdict)
            except KeyboardInterrupt:
                interrupted = True
            part = Part(
                provider=provider,
                plan=chosen_cases,
                verdicts=tuple(done),
                untried=untried(provider, CASES[provider]),
            )
            parts.append(part)
            if interrupted:
                break
        return Outcome(
            url=self.target.url,
            about=self.target.about,
            made_at=made_at,
            parts=tuple(parts),
            interrupted=interrupted,
        )

    def _verdicts(self, provider: str, client: httpx.Client, pacer: Pacer) -> Iterator[Verdict]:
        keys = self.target.keys.get(provider) or dict.fromkeys(CALLERS[provider].names, "")
        caller = CALLERS[provider](self.target.url, keys, Sender(client, pacer))
        return verdicts(self.plans[provider], caller)
