"""A case: one thing that a server is asked, and what the documents say that it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contract_tests.provider.visit import Visit

Check = Callable[["Visit[Any]"], None]


class Cost(StrEnum):
    """What a case takes."""

    NOTHING = "nothing"
    """No key is sent, or none that is right."""
    REFUSED = "refused"
    """A right key is sent, with what has to be refused; a refusal is free."""
    CHARGED = "charged"
    """Something is asked for that the account pays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """Something that several cases look at and that is asked for once, with what it takes at most.

    `fetch` gets the visit of the case that needs it first."""

    name: str
    requests: int
    charged: int
    fetch: Callable[[Visit[Any]], Any] = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One numbered case. `source` is a key of the catalogue's sources, or assumed; `behaviours` are those of
    the catalogue that it is about, without their provider. `requests` and `charged` are what it takes at most
    besides what it shares."""

    id: str
    provider: str
    title: str
    source: str
    behaviours: tuple[str, ...]
    check: Check = field(repr=False, compare=False)
    cost: Cost
    requests: int = 1
    charged: int = 0
    shares: tuple[Shared, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A case before it has a number."""

    title: str
    source: str
    behaviours: tuple[str, ...]
    check: Check
    cost: Cost = Cost.REFUSED
    requests: int = 1
    charged: int = 0
    shares: tuple[Shared, ...] = ()


def paid(
    title: str,
    behaviours: tuple[str, ...],
    check: Check,
    *,
    source: str,
    requests: int = 1,
    charged: int = 1,
    shares: tuple[Shared, ...] = (),
) -> Draft:
    """A case that may be charged."""
    return Draft(
        title=title,
        source=source,
        behaviours=behaviours,
        check=check,
        cost=Cost.CHARGED,
        requests=requests,
        charged=charged,
        shares=shares,
    )


def numbered(provider: str, prefix: str, drafts: Iterator[Draft]) -> tuple[Case, ...]:
    """Cases with ids such as AIL-REFUSAL-07, in the order of the drafts."""
    return tuple(
        Case(
            id=f"{prefix}-{number:02d}",
            provider=provider,
            title=draft.title,
            source=draft.source,
            behaviours=draft.behaviours,
            check=draft.check,
            cost=draft.cost,
            requests=draft.requests,
            charged=draft.charged,
            shares=draft.shares,
        )
        for number, draft in enumerate(drafts, 1)
    )
