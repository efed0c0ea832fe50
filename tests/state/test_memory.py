from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mockserver.state.interface import Log
from mockserver.state.memory import MemoryState
from mockserver.state.spool import Spool

names = st.sampled_from(["a", "b"])
keys = st.sampled_from(["x", "y", "z", "w"])
limits = st.none() | st.integers(1, 3)
CAPACITY = 20
Place = tuple[str, str]


class Model(RuleBasedStateMachine):
    """A MemoryState beside plain dicts and lists that are told the same."""

    def __init__(self) -> None:
        super().__init__()
        self.state = MemoryState(Spool(CAPACITY))
        self.tables: dict[Place, dict[str, int]] = {}
        self.logs: dict[Place, list[bytes]] = {}
        self.appended: dict[Place, int] = {}
        self.blobs: dict[str, bytes] = {}

    @rule(space=names, table=names, key=keys, record=st.integers(), limit=limits)
    def write(self, space: str, table: str, key: str, record: int, limit: int | None) -> None:
        self.state.write(space, table, key, record, limit=limit)
        records = self.tables.setdefault((space, table), {})
        records[key] = record
        if limit is not None:
            self.tables[space, table] = dict(list(records.items())[-limit:])

    @rule(space=names, table=names, key=keys, step=st.integers() | st.none())
    def update(self, space: str, table: str, key: str, step: int | None) -> None:
        records = self.tables.setdefault((space, table), {})
        old = records.get(key)

        def change(record: int | None) -> tuple[int | None, int | None]:
            return None if step is None else (record or 0) + step, record

        assert self.state.update(space, table, key, change) == old
        if step is None:
            records.pop(key, None)
        else:
            records[key] = (old or 0) + step

    @rule(space=names, table=names, key=keys)
    def remove(self, space: str, table: str, key: str) -> None:
        self.state.remove(space, table, key)
        self.tables.get((space, table), {}).pop(key, None)

    @rule(
        space=names, log=names, entry=st.binary(max_size=4), most=st.integers(1, 4), size=st.integers(1, 10)
    )
    def append(self, space: str, log: str, entry: bytes, most: int, size: int) -> None:
        self.state.append(space, log, entry, max_entries=most, max_bytes=size)
        entries = [*self.logs.get((space, log), []), entry]
        while len(entries) > most or sum(map(len, entries)) > size:
            entries.pop(0)
        self.logs[space, log] = entries
        self.appended[space, log] = self.appended.get((space, log), 0) + 1

    @rule(digest=keys, size=st.integers(0, CAPACITY))
    def keep(self, digest: str, size: int) -> None:
        blob = self.blobs.setdefault(digest, (digest * size).encode())
        self.state.keep(digest, blob)
        assert self.state.blob(digest) == blob

    @rule(space=names)
    def drop(self, space: str) -> None:
        self.state.drop(space)
        for name in "ab":
            self.tables.pop((space, name), None)
            self.logs.pop((space, name), None)
            self.appended.pop((space, name), None)

    @invariant()
    def records_agree(self) -> None:
        for space, table in [(space, table) for space in "ab" for table in "ab"]:
            records = self.tables.get((space, table), {})
            assert self.state.keys(space, table) == list(records)
            for key in "xyzw":
                assert self.state.read(space, table, key) == records.get(key)

    @invariant()
    def logs_agree(self) -> None:
        for space, log in [(space, log) for space in "ab" for log in "ab"]:
            entries = self.logs.get((space, log), [])
            found = self.state.entries(space, log)
            assert list(found.entries) == entries
            assert found.dropped == self.appended.get((space, log), 0) - len(entries)

    @precondition(lambda self: self.blobs)
    @invariant()
    def no_blob_is_ever_another(self) -> None:
        for digest, blob in self.blobs.items():
            assert self.state.blob(digest) in (blob, None)
            assert self.state.kept(digest) == (self.state.blob(digest) is not None)

    def teardown(self) -> None:
        self.state.close()


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_looking_into_what_is_not_there_takes_no_memory() -> None:
    state = MemoryState()
    for number in range(100):
        space = str(number)
        state.read(space, "table", "key")
        state.keys(space, "table")
        state.remove(space, "table", "key")
        state.entries(space, "log")
    assert not state._spaces
    assert not state._logs._spaces


def test_a_state_that_kept_no_blob_has_nothing_to_give_back() -> None:
    MemoryState().close()


class TestTheBytesOfAllLogs:
    def append(self, state: MemoryState, space: str, entry: bytes) -> None:
        state.append(space, "log", entry, max_entries=100, max_bytes=100)

    def test_beyond_them_the_log_that_nobody_wrote_to_for_longest_lets_go(self) -> None:
        state = MemoryState(log_bytes=10)
        for space in ("idle", "busy", "idle", "busy"):
            self.append(state, space, b"abc" if space == "idle" else b"de")
        self.append(state, "busy", b"fg")
        assert state.entries("idle", "log") == Log(entries=(b"abc",), dropped=1)
        assert state.entries("busy", "log") == Log(entries=(b"de", b"de", b"fg"), dropped=0)

    def test_what_is_emptied_or_dropped_makes_room(self) -> None:
        state = MemoryState(log_bytes=10)
        self.append(state, "emptied", b"12345")
        self.append(state, "dropped", b"12345")
        state.empty("emptied", "log")
        state.drop("dropped")
        self.append(state, "new", b"1234567890")
        assert state.entries("new", "log").entries == (b"1234567890",)

    @given(st.lists(st.tuples(names, names, st.binary(max_size=12)), max_size=40))
    def test_they_are_never_passed_and_nothing_is_lost_uncounted(
        self, appended: list[tuple[str, str, bytes]]
    ) -> None:
        state = MemoryState(log_bytes=30)
        for space, log, entry in appended:
            state.append(space, log, entry, max_entries=5, max_bytes=20)
            logs = [state.entries(*place) for place in {(space, log) for space, log, _ in appended}]
            assert sum(len(one) for kept in logs for one in kept.entries) <= 30
        assert sum(len(kept.entries) + kept.dropped for kept in logs) == len(appended) if appended else True
