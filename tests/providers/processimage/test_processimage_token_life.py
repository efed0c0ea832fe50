"""The life of tokens without HTTP: when one ends, what replaces it, how many there are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.providers.processimage.tokens import (
    GETS_A_DAY,
    REMEMBERED,
    Ledger,
    Life,
    Standing,
    TooManyGets,
)

EDGES = [
    (0, Standing.VALID),
    (1799, Standing.VALID),
    (1800, Standing.GRACE),
    (2099, Standing.GRACE),
    (2100, Standing.EXPIRED),
    (10**9, Standing.EXPIRED),
]


@given(st.integers(0, 10**9), st.sampled_from(EDGES))
def test_a_token_is_valid_for_30_minutes_and_graced_for_five_more(
    issued_at: int, edge: tuple[int, Standing]
) -> None:
    age, standing = edge
    assert Life(issued_at=issued_at).standing(issued_at + age) is standing


@given(st.floats(0, 5000), st.floats(0, 5000))
def test_a_replaced_token_never_lives_longer_than_one_that_was_not(replaced: float, now: float) -> None:
    order = list(Standing)
    kept, gone = Life(issued_at=0.0), Life(issued_at=0.0, replaced_at=replaced)
    assert order.index(gone.standing(now)) >= order.index(kept.standing(now))
    assert gone.standing(replaced + 300) is Standing.EXPIRED


class Days(RuleBasedStateMachine):
    """Any order of gets, refreshes and waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger, self.now, self.number = Ledger(), 1_700_000_000.0, 0
        self.gets: dict[int, int] = {}

    @property
    def day(self) -> int:
        return int(self.now + 8 * 3600) // 86400

    def fresh(self) -> str:
        self.number += 1
        return f"token{self.number}"

    @rule(times=st.integers(1, 60))
    def get(self, times: int) -> None:
        for _ in range(times):
            made = self.gets.get(self.day, 0)
            if made >= GETS_A_DAY:
                with pytest.raises(TooManyGets):
                    self.ledger.got(self.fresh(), self.now)
                return
            self.ledger = self.ledger.got(self.fresh(), self.now)
            self.gets[self.day] = made + 1

    @precondition(lambda self: self.ledger.lives)
    @rule(data=st.data())
    def refresh(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(sorted(self.ledger.lives)))
        standing = self.ledger.standing(old, self.now)
        ledger = self.ledger.refreshed(old, self.fresh(), self.now)
        assert (ledger is None) == (standing is Standing.EXPIRED)
        self.ledger = ledger or self.ledger

    @rule(seconds=st.sampled_from([1, 299, 301, 1800, 40_000, 90_000]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @invariant()
    def one_token_is_valid_at_most_and_no_more_are_remembered_than_may_be(self) -> None:
        standings = [life.standing(self.now) for life in self.ledger.lives.values()]
        assert standings.count(Standing.VALID) <= 1
        assert len(standings) <= REMEMBERED
        assert self.ledger.gets <= GETS_A_DAY


TestDays = Days.TestCase
TestDays.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
