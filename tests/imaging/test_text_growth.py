"""A part of a line grows to the line, by the colour of its ink."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mockserver.fixtures.lettering import lettered
from mockserver.imaging.growth import GROWN_FIGURES, grown_rows

INK = (250, 240, 230)
PLACE = (60, 40)


@pytest.fixture(name="height", params=[24, 36])
def a_height(request: pytest.FixtureRequest) -> int:
    height: int = request.param
    return height


@pytest.fixture(name="line")
def a_line(height: int) -> NDArray[np.uint8]:
    return lettered("水印图片中文", height)


@pytest.fixture(name="scene")
def a_scene(line: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A line over stripes as bright as its ink and of another colour, and noise."""
    noise = np.random.default_rng(4).normal(0, 3, (140, 480, 3))
    across = np.indices((140, 480))[1]
    ground = np.where((across % 90 < 12)[..., None], (120, 255, 255), (60, 80, 60)) + noise
    x, y = PLACE
    part = ground[y : y + line.shape[0], x : x + line.shape[1]]
    part += (np.array(INK) - part) * (line[..., None] / 255)
    rgb: NDArray[np.uint8] = ground.clip(0, 255).astype(np.uint8)
    return rgb


def test_two_letters_grow_to_their_line(
    scene: NDArray[np.uint8], line: NDArray[np.uint8], height: int
) -> None:
    x, y = PLACE
    start = [x + 2 * height, y, x + 4 * height, y + line.shape[0]]
    grown = grown_rows(scene, start, np.array(INK, np.float64), 0.9)
    box = grown.boxes[0]
    whole = np.array([x, y, x + line.shape[1], y + line.shape[0]])
    assert np.abs(box - whole).max() <= 2
    assert np.abs(grown.inks[0] - INK).max() <= 8


def test_the_letters_are_found_from_the_ground_between_them(
    scene: NDArray[np.uint8], line: NDArray[np.uint8], height: int
) -> None:
    x, y = PLACE
    start = [x + 2 * height, y, x + 3 * height, y + line.shape[0]]
    grown = grown_rows(scene, start, np.array((60.0, 80.0, 60.0)), 0.9)
    apart = np.abs(grown.inks - INK).max(axis=1)
    assert (apart <= 8).any()
    assert grown.figures[apart <= 8, GROWN_FIGURES.index("turned")].all()


def test_nothing_grows_where_there_is_no_contrast() -> None:
    plain = np.full((60, 200, 3), 90, np.uint8)
    grown = grown_rows(plain, [40, 20, 90, 40], np.full(3, 90.0), 0.9)
    assert grown.boxes.shape == (0, 4)
    assert grown.figures.shape == (0, len(GROWN_FIGURES))
