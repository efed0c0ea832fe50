"""What holds for every store: add its factory to STORES, and it is tested by all of this."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mockserver.state.interface import State
from mockserver.state.memory import MemoryState

STORES: dict[str, Callable[[], State]] = {"memory": MemoryState}


@pytest.fixture(params=STORES.values(), ids=list(STORES))
def state(request: pytest.FixtureRequest) -> Iterator[State]:
    make: Callable[[], State] = request.param
    state = make()
    yield state
    state.close()


def append(state: State, entry: bytes, *, max_entries: int = 100, max_bytes: int = 10_000) -> None:
    state.append("space", "log", entry, max_entries=max_entries, max_bytes=max_bytes)


class TestRecords:
    @pytest.mark.parametrize(
        "record", [0, False, "", b"\x00\xff", 1.5, "é\n", [], {}, {"a": [1, {"b": None}], "c": 2.5}]
    )
    def test_plain_data_comes_back_as_it_was(self, state: State, record: Any) -> None:
        state.write("space", "table", "key", record)
        assert state.read("space", "table", "key") == record
        assert type(state.read("space", "table", "key")) is type(record)

    def test_what_was_never_written_is_none(self, state: State) -> None:
        assert state.read("space", "table", "key") is None

    def test_a_second_write_replaces_the_first(self, state: State) -> None:
        state.write("space", "table", "key", 1)
        state.write("space", "table", "key", 2)
        assert state.read("space", "table", "key") == 2

    def test_a_removed_record_is_gone_and_removing_it_again_is_nothing(self, state: State) -> None:
        state.write("space", "table", "key", 1)
        state.remove("space", "table", "key")
        state.remove("space", "table", "key")
        state.remove("nowhere", "table", "key")
        assert state.read("space", "table", "key") is None

    def test_spaces_tables_and_keys_are_apart(self, state: State) -> None:
        places = [(space, table, key) for space in "ab" for table in "ab" for key in ("a", "b", "a.b", "a:b")]
        for number, place in enumerate(places):
            state.write(*place, number)
        assert [state.read(*place) for place in places] == list(range(len(places)))

    def test_keys_come_in_the_order_of_their_first_writing(self, state: State) -> None:
        for key in ("c", "a", "b", "a"):
            state.write("space", "table", key, key)
        assert state.keys("space", "table") == ["c", "a", "b"]
        assert state.keys("space", "other") == state.keys("nowhere", "table") == []

    def test_a_limited_table_lets_its_oldest_go(self, state: State) -> None:
        for number in range(5):
            state.write("space", "table", str(number), number, limit=3)
        assert state.keys("space", "table") == ["2", "3", "4"]

    def test_replacing_in_a_full_table_lets_nothing_go(self, state: State) -> None:
        for key in ("a", "b", "a", "a"):
            state.write("space", "table", key, key, limit=2)
        assert state.keys("space", "table") == ["a", "b"]


class TestUpdate:
    def test_it_replaces_the_record_and_answers_the_second_value(self, state: State) -> None:
        state.write("space", "table", "key", 1)
        assert state.update("space", "table", "key", lambda record: (3, ["answer", record])) == ["answer", 1]
        assert state.read("space", "table", "key") == 3

    def test_it_makes_a_record_that_was_not_there(self, state: State) -> None:
        assert state.update("space", "table", "key", lambda record: ([record], record)) is None
        assert state.read("space", "table", "key") == [None]

    def test_none_removes_the_record(self, state: State) -> None:
        state.write("space", "table", "key", 1)
        state.update("space", "table", "key", lambda _: (None, None))
        assert state.keys("space", "table") == []

    def test_a_change_that_raises_changes_nothing_and_blocks_nobody(self, state: State) -> None:
        state.write("space", "table", "key", 1)

        def broken(record: Any) -> tuple[Any, None]:
            raise KeyError("no")

        with pytest.raises(KeyError):
            state.update("space", "table", "key", broken)
        assert state.read("space", "table", "key") == 1
        state.write("space", "table", "key", 2)

    def test_concurrent_updates_are_all_counted(self, state: State) -> None:
        def count(_: int) -> int:
            return state.update("space", "table", "key", one_more)

        def one_more(old: int | None) -> tuple[int, int]:
            return (old or 0) + 1, (old or 0) + 1

        with ThreadPoolExecutor(16) as pool:
            answers = sorted(pool.map(count, range(500)))
        assert answers == list(range(1, 501))


class TestLogs:
    def test_entries_come_oldest_first(self, state: State) -> None:
        for entry in (b"a", b"b", b"c"):
            append(state, entry)
        log = state.entries("space", "log")
        assert (list(log.entries), log.dropped) == ([b"a", b"b", b"c"], 0)

    def test_a_log_that_never_was_is_empty(self, state: State) -> None:
        log = state.entries("nowhere", "log")
        assert (list(log.entries), log.dropped) == ([], 0)

    def test_the_bounds_are_reached_and_not_passed(self, state: State) -> None:
        for number in range(6):
            append(state, b"%d" % number, max_entries=4, max_bytes=3)
        log = state.entries("space", "log")
        assert (list(log.entries), log.dropped) == ([b"3", b"4", b"5"], 3)

    def test_an_entry_larger_than_the_log_leaves_it_empty(self, state: State) -> None:
        append(state, b"a", max_bytes=3)
        append(state, b"long", max_bytes=3)
        log = state.entries("space", "log")
        assert (list(log.entries), log.dropped) == ([], 2)

    def test_an_emptied_log_begins_anew(self, state: State) -> None:
        for number in range(6):
            append(state, b"%d" % number, max_entries=4)
        state.empty("space", "log")
        state.empty("nowhere", "log")
        assert (list(state.entries("space", "log").entries), state.entries("space", "log").dropped) == ([], 0)
        append(state, b"new")
        assert list(state.entries("space", "log").entries) == [b"new"]

    def test_what_was_read_does_not_change_afterwards(self, state: State) -> None:
        append(state, b"a")
        before = state.entries("space", "log")
        append(state, b"b")
        assert list(before.entries) == [b"a"]

    def test_concurrent_entries_all_arrive(self, state: State) -> None:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda number: append(state, b"%d" % number, max_entries=300), range(500)))
        log = state.entries("space", "log")
        assert (len(log.entries), log.dropped) == (300, 200)


class TestBlobs:
    def test_bytes_come_back_by_their_digest(self, state: State) -> None:
        state.keep("one", b"\x00\x01")
        state.keep("two", memoryview(b"\x02"))
        assert [state.blob("one"), state.blob("two")] == [b"\x00\x01", b"\x02"]
        assert state.kept("one")

    def test_unknown_bytes_are_none(self, state: State) -> None:
        assert state.blob("one") is None
        assert not state.kept("one")

    def test_keeping_the_same_twice_is_keeping_it_once(self, state: State) -> None:
        state.keep("one", b"a")
        state.keep("one", b"a")
        assert state.blob("one") == b"a"


class TestDrop:
    def test_a_space_that_is_dropped_forever_does_not_come_back(self, state: State) -> None:
        state.write("space", "table", "key", 1)
        state.append("space", "log", b"entry", max_entries=1, max_bytes=100)
        state.drop("space", forever=True)
        state.write("space", "table", "key", 2)
        assert state.update("space", "table", "key", lambda record: (3, record)) is None
        state.append("space", "log", b"entry", max_entries=1, max_bytes=100)
        assert state.read("space", "table", "key") is None
        assert state.keys("space", "table") == []
        assert list(state.entries("space", "log").entries) == []

    def test_a_dropped_space_is_empty_and_can_be_used_again(self, state: State) -> None:
        state.write("space", "table", "key", 1)
        append(state, b"a")
        state.drop("space")
        assert state.read("space", "table", "key") is None
        assert state.keys("space", "table") == []
        assert list(state.entries("space", "log").entries) == []
        append(state, b"b")
        state.write("space", "table", "key", 2)
        assert state.read("space", "table", "key") == 2
        assert state.entries("space", "log").dropped == 0

    def test_the_other_spaces_and_all_blobs_stay(self, state: State) -> None:
        state.write("other", "table", "key", 1)
        state.keep("digest", b"blob")
        state.drop("space")
        assert state.read("other", "table", "key") == 1
        assert state.blob("digest") == b"blob"


def test_closing_twice_is_closing_once(state: State) -> None:
    state.keep("digest", b"blob")
    state.close()
    state.close()
    assert state.blob("digest") is None
