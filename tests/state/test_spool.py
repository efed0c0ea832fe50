import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.state.spool import Spool


def blob_of(number: int, size: int) -> bytes:
    return bytes((number * 7 + at) % 251 for at in range(size))


@pytest.fixture
def spool() -> Iterator[Spool]:
    spool = Spool(10)
    yield spool
    spool.close()


def kept(spool: Spool, digests: str) -> str:
    """Those of the digests, each a letter, that the spool still has."""
    return "".join(digest for digest in digests if digest in spool)


def test_a_full_spool_overwrites_the_oldest_first(spool: Spool) -> None:
    for digest in "abcd":
        spool.keep(digest, digest.encode() * 3)
    assert kept(spool, "abcd") == "bcd"
    spool.keep("e", b"e")
    assert kept(spool, "abcde") == "cde"
    assert [spool.read(digest) for digest in "abcde"] == [None, None, b"ccc", b"ddd", b"e"]


def test_a_blob_is_never_split_over_the_end(spool: Spool) -> None:
    spool.keep("a", b"a" * 6)
    spool.keep("b", b"b" * 6)
    assert kept(spool, "ab") == "b"
    assert spool.read("b") == b"b" * 6


def test_a_blob_may_fill_the_whole_spool_and_not_more(spool: Spool) -> None:
    spool.keep("a", b"a" * 10)
    assert spool.read("a") == b"a" * 10
    with pytest.raises(ValueError, match="11 bytes does not fit a spool of 10"):
        spool.keep("b", b"b" * 11)
    assert spool.read("a") == b"a" * 10


def test_a_digest_that_is_here_is_not_written_again(spool: Spool) -> None:
    spool.keep("a", b"aaaa")
    for _ in range(10):
        spool.keep("a", b"aaaa")
    spool.keep("b", b"bbbbbb")
    assert kept(spool, "ab") == "ab"


def test_an_empty_blob_is_kept_and_lets_go_of_like_any_other(spool: Spool) -> None:
    spool.keep("a", b"a" * 9)
    spool.keep("b", b"")
    assert spool.read("b") == b""
    for digest in "cdef":
        spool.keep(digest, digest.encode() * 5)
        assert spool.read(digest) == digest.encode() * 5
    assert kept(spool, "abcdef") == "ef"


@given(
    st.integers(1, 40).flatmap(
        lambda capacity: st.tuples(
            st.just(capacity), st.lists(st.tuples(st.integers(0, 12), st.integers(0, capacity)), max_size=60)
        )
    )
)
def test_any_sequence_keeps_the_newest_and_never_gives_wrong_bytes(
    world: tuple[int, list[tuple[int, int]]],
) -> None:
    capacity, blobs = world
    spool = Spool(capacity)
    age: list[str] = []
    content: dict[str, bytes] = {}
    try:
        for number, size in blobs:
            digest = f"{number}/{size}"
            if digest not in spool:
                age = [*(known for known in age if known != digest), digest]
            content[digest] = blob_of(number, size)
            spool.keep(digest, content[digest])
            here = [known for known in age if known in spool]
            assert here == age[len(age) - len(here) :], "the oldest go first"
            assert here[-1] == age[-1], "the newest is here"
            assert sum(len(content[known]) for known in here) <= capacity
            for known in age:
                assert spool.read(known) == (content[known] if known in here else None)
    finally:
        spool.close()


@given(st.integers(1, 30), st.lists(st.integers(1, 10), min_size=1, max_size=40))
def test_at_least_half_of_the_spool_is_in_use_when_blobs_are_small(capacity: int, sizes: list[int]) -> None:
    spool = Spool(capacity * 20)
    written = [(str(number), blob_of(number, size)) for number, size in enumerate(sizes * 20)]
    try:
        for digest, blob in written:
            spool.keep(digest, blob)
        here = sum(len(blob) for digest, blob in written if digest in spool)
        assert here >= min(sum(len(blob) for _, blob in written), capacity * 10 - 10)
    finally:
        spool.close()


def test_concurrent_readers_and_writers_never_see_wrong_bytes() -> None:
    spool = Spool(5_000)

    def work(number: int) -> bool:
        digest, blob = str(number % 40), blob_of(number % 40, 500)
        spool.keep(digest, blob)
        return spool.read(digest) in (blob, None)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(work, range(2_000)))
    spool.close()


def test_a_full_disk_is_said_and_keeps_nothing_wrong(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    open_file: Callable[..., IO[bytes]] = tempfile.TemporaryFile

    class FullDisk:
        """A file that takes two bytes of whatever is written."""

        def __init__(self, **how: Any) -> None:
            self.file = open_file(**how)

        def write(self, content: bytes) -> int:
            return self.file.write(content[:2])

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

    monkeypatch.setattr(tempfile, "TemporaryFile", FullDisk)
    spool.keep("a", b"aa")
    with pytest.raises(OSError, match="no space left"):
        spool.keep("b", b"bbb")
    spool.keep("c", b"c")
    assert [spool.read(digest) for digest in "abc"] == [b"aa", None, b"c"]


def test_a_spool_opens_no_file_before_its_first_blob(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    assert spool.read("a") is None
    assert "a" not in spool
    spool.close()


def test_a_closed_spool_has_nothing_and_keeps_nothing(spool: Spool) -> None:
    spool.keep("a", b"a")
    spool.close()
    spool.keep("b", b"b")
    assert kept(spool, "ab") == ""
    assert spool.read("a") is None
    spool.close()
