"""How many sandboxes live, and how long those that nobody uses."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.providers import PROVIDERS
from mockserver.registry import TOUCHES, Registry
from mockserver.sandbox import Sandbox
from mockserver.state.memory import MemoryState

IDLE = 3600.0


class Time:
    """Real time that only a test moves."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def registry(time: Time) -> Iterator[Registry]:
    state = MemoryState()
    yield Registry(state, PROVIDERS, real=time, most=3, idle=IDLE)
    state.close()


def key_of(sandbox: Sandbox) -> str:
    return sandbox.credentials("ailab")["api_key"]


def test_one_sandbox_too_many_takes_the_place_of_the_one_unused_for_longest(
    registry: Registry, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = (registry.mint() for _ in range(3))
    time.now += 2 * IDLE / TOUCHES
    assert registry.find("ailab", key_of(first)) is not None  # which is a use of it
    key = key_of(second)
    with caplog.at_level(logging.WARNING):
        fourth = registry.mint()
    assert registry.ids() == ["default", first.id, third.id, fourth.id]
    assert registry.find("ailab", key) is None
    assert f"dropped sandbox {second.id} to make room" in caplog.text
    caplog.clear()
    registry.mint()
    assert not caplog.text, "it is a warning once"


def test_a_key_of_a_sandbox_that_made_room_says_so(registry: Registry) -> None:
    key = key_of(registry.mint())
    for _ in range(3):
        registry.mint()
    assert (why := registry.departed(key)) is not None
    assert "at most 3 sandboxes live, and it was unused for longest" in why
    assert registry.departed("never-minted") is None


def test_a_sandbox_that_nobody_used_is_gone_with_all_its_keys(registry: Registry, time: Time) -> None:
    sandbox = registry.mint()
    keys = [(one.name, sandbox.credentials(one.name)[key]) for one in PROVIDERS for key in one.keys]
    time.now += IDLE + 1
    assert [registry.find(*key) for key in keys] == [None] * len(keys)
    assert registry.get(sandbox.id) is None
    assert not sandbox.alive
    assert "it was unused for more than 3600 s" in str(registry.departed(keys[0][1]))


def test_every_use_keeps_a_sandbox(registry: Registry, time: Time) -> None:
    sandbox = registry.mint()
    for _ in range(5):
        time.now += IDLE * 0.9
        assert registry.find("ailab", key_of(sandbox)) is not None


def test_sandbox_time_keeps_and_drops_nobody(registry: Registry) -> None:
    sandbox = registry.mint()
    sandbox.clock.travel(days=1000)
    assert registry.get(sandbox.id) is not None


def test_the_default_sandbox_stays_however_long_nobody_uses_it(registry: Registry, time: Time) -> None:
    time.now += 1000 * IDLE
    for _ in range(5):
        registry.mint()
    assert registry.find("ailab", key_of(registry.default)) is not None
    assert registry.last_used("default") is None


def test_a_dropped_sandbox_is_remembered_to_have_been(registry: Registry) -> None:
    sandbox = registry.mint()
    key = key_of(sandbox)
    sandbox.drop()
    assert registry.departed(key) == f"this belonged to sandbox {sandbox.id}: it was dropped"
    assert registry.departed(sandbox.id) == registry.departed(key)


@pytest.mark.parametrize(("most", "idle"), [(0, 1.0), (1, 0.0), (1, -1.0), (1, float("nan"))])
def test_bounds_that_leave_no_room_are_refused(most: int, idle: float) -> None:
    with pytest.raises(ValueError, match="at least 1 sandbox lives, for more than 0 s"):
        Registry(MemoryState(), PROVIDERS, most=most, idle=idle)


class Machine(RuleBasedStateMachine):
    """Sandboxes come, are used, and go; who lives is computed by hand beside."""

    def __init__(self) -> None:
        super().__init__()
        self.time = Time()
        self.state = MemoryState()
        self.registry = Registry(self.state, PROVIDERS, real=self.time, most=3, idle=IDLE)
        self.used: dict[str, float] = {}  # in the order of use
        self.keys: dict[str, str] = {}

    def expire(self) -> None:
        self.used = {one: at for one, at in self.used.items() if self.time.now - at <= IDLE}

    @rule()
    def mint(self) -> None:
        self.expire()
        sandbox = self.registry.mint()
        while len(self.used) >= 3:
            del self.used[next(iter(self.used))]
        self.used[sandbox.id] = self.time.now
        self.keys[sandbox.id] = key_of(sandbox)

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        sandbox_id = data.draw(st.sampled_from(sorted(self.keys)))
        self.expire()
        found = self.registry.find("ailab", self.keys[sandbox_id])
        assert (found is not None) == (sandbox_id in self.used)
        if found is not None and self.time.now - self.used[sandbox_id] > IDLE / TOUCHES:
            del self.used[sandbox_id]
            self.used[sandbox_id] = self.time.now

    @precondition(lambda self: self.used)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        sandbox_id = data.draw(st.sampled_from(sorted(self.used)))
        self.registry.drop(sandbox_id)
        del self.used[sandbox_id]

    @rule(seconds=st.sampled_from([1.0, IDLE / 50, IDLE / 2, IDLE + 1]))
    def wait(self, seconds: float) -> None:
        self.time.now += seconds

    @invariant()
    def who_lives_is_who_was_used(self) -> None:
        self.expire()
        assert set(self.registry.ids()) == {"default", *self.used}

    def teardown(self) -> None:
        self.state.close()


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
