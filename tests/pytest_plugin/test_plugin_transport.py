"""The transport without a socket: what a client sees through it is what it sees through a connection."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio
import httpx
import pytest

from mockserver import MockServer, RunningSandbox, connect, fixtures
from mockserver.pytest_plugin.transport import Transport

CUT_OUT = "/api/cutout/portrait/avatar-extraction"
TASKS = "/api/tasks/visual/segmentation"
IMAGE = fixtures.path("portrait.jpg").read_bytes()
PATIENCE = 60.0
"""Seconds that a client waits where it need not."""


@pytest.fixture
def transport(server: MockServer) -> Transport:
    return Transport(server)


@pytest.fixture
def client(transport: Transport, sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    with httpx.Client(transport=transport, **settings(sandbox)) as client:
        yield client


def settings(sandbox: RunningSandbox) -> dict[str, Any]:
    headers = {"ailabapi-api-key": sandbox.ailab.api_key}
    return {"base_url": sandbox.ailab.url, "headers": headers, "timeout": PATIENCE, "verify": False}


def cut_out(client: httpx.Client) -> httpx.Response:
    return client.post(CUT_OUT, files={"image": IMAGE})


class Receiver(BaseHTTPRequestHandler):
    received: list[bytes]

    def do_POST(self) -> None:
        self.received.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


class Receivers(ThreadingHTTPServer):
    request_queue_size = 64


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.received = []
    with Receivers(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/done"
        server.shutdown()
        thread.join()


def test_a_result_is_made_and_fetched(client: httpx.Client, sandbox: RunningSandbox) -> None:
    link = cut_out(client).json()["data"]["elements"][0]["image_url"]
    assert link.startswith(sandbox.ailab.url)
    result = client.get(link)
    assert (result.status_code, result.headers["content-type"]) == (200, "image/png")
    assert len(result.content) == int(result.headers["content-length"])
    head = client.head(link)
    assert (head.status_code, head.content) == (200, b"")
    sandbox.clock.travel(hours=25)
    assert client.get(link).status_code == 404


def test_the_journal_sees_what_it_sees_of_a_connection(client: httpx.Client, sandbox: RunningSandbox) -> None:
    client.get(f"{CUT_OUT}/a%2Fb?x=%C3%A9")
    with httpx.Client(**settings(sandbox)) as other:
        other.get(f"{CUT_OUT}/a%2Fb?x=%C3%A9")
    inside, outside = sandbox.journal
    for name in ("method", "path", "query", "scheme", "http_version", "status", "notes", "headers"):
        assert getattr(inside, name) == getattr(outside, name)


def test_real_hosts_are_answered_too(transport: Transport, sandbox: RunningSandbox) -> None:
    with httpx.Client(transport=transport) as client:
        answer = client.get(
            f"https://techsz.aoscdn.com{TASKS}/none", headers={"X-API-KEY": sandbox.picwish.api_key}
        )
    assert answer.status_code == 404
    assert sandbox.journal.last.provider == "picwish"


@pytest.mark.parametrize("with_socket", [False, True])
@pytest.mark.parametrize(
    ("effect", "options", "error"),
    [
        ("connection.reset", {"at": "before"}, httpx.ReadError),
        ("connection.reset", {"at": "within"}, httpx.ReadError),
        ("connection.close", {"at": "before"}, httpx.RemoteProtocolError),
        ("connection.close", {"at": "within"}, httpx.RemoteProtocolError),
        ("connection.silence", {"at": "before"}, httpx.ReadTimeout),
        ("http.wrong_length", {}, httpx.RemoteProtocolError),
        ("http.slow_drip", {"seconds": 0.2, "chunks": 4}, None),
        ("http.delay", {"seconds": 5}, httpx.ReadTimeout),
    ],
)
def test_damage_is_what_it_is_on_a_connection(
    transport: Transport,
    sandbox: RunningSandbox,
    effect: str,
    options: dict[str, Any],
    error: type[Exception] | None,
    with_socket: bool,
) -> None:
    sandbox.fail("ailab", effect, **options)
    with httpx.Client(transport=None if with_socket else transport, **settings(sandbox)) as client:
        if error is None:
            assert cut_out(client).json()["error_code"] == 0
        else:
            client.timeout = httpx.Timeout(0.2 if error is httpx.ReadTimeout else PATIENCE)
            with pytest.raises(error):
                cut_out(client)
            client.timeout = httpx.Timeout(PATIENCE)
        assert cut_out(client).status_code == 200


def test_each_piece_of_an_answer_may_take_its_time(client: httpx.Client, sandbox: RunningSandbox) -> None:
    cut_out(client)  # once more it needs no work
    sandbox.fail("ailab", "http.slow_drip", seconds=1, chunks=5)
    client.timeout = httpx.Timeout(0.8)
    assert cut_out(client).json()["error_code"] == 0


@pytest.mark.parametrize("cut", ["reset", "close"])
def test_a_whole_answer_is_one_however_the_connection_ends(
    client: httpx.Client, sandbox: RunningSandbox, cut: str
) -> None:
    sandbox.fail("ailab", f"connection.{cut}", at="after")
    assert cut_out(client).json()["error_code"] == 0


def test_what_came_before_an_answer_broke_off_can_be_read(
    client: httpx.Client, sandbox: RunningSandbox
) -> None:
    sandbox.fail("ailab", "connection.reset", at="within")
    with client.stream("POST", CUT_OUT, files={"image": IMAGE}) as answer:
        assert answer.status_code == 200
        chunks = answer.iter_raw()
        received = next(chunks)
        with pytest.raises(httpx.ReadError):
            next(chunks)
    assert received.startswith(b'{"')


def test_thirty_at_once_on_loops_that_come_and_go(
    transport: Transport, sandbox: RunningSandbox, receiver: str
) -> None:
    async def tasks() -> list[str]:
        headers = {"X-API-KEY": sandbox.picwish.api_key}
        async with httpx.AsyncClient(
            transport=transport, base_url=sandbox.picwish.url, headers=headers, timeout=PATIENCE
        ) as client:
            sent = (
                client.post(TASKS, data={"callback_url": receiver}, files={"image_file": IMAGE})
                for _ in range(15)
            )
            answers = await asyncio.gather(*sent)
            return [answer.json()["data"]["task_id"] for answer in answers]

    sandbox.set("picwish", seconds=60, qps=None)
    ids = asyncio.run(tasks()) + asyncio.run(tasks())
    assert len(set(ids)) == 30
    assert Receiver.received == []
    sandbox.clock.travel(seconds=61)
    assert sorted(_task(body) for body in Receiver.received) == sorted(ids)


def _task(body: bytes) -> str:
    return next(word for word in body.decode().split('"') if len(word) == 36 and word.count("-") == 4)


def test_thirty_threads_share_it(client: httpx.Client, sandbox: RunningSandbox) -> None:
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: cut_out(client), range(30)))
    assert {answer.json()["error_code"] for answer in answers} == {0}
    assert len(sandbox.journal) == 30


def test_an_asynchronous_client_may_call_while_a_synchronous_one_waits(
    transport: Transport, sandbox: RunningSandbox
) -> None:
    async def both() -> tuple[int, int]:
        with httpx.Client(transport=transport, **settings(sandbox)) as client:
            async with httpx.AsyncClient(transport=transport, **settings(sandbox)) as other:
                return cut_out(client).status_code, (await other.get("/")).status_code

    assert asyncio.run(both()) == (200, 200)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_it_works_on_any_event_loop(transport: Transport, sandbox: RunningSandbox, backend: str) -> None:
    if backend == "trio":
        pytest.importorskip("trio")

    async def ask() -> int:
        async with httpx.AsyncClient(transport=transport, **settings(sandbox)) as client:
            return (await client.post(CUT_OUT, files={"image": IMAGE})).status_code

    assert anyio.run(ask, backend=backend) == 200


def test_who_stops_waiting_leaves_nothing_behind(
    server: MockServer, transport: Transport, sandbox: RunningSandbox
) -> None:
    async def give_up() -> None:
        async with httpx.AsyncClient(transport=transport, **settings(sandbox)) as client:
            asking = asyncio.ensure_future(client.post(CUT_OUT, files={"image": IMAGE}))
            while not sandbox.faults.list()[0].struck:
                await asyncio.sleep(0)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking

    async def none_left() -> bool:
        async with asyncio.timeout(5):
            while any("Connection" in str(task.get_coro()) for task in asyncio.all_tasks()):
                await asyncio.sleep(0)
        return True

    sandbox.fail("ailab", "connection.silence", at="request")
    asyncio.run(give_up())
    assert asyncio.run_coroutine_threadsafe(none_left(), server.loop).result()


def test_a_server_that_stops_ends_what_waits() -> None:
    with MockServer() as server, ThreadPoolExecutor(1) as pool:
        sandbox = server.sandbox()
        struck = threading.Event()
        sandbox.fail("ailab", "connection.silence", at="before")
        client = httpx.Client(transport=Transport(server), **settings(sandbox))

        def ask() -> type[Exception]:
            struck.set()
            with pytest.raises(httpx.TransportError) as caught:
                cut_out(client)
            return caught.type

        asking = pool.submit(ask)
        struck.wait()
        server.stop()
        assert asking.result(10) in (httpx.RemoteProtocolError, httpx.ConnectError)
        with pytest.raises(httpx.ConnectError, match="the server is not running"):
            cut_out(client)
        server.start()


def test_to_a_server_elsewhere_it_goes_by_the_network(server: MockServer) -> None:
    async def ask(transport: Transport, sandbox: Any) -> int:
        async with httpx.AsyncClient(transport=transport, **settings(sandbox)) as client:
            return (await client.post(CUT_OUT, files={"image": IMAGE})).status_code

    with connect(server.url) as remote:
        sandbox = remote.sandbox()
        with Transport(remote) as transport, httpx.Client(transport=transport) as client:
            assert client.get(sandbox.ailab.url).status_code == 200
            assert asyncio.run(ask(transport, sandbox)) == 200


def test_the_fixture(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import httpx
        import pytest
        from client import cut_out
        from mockserver.pytest_plugin.transport import Transport

        def test_synchronous(ailab, mockserver_transport: Transport):
            assert cut_out(ailab, transport=mockserver_transport).status_code == 200
            assert cut_out(ailab, transport=mockserver_transport).status_code == 200

        @pytest.mark.asyncio
        async def test_asynchronous(ailab, mockserver_transport, sandbox):
            async with httpx.AsyncClient(transport=mockserver_transport, base_url=ailab.url) as client:
                answer = await client.get("/api/cutout/", headers={"ailabapi-api-key": ailab.api_key})
            assert len(sandbox.journal) == 1
        """
    )
    project.runpytest("--mockserver-fail-on=never").assert_outcomes(passed=2)
