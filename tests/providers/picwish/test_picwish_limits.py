"""Each limit at its edge, on both sides."""

import numpy as np
import pytest
from other_side import OtherSide
from picwish_world import SMALL, SOURCE, World, picture

from mockserver.fixtures.edges import MEBIBYTE, padded, sized
from mockserver.fixtures.files import bmp, jpeg
from mockserver.providers.picwish.wire import PATH

LIMIT = 15 * MEBIBYTE
LARGEST = padded(sized(200, 250, file_format="bmp"), LIMIT)
TOO_LARGE = padded(sized(200, 250, file_format="bmp"), LIMIT + 1)


@pytest.mark.parametrize("sync", ["0", "1"])
def test_a_file_of_exactly_15_megabytes_is_taken_and_one_byte_more_is_not(world: World, sync: str) -> None:
    assert world.post(LARGEST, sync=sync).status_code == 200
    answer = world.post(TOO_LARGE, sync=sync)
    assert (answer.status_code, answer.json()) == (413, {"status": 413, "message": "File is too large"})
    assert world.sandbox.journal.last.notes == [f"the part 'image_file' is larger than {LIMIT} bytes"]


@pytest.mark.parametrize("known", [True, False])
def test_a_url_of_exactly_15_megabytes_is_taken_and_one_byte_more_ends_in_failure(
    world: World, other_side: OtherSide, known: bool
) -> None:
    for content, state in ((LARGEST, 1), (TOO_LARGE, -5)):
        url = SOURCE if known else other_side.serve("/photo", content)
        world.sandbox.know_url(SOURCE, content)
        assert world.cut(None, image_url=url)["state"] == state
    assert str(LIMIT) in world.sandbox.journal.last.notes[0]


@pytest.mark.parametrize(
    ("width", "height", "states"),
    [(4096, 96, {1, -1}), (96, 4096, {1, -1}), (4097, 96, {-7}), (96, 4097, {-7}), (4097, 4097, {-7})],
)
def test_a_side_has_at_most_4096_pixels(world: World, width: int, height: int, states: set[int]) -> None:
    assert world.cut(sized(width, height, file_format="png"))["state"] in states
    if states == {-7}:
        assert world.sandbox.journal.last.notes == [f"{width}x{height} pixels; at most 4096x4096 are taken"]


def test_4096_by_4096_pixels_are_taken(world: World) -> None:
    board = np.full((4096, 4096, 3), 235, np.uint8)
    board[1000:3000, 1200:2900] = (30, 60, 160)
    options = {"type": "object", "output_type": "3", "return_type": "3", "format": "jpg"}
    mask = picture(world.post(jpeg(board), sync="1", **options).content)
    assert mask.shape == (4096, 4096)
    assert mask[1100:2900, 1300:2800].min() == 255
    assert max(mask[:900].max(), mask[3100:].max(), mask[:, :1100].max(), mask[:, 3000:].max()) == 0


@pytest.mark.parametrize("qps", [1, 2, 5])
def test_by_default_the_qps_counts_tasks_alone(world: World, qps: int) -> None:
    world.frozen().set(qps=qps)
    answers = [world.post() for _ in range(qps + 2)]
    assert [answer.status_code for answer in answers] == [200] * qps + [429] * 2
    assert answers[-1].json() == {"status": 429, "message": "Too many requests"}
    task_id = answers[0].json()["data"]["task_id"]
    assert {world.client.get(f"{PATH}/{task_id}").status_code for _ in range(9)} == {200}
    world.sandbox.clock.travel(1)
    assert world.post().status_code == 200


def test_by_choice_the_qps_counts_queries_too(world: World) -> None:
    world.frozen().set(qps=3, qps_counts="requests")
    task_id = world.begin()
    assert [world.client.get(f"{PATH}/{task_id}").status_code for _ in range(4)] == [200, 200, 429, 429]


def test_a_sandbox_has_a_qps_of_2_by_default(world: World) -> None:
    sandbox = world.server.sandbox()
    sandbox.clock.freeze()
    headers = {"X-API-KEY": sandbox.picwish.api_key}
    answers = [world.client.post(PATH, headers=headers, files={"image_file": SMALL}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_a_service_that_is_not_enabled_answers_neither_tasks_nor_queries(world: World) -> None:
    task_id = world.begin()
    world.set(enabled=False)
    for answer in (world.post(), world.client.get(f"{PATH}/{task_id}")):
        assert answer.json() == {"status": 401, "message": "Service is not enabled"}


def body_of(size: int) -> tuple[dict[str, str], bytes]:
    """A form without an image, of exactly so many bytes in all."""
    start = b'--b\r\nContent-Disposition: form-data; name="notes"; filename="x"\r\n\r\n'
    end = b"\r\n--b--\r\n"
    room = size - len(start) - len(end)
    return {"Content-Type": "multipart/form-data; boundary=b"}, start + bytes(room) + end


def test_a_form_of_20_megabytes_is_read_and_one_byte_more_is_not(world: World) -> None:
    headers, body = body_of(20 * MEBIBYTE)
    assert world.client.post(PATH, headers=headers, content=body).json()["message"] == "Image is required"
    headers, body = body_of(20 * MEBIBYTE + 1)
    assert world.client.post(PATH, headers=headers, content=body).status_code == 413


def test_a_small_bmp_is_no_smaller_than_it_may_be(world: World) -> None:
    assert world.cut(bmp(np.zeros((1, 1, 3), np.uint8)))["state"] == -1
