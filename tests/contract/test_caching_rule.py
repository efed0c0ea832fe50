"""Answers from the cache: who takes 304 for a failure is found, and who asks again some time is not."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import pytest
from contract_world import BOX, OTHER, PICTURE, World
from hypothesis import given
from hypothesis import strategies as st
from timelines import Line, journal

from mockserver.contract.rules import Context
from mockserver.contract.rules.caching import not_taken

LINK = '{"data": {"url": "http://mock/a.png"}}'
HIT = ["processimage.cache.hit"]


def hit(at: float, salt: int = 10_000_000, **options: Any) -> Line:
    """A call that is answered from the cache."""
    options = {"behaviours": HIT, "text": LINK, "fields": {"salt": str(salt)}, **options}
    return Line(at=at, provider="processimage", operation="access", **options)


def found(lines: Sequence[Line]) -> list[tuple[int, ...]]:
    return [one.exchanges for one in not_taken([*enumerate(journal(lines))], Context())]


@given(st.lists(st.floats(0.01, 11.0), min_size=2, max_size=6))
def test_the_very_same_request_sent_twice_more_is_found(rests: list[float]) -> None:
    assert found([hit(at) for at in accumulate([0.0, *rests])])


@given(st.lists(st.floats(0.21, 11.0), min_size=2, max_size=6))
def test_retries_after_a_rest_are_found_though_each_has_a_salt_of_its_own(rests: list[float]) -> None:
    assert found([hit(at, salt) for salt, at in enumerate(accumulate([0.0, *rests]))])


@given(st.lists(st.floats(0.01, 0.19), min_size=3, max_size=6))
def test_retries_at_once_with_salts_of_their_own_are_found_at_the_third(rests: list[float]) -> None:
    lines = [hit(at, salt) for salt, at in enumerate(accumulate([0.0, *rests]))]
    assert found(lines)
    assert found(lines[:3]) == []


@pytest.mark.parametrize(
    "between",
    [
        [Line(at=0.5, provider="processimage", operation="result", method="GET", path="/a.png")],
        [hit(0.5, asks="something else")],
    ],
)
def test_who_takes_the_result_or_wants_another_meanwhile_is_not_found(between: list[Line]) -> None:
    assert found([hit(0), *between, hit(1), *between, hit(2), *between, hit(3), *between]) == []


def test_who_asks_now_and_then_is_not_found() -> None:
    assert found([hit(minute * 60.0) for minute in range(10)]) == []


def test_who_asks_side_by_side_is_not_found() -> None:
    assert found([hit(number * 0.001, takes=0.1) for number in range(8)]) == []


def test_an_answer_that_got_lost_may_be_asked_for_again() -> None:
    assert found([hit(second, status=None) for second in range(5)]) == []


@pytest.mark.parametrize(("calls", "rules"), [(3, []), (5, ["PRO-CACHE-08"])])
def test_a_client_that_retries_what_came_from_the_cache_is_found(
    world: World, calls: int, rules: list[str]
) -> None:
    for _ in range(calls):
        world.processimage.clear(PICTURE, [BOX])
    world.processimage.clear(OTHER, [BOX])
    assert [one.rule.id for one in world.found()] == rules
