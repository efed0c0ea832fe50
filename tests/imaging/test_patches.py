"""A hole is filled with what goes on around it, and nothing else is touched."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mockserver.imaging.patches import restore

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def hole_in(shape: tuple[int, int], left: int, top: int, right: int, bottom: int) -> Mask:
    hole = np.zeros(shape, np.bool_)
    hole[top:bottom, left:right] = True
    return hole


def scratched(clean: Pixels, hole: Mask) -> Pixels:
    rgb = clean.copy()
    rgb[hole] = (255, 0, 255)
    return rgb


def striped(shape: tuple[int, int], slant: int) -> Pixels:
    down, across = np.indices(shape)
    bright = (across + slant * down) % 24 < 12
    return np.where(bright[..., None], (200, 170, 60), (40, 60, 110)).astype(np.uint8)


@pytest.mark.parametrize("slant", [0, 1, -1])
def test_stripes_go_on_through_a_hole_that_is_wider_than_they_are(slant: int) -> None:
    clean = striped((120, 200), slant)
    hole = hole_in((120, 200), 60, 44, 140, 76)
    filled = restore(scratched(clean, hole), hole, ~hole)
    wrong = np.abs(filled.astype(int) - clean).max(2) > 60
    assert wrong[hole].mean() < 0.1


def test_a_slope_goes_on_through_a_hole() -> None:
    down, across = np.indices((100, 160))
    clean = np.dstack([across + 40, across + down // 2, 200 - down]).astype(np.uint8)
    hole = hole_in((100, 160), 50, 30, 110, 70)
    filled = restore(scratched(clean, hole), hole, ~hole)
    assert np.abs(filled.astype(int) - clean)[hole].mean() < 3


def test_the_edge_of_a_hole_is_no_edge_in_the_picture() -> None:
    down, across = np.indices((120, 200))
    clean = (120 + 60 * np.sin(down / 9) * np.cos(across / 13))[..., None].repeat(3, 2).astype(np.uint8)
    hole = hole_in((120, 200), 60, 40, 140, 80)
    filled = restore(scratched(clean, hole), hole, ~hole).astype(float)
    steps = [np.abs(filled[line, 60:140] - filled[line - 1, 60:140]).mean() for line in (40, 80)]
    assert max(steps) < 6


def test_nothing_comes_from_what_is_not_usable() -> None:
    clean = striped((100, 160), 1)
    hole = hole_in((100, 160), 60, 40, 100, 60)
    usable = ~hole
    usable[:, 120:] = False
    rgb = scratched(clean, ~usable)
    filled = restore(rgb, hole, usable)
    assert filled[hole][:, 1].min() >= 40
    assert np.array_equal(filled[~hole], rgb[~hole])


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 70),
    height=st.integers(1, 70),
    seed=st.integers(0, 99),
    share=st.sampled_from([0.02, 0.3, 0.7, 1.0]),
)
def test_any_hole_is_filled_the_same_way_twice_and_the_rest_stays(
    width: int, height: int, seed: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    hole = rng.random((height, width)) < share
    usable = rng.random((height, width)) < 0.9
    before = rgb.copy()
    filled = restore(rgb, hole, usable)
    assert filled.dtype == np.uint8
    assert np.array_equal(filled[~hole], rgb[~hole])
    assert np.array_equal(filled, restore(rgb, hole, usable))
    assert np.array_equal(rgb, before)
