"""The public response fields in their four generations, both status columns, and the readings of no head."""

import re
from typing import Any

import httpx
import pytest

from mockserver import RunningSandbox, catalogue, fixtures
from mockserver.catalogue import Behaviour
from mockserver.fixtures.edges import sized
from mockserver.providers.ailab.wire import PATH

SMALL = sized(200, 250)
EMPTY = fixtures.path("empty.jpg").read_bytes()
REQUEST_ID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")
IDS = ["request_id", "log_id"]
FIELDS = {
    "1": ["error_code", "error_code_str", "error_msg", *IDS],
    "2": [*IDS, "error_code", "error_code_str", "error_msg", "error_detail"],
    "3": [*IDS, "error_code", "error_msg", "error_detail"],
    "4": [*IDS, "error_detail"],
}
DETAIL = {
    "2": ["status_code", "code", "code_message", "message"],
    "3": ["status_code", "code", "code_message", "message"],
    "4": ["code", "code_message", "message"],
}


def upload(client: httpx.Client, image: bytes = SMALL) -> httpx.Response:
    return client.post(PATH, files={"image": image})


@pytest.mark.parametrize("generation", FIELDS)
def test_a_success_has_the_fields_of_its_generation(
    client: httpx.Client, sandbox: RunningSandbox, generation: str
) -> None:
    sandbox.set("ailab", envelope=generation)
    answer = upload(client)
    body = answer.json()
    assert list(body) == [*FIELDS[generation], "data"]
    assert list(body.get("error_detail", {})) == DETAIL.get(generation, [])
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("generation", FIELDS)
def test_an_error_has_the_fields_of_its_generation_and_no_data(
    client: httpx.Client, sandbox: RunningSandbox, generation: str
) -> None:
    sandbox.set("ailab", envelope=generation)
    answer = upload(client, EMPTY)
    body = answer.json()
    assert answer.status_code == 422
    assert list(body) == FIELDS[generation]
    assert list(body.get("error_detail", {})) == DETAIL.get(generation, [])
    assert answer.headers["content-type"] == "application/json"


def test_the_default_success_is_that_of_the_operations_page(client: httpx.Client) -> None:
    body = upload(client).json()
    assert body["error_code"] == 0
    assert body["error_msg"] == ""
    assert body["error_detail"] == {"status_code": 200, "code": "", "code_message": "", "message": ""}
    (element,) = body["data"]["elements"]
    assert list(element) == ["image_url", "width", "height", "x", "y"]
    assert {type(element[name]) for name in ("width", "height", "x", "y")} == {int}


def test_the_documented_example_of_an_error_comes_word_for_word(client: httpx.Client) -> None:
    body = upload(client, EMPTY).json()
    assert body["error_code"] == 422
    assert body["error_msg"] == "No face detected in the file. - pic not has face"
    assert body["error_detail"] == {
        "status_code": 422,
        "code": "ERROR_NO_FACE_IN_FILE",
        "code_message": "No face detected in the file.",
        "message": "pic not has face",
    }


def test_every_answer_has_ids_of_its_own(client: httpx.Client) -> None:
    bodies = [upload(client, image).json() for image in (SMALL, SMALL, EMPTY, b"no image")]
    assert all(REQUEST_ID.fullmatch(body["request_id"]) for body in bodies)
    assert all(re.fullmatch(r"[0-9]{8}", body["log_id"]) for body in bodies)
    assert len({body["request_id"] for body in bodies}) == len(bodies)


@pytest.mark.parametrize(
    "behaviour", catalogue.load("ailab").errors, ids=lambda behaviour: behaviour.id.split(".")[-1]
)
def test_each_error_has_a_status_in_both_columns_and_the_older_one_is_a_setting(
    client: httpx.Client, sandbox: RunningSandbox, behaviour: Behaviour
) -> None:
    assert behaviour.error is not None
    sandbox.set("ailab", status_column="before_2026_01_08")
    sandbox.fail("ailab", behaviour.id)
    answer = upload(client)
    before = behaviour.error.status_before_2026_01_08
    assert answer.status_code == before
    assert answer.json()["error_code"] == before
    assert answer.json()["error_detail"]["status_code"] == before


def test_an_error_before_a_sandbox_is_known_follows_the_defaults(
    client: httpx.Client, stranger: httpx.Client, sandbox: RunningSandbox
) -> None:
    sandbox.set("ailab", status_column="before_2026_01_08", envelope="1")
    assert stranger.get(PATH).status_code == 403
    assert "error_detail" in stranger.get(PATH).json()
    assert client.get(PATH).status_code == 405
    assert client.get(PATH).json()["error_code_str"] == "ERROR_ILLEGAL_OPERATION"


def test_an_image_without_a_head_is_an_error_by_default(
    client: httpx.Client, sandbox: RunningSandbox
) -> None:
    assert upload(client, EMPTY).json()["error_detail"]["code"] == "ERROR_NO_FACE_IN_FILE"
    assert sandbox.account("ailab").used == 0


@pytest.mark.parametrize(("reading", "data"), [("empty_elements", {"elements": []}), ("null_data", None)])
def test_an_image_without_a_head_is_a_charged_success_in_the_other_readings(
    client: httpx.Client, sandbox: RunningSandbox, reading: str, data: dict[str, Any] | None
) -> None:
    sandbox.set("ailab", no_head=reading)
    answer = upload(client, EMPTY)
    assert answer.status_code == 200
    assert answer.json()["error_code"] == 0
    assert answer.json()["data"] == data
    assert "data" in answer.json()
    assert sandbox.account("ailab").used == 1
    assert upload(client).json()["data"]["elements"]


@pytest.mark.parametrize("generation", ["1", "2"])
def test_an_old_envelope_names_and_words_a_missing_face_as_it_did(
    client: httpx.Client, sandbox: RunningSandbox, generation: str
) -> None:
    sandbox.set("ailab", envelope=generation)
    sandbox.fail("ailab", "error.ERROR_NO_FACE_IN_FILE")
    body = client.post(PATH).json()
    assert body["error_code_str"] == "FILE_CONTENT_NON_COMPLIANCE"
    assert body["error_msg"] == "File content does not meet requirements. - 222202 - pic not has face"
