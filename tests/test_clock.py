import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.clock import LAST, Clock, Due
from mockserver.state.memory import MemoryState

# Multiples of 1/64 s, so that sums are exact and a test can ask for equality.
moments = st.integers(0, 64 * 10**8).map(lambda sixtyfourths: sixtyfourths / 64)
steps = st.tuples(
    st.sampled_from(["wait", "travel", "freeze", "unfreeze", "skew"]),
    moments,
)


class World:
    """A clock on a real time that only a test moves, and what the clock should say by its definition."""

    def __init__(self) -> None:
        self.real = 1_700_000_000.0
        self.clock = Clock(MemoryState(), "one", real=lambda: self.real)
        self.expected = self.real
        self.skew = 0.0
        self.frozen = False

    def do(self, step: str, seconds: float) -> None:
        if step == "wait":
            self.real += seconds
            self.expected += 0.0 if self.frozen else seconds
        elif step == "travel":
            assert self.clock.travel(seconds) == self.expected + seconds
            self.expected += seconds
        elif step == "freeze":
            self.clock.freeze()
            self.frozen = True
        elif step == "unfreeze":
            self.clock.unfreeze()
            self.frozen = False
        else:
            self.skew = self.clock.skew = -seconds


@pytest.fixture
def world() -> World:
    return World()


def test_a_new_clock_shows_real_time(world: World) -> None:
    world.real += 5
    assert world.clock.now() == world.clock.wall() == world.real
    assert not world.clock.frozen
    assert world.clock.skew == 0.0


def test_a_clock_without_a_fake_runs_on_the_time_of_the_machine() -> None:
    clock = Clock(MemoryState(), "one")
    assert clock.now() <= clock.now()


@given(st.lists(steps, max_size=30))
def test_any_sequence_of_operations_keeps_the_definition(operations: list[tuple[str, float]]) -> None:
    world = World()
    before = world.clock.now()
    for step, seconds in operations:
        world.do(step, seconds)
        assert world.clock.now() == world.expected
        assert world.clock.now() >= before, "sandbox time never goes back"
        assert world.clock.wall() == world.real + world.skew
        assert world.clock.frozen == world.frozen
        assert world.clock.skew == world.skew
        before = world.clock.now()


@given(st.lists(st.tuples(steps.map(lambda step: step[0]), st.floats(0, 1e10)), max_size=30))
def test_rounding_never_moves_a_clock_by_a_microsecond(operations: list[tuple[str, float]]) -> None:
    world = World()
    for step, seconds in operations:
        if step != "travel":
            world.do(step, seconds)
        else:
            world.expected = world.clock.travel(seconds)
        assert math.isclose(world.clock.now(), world.expected, abs_tol=1e-4)


def test_travel_takes_every_unit_and_answers_the_new_time(world: World) -> None:
    arrived = world.clock.travel(1, minutes=2, hours=3, days=4)
    assert arrived == world.real + 1 + 2 * 60 + 3 * 3600 + 4 * 86400 == world.clock.now()


def test_travelling_leaves_the_wall_alone_so_that_honest_signatures_stay_fresh(world: World) -> None:
    world.clock.travel(days=365)
    assert world.clock.wall() == world.real


def test_a_frozen_clock_still_travels(world: World) -> None:
    world.clock.freeze()
    world.real += 100
    assert world.clock.travel(hours=1) == world.real - 100 + 3600


def test_freezing_twice_keeps_the_first_moment(world: World) -> None:
    first = world.clock.freeze()
    world.real += 100
    assert world.clock.freeze() == first


def test_an_unfrozen_clock_runs_on_from_where_it_stood(world: World) -> None:
    stood = world.clock.freeze()
    world.real += 100
    assert world.clock.unfreeze() == stood
    world.real += 7
    assert world.clock.now() == stood + 7


def test_unfreezing_a_running_clock_changes_nothing(world: World) -> None:
    assert world.clock.unfreeze() == world.real


@pytest.mark.parametrize("step", [-1.0, -1e-9, math.nan, math.inf, -math.inf])
def test_a_step_back_or_without_end_is_refused_and_changes_nothing(world: World, step: float) -> None:
    with pytest.raises(ValueError, match=r"forward only.*reset the sandbox"):
        world.clock.travel(step)
    assert world.clock.now() == world.real


