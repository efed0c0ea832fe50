"""The account of two terms: its counters add up after any sequence, and never fall below zero."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from watermark_caller import PLAIN, RECTANGLE, TEXT, Caller, backdrop, encoded

from mockserver import RunningSandbox
from mockserver.providers import processimage
from mockserver.providers.processimage import quota
from mockserver.providers.processimage.quota import BOUNDLESS, Balance, Terms, Used
from mockserver.registry import Registry
from mockserver.state.memory import MemoryState

COUNTS = st.integers(0, 20)
TERMS = st.builds(Terms, long_term=COUNTS, limited_term=COUNTS, expires_at=st.none() | st.floats(0, 100))
USED = st.builds(Used, long_term=COUNTS, limited_term=COUNTS)
MOMENTS = st.floats(0, 200)


@given(TERMS, USED, MOMENTS)
def test_no_counter_is_below_zero_and_the_sum_is_the_sum(terms: Terms, used: Used, now: float) -> None:
    left = quota.balance(terms, used, now)
    assert left.remaining == left.long_term + left.limited_term
    assert min(left.long_term, left.limited_term, left.used) >= 0


@given(TERMS, USED, MOMENTS)
def test_a_charge_takes_exactly_one_use_of_the_limited_term_first(
    terms: Terms, used: Used, now: float
) -> None:
    before, after = quota.balance(terms, used, now), quota.charged(terms, used, now)
    if not before.remaining:
        assert after is None
        return
    assert after is not None
    left = quota.balance(terms, after, now)
    assert left.remaining == before.remaining - 1
    assert left.used == before.used + 1
    assert left.limited_term == max(0, before.limited_term - 1)


@given(TERMS, USED, MOMENTS, MOMENTS)
def test_waiting_never_brings_a_use_back(terms: Terms, used: Used, now: float, later: float) -> None:
    first, second = sorted((now, later))
    assert quota.balance(terms, used, second).remaining <= quota.balance(terms, used, first).remaining


@given(st.integers(0) | st.none(), st.integers(0) | st.none(), st.integers(0) | st.none())
def test_any_settings_make_terms_that_can_be_told(
    long_term: int | None, limited_term: int | None, hours: int | None
) -> None:
    values = {"long_term": long_term, "limited_term": limited_term, "limited_term_hours": hours}
    terms = quota.terms_of(values, born=1.7e9)
    assert max(terms.long_term, terms.limited_term) <= BOUNDLESS
    assert (terms.expires_at is None) == (hours is None or limited_term == 0)


class Accounts(RuleBasedStateMachine):
    """Any order of charges, waiting and changed settings, in a sandbox of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.state = MemoryState()
        self.sandbox = Registry(self.state, [processimage.PROVIDER]).mint(
            processimage={"long_term": 3, "limited_term": 4, "limited_term_hours": 10}
        )
        self.sandbox.clock.freeze()
        self.charges = 0

    def teardown(self) -> None:
        self.state.close()

    @rule(times=st.integers(1, 4))
    def charge(self, times: int) -> None:
        for _ in range(times):
            before = quota.look(self.sandbox)
            after = quota.charge(self.sandbox)
            assert (after is None) == (before.remaining == 0)
            self.charges += after is not None

    @rule(hours=st.sampled_from([1, 4, 9]))
    def wait(self, hours: int) -> None:
        self.sandbox.clock.travel(hours=hours)

    @rule(name=st.sampled_from(["long_term", "limited_term"]), count=st.integers(0, 9))
    def change(self, name: str, count: int) -> None:
        self.sandbox.set("processimage", **{name: count})

    @rule()
    def reset(self) -> None:
        self.sandbox.reset()
        self.sandbox.clock.freeze()
        self.sandbox.set("processimage", long_term=3, limited_term=4, limited_term_hours=10)
        self.charges = 0

    @invariant()
    def the_counters_add_up(self) -> None:
        left = quota.look(self.sandbox)
        assert left.used == self.charges == self.sandbox.account("processimage").used
        assert left.remaining == left.long_term + left.limited_term
        assert min(left.long_term, left.limited_term) >= 0


TestAccounts = Accounts.TestCase
TestAccounts.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def counters(answer: Any) -> tuple[int, int, int, int]:
    names = ("remainingUsage", "longTermUsageCount", "limitedTermUsageCount", "allUsedCount")
    remaining, long_term, limited_term, used = (answer[name] for name in names)
    return remaining, long_term, limited_term, used


def pictures(count: int) -> list[bytes]:
    """Different pictures, so that nothing comes from the cache."""
    return [encoded(backdrop(shade=shade)) for shade in range(count)]


