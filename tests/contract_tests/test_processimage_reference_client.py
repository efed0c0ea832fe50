import asyncio
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from PIL import Image

from contract_tests.clients.processimage import (
    AsyncProcessimageClient,
    ProcessimageClient,
    ProcessimageError,
)
from mockserver import MockServer, RunningSandbox, fixtures

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
BOX = {"x": 20, "y": 20, "w": 200, "h": 60}


@pytest.fixture
def sandbox(server: MockServer) -> RunningSandbox:
    return server.sandbox(processimage={"qps": None})


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[ProcessimageClient]:
    access = sandbox.processimage
    with ProcessimageClient(access.url, access.app_id, access.app_secret) as client:
        yield client


@pytest.fixture
def callbacks() -> Iterator[tuple[str, list[bytes]]]:
    """The URL of a receiver, and the bodies that it got."""
    bodies: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", bodies
        server.shutdown()
        thread.join()


def test_it_gets_a_picture_of_the_same_kind(client: ProcessimageClient) -> None:
    cleared = client.clear(PORTRAIT, [BOX])
    assert list(cleared.locations) == [BOX]
    assert (cleared.cached, cleared.remaining) == (False, 1499)
    picture = Image.open(io.BytesIO(client.download(cleared)))
    assert (picture.format, picture.size) == ("JPEG", Image.open(io.BytesIO(PORTRAIT)).size)


def test_it_sees_that_an_answer_was_cached(client: ProcessimageClient) -> None:
    assert [client.clear(PORTRAIT, [BOX]).cached for _ in range(2)] == [False, True]


def test_it_reads_what_a_callback_brought(
    client: ProcessimageClient, sandbox: RunningSandbox, callbacks: tuple[str, list[bytes]]
) -> None:
    url, bodies = callbacks
    sandbox.clock.freeze()
    client.begin(PORTRAIT, url, [BOX])
    sandbox.clock.travel(1)
    [body] = bodies
    assert client.download(client.received(body)).startswith(b"\xff\xd8")


def test_a_picture_without_text_has_nothing_to_download(client: ProcessimageClient) -> None:
    names = '{"items":[{"value":"nobody wrote this"}]}'
    cleared = client.clear(PORTRAIT, watermarkNames=names)
    assert (cleared.url, list(cleared.locations)) == (None, [])
    with pytest.raises(ValueError, match="nothing to download"):
        client.download(cleared)


@pytest.mark.parametrize("http_status", ["observed", "as_http_code"])
def test_it_sees_a_refusal_whatever_the_http_status(
    client: ProcessimageClient, sandbox: RunningSandbox, http_status: str
) -> None:
    sandbox.set("processimage", http_status=http_status, long_term=0, limited_term=0)
    with pytest.raises(ProcessimageError) as caught:
        client.clear(PORTRAIT, [BOX])
    assert (caught.value.http_code, caught.value.process_status) == (403, 52001)


@pytest.mark.parametrize("status", [52003, 52004])
def test_it_sees_that_the_work_failed(
    client: ProcessimageClient, sandbox: RunningSandbox, status: int
) -> None:
    sandbox.fail("processimage", f"status.{status}")
    with pytest.raises(ProcessimageError) as caught:
        client.clear(PORTRAIT, [BOX])
    assert (caught.value.http_code, caught.value.process_status) == (200, status)


def test_it_sees_an_answer_that_is_not_the_apis(client: ProcessimageClient, sandbox: RunningSandbox) -> None:
    sandbox.fail("processimage", "error.404.path")
    with pytest.raises(ProcessimageError) as caught:
        client.clear(PORTRAIT, [BOX])
    assert caught.value.http_code == 404


def test_it_downloads_no_result_that_is_too_old(client: ProcessimageClient, sandbox: RunningSandbox) -> None:
    cleared = client.clear(PORTRAIT, [BOX])
    sandbox.clock.travel(hours=6)
    with pytest.raises(httpx.HTTPStatusError):
        client.download(cleared)


def met(sandbox: RunningSandbox, behaviour: str) -> int:
    """How many exchanges met a behaviour."""
    return sum(f"processimage.{behaviour}" in one.behaviours for one in sandbox.journal)


def test_it_uses_one_token_for_many_calls(client: ProcessimageClient, sandbox: RunningSandbox) -> None:
    for show in ("true", "false"):
        client.clear_with_token(PORTRAIT, [BOX], show=show)
    assert (met(sandbox, "token.issued"), met(sandbox, "authentication.token")) == (1, 2)
    assert met(sandbox, "authentication.signature") == 0


def test_it_exchanges_a_token_that_has_come_to_its_end(
    client: ProcessimageClient, sandbox: RunningSandbox
) -> None:
    short = "/data/expiresIn"
    sandbox.fail("processimage", "http.json_value", operation="token", pointer=short, value="0")
    for show in ("true", "false"):
        client.clear_with_token(PORTRAIT, [BOX], show=show)
    assert (met(sandbox, "token.issued"), met(sandbox, "token.refreshed")) == (1, 1)


@pytest.mark.parametrize("minutes", [36, 24 * 60])
def test_it_gets_another_token_when_one_is_refused(
    client: ProcessimageClient, sandbox: RunningSandbox, minutes: int
) -> None:
    client.clear_with_token(PORTRAIT, [BOX])
    sandbox.clock.travel(minutes=minutes)
    assert client.clear_with_token(PORTRAIT, [BOX], show="true").url
    assert (met(sandbox, "token.issued"), met(sandbox, "error.401.token")) == (2, 1)


def test_it_takes_what_is_behind_a_url_where_nothing_is_signed(
    client: ProcessimageClient, sandbox: RunningSandbox
) -> None:
    sandbox.know_url("http://images.example.com/portrait.jpg", PORTRAIT)
    cleared = client.clear_with_token("http://images.example.com/portrait.jpg", [BOX])
    assert client.download(cleared).startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'{"httpCode":true}',
        b'{"httpCode":200,"data":{"processStatus":0,"processLocation":[{}]}}',
    ],
)
def test_it_takes_nonsense_for_an_error(client: ProcessimageClient, body: bytes) -> None:
    with pytest.raises(ProcessimageError):
        client.received(body)


def test_the_asynchronous_one_does_the_same(
    sandbox: RunningSandbox, callbacks: tuple[str, list[bytes]]
) -> None:
    url, bodies = callbacks

    async def play() -> list[bytes]:
        access = sandbox.processimage
        async with AsyncProcessimageClient(access.url, access.app_id, access.app_secret) as client:
            at_once = await client.clear(PORTRAIT, [BOX])
            by_token = await client.clear_with_token(PORTRAIT, [BOX])
            assert by_token.cached
            await client.begin(PORTRAIT, url, [BOX])
            await asyncio.to_thread(sandbox.clock.travel, 2)
            later = client.received(bodies[0])
            return [await client.download(one) for one in (at_once, by_token, later)]

    first, *others = asyncio.run(play())
    assert others == [first, first]
