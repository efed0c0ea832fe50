from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.account import Account, Pace
from mockserver.clock import Clock
from mockserver.state.memory import MemoryState


class World:
    def __init__(self) -> None:
        self.state = MemoryState()
        self.real = 1_700_000_000.0
        self.clock = Clock(self.state, "one", real=lambda: self.real)

    def account(self, provider: str = "ailab") -> Account:
        return Account(self.state, "one", provider, self.clock)


@pytest.fixture
def world() -> World:
    return World()


class TestBalance:
    def test_a_new_account_has_all_of_its_balance(self, world: World) -> None:
        assert world.account().uses_left(3) == 3
        assert world.account().used == 0

    def test_each_charge_takes_one_until_none_is_left(self, world: World) -> None:
        account = world.account()
        assert [account.charge(2) for _ in range(4)] == [True, True, False, False]
        assert account.uses_left(2) == 0
        assert account.used == 2

    def test_an_unlimited_account_is_charged_without_end_and_still_counts(self, world: World) -> None:
        account = world.account()
        assert all(account.charge(None) for _ in range(5))
        assert account.uses_left(None) is None
        assert account.used == 5

    def test_a_balance_set_below_what_was_used_leaves_nothing_and_not_less(self, world: World) -> None:
        account = world.account()
        for _ in range(3):
            account.charge(None)
        assert account.uses_left(2) == 0
        assert not account.charge(2)

    def test_a_balance_raised_later_can_be_used(self, world: World) -> None:
        account = world.account()
        assert [account.charge(1), account.charge(1), account.charge(2)] == [True, False, True]

    def test_a_balance_of_zero_charges_nothing(self, world: World) -> None:
        assert not world.account().charge(0)

    def test_two_providers_are_charged_apart(self, world: World) -> None:
        world.account("ailab").charge(1)
        assert world.account("tencent_bda").uses_left(1) == 1

    def test_concurrent_charges_never_take_more_than_the_balance(self, world: World) -> None:
        account = world.account()
        with ThreadPoolExecutor(16) as pool:
            taken = Counter(pool.map(lambda _: account.charge(100), range(400)))
        assert taken == {True: 100, False: 300}
        assert account.used == 100


class TestPace:
    def test_without_a_limit_nothing_is_too_fast(self, world: World) -> None:
        assert not any(world.account().pace(None).too_fast for _ in range(100))

    def test_the_limit_itself_is_allowed_and_one_more_is_not(self, world: World) -> None:
        account = world.account()
        assert [account.pace(2).too_fast for _ in range(4)] == [False, False, True, True]

    def test_a_limit_of_zero_refuses_everything(self, world: World) -> None:
        assert world.account().pace(0).too_fast

    def test_a_pace_says_how_many_came(self, world: World) -> None:
        account = world.account()
        account.pace(1)
        assert account.pace(1) == Pace(count=2, limit=1)

    @pytest.mark.parametrize(("later", "expected"), [(0.999, 2), (1.0, 1), (3600.0, 1)])
    def test_the_window_is_the_second_of_sandbox_time(
        self, world: World, later: float, expected: int
    ) -> None:
        account = world.account()
        account.pace(5)
        world.real += later
        assert account.pace(5).count == expected

    def test_travelling_opens_a_new_window(self, world: World) -> None:
        account = world.account()
        account.pace(1)
        world.clock.travel(1)
        assert not account.pace(1).too_fast

    def test_a_frozen_clock_keeps_the_window_open(self, world: World) -> None:
        account = world.account()
        world.clock.freeze()
        account.pace(1)
        world.real += 60
        assert account.pace(1).too_fast

    def test_two_providers_have_a_window_each(self, world: World) -> None:
        world.account("ailab").pace(1)
        assert not world.account("tencent_bda").pace(1).too_fast

    def test_concurrent_requests_are_all_counted(self, world: World) -> None:
        account = world.account()
        with ThreadPoolExecutor(16) as pool:
            counts = sorted(pool.map(lambda _: account.pace(10).count, range(200)))
        assert counts == list(range(1, 201))

    @given(st.lists(st.integers(0, 256).map(lambda quarters: quarters / 4), max_size=40), st.integers(0, 4))
    def test_any_arrivals_are_refused_beyond_the_limit_of_their_second(
        self, gaps: list[float], limit: int
    ) -> None:
        world = World()
        account = world.account()
        arrivals: Counter[int] = Counter()
        for gap in gaps:
            world.real += gap
            arrivals[int(world.real)] += 1
            assert account.pace(limit).too_fast == (arrivals[int(world.real)] > limit)
