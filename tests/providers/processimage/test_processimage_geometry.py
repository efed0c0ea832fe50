"""What an offset does to a rectangle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.providers.processimage.geometry import KEYS, Box, Shift, moved

BOX = Box(x=100, y=200, width=30, height=40)
SIDES = st.integers(-50, 50)
BOXES = st.builds(Box, x=SIDES, y=SIDES, width=SIDES, height=SIDES)


def shifted(**pixels: int) -> Box:
    return moved(BOX, [Shift(key=f"{key[0]}{key[-1]}", value=value) for key, value in keys(pixels).items()])


def keys(pixels: dict[str, int]) -> dict[str, int]:
    return {f"{'+' if name.startswith('plus') else '-'}{name[-1]}": value for name, value in pixels.items()}


@pytest.mark.parametrize(
    ("change", "box"),
    [
        ({"plus_x": 5}, Box(x=105, y=200, width=30, height=40)),
        ({"minus_x": 5}, Box(x=95, y=200, width=30, height=40)),
        ({"plus_y": 5}, Box(x=100, y=205, width=30, height=40)),
        ({"minus_y": 5}, Box(x=100, y=195, width=30, height=40)),
        ({"plus_w": 5}, Box(x=100, y=200, width=35, height=40)),
        ({"minus_w": 5}, Box(x=100, y=200, width=25, height=40)),
        ({"plus_h": 5}, Box(x=100, y=200, width=30, height=45)),
        ({"minus_h": 5}, Box(x=100, y=200, width=30, height=35)),
        ({"plus_x": -5}, Box(x=95, y=200, width=30, height=40)),
        ({"plus_x": 5, "minus_y": 8, "minus_w": 3, "plus_h": 4}, Box(x=105, y=192, width=27, height=44)),
        ({"plus_x": 5, "minus_x": 2}, Box(x=103, y=200, width=30, height=40)),
        ({}, BOX),
    ],
)
def test_each_of_the_eight_keys_changes_the_side_that_it_names(change: dict[str, int], box: Box) -> None:
    assert shifted(**change) == box


def test_by_position_the_names_of_the_keys_do_not_matter_but_their_signs() -> None:
    offset = [Shift(key=key, value=value) for key, value in (("+h", 1), ("-w", 2), ("+y", 3), ("-x", 4))]
    assert moved(BOX, offset, by_position=True) == Box(x=101, y=198, width=33, height=36)


@given(BOXES, st.sampled_from(KEYS), SIDES)
def test_a_key_and_its_opposite_cancel_out(box: Box, key: str, value: int) -> None:
    opposite = {"+": "-", "-": "+"}[key[0]] + key[1]
    assert moved(box, [Shift(key=key, value=value), Shift(key=opposite, value=value)]) == box


@given(BOXES, st.integers(1, 60), st.integers(1, 60))
def test_a_box_is_within_a_frame_when_all_of_its_pixels_are(box: Box, width: int, height: int) -> None:
    corners = (box.x, box.y, box.x + box.width, box.y + box.height)
    inside = 0 <= corners[0] < corners[2] <= width and 0 <= corners[1] < corners[3] <= height
    assert box.within(width, height) == inside
