"""The flows of the vendor's published samples, over a real socket: polls of a second each, 30 at most."""

import base64
import json
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from other_side import OtherSide
from picwish_world import KEY, SMALL, World

from mockserver.providers import picwish
from mockserver.providers.picwish.wire import PATH

SOURCES = pytest.mark.parametrize("source", ["file", "url", "url as file"])


def parts(source: str, url: str, **fields: str) -> list[tuple[str, Any]]:
    """A form as the samples send it: fields first, then the image; one of them sends a URL as a file."""
    image = {
        "file": ("image_file", ("test.jpg", SMALL, "image/jpeg")),
        "url": ("image_url", (None, url)),
        "url as file": ("image_url", ("image_url", url)),
    }[source]
    return [*((name, (None, value)) for name, value in fields.items()), image]


def polled(world: World, task_id: str) -> dict[str, Any]:
    """Query a task each second of its time, 30 s at most, until it has ended."""
    for _ in range(30):
        body: dict[str, Any] = world.client.get(f"{PATH}/{task_id}").json()
        assert body["status"] == 200, body["message"]
        if body["data"]["state"] < 0 or body["data"]["progress"] >= 100:
            return body
        world.sandbox.clock.travel(1)
    raise AssertionError("timeout")


@SOURCES
def test_a_synchronous_sample_prints_its_result(world: World, other_side: OtherSide, source: str) -> None:
    url = other_side.serve("/test.jpg", SMALL)
    answer = world.client.post(PATH, files=parts(source, url, sync="1"))
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["progress"] >= 100
    assert world.client.get(data["image"]).content.startswith(b"\x89PNG")


@SOURCES
@pytest.mark.parametrize("fields", [{"sync": "0"}, {}, {"output_type": "1"}], ids=str)
@pytest.mark.parametrize("settings", [{}, {"polls": 5}, {"links": "v4"}], ids=str)
def test_an_asynchronous_sample_polls_to_its_result(
    world: World, other_side: OtherSide, source: str, fields: dict[str, str], settings: dict[str, Any]
) -> None:
    url = other_side.serve("/test.jpg", SMALL)
    body = world.set(**settings).client.post(PATH, files=parts(source, url, **fields)).json()
    data = polled(world, body["data"]["task_id"])["data"]
    assert data["state"] == 1
    for output in ("image", "mask") if "output_type" in fields else ("image",):
        assert world.client.get(data[output]).status_code == 200


@SOURCES
@pytest.mark.parametrize("fields", [{}, {"sync": "1"}], ids=str)
def test_a_callback_sample_is_called_back(
    world: World, other_side: OtherSide, source: str, fields: dict[str, str]
) -> None:
    url = other_side.serve("/test.jpg", SMALL)
    form = parts(source, url, callback_url=other_side.url + "/callback", **fields)
    assert world.client.post(PATH, files=form).json()["data"]["task_id"]
    world.sandbox.clock.travel(2)
    (received,) = other_side.received
    assert received.json["data"]["state"] == 1
    assert world.client.get(received.json["data"]["image"]).status_code == 200


def test_a_sample_that_meets_a_failure_shows_its_message(world: World, other_side: OtherSide) -> None:
    url = other_side.url + "/nothing.jpg"
    body = world.client.post(PATH, files=parts("url", url)).json()
    found = polled(world, body["data"]["task_id"])
    assert (found["data"]["state"], found["message"]) == (-3, "success")


def test_a_sample_with_a_wrong_key_finds_no_data(world: World) -> None:
    answer = world.client.post(PATH, headers={KEY: "YOUR_API_KEY"}, files=parts("file", ""))
    assert answer.status_code == 401
    assert "data" not in answer.json()


def test_a_form_may_come_in_chunks_of_any_size(world: World) -> None:
    request = httpx.Request("POST", world.server.url, files=parts("file", "", sync="1"))
    body = request.read()
    pieces = (body[start : start + 777] for start in range(0, len(body), 777))
    headers = {"Content-Type": request.headers["content-type"]}
    assert world.client.post(PATH, headers=headers, content=pieces).json()["data"]["state"] == 1


def test_a_sample_that_wants_base64_decodes_a_png(world: World) -> None:
    body = world.client.post(PATH, files=parts("file", "", return_type="2")).json()
    data = polled(world, body["data"]["task_id"])["data"]
    assert base64.b64decode(data["image"]).startswith(b"\x89PNG")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_example_of_the_command_line_works_when_pasted(world: World) -> None:
    command = shlex.split(picwish.example(world.sandbox.picwish))
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout)["data"]["state"] == 1


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(
    "options", [[], ["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked"], ["--http1.0"]]
)
def test_curl_gets_its_result(world: World, tmp_path: Path, options: list[str]) -> None:
    image = tmp_path / "image.jpg"
    image.write_bytes(SMALL)
    form = ["-F", "sync=1", "-F", f"image_file=@{image}", "-H", f"{KEY}: {world.sandbox.picwish.api_key}"]
    command = ["curl", "-ksS", "--max-time", "10", *options, *form, world.server.url + PATH]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    link = json.loads(run.stdout)["data"]["image"]
    result = tmp_path / "result.png"
    subprocess.run(["curl", "-sS", "--max-time", "10", "-o", result, link], check=True)
    assert result.read_bytes().startswith(b"\x89PNG")
