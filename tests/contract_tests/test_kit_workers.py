"""Work on many things at the same time: all is done, once, and nobody waits who does not want to."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.client.workers import unordered


@settings(max_examples=25)
@given(st.lists(st.integers(), max_size=30), st.integers(1, 8))
def test_each_item_is_done_once(items: list[int], jobs: int) -> None:
    assert sorted(unordered(lambda item: item * 2, items, jobs=jobs)) == sorted(item * 2 for item in items)


def test_so_many_are_done_at_the_same_time() -> None:
    together = threading.Barrier(4)
    assert len(list(unordered(lambda item: together.wait(timeout=20), range(8), jobs=4))) == 8


def test_what_goes_wrong_is_raised_when_nothing_is_under_way_any_more() -> None:
    began, ended = threading.Event(), threading.Event()

    def act(item: int) -> None:
        if item == 0:
            began.wait(timeout=20)
            raise KeyError(item)
        if item == 1:
            began.set()
            ended.set()

    with pytest.raises(KeyError):
        list(unordered(act, range(100), jobs=2))
    assert ended.is_set()
    assert not [one for one in threading.enumerate() if one.name.startswith("case ")]


def test_who_stops_listening_does_not_wait() -> None:
    never, done = threading.Event(), []

    def act(item: int) -> int:
        if item:
            never.wait(timeout=20)
            done.append(item)
        return item

    results = unordered(act, range(10), jobs=2)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert done == []
    never.set()