@pytest.mark.parametrize(("step", "left"), [(0.0, 10.0), (4.0, 6.0), (10.0, 0.0), (20.0, 0.0)])
def test_a_running_clock_says_how_long_it_is_until_a_moment(world: World, step: float, left: float) -> None:
    moment = world.clock.now() + 10.0
    world.clock.travel(step)
    assert world.clock.until(moment) == left


def test_a_frozen_clock_never_reaches_a_moment_by_itself(world: World) -> None:
    moment = world.clock.freeze()
    assert world.clock.until(moment) == 0.0
    assert world.clock.until(moment + 1.0) is None


def test_whoever_wants_to_know_is_told_when_a_clock_was_moved() -> None:
    moved: list[tuple[str, bool]] = []
    clock = Clock(MemoryState(), "one", moved=lambda space, settle: moved.append((space, settle)))
    clock.travel(1)
    clock.freeze()
    clock.unfreeze()
    clock.skew = 5
    clock.now()
    assert moved == [("one", True), ("one", False), ("one", False)]


def test_two_views_of_one_clock_agree(world: World) -> None:
    state = MemoryState()
    one, other = (Clock(state, "same", real=lambda: world.real) for _ in range(2))
    one.travel(hours=1)
    one.skew = -30
    assert other.now() == world.real + 3600
    assert other.wall() == world.real - 30


def test_two_spaces_have_two_clocks(world: World) -> None:
    state = MemoryState()
    one, other = (Clock(state, space, real=lambda: world.real) for space in ("one", "other"))
    one.travel(hours=1)
    one.freeze()
    assert other.now() == world.real
    assert not other.frozen


@pytest.mark.parametrize("seconds", [math.inf, -math.inf, math.nan, 1e11])
def test_a_skew_without_end_is_refused(seconds: float) -> None:
    clock = Clock(MemoryState(), "space")
    with pytest.raises(ValueError, match="may be off by"):
        clock.skew = seconds


def test_a_clock_does_not_leave_the_calendar() -> None:
    clock = Clock(MemoryState(), "space")
    with pytest.raises(ValueError, match="year 9998"):
        clock.travel(1e300)


@pytest.mark.parametrize("wrong", ["x", None, [1]])
def test_what_is_no_number_moves_no_clock(wrong: Any) -> None:
    clock = Clock(MemoryState(), "one")
    with pytest.raises(TypeError, match="hours of a clock is a number, not "):
        clock.travel(hours=wrong)
    with pytest.raises(TypeError, match="skew of a clock is a number, not "):
        clock.skew = wrong
    assert clock.skew == 0.0


def test_a_clock_shows_its_time_and_how_it_was_set() -> None:
    clock = Clock(MemoryState(), "one", real=lambda: 1_700_000_000.0)
    assert repr(clock) == "<Clock: 2023-11-14T22:13:20+00:00, +0 s from real time, skew +0 s>"
    clock.travel(hours=25)
    clock.freeze()
    clock.skew = -400
    assert repr(clock) == "<Clock: 2023-11-15T23:13:20+00:00, frozen, +90000 s from real time, skew -400 s>"


def test_at_the_end_of_time_a_clock_can_be_set_still() -> None:
    real = [1_700_000_000.0]
    clock = Clock(
        MemoryState(),
        "one",
        real=lambda: real[0],
        ahead=lambda: [Due(at=LAST + 60, what="a link is gone")],
    )
    clock.travel(LAST - real[0])
    real[0] += 5
    assert clock.travel(0) == clock.travel() == clock.freeze() == clock.unfreeze() == LAST + 5
    with pytest.raises(ValueError, match="year 9998 at most"):
        clock.travel(1)
    with pytest.raises(ValueError, match=r"year 9998 at most, .*: a link is gone"):
        clock.next()
    assert clock.now() == LAST + 5


@pytest.mark.parametrize("step", [10**400, -(10**400)])
def test_a_step_that_no_float_holds_is_refused_in_few_words(step: int) -> None:
    clock = Clock(MemoryState(), "one")
    with pytest.raises(ValueError, match="travels forward only"):
        clock.travel(step)
    with pytest.raises(ValueError, match="may be off by") as refused:
        clock.skew = step
    assert len(str(refused.value)) < 200
