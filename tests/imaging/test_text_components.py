"""Components of a mask, as a plain search finds them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from mockserver.imaging.components import runs

Mask = NDArray[np.bool_]
masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


def components(mask: Mask) -> list[set[tuple[int, int]]]:
    """The cells of each component, found one after the other."""
    left = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    found = []
    while left:
        todo, cells = [min(left)], set()
        left.discard(todo[0])
        while todo:
            y, x = todo.pop()
            cells.add((y, x))
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= near
            todo += near
        found.append(cells)
    return found


def box(cells: set[tuple[int, int]]) -> tuple[int, int, int, int]:
    rows, columns = zip(*cells, strict=True)
    return min(columns), min(rows), max(columns) + 1, max(rows) + 1


@given(mask=masks)
def test_components_are_those_of_a_plain_search(mask: Mask) -> None:
    found, truth = runs(mask), components(mask)
    assert found.count == len(truth)
    boxes = [tuple(one) for one in found.boxes().tolist()]
    areas = found.totals(found.lengths).tolist()
    assert sorted(zip(boxes, areas, strict=True)) == sorted((box(cells), len(cells)) for cells in truth)


@given(mask=masks)
def test_runs_cover_the_mask(mask: Mask) -> None:
    found = runs(mask)
    drawn = np.zeros(mask.shape, np.bool_)
    for row, left, length in zip(found.rows, found.lefts, found.lengths, strict=True):
        assert not drawn[row, left : left + length].any()
        drawn[row, left : left + length] = True
    assert np.array_equal(drawn, mask)


@given(mask=masks, data=st.data())
def test_chosen_components_are_numbered_anew(mask: Mask, data: st.DataObject) -> None:
    found = runs(mask)
    which = np.array(data.draw(st.lists(st.booleans(), min_size=found.count, max_size=found.count)), np.bool_)
    chosen = found.chosen(which)
    assert chosen.count == which.sum()
    assert np.array_equal(chosen.boxes(), found.boxes()[which])


@given(mask=masks)
def test_a_run_is_found_in_the_component_of_a_wider_mask(mask: Mask) -> None:
    wide = mask.copy()
    wide[:, 1:] |= mask[:, :-1]
    outer, inner = runs(wide), runs(mask)
    for (left, top, right, bottom), label in zip(inner.boxes()[inner.labels], outer.at(inner), strict=True):
        around = outer.boxes()[label]
        assert around[0] <= left
        assert around[1] <= top
        assert around[2] >= right
        assert around[3] >= bottom


@pytest.mark.parametrize("side", [1, 2, 7])
def test_an_empty_mask_has_no_components(side: int) -> None:
    found = runs(np.zeros((side, side), np.bool_))
    assert found.count == 0
    assert found.boxes().shape == (0, 4)
