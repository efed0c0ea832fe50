"""What the journal says of a request: the facts, and what a client should look at."""

import hashlib
from collections.abc import Iterator

import httpx
import pytest
from picwish_world import KEY, SMALL, SOURCE, World

from mockserver import MockServer, RunningSandbox
from mockserver.providers.picwish.wire import PATH


def test_a_request_is_told_with_its_fields_and_its_file(world: World) -> None:
    world.post(sync="1", type="person")
    exchange = world.sandbox.journal.last
    assert exchange.operation == "segmentation"
    assert exchange.fields == {"sync": "1", "type": "person"}
    (file,) = exchange.files
    assert (file.field, file.filename, file.size) == ("image_file", "photo.jpg", len(SMALL))
    assert (file.format, file.width, file.height) == ("jpeg", 200, 250)
    assert exchange.notes == []
    assert exchange.behaviours == [
        *("picwish.mode.sync", "picwish.source.image_file", "picwish.option.type.person"),
        *("picwish.option.return_type.1", "picwish.option.output_type.2"),
        *("picwish.state.1", "picwish.success", "picwish.format.jpeg"),
    ]


def test_a_url_is_told_as_a_field_even_where_it_came_as_a_file(world: World) -> None:
    world.sandbox.know_url(SOURCE, SMALL)
    world.client.post(PATH, files={"image_url": SOURCE, "sync": (None, "1")})
    assert world.sandbox.journal.last.fields == {"image_url": SOURCE, "sync": "1"}
    (source,) = world.sandbox.journal.last.files
    assert (source.field, source.filename, source.width, source.height) == ("image_url", None, 200, 250)
    assert (source.size, source.digest) == (len(SMALL), hashlib.sha256(SMALL).hexdigest())


def test_a_query_is_told_with_its_task(world: World) -> None:
    task_id = world.frozen().begin()
    world.query(task_id)
    exchange = world.sandbox.journal.last
    assert (exchange.operation, exchange.fields) == ("query", {"task_id": task_id})
    assert exchange.behaviours == ["picwish.state.0"]


def test_a_query_tells_why_its_task_failed(world: World) -> None:
    task_id = world.begin(b"<html>")
    world.after(task_id, 2)
    assert world.sandbox.journal.last.notes == ["not a JPEG, PNG, BMP, GIF, WebP or TIFF file"]


def test_fields_without_effect_are_noted(world: World) -> None:
    world.post(sync="1", bg_color="ff0000", quality="90")
    assert [note.partition(";")[0] for note in world.sandbox.journal.last.notes] == [
        "the field 'quality' is not read",
        "bg_color has no effect without format=jpg",
    ]


@pytest.mark.parametrize(
    ("header", "form", "note"),
    [
        ("Authorization", "Bearer {}", "the key of this sandbox came in the header authorization"),
        ("X-API-KEYS", "{}", "the key of this sandbox came in the header x-api-keys"),
        ("api_key", '"{}"', "the key of this sandbox came in the header api_key"),
        (KEY, "Bearer {}", "x-api-key holds a key of this sandbox, but not its API key alone"),
        (KEY, "'{}'", "x-api-key holds a key of this sandbox, but not its API key alone"),
    ],
)
def test_a_key_in_the_wrong_place_is_found_and_hidden(
    sandbox: RunningSandbox, stranger: httpx.Client, header: str, form: str, note: str
) -> None:
    key = sandbox.picwish.api_key
    answer = stranger.post(PATH, headers={header: form.format(key)}, files={"image_file": SMALL})
    assert answer.status_code == 401
    assert note in sandbox.journal.last.notes[0]
    assert key not in str(sandbox.journal.last)


def test_without_any_key_nobody_is_asked(server: MockServer, stranger: httpx.Client) -> None:
    stranger.post(PATH, files={"image_file": SMALL})
    assert server.strangers.last.notes == ["there is no header x-api-key, or it is empty"]


def test_the_key_of_a_request_is_not_readable(world: World) -> None:
    world.post()
    assert world.sandbox.picwish.api_key not in str(world.sandbox.journal.last)


@pytest.mark.parametrize("name", ["x-api-key", "X-API-KEY", "api_key", "apikey"])
@pytest.mark.parametrize("path", [PATH, f"{PATH}/x", "/api/tasks/visual/scale", "/tasks/output/x"])
def test_a_key_in_the_query_is_not_readable_either(
    sandbox: RunningSandbox, stranger: httpx.Client, name: str, path: str
) -> None:
    key = sandbox.picwish.api_key
    stranger.get(f"{path}?a=1&{name}={key}")
    assert sandbox.journal.last.query == f"a=1&{name}=mock-p… ({len(key)} characters)"
    assert key not in str(sandbox.journal.last)


def test_a_sandbox_that_is_dropped_while_the_upload_comes_is_unknown(world: World) -> None:
    def body() -> Iterator[bytes]:
        whole = b"--b\r\nContent-Disposition: form-data; name=image_file; filename=a\r\n\r\n" + SMALL
        yield whole[:500]
        world.server.app.engine.registry.drop(world.sandbox.id)
        yield whole[500:] + b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert world.client.post(PATH, content=body(), headers=headers).status_code == 401
