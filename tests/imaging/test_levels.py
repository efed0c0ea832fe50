"""The level between two groups of values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.imaging.levels import parting


@given(st.lists(st.integers(0, 255), min_size=2, max_size=40).filter(lambda values: len({*values}) > 1))
def test_no_other_level_parts_the_values_into_more_even_groups(values: list[int]) -> None:
    def spread(level: float) -> float:
        groups = [[one for one in values if one <= level], [one for one in values if one > level]]
        return sum(float(np.var(group)) * len(group) for group in groups)

    levels = sorted({*values})[:-1]
    assert spread(parting(np.array(values))) == pytest.approx(min(map(spread, levels)), abs=1e-6)


@pytest.mark.parametrize("values", [[7], [7, 7, 7]])
def test_of_one_value_is_itself(values: list[int]) -> None:
    assert parting(np.array(values)) == 7


def test_of_no_values_is_an_error() -> None:
    with pytest.raises(IndexError):
        parting(np.array([]))
