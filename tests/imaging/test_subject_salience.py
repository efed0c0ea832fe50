"""Regions of like colour, and which of them stand out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from mockserver.imaging.regions import regions
from mockserver.imaging.salience import segment

Floats = NDArray[np.float32]


def scene(*things: tuple[slice, slice, tuple[int, int, int]], size: tuple[int, int] = (100, 100)) -> Floats:
    """Stripes of two colours from edge to edge, with rectangles before them."""
    picture = np.empty((*size, 3), np.float32)
    picture[:] = (60, 90, 160)
    picture[:, ::20] = picture[:, 1::20] = picture[:, 2::20] = (170, 170, 120)
    for rows, columns, colour in things:
        picture[rows, columns] = colour
    return picture


class TestRegions:
    def test_part_where_colours_change_and_are_numbered_from_zero(self) -> None:
        picture = np.zeros((20, 30, 3), np.float32)
        picture[:, 10:20] = 50
        picture[:, 20:] = 100
        found = regions(picture, tolerance=10, least=1)
        assert sorted(np.unique(found)) == [0, 1, 2]
        assert all(len(np.unique(found[:, part])) == 1 for part in np.s_[:10, 10:20, 20:])

    def test_a_slow_gradient_is_one_region(self) -> None:
        picture = np.repeat(np.arange(60, dtype=np.float32)[None, :, None], 20, axis=0)
        assert not regions(picture, tolerance=40, least=1).any()

    def test_a_small_region_joins_its_neighbour(self) -> None:
        picture = np.zeros((20, 20, 1), np.float32)
        picture[5:7, 5:7] = 200
        assert len(np.unique(regions(picture, tolerance=10, least=4))) == 2
        assert not regions(picture, tolerance=10, least=5).any()

    @settings(max_examples=60, deadline=None)
    @given(
        arrays.arrays(
            np.float32,
            st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(2)),
            elements=st.floats(0, 255, width=32),
        ),
        st.integers(1, 12),
    )
    def test_none_is_smaller_than_told_unless_the_picture_is(self, picture: Floats, least: int) -> None:
        found = regions(picture, tolerance=20, least=least)
        sizes = np.bincount(found.ravel())
        assert found.shape == picture.shape[:2]
        assert sizes.min() >= min(least, found.size)


class TestSegment:
    def test_takes_what_differs_and_does_not_touch_the_frame(self) -> None:
        rows, columns = slice(30, 70), slice(25, 75)
        found = segment(scene((rows, columns, (210, 40, 40))))
        truth = np.zeros_like(found)
        truth[rows, columns] = True
        assert (found & truth).sum() / (found | truth).sum() > 0.9

    def test_takes_several_things(self) -> None:
        left, right = (slice(30, 60), slice(12, 36)), (slice(40, 70), slice(62, 88))
        found = segment(scene((*left, (210, 40, 40)), (*right, (220, 60, 30))))
        assert found[left].mean() > 0.8
        assert found[right].mean() > 0.8
        assert found.mean() < 0.25

    def test_fills_what_a_thing_encloses(self) -> None:
        picture = scene(
            (slice(25, 75), slice(25, 75), (210, 40, 40)), (slice(40, 60), slice(40, 60), (60, 90, 160))
        )
        assert segment(picture)[40:60, 40:60].all()

    @pytest.mark.parametrize("size", [(1, 1), (24, 24), (60, 300)])
    def test_finds_nothing_in_one_colour(self, size: tuple[int, int]) -> None:
        assert not segment(np.full((*size, 3), 90, np.float32)).any()

    @settings(max_examples=30, deadline=None)
    @given(
        arrays.arrays(
            np.uint8,
            st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3)),
            elements=st.integers(0, 255),
        )
    )
    def test_any_picture_gives_a_mask_of_its_size(self, picture: NDArray[np.uint8]) -> None:
        found = segment(picture.astype(np.float32))
        assert found.shape == picture.shape[:2]
        assert found.dtype == np.bool_
