"""Ranges and conditions of a download are read as Alibaba Cloud OSS reads them."""

from email.utils import formatdate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oss_links import AT

from mockserver.providers.picwish.oss.storage import Condition, Range, Unsatisfiable, condition, ranged

SIZE = 1000
# Of an object of 1,000 bytes: header, what OSS gives by default, what with x-oss-range-behavior: standard.
RANGES: list[tuple[str, tuple[int, int] | None, tuple[int, int] | None]] = [
    ("bytes=0-499", (0, 499), (0, 499)),
    ("bytes=500-999", (500, 999), (500, 999)),
    ("bytes=-500", (500, 999), (500, 999)),
    ("bytes=500-", (500, 999), (500, 999)),
    ("bytes=0-", (0, 999), (0, 999)),
    ("bytes=0-499,500-999", (0, 499), (0, 499)),
    ("bytes=999-999", (999, 999), (999, 999)),
    ("byte=0-499", None, None),
    ("bytes=0-1000", None, (0, 999)),
    ("bytes=500-2000", None, (500, 999)),
    ("bytes=-2000", None, (0, 999)),
    ("bytes=9-3", None, None),
    ("bytes=-", None, None),
    ("bytes=", None, None),
    ("", None, None),
    ("bytes=a-b", None, None),
    ("bytes=1-2-3", None, None),
    ("bytes=٣-٤", None, None),
    (f"bytes={'9' * 5000}-", None, None),
]


@pytest.mark.parametrize(("header", "usual", "standard"), RANGES)
def test_a_range_is_read_as_oss_reads_it(
    header: str, usual: tuple[int, int] | None, standard: tuple[int, int] | None
) -> None:
    def bounds(part: Range | None) -> tuple[int, int] | None:
        return (part.first, part.last) if part else None

    assert bounds(ranged(SIZE, header)) == usual
    assert bounds(ranged(SIZE, header, standard=True)) == standard


@pytest.mark.parametrize("header", ["bytes=1000-2000", "bytes=1000-", "bytes=-0"])
def test_nothing_is_left_of_a_range_behind_the_end(header: str) -> None:
    assert ranged(SIZE, header) is None
    with pytest.raises(Unsatisfiable):
        ranged(SIZE, header, standard=True)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0"])
def test_an_empty_object_has_no_range(header: str) -> None:
    assert ranged(0, header) is None
    with pytest.raises(Unsatisfiable):
        ranged(0, header, standard=True)


BOUNDS = st.integers(0, 300).map(str) | st.just("")


@example(content=b"", first="", last="1", standard=True)
@given(content=st.binary(max_size=200), first=BOUNDS, last=BOUNDS, standard=st.booleans())
def test_a_range_lies_in_its_object(content: bytes, first: str, last: str, standard: bool) -> None:
    try:
        part = ranged(len(content), f"bytes={first}-{last}", standard=standard)
    except Unsatisfiable:
        assert standard
        return
    if part is None:
        return
    assert 0 <= part.first <= part.last < len(content)
    assert len(part.cut(content)) == len(part)
    assert part.content_range(len(content)) == f"bytes {part.first}-{part.last}/{len(content)}"
    if not standard:
        asked = content[-int(last) :] if not first else content[int(first) : int(last) + 1 if last else None]
        assert part.cut(content) == asked


@given(header=st.text(max_size=30), size=st.integers(0, 10**12))
def test_any_range_header_is_read(header: str, size: int) -> None:
    part = ranged(size, header)
    assert part is None or 0 <= part.first <= part.last < size


ETAG = '"0CC175B9C0F1B6A831C399E269772661"'
EARLIER, THEN, LATER = (formatdate(AT + step, usegmt=True) for step in (-1, 0, 1))


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({}, Condition.MET),
        ({"if-match": ETAG}, Condition.MET),
        ({"if-match": ETAG.strip('"').lower()}, Condition.MET),
        ({"if-match": "*"}, Condition.MET),
        ({"if-match": f'"x", {ETAG}'}, Condition.MET),
        ({"if-match": '"x"'}, Condition.FAILED),
        ({"if-match": ETAG, "if-unmodified-since": EARLIER}, Condition.MET),
        ({"if-none-match": ETAG}, Condition.NOT_MODIFIED),
        ({"if-none-match": f"W/{ETAG}"}, Condition.NOT_MODIFIED),
        ({"if-none-match": "*"}, Condition.NOT_MODIFIED),
        ({"if-none-match": '"x"'}, Condition.MET),
        ({"if-none-match": '"x"', "if-modified-since": LATER}, Condition.MET),
        ({"if-match": '"x"', "if-none-match": ETAG}, Condition.FAILED),
        ({"if-modified-since": EARLIER}, Condition.MET),
        ({"if-modified-since": THEN}, Condition.NOT_MODIFIED),
        ({"if-modified-since": LATER}, Condition.NOT_MODIFIED),
        ({"if-unmodified-since": EARLIER}, Condition.FAILED),
        ({"if-unmodified-since": THEN}, Condition.MET),
        ({"if-unmodified-since": LATER}, Condition.MET),
        ({"if-unmodified-since": "yesterday", "if-modified-since": "tomorrow"}, Condition.MET),
    ],
)
def test_a_condition_lets_an_object_through_or_not(headers: dict[str, str], outcome: Condition) -> None:
    assert condition(headers, etag=ETAG, stored_at=AT + 0.9) is outcome


@given(
    headers=st.dictionaries(
        st.sampled_from(["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]),
        st.text(max_size=30) | st.sampled_from([ETAG, THEN, "Tue, 14 Nov 99999 22:13:20 -9999"]),
    )
)
def test_any_condition_is_read(headers: dict[str, str]) -> None:
    assert condition(headers, etag=ETAG, stored_at=AT) in Condition
