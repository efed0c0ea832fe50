"""A case: one thing that a client is tried with, and how it is graded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contract_tests.client.world import World


class Level(StrEnum):
    """What a case asks for: what the documents demand, what they advise, or what a client makes of something
    that they leave open."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    OPEN = "OPEN"


class Grade(StrEnum):
    """How a client did in a case, the best first."""

    PASS = "PASS"
    INFORMATIONAL = "INFORMATIONAL"
    """It did something that the documents leave open; the remarks say what."""
    NON_STRICT = "NON-STRICT"
    """It works, but not as it should."""
    UNIMPLEMENTED = "UNIMPLEMENTED"
    """It cannot do what the case is about, or cannot say what the case asks."""
    FAIL = "FAIL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One numbered case. `about` says what happens and what a client has to do; `source` is a key of the
    catalogue's sources, or HTTP, or assumed. `check` plays it in a world."""

    id: str
    level: Level
    provider: str
    title: str
    about: str
    source: str
    check: Callable[[World], None] = field(repr=False, compare=False)
    settings: Mapping[str, object] = field(default_factory=dict, compare=False)
    """What the provider is set to in the sandbox of the case."""
    timeout: float = 20.0
    """Seconds that the client is told to wait for an answer."""
    judged: bool = True
    """Whether the rules are asked what they think of the client meanwhile; not where answers were made up."""