def test_each_success_takes_one_use_of_the_limited_term_first(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    sandbox.set("processimage", long_term=2, limited_term=1)
    answers = [caller.body(picture, rectangles=RECTANGLE) for picture in pictures(4)]
    assert [counters(answer) for answer in answers[:3]] == [(2, 2, 0, 1), (1, 1, 0, 2), (0, 0, 0, 3)]
    assert (answers[3]["httpCode"], answers[3]["httpMsg"]) == (403, "FAILED::账户可用次数不足")
    assert sandbox.account("processimage").used == 3


def test_the_limited_term_expires(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.clock.freeze()
    sandbox.set("processimage", long_term=5, limited_term=5, limited_term_hours=1)
    first, second, third, fourth = pictures(4)
    assert counters(caller.body(first, rectangles=RECTANGLE)) == (9, 5, 4, 1)
    sandbox.clock.travel(minutes=59, seconds=59)
    assert counters(caller.body(second, rectangles=RECTANGLE)) == (8, 5, 3, 2)
    sandbox.clock.travel(1)
    assert counters(caller.body(third, rectangles=RECTANGLE)) == (4, 4, 0, 3)
    assert counters(caller.body(fourth, rectangles=RECTANGLE)) == (3, 3, 0, 4)


def test_when_the_limited_term_expires_is_told_in_the_time_of_china(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    told = caller.body(rectangles=RECTANGLE)["limitedTermExpireTimes"]
    expected = datetime.fromtimestamp(int(sandbox.born), UTC) + timedelta(hours=720 + 8)
    assert told == expected.strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize("changes", [{"limited_term_hours": None}, {"limited_term": 0}])
def test_a_term_that_does_not_end_has_no_end_in_the_answer(
    caller: Caller, sandbox: RunningSandbox, changes: Any
) -> None:
    sandbox.set("processimage", **changes)
    assert "limitedTermExpireTimes" not in caller.body(rectangles=RECTANGLE)


def test_no_limit_is_a_large_number(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.set("processimage", long_term=None, limited_term=10**12, limited_term_hours=10**12)
    answer = caller.body(rectangles=RECTANGLE)
    assert counters(answer) == (2 * BOUNDLESS - 1, BOUNDLESS, BOUNDLESS - 1, 1)
    assert answer["limitedTermExpireTimes"].startswith("9999-")


@pytest.mark.parametrize(
    ("parameters", "status", "documented", "observed"),
    [
        ({"rectangles": RECTANGLE}, 0, 1, 1),
        ({"offset": '{"-x":4000}'}, 52005, 1, 0),
        ({"ocrOnly": "true"}, 52006, 1, 0),
        ({"watermarkNames": '{"items":[{"value":"nowhere"}]}'}, 52002, 0, 0),
    ],
)
@pytest.mark.parametrize("reading", ["documented", "observed"])
def test_what_is_charged_depends_on_the_reading(
    caller: Caller,
    sandbox: RunningSandbox,
    parameters: dict[str, str],
    status: int,
    documented: int,
    observed: int,
    reading: str,
) -> None:
    sandbox.set("processimage", charged=reading)
    answer = caller.body(TEXT, **parameters)
    assert answer["data"]["processStatus"] == status
    assert answer["allUsedCount"] == {"documented": documented, "observed": observed}[reading]


@pytest.mark.parametrize("image", [PLAIN[:100], b"no image", b""])
def test_a_failure_takes_no_use(caller: Caller, sandbox: RunningSandbox, image: bytes) -> None:
    caller.send(image, rectangles=RECTANGLE)
    assert quota.look(sandbox).used == 0


def test_without_uses_even_a_cached_answer_is_refused(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.set("processimage", long_term=1, limited_term=0)
    assert caller.body(rectangles=RECTANGLE)["httpCode"] == 200
    assert caller.body(rectangles=RECTANGLE)["httpCode"] == 403
    sandbox.set("processimage", long_term=2)
    assert caller.body(rectangles=RECTANGLE)["httpCode"] == 304


def test_twenty_threads_share_ten_uses_exactly(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.set("processimage", long_term=4, limited_term=6)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda image: caller.body(image, rectangles=RECTANGLE), pictures(30)))
    codes = [answer["httpCode"] for answer in answers]
    assert (codes.count(200), codes.count(403)) == (10, 20)
    left = quota.look(sandbox)
    assert left == Balance(long_term=0, limited_term=0, expires_at=left.expires_at, used=10)


def test_two_calls_a_second_are_allowed_by_default(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.set("processimage", qps=2)
    sandbox.clock.freeze()
    answers = [caller.body(rectangles=RECTANGLE) for _ in range(4)]
    assert [answer["httpCode"] for answer in answers] == [200, 304, 429, 429]
    assert answers[-1]["httpMsg"] == "FAILED::请求频率超出 QPS 限制"
    assert sandbox.journal.last.notes == ["request 4 in a second, qps is 2"]
    sandbox.clock.travel(1)
    assert caller.body(rectangles=RECTANGLE)["httpCode"] == 304


def test_the_default_pace_is_two() -> None:
    [pace] = [setting for setting in processimage.SETTINGS if setting.name == "qps"]
    assert pace.default == 2
