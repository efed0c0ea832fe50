"""The form of every answer: its JSON to the letter, its headers, and what a sandbox can choose of it."""

from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picwish_world import KEY, SMALL, World, picture

from mockserver.providers.picwish.answers import written
from mockserver.providers.picwish.wire import PATH

DOCUMENTED = [
    *("completed_at", "created_at", "image", "mask", "output_type", "processed_at"),
    *("progress", "return_type", "state", "task_id", "type"),
]
OBSERVED = [
    *("completed_at", "created_at", "download_time", "foreground_rect", "image", "image_height"),
    *("image_width", "mask", "output_type", "processed_at", "progress", "return_type", "state"),
    *("state_detail", "task_id", "time_elapsed", "type"),
]


def test_a_result_has_the_documented_fields_in_alphabetical_order(world: World) -> None:
    body = world.frozen().post(sync="1", output_type="1").json()
    assert list(body) == ["status", "message", "data"]
    assert list(body["data"]) == DOCUMENTED
    now = int(world.sandbox.clock.now())
    fixed = {name: value for name, value in body["data"].items() if name not in ("image", "mask", "task_id")}
    assert fixed == {
        "completed_at": now,
        "created_at": now,
        "output_type": 1,
        "processed_at": now,
        "progress": 100,
        "return_type": 1,
        "state": 1,
        "type": "auto",
    }


def test_a_failure_has_the_documented_fields_and_still_says_success(world: World) -> None:
    body = world.post(b"broken", sync="1").json()
    assert (body["status"], body["message"]) == (200, "success")
    assert list(body["data"]) == ["created_at", "processed_at", "progress", "state", "task_id"]


def test_by_choice_a_result_has_the_fields_of_live_answers(world: World) -> None:
    world.frozen().set(result_fields="observed")
    answer = world.post(sync="1", output_type="1")
    body = answer.json()
    assert list(body) == ["status", "data"]
    assert list(body["data"]) == OBSERVED
    assert (body["data"]["image_width"], body["data"]["image_height"]) == (200, 250)
    assert body["data"]["state_detail"] == "Complete"
    assert isinstance(body["data"]["time_elapsed"], float)
    task_id = world.begin()
    assert world.client.get(f"{PATH}/{task_id}").json() == {
        "status": 200,
        "data": {
            "created_at": int(world.sandbox.clock.now()),
            "progress": 0,
            "state": 0,
            "task_id": task_id,
        },
    }


def test_the_foreground_lies_where_a_crop_is_cut(world: World) -> None:
    world.set(result_fields="observed")
    box = world.cut()["foreground_rect"]
    cropped = world.cut(crop="1")
    assert cropped["foreground_rect"] == box
    assert (cropped["image_width"], cropped["image_height"]) == (box["width"], box["height"])
    whole = picture(world.client.get(world.cut()["image"]).content)
    part = picture(world.client.get(cropped["image"]).content)
    rows, columns = slice(box["y"], box["y"] + box["height"]), slice(box["x"], box["x"] + box["width"])
    assert (whole[rows, columns] == part).all()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", PATH, 200),
        ("GET", f"{PATH}/x", 404),
        ("GET", PATH, 404),
        ("PUT", PATH, 404),
        ("DELETE", f"{PATH}/x", 404),
        ("POST", f"{PATH}/x", 404),
        ("GET", f"{PATH}/", 404),
        ("POST", f"{PATH}/", 404),
        ("GET", f"{PATH}/x/y", 404),
        ("POST", "/api/tasks/visual/scale", 404),
        ("PATCH", "/api/tasks/", 404),
    ],
)
def test_every_answer_is_json_that_any_origin_may_read(
    world: World, method: str, path: str, status: int
) -> None:
    files = {"image_file": SMALL} if method == "POST" else None
    answer = world.client.request(method, path, files=files)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert world.sandbox.journal.last.response["text"] == answer.text


def test_head_is_no_query_of_a_task(world: World) -> None:
    task_id = world.frozen().set(polls=2).begin()
    assert [world.client.head(f"{PATH}/{task_id}").status_code for _ in range(5)] == [404] * 5
    assert world.sandbox.journal.last.behaviours == ["picwish.error.404.path"]
    assert [world.query(task_id)["state"] for _ in range(2)] == [0, 1]


@pytest.mark.parametrize(
    ("method", "path", "nearest"),
    [
        ("PUT", PATH, f"POST {PATH} (another method)"),
        ("POST", f"{PATH}/", f"POST {PATH} (without the slash at its end)"),
        ("POST", "/api/tasks/visual/segmentaton", f"POST {PATH}"),
        (
            "GET",
            "/api/tasks/visual/Segmentation/x",
            f"GET {PATH}/<task_id> (paths tell upper from lower case)",
        ),
        ("POST", f"{PATH}/x", f"GET {PATH}/<task_id> (another method)"),
    ],
)
def test_a_path_that_is_not_documented_names_the_nearest_that_is(
    world: World, method: str, path: str, nearest: str
) -> None:
    assert world.client.request(method, path).status_code == 404
    assert world.sandbox.journal.last.notes == [f"no operation at {method} {path}; the nearest is {nearest}"]


@pytest.mark.parametrize(
    ("content_type", "note"),
    [
        ("application/x-www-form-urlencoded", "Content-Type is application/x-www-form-urlencoded"),
        ("application/json", "Content-Type is application/json"),
        ("", "Content-Type is absent"),
        ("multipart/form-data", "names no boundary"),
        ("multipart/form-data; boundary=b", ""),
    ],
)
def test_a_body_that_is_no_form_is_refused_with_the_reason(
    world: World, content_type: str, note: str
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = world.client.post(PATH, headers=headers, content=b"sync=1")
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid request body")
    assert note in world.sandbox.journal.last.notes[0]


@pytest.mark.parametrize("prefix", ["", "/picwish"])
@pytest.mark.parametrize(
    "path", [f"/{PATH}", PATH.replace("/", "//"), f"//{PATH}", "/api/tasks/visual//segmentation"]
)
def test_slashes_may_be_repeated(world: World, prefix: str, path: str) -> None:
    answer = world.client.post(f"{world.server.url}{prefix}{path}", files={"image_file": SMALL})
    assert answer.status_code == 200
    assert "picwish.path.double_slash" in world.sandbox.journal.last.behaviours
    task_id = answer.json()["data"]["task_id"]
    assert world.client.get(f"{world.server.url}{prefix}{path}//{task_id}").status_code == 200


@pytest.mark.parametrize("path", [PATH, f"{PATH}/x", "/tasks/output/segmentation/x.png"])
def test_a_browser_may_ask_first(stranger: httpx.Client, path: str) -> None:
    headers = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-api-key",
    }
    answer = stranger.options(path, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-api-key" in answer.headers["access-control-allow-headers"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(max_examples=40)
@given(answer=st.dictionaries(st.text(), JSON))
def test_escaping_changes_no_value(answer: dict[str, Any]) -> None:
    text = written(answer)
    assert not set(b"&<>") & set(text)
    assert httpx.Response(200, content=text).json() == answer


@pytest.mark.parametrize("key", ["", "mock-nobody", "mock-picwish-key-\xff"])
def test_a_wrong_key_is_refused(stranger: httpx.Client, key: str) -> None:
    headers = {KEY.encode(): key.encode("latin1")} if key else {}
    for answer in (stranger.post(PATH, headers=headers), stranger.get(f"{PATH}/x", headers=headers)):
        assert (answer.status_code, answer.json()) == (401, {"status": 401, "message": "Invalid API key"})
