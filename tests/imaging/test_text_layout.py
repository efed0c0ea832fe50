"""Rows become lines, and lines blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.imaging.layout import Row, blocks_of, line_count, lines_of

WHITE, BLACK = (255.0, 255.0, 255.0), (0.0, 0.0, 0.0)


def row(
    left: float,
    top: float,
    width: float,
    height: float = 20,
    *,
    score: float = 0.95,
    ink: tuple[float, ...] = WHITE,
) -> Row:
    return Row(left=left, top=top, right=left + width, bottom=top + height, score=score, ink=ink)


def test_parts_of_one_ink_are_one_line() -> None:
    [line] = lines_of([row(0, 0, 100), row(110, 1, 90), row(60, 0, 100)])
    assert (line.left, line.right) == (0, 200)


def test_a_likely_row_needs_a_certain_one_of_its_ink_beside_it() -> None:
    likely = row(210, 0, 80, score=0.35)
    assert lines_of([likely]) == []
    [line] = lines_of([row(0, 0, 200), likely])
    assert line.right == 290
    [line] = lines_of([row(0, 0, 200, ink=BLACK), likely])
    assert line.right == 200


def test_of_letters_and_the_ground_between_them_the_longer_row_stands() -> None:
    letters, ground = row(0, 0, 200, score=0.95), row(20, 3, 120, 14, score=0.99, ink=BLACK)
    assert lines_of([ground, letters])[0].left == 0


def test_a_short_row_has_to_be_more_certain_than_a_long_one() -> None:
    assert lines_of([row(0, 0, 30, score=0.5)]) == []
    assert len(lines_of([row(0, 0, 200, score=0.5)])) == 1


@pytest.mark.parametrize(("gap", "count"), [(8, 1), (60, 2)])
def test_lines_that_follow_each_other_closely_are_one_block(gap: int, count: int) -> None:
    blocks = blocks_of([row(0, 0, 100), row(10, 20 + gap, 100)])
    assert len(blocks) == count
    assert sum(line_count(block) for block in blocks) == 2


rows = st.lists(
    st.builds(
        row,
        st.integers(0, 300),
        st.integers(0, 300),
        st.integers(5, 300),
        st.integers(5, 60),
        score=st.floats(0, 1),
        ink=st.sampled_from([WHITE, BLACK]),
    ),
    max_size=12,
)


@given(rows=rows)
def test_lines_stay_within_what_the_rows_cover(rows: list[Row]) -> None:
    lines = lines_of(rows)
    assert len(lines) <= len(rows)
    for line in lines:
        assert line.left >= min(one.left for one in rows)
        assert line.bottom <= max(one.bottom for one in rows)
    assert not lines or max(one.score for one in rows) >= 0.42
    assert sum(len(block) for block in blocks_of(lines)) == len(lines)
