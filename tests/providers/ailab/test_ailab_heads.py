"""Which heads come back, in which order, where they lie, and that each picture is matted once."""

import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.files import jpeg, png
from mockserver.fixtures.portraits import Box, portrait
from mockserver.imaging import matting
from mockserver.imaging.decode import Picture
from mockserver.providers.ailab.wire import PATH

GROUP = portrait(9, width=1600, height=480, people=7, background="green")
TALL = portrait(4, width=300, height=500, background="white")


def elements(client: httpx.Client, image: bytes, **fields: str) -> list[dict[str, Any]]:
    answer = client.post(PATH, files={"image": image}, data=fields)
    found: list[dict[str, Any]] = answer.json()["data"]["elements"]
    return found


def box(element: dict[str, Any]) -> Box:
    return Box(*(element[name] for name in ("x", "y", "width", "height")))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    common = max(0, width) * max(0, height)
    return common / (one.width * one.height + other.width * other.height - common)


def test_of_seven_heads_the_five_largest_come_back(client: httpx.Client, sandbox: RunningSandbox) -> None:
    found = [box(element) for element in elements(client, jpeg(GROUP))]
    assert len(found) == 5
    areas = sorted((head.box.width * head.box.height for head in GROUP.heads), reverse=True)
    for one in found:
        whose = max((head.box for head in GROUP.heads), key=partial(overlap, one))
        assert overlap(one, whose) > 0.5
        assert whose.width * whose.height >= areas[4]
    assert "ailab.heads.limit" in sandbox.journal.last.behaviours


@pytest.mark.parametrize(("seed", "people"), [(3, 2), (12, 3), (6, 4), (8, 5)])
def test_heads_come_from_left_to_right_each_at_its_place(
    client: httpx.Client, seed: int, people: int
) -> None:
    source = portrait(seed, width=240 * people, height=480, people=people, background="white", noise=2)
    found = [box(element) for element in elements(client, jpeg(source))]
    assert len(found) == people
    assert [one.x for one in found] == sorted(one.x for one in found)
    for one, head in zip(found, source.heads, strict=True):
        assert overlap(one, head.box) > 0.7


def test_every_crop_lies_within_the_picture(client: httpx.Client) -> None:
    height, width = GROUP.alpha.shape
    for one in map(box, elements(client, jpeg(GROUP))):
        assert min(one.x, one.y) >= 0
        assert one.x + one.width <= width
        assert one.y + one.height <= height


def test_neither_neighbours_nor_bodies_are_in_a_cutout(client: httpx.Client) -> None:
    source = portrait(12, width=720, height=480, people=3, background="white", noise=2)
    for element, head in zip(elements(client, jpeg(source)), source.heads, strict=True):
        result = np.asarray(Image.open(io.BytesIO(client.get(element["image_url"]).content)))
        x, y, width, height = box(element)
        crop = np.s_[y : y + height, x : x + width]
        foreign = source.alpha[crop] / 255 - head.alpha[crop] / 255
        assert (foreign * result[..., 3] / 255).sum() < 0.1 * (head.alpha[crop] / 255).sum()


@pytest.mark.parametrize("orientation", range(2, 9))
def test_offsets_are_in_the_picture_as_displayed(client: httpx.Client, orientation: int) -> None:
    (upright,) = elements(client, jpeg(TALL))
    (turned,) = elements(client, jpeg(TALL, orientation=orientation))
    assert overlap(box(turned), box(upright)) > 0.9
    assert overlap(box(turned), TALL.heads[0].box) > 0.7


def test_the_limits_are_those_of_the_picture_as_displayed(
    client: httpx.Client, sandbox: RunningSandbox
) -> None:
    client.post(PATH, files={"image": jpeg(TALL, orientation=6)})
    (facts,) = sandbox.journal.last.files
    assert (facts.format, facts.width, facts.height) == ("jpeg", 300, 500)


@pytest.fixture
def matted(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """The pictures that were matted."""
    pictures: list[Picture] = []
    matte = matting.matte

    def counted(picture: Picture) -> NDArray[np.uint8]:
        pictures.append(picture)
        return matte(picture)

    monkeypatch.setattr(matting, "matte", counted)
    return pictures


def test_the_same_bytes_give_the_same_pixels_and_are_matted_once(
    client: httpx.Client, matted: list[Picture]
) -> None:
    image = png(portrait(21, width=120, height=150))
    (first,), (second,) = elements(client, image), elements(client, image)
    assert box(first) == box(second)
    assert first["image_url"] != second["image_url"]
    assert client.get(first["image_url"]).content == client.get(second["image_url"]).content
    assert len(matted) == 1


def test_the_mask_of_a_known_picture_costs_no_matting(client: httpx.Client, matted: list[Picture]) -> None:
    image = png(portrait(22, width=120, height=150))
    elements(client, image)
    elements(client, image, return_form="mask")
    assert len(matted) == 1


def test_another_sandbox_profits_from_a_known_picture(
    client: httpx.Client, server: MockServer, matted: list[Picture]
) -> None:
    image = png(portrait(23, width=120, height=150))
    (mine,) = elements(client, image)
    other = {"ailabapi-api-key": server.sandbox().ailab.api_key}
    answer = client.post(PATH, headers=other, files={"image": image})
    assert box(answer.json()["data"]["elements"][0]) == box(mine)
    assert len(matted) == 1


def test_twenty_uploads_at_once_are_matted_once(client: httpx.Client, matted: list[Picture]) -> None:
    image = png(portrait(24, width=120, height=150))
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: elements(client, image), range(20)))
    assert len({box(one) for (one,) in answers}) == 1
    assert len(matted) == 1
