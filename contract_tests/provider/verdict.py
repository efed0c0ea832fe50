"""How a server did in a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from contract_tests.provider.case import Case
from contract_tests.provider.visit import Difference, Reading
from mockserver.catalogue import Evidence


class Grade(StrEnum):
    """What came of a case."""

    AGREES = "agrees"
    OPEN = "open"
    """The documents leave it open, and the server does other than the mock."""
    DIFFERS = "differs"
    """The server does other than is documented, or was observed."""
    UNTRIED = "untried"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How a server did in a case, and why; `reason` says why it could not be tried."""

    case: Case
    grade: Grade
    differences: tuple[Difference, ...] = ()
    readings: tuple[Reading, ...] = ()
    reason: str = ""
    requests: int = 0
    seconds: float = 0.0


def grade(differences: Sequence[Difference]) -> Grade:
    """The grade that differences leave."""
    if not differences:
        return Grade.AGREES
    assumed = all(one.evidence is Evidence.ASSUMED for one in differences)
    return Grade.OPEN if assumed else Grade.DIFFERS
