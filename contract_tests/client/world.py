"""The world of one case: a sandbox of its own, a client under test in it, and what is seen of both."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from contract_tests.adapters.base import Unimplemented
from contract_tests.adapters.session import Outcome
from contract_tests.client.case import Case, Grade
from mockserver import RunningSandbox
from mockserver.exchange import Exchange

MARGIN = 15.0
"""Seconds that a call may take besides what its client waits for an answer: the work itself, and pauses."""


class Failed(Exception):
    """A client did what it must not, and the case cannot go on."""


class Session(Protocol):
    """A client under test at work."""

    def call(self, operation: str, *, deadline: float, **arguments: Any) -> Outcome: ...
    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """Something that was seen of a client, and the best grade that is left to it because of that."""

    grade: Grade
    text: str


@dataclass(kw_only=True)
class World:
    """What a case plays in. Expectations that are not met become remarks, which make the grade."""

    case: Case
    sandbox: RunningSandbox
    session: Session
    random: random.Random
    another: Callable[[], AbstractContextManager[World]]
    """A fresh world for the same case, for one of many examples."""
    margin: float = MARGIN
    effort: float = 1.0
    """The part of the examples that are made up."""
    client: str = ""
    """What the adapter is called, as `module:Class`."""
    remarks: list[Remark] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    story: str = ""
    """A script that replays what went wrong, where the case has found that by itself."""
    seen: tuple[Exchange, ...] = ()
    """Exchanges to show instead of those of this world."""

    def call(self, operation: str, **arguments: Any) -> Outcome:
        """Let the client do something. Raises Unimplemented where it cannot, Failed where it hangs."""
        ended = self.session.call(operation, deadline=self.case.timeout + self.margin, **arguments)
        outcome = replace(ended, asked=arguments)
        self.outcomes.append(outcome)
        if outcome.unimplemented is not None:
            raise Unimplemented(outcome.unimplemented)
        if outcome.hung:
            raise Failed(f"{outcome}; it was told to wait {self.case.timeout:.0f} s for an answer at most")
        return outcome

    def succeeds(self, operation: str, **arguments: Any) -> Any:
        """Let the client do what goes well, and answer its result. Raises Failed where it raises."""
        outcome = self.call(operation, **arguments)
        if outcome.problem is not None:
            raise Failed(f"the API did what it was asked for, but the client raised {outcome.problem.text}")
        return outcome.result

    def refused(self, operation: str, **arguments: Any) -> Outcome:
        """Let the client do what goes wrong: it must raise an error of its own.

        Raises Failed where it answers something, or dies of a mistake; Unimplemented where it does not say
        which errors are its own."""
        outcome = self.call(operation, **arguments)
        problem = outcome.problem
        if problem is None:
            raise Failed(f"it went wrong, but the client answered {brief(outcome.result)}")
        if problem.own is None:
            raise Unimplemented(f"it does not say whether this is an error of its own: {problem.text}")
        if not problem.own:
            raise Failed(f"the client did not raise an error of its own, it died: {problem.text}")
        return outcome

    def witness(self, other: World) -> None:
        """Show what happened in another world of this case instead."""
        self.outcomes, self.seen = list(other.outcomes), tuple(other.sandbox.journal)

    def must(self, holds: bool, text: str) -> None:
        """Note what a client must do and did not. Raises nothing."""
        if not holds:
            self.remarks.append(Remark(grade=Grade.FAIL, text=text))

    def should(self, holds: bool, text: str) -> None:
        """Note what a client should do and did not."""
        if not holds:
            self.remarks.append(Remark(grade=Grade.NON_STRICT, text=text))

    def note(self, text: str) -> None:
        """Note what a client made of something that the documents leave open."""
        self.remarks.append(Remark(grade=Grade.INFORMATIONAL, text=text))


def brief(result: object) -> str:
    """A result in one short line."""
    text = repr(result)
    return text if len(text) <= 120 else f"{text[:119]}…"


def worst(remarks: Sequence[Remark]) -> Grade:
    """The grade that remarks leave."""
    order = list(Grade)
    return max((remark.grade for remark in remarks), key=order.index, default=Grade.PASS)
