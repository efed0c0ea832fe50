"""A test while it is run: on which terms, and what was judged."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from mockserver.pytest_plugin.run import RUN
from mockserver.pytest_plugin.terms import Terms

if TYPE_CHECKING:
    from mockserver.contract.report import Subject


@dataclass(kw_only=True, slots=True)
class Trial:
    """`since` when it is run, unix seconds; `over` whether its function has ended, for which reports on
    subtests do not wait; `subjects` what was judged; `failed` the exception by which its client failed it."""

    since: float = field(default_factory=time.time)
    terms: Terms | None = None
    over: bool = False
    subjects: tuple[Subject, ...] = ()
    failed: BaseException | None = None


TRIAL = pytest.StashKey[Trial]()


def begin(item: pytest.Item) -> Trial:
    """A test is run, perhaps once more."""
    item.stash[TRIAL] = Trial()
    return item.stash[TRIAL]


def end(item: pytest.Item) -> None:
    """Its function has ended; what was judged before, for a subtest, counts no more."""
    trial = of(item)
    trial.over, trial.subjects = True, ()


def of(item: pytest.Item) -> Trial:
    """The one that goes on."""
    return item.stash.get(TRIAL, None) or begin(item)


def terms(item: pytest.Item) -> Terms:
    """On which terms a test is run. Raises TermsError."""
    trial = of(item)
    if trial.terms is None:
        trial.terms = Terms.of(item, item.config.stash[RUN].options)
    return trial.terms
