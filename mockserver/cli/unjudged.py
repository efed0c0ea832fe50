"""What `mockserver exec` does not judge: requests with other keys, and sandboxes that its command minted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Self

from mockserver import environment
from mockserver.contract.report import Report
from mockserver.contract.report.paint import plural
from mockserver.contract.report.verdict import Verdict
from mockserver.providers import PROVIDERS

if TYPE_CHECKING:
    from mockserver.exchange import Exchange
    from mockserver.running import RunningSandbox
    from mockserver.server import MockServer

REFUSED = 403
"""What the interception answers for a host of no provider; those have a note of their own."""
PLACES = ("ITS_VARIABLE", "ANOTHER_ONE")


class Used:
    """An observer that knows which sandboxes were used, those that are gone again included."""

    def __init__(self) -> None:
        self.sandboxes: set[str] = set()

    def wants(self, status: int | None) -> bool:
        return True

    def __call__(self, exchange: Exchange) -> None:
        if exchange.sandbox is not None:
            self.sandboxes.add(exchange.sandbox)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unjudged:
    """The requests without a sandbox that the server still has, how many there were, and how many sandboxes
    the command minted and used."""

    strangers: tuple[Exchange, ...] = ()
    requests: int = 0
    sandboxes: int = 0

    @classmethod
    def of(cls, server: MockServer, sandbox: RunningSandbox, used: Used) -> Self:
        """What is left when the sandbox and `default` are judged."""
        strangers = tuple(one for one in server.strangers if one.provider or one.status != REFUSED)
        return cls(
            strangers=strangers,
            requests=len(strangers) + (server.strangers.dropped if strangers else 0),
            sandboxes=len(used.sandboxes - {sandbox.id, server.default.id}),
        )

    def __bool__(self) -> bool:
        return bool(self.requests or self.sandboxes)

    def __str__(self) -> str:
        told = [f"{plural(self.requests, 'request')} with no key of this sandbox"] if self.requests else []
        told += [f"{self._minted} that the command minted"] if self.sandboxes else []
        return ", ".join(told)

    def notes(self) -> Iterator[str]:
        """What to do about it."""
        if self.requests:
            belonged = "request belonged" if self.requests == 1 else "requests belonged"
            yield (
                f"{self.requests:,} {belonged} to no sandbox, the last: {self.strangers[-1]}. Where the "
                f"client has a key of its own, give it another: {self._variables()}"
            )
        if self.sandboxes:
            was = "was" if self.sandboxes == 1 else "were"
            yield (
                f"{self._minted} that the command minted {was} not judged here: pytest judges those of its "
                "tests, and writes a report of them with --mockserver-report=DIR"
            )

    @property
    def _minted(self) -> str:
        return "1 sandbox" if self.sandboxes == 1 else f"{self.sandboxes:,} sandboxes"

    def _variables(self) -> str:
        """Options that give the client keys of the provider that it called last."""
        called = [one for one in PROVIDERS if one.name == self.strangers[-1].provider]
        keys = [field for one in called for field in environment.credentials(one)]
        if not keys:
            return "--env ITS_VARIABLE={FIELD}; mockserver exec --print-env lists the fields"
        return " ".join(f"--env {place}={{{field}}}" for place, field in zip(PLACES, keys, strict=False))


@dataclass(frozen=True, kw_only=True)
class PartialVerdict(Verdict):
    """A verdict that begins with what it is not about."""

    unjudged: Unjudged

    def _parts(self) -> Iterator[str]:
        first, *rest = super()._parts()
        yield f"Not judged: {self.unjudged}"
        noun = "other request" if self.unjudged.sandboxes else "other"
        among = f" in {plural(self.exchanges, noun)}" if self.behaviours.of and self.subjects == 1 else ""
        yield f"{first[0].lower()}{first[1:]}{among}"
        yield from rest


@dataclass(frozen=True, kw_only=True)
class PartialReport(Report):
    """A report whose verdict tells what was not judged."""

    unjudged: Unjudged

    @cached_property
    def verdict(self) -> Verdict:
        """All of it in a line."""
        whole = super().verdict
        if not self.unjudged:
            return whole
        counted = {field.name: getattr(whole, field.name) for field in fields(Verdict)}
        return PartialVerdict(**counted, unjudged=self.unjudged)
