"""Hostile files: each has its answer, and none breaks the server."""

import time

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver import RunningSandbox
from mockserver.fixtures.edges import sized
from mockserver.fixtures.hostile import HostileFile, Outcome, hostile_files
from mockserver.journal import FileFacts
from mockserver.providers.ailab.wire import PATH

FILES = hostile_files()
TAKEN = ("jpeg", "png", "bmp")
ANSWERS = {
    Outcome.NOT_AN_IMAGE: {(415, "UNSUPPORTED_FILE_TYPES"), (400, "PARAMETERS_CANNOT_EMPTY")},
    Outcome.UNDECODABLE: {(422, "FILE_DECODING_FAILURE")},
    Outcome.TOO_MANY_PIXELS: {(413, "FILE_RESOLUTION_EXCEEDS_LIMITS")},
    Outcome.FINE: {(200, ""), (422, "ERROR_NO_FACE_IN_FILE")},
}
SMALL = {name: sized(64, 80, file_format=name) for name in ("jpeg", "png", "bmp")}


def answer_to(client: httpx.Client, image: bytes) -> tuple[int, str]:
    answer = client.post(PATH, files={"image": image})
    return answer.status_code, answer.json()["error_detail"]["code"]


def allowed(file: HostileFile, facts: FileFacts) -> set[tuple[int, str]]:
    """By what the header says where it can be read, else by what becomes of the file."""
    if facts.format is not None and facts.format not in TAKEN:
        return {(415, "UNSUPPORTED_FILE_TYPES")}
    if facts.width and facts.height and min(facts.width, facts.height) <= 32:
        return {(422, "ERROR_LOW_RESOLUTION")}
    return {answer for outcome in file.outcomes for answer in ANSWERS[outcome]}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_gets_its_answer(client: httpx.Client, sandbox: RunningSandbox, name: str) -> None:
    answer = answer_to(client, FILES[name].data)
    (facts,) = sandbox.journal.last.files
    assert answer in allowed(FILES[name], facts)
    assert len(sandbox.journal) == 1


@pytest.mark.parametrize("name", ["huge.png", "huge.jpg", "huge.bmp", "bomb-text.png", "bomb-profile.png"])
def test_a_small_file_that_unpacks_to_a_huge_one_costs_nothing(client: httpx.Client, name: str) -> None:
    began = time.perf_counter()
    assert answer_to(client, FILES[name].data)[0] >= 400
    assert time.perf_counter() - began < 1


@settings(
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_a_damaged_picture_never_breaks_the_server(client: httpx.Client, data: st.DataObject) -> None:
    image = bytearray(SMALL[data.draw(st.sampled_from(sorted(SMALL)))])
    for _ in range(data.draw(st.integers(1, 8))):
        image[data.draw(st.integers(0, len(image) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(1, len(image)))
    status, code = answer_to(client, bytes(image[:end]))
    assert status < 500, code
