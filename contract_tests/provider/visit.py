"""One case at work: what it asks the server, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from contract_tests.provider.caller import Caller
from contract_tests.provider.case import Case, Shared
from contract_tests.provider.sending import NO_JSON, Answer
from mockserver import catalogue
from mockserver.catalogue import Evidence
from mockserver.contract import schema
from mockserver.contract.reading import brief
from mockserver.contract.wording import shown

C = TypeVar("C", bound=Caller)
DOCUMENTED, OBSERVED, ASSUMED = Evidence.DOCUMENTED, Evidence.OBSERVED, Evidence.ASSUMED


class Ended(Exception):
    """A case cannot go on; what is wrong was noted."""


class Untried(Exception):
    """A case cannot be tried on this server; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Where a server differs from what is known of it: the `at` in the answer, such as
    `body.error_detail.code` or `status`, what was `expected` there and `got`, and whence that is known."""

    request: str
    at: str
    expected: str
    got: str
    source: str
    evidence: Evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Which reading of the documents a server follows, where they allow several: the `quirk` is a setting of
    the mock."""

    quirk: str
    choice: str


@dataclass(kw_only=True)
class Shelf:
    """What cases of one verification share."""

    things: dict[str, Any] = field(default_factory=dict)
    flawed: set[str] = field(default_factory=set)
    """The names of those that are not as they have to be, which was noted when they were asked for."""

    def take(self, shared: Shared, visit: Visit[Any]) -> Any:
        """Something shared, asked for at the first time. Raises Untried where that went wrong."""
        if shared.name not in self.things:
            try:
                self.things[shared.name] = shared.fetch(visit)
            except Exception:
                self.things[shared.name] = Untried(f"{shared.name}, which it looks at, could not be had")
                raise
            finally:
                if visit.differences:
                    self.flawed.add(shared.name)
        found = self.things[shared.name]
        if isinstance(found, Untried):
            raise found
        return found


@dataclass(kw_only=True)
class Visit(Generic[C]):
    """One case at a server. Expectations that are not met become differences."""

    case: Case
    caller: C
    shelf: Shelf
    differences: list[Difference] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    def expect(
        self,
        holds: bool,
        answer: Answer,
        *,
        at: str,
        expected: object,
        got: object,
        source: str | None = None,
        evidence: Evidence = DOCUMENTED,
    ) -> bool:
        """Note a difference unless it `holds`, which is answered. `source` is that of the case by default."""
        if not holds:
            self.differences.append(
                Difference(
                    request=answer.line,
                    at=at,
                    expected=_told(expected),
                    got=_told(got),
                    source=source or self.case.source,
                    evidence=evidence,
                )
            )
        return holds

    def equal(
        self,
        answer: Answer,
        at: str,
        expected: object,
        got: object,
        *,
        source: str | None = None,
        evidence: Evidence = DOCUMENTED,
    ) -> bool:
        """Note a difference unless both are the same, in type, too."""
        same = type(expected) is type(got) and expected == got
        return self.expect(
            same, answer, at=at, expected=shown(expected), got=shown(got), source=source, evidence=evidence
        )

    def status(
        self, answer: Answer, *possible: int, source: str | None = None, evidence: Evidence = DOCUMENTED
    ) -> bool:
        """Note a difference unless the HTTP status is one of these."""
        wanted = " or ".join(map(str, possible))
        return self.expect(
            answer.status in possible,
            answer,
            at="status",
            expected=wanted,
            got=answer.status,
            source=source,
            evidence=evidence,
        )

    def header(
        self,
        answer: Answer,
        name: str,
        expected: str,
        *,
        source: str | None = None,
        evidence: Evidence = DOCUMENTED,
    ) -> bool:
        """Note a difference unless a header has this value."""
        got = answer.headers.get(name)
        return self.expect(
            got == expected,
            answer,
            at=f"header {name}",
            expected=shown(expected),
            got="absent" if got is None else shown(got),
            source=source,
            evidence=evidence,
        )

    def media_type(
        self, answer: Answer, expected: str, *, source: str | None = None, evidence: Evidence = DOCUMENTED
    ) -> bool:
        """Note a difference unless the Content-Type is this one, whatever its parameters."""
        return self.expect(
            answer.media_type == expected,
            answer,
            at="header content-type",
            expected=expected,
            got=answer.headers.get("content-type", "absent"),
            source=source,
            evidence=evidence,
        )

    def json(self, answer: Answer) -> dict[str, Any]:
        """The body, an object. Raises Ended where it is none."""
        body = answer.json
        if not isinstance(body, dict):
            begins = shown(answer.content[:80].decode(errors="replace"))
            got = f"no JSON: {begins}" if body is NO_JSON else shown(body)
            self.expect(False, answer, at="body", expected="a JSON object", got=got)
            raise Ended
        return body

    def shape(self, answer: Answer, name: str, instance: object, *, at: str = "body") -> bool:
        """Note what a schema of the provider finds in an answer, or in a part of it."""
        found = schema.validate(self.case.provider, name, instance)
        for violation in found:
            evidence, _, source = violation.source.partition(": ")
            joint = "" if not violation.path or violation.path.startswith("[") else "."
            self.differences.append(
                Difference(
                    request=answer.line,
                    at=f"{at}{joint}{violation.path}",
                    expected=f"as schemas/{self.case.provider}/{name}.json has it",
                    got=brief(f"{violation.value} {violation.constraint}"),
                    source=source or evidence,
                    evidence=Evidence(evidence),
                )
            )
        return not found

    def reads(self, quirk: str, choice: str) -> None:
        """Note which reading of the documents the server follows."""
        self.readings.append(Reading(quirk=quirk, choice=choice))

    def shared(self, shared: Shared) -> Any:
        """What several cases look at. Raises Untried where it could not be had."""
        assert shared in self.case.shares, f"{self.case.id} does not say that it shares {shared.name}"
        return self.shelf.take(shared, self)

    def end(self, answer: Answer, *, at: str, expected: object, got: object, **origin: Any) -> Ended:
        """Note a difference after which the case cannot go on; to be raised."""
        self.expect(False, answer, at=at, expected=expected, got=got, **origin)
        return Ended()


def _told(value: object) -> str:
    return brief(value) if isinstance(value, str) else shown(value)


def refusals(provider: str, behaviours: Sequence[str]) -> list[catalogue.Error]:
    """The errors of behaviours, by their ids without the provider."""
    known = catalogue.load(provider)
    found = [known[one].error for one in behaviours]
    return [error for error in found if error is not None]


def asked(
    ask: Callable[[Any], Answer], look: Callable[[Visit[Any], Answer], None]
) -> Callable[[Visit[Any]], None]:
    """A check that asks once and looks at the answer."""

    def check(visit: Visit[Any]) -> None:
        look(visit, ask(visit.caller))

    return check
