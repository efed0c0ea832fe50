"""Clients are graded: each one's cases in their order of ending, and what remains of them for a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contract_tests.client.grading import JOBS, Verdict, verdicts
from contract_tests.client.selection import Selection
from contract_tests.client.stage import Stage
from contract_tests.loading import UnderTest
from contract_tests.report import Grading, Report
from mockserver import MockServer


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Who is graded, by which cases, with which seed, so many cases at the same time.

    `pictures`: whether a report will show what clients were given and answered."""

    clients: Sequence[UnderTest]
    selections: Sequence[Selection]
    seed: int = 0
    jobs: int = JOBS
    pictures: bool = False

    @property
    def pairs(self) -> tuple[tuple[UnderTest, Selection], ...]:
        """Each client with each provider that it is a client of."""
        return tuple(
            (client, selection)
            for client in self.clients
            for selection in self.selections
            if selection.kit.provider in client.providers
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Graded:
    """A verdict on a client."""

    client: str
    provider: str
    verdict: Verdict


def graded(plan: Plan, server: MockServer) -> Iterator[Graded]:
    """The verdicts as they come. Who stops listening leaves what is under way behind.

    Raises KitError for a mistake of the kit."""
    for client, selection in plan.pairs:
        stage = Stage(
            server=server,
            provider=selection.kit.provider,
            open_session=client.opening(selection.kit),
            client=client.name,
            seed=plan.seed,
            pictures=plan.pictures,
        )
        for verdict in verdicts(stage, selection.cases, jobs=plan.jobs):
            if verdict.case.id in selection.shown:
                # Pictures that clients answer are large, and what a report shows of them is small.
                kept = tuple(replace(one, result=None, asked={}) for one in verdict.outcomes)
                told = replace(verdict, outcomes=kept)
                yield Graded(client=client.name, provider=stage.provider, verdict=told)


@dataclass(kw_only=True)
class Collected:
    """The verdicts of a plan that have come so far, and the reasons of the failures that are expected."""

    plan: Plan
    expected: Mapping[str, str] = field(default_factory=dict)
    verdicts: dict[tuple[str, str], dict[str, Verdict]] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        """How many there will be."""
        return sum(len(selection.shown) for _, selection in self.plan.pairs)

    def add(self, one: Graded) -> None:
        """One more."""
        self.verdicts.setdefault((one.client, one.provider), {})[one.verdict.case.id] = one.verdict

    def report(self, *, seconds: float) -> Report:
        """What there is, in order."""
        gradings = tuple(
            Grading(
                client=client.name,
                provider=selection.kit.provider,
                title=selection.kit.title,
                verdicts=tuple(found[case.id] for case in selection.listed if case.id in found),
                expected=self.expected,
            )
            for client, selection in self.plan.pairs
            if (found := self.verdicts.get((client.name, selection.kit.provider)))
        )
        missing = self.planned - sum(map(len, self.verdicts.values()))
        return Report(gradings=gradings, seed=self.plan.seed, seconds=seconds, missing=missing)
