import asyncio
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

import mockserver.server
from mockserver import MockServer, ServerError, fixtures
from mockserver.http_server import HttpServer
from mockserver.imaging import decode, matting
from mockserver.providers.ailab import Access
from mockserver.remote import connection
from mockserver.state.memory import MemoryState


def health(url: str) -> int:
    return httpx.get(f"{url}/_mock/health").status_code


def test_a_server_answers_inside_its_block_and_not_after() -> None:
    with MockServer() as server:
        url = server.url
        assert health(url) == 200
    with pytest.raises(httpx.ConnectError):
        health(url)


def test_an_idle_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.server.KEEP_ALIVE", 0.05)
    with MockServer() as server, socket.create_connection(("127.0.0.1", server.port), timeout=5) as idle:
        idle.sendall(b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with idle.makefile("rb") as answered:
            assert answered.read().startswith(b"HTTP/1.1 200 OK\r\n")


def test_an_unused_connection_lives_longer_here_than_in_our_own_client_and_in_httpx() -> None:
    assert (httpx.Limits().keepalive_expiry or 0) < connection.KEEP_ALIVE < mockserver.server.KEEP_ALIVE


def test_a_stopped_server_says_so() -> None:
    server = MockServer()
    with pytest.raises(ServerError, match="not running"):
        _ = server.url
    with server:
        pass
    with pytest.raises(ServerError, match="not running"):
        server.sandbox()


def test_a_server_starts_again_with_nothing_left_from_before() -> None:
    server = MockServer()
    with server:
        httpx.post(f"{server.url}/api/cutout/portrait/avatar-extraction")
        assert len(server.strangers) == 1
    with server:
        assert health(server.url) == 200
        assert len(server.strangers) == 0


def test_a_lent_state_outlives_the_server_and_its_own_does_not() -> None:
    lent = MemoryState()
    with MockServer(state=lent) as borrower, MockServer() as owner:
        for server in (borrower, owner):
            server.app.engine.state.keep("digest", b"blob")
        owned = owner.app.engine.state
    assert (lent.blob("digest"), owned.blob("digest")) == (b"blob", None)
    lent.close()


def test_a_second_start_is_refused() -> None:
    with MockServer() as server, pytest.raises(ServerError, match="already"):
        server.start()


def test_two_servers_do_not_know_each_other() -> None:
    with MockServer() as one, MockServer() as other:
        assert one.port != other.port
        key = one.sandbox().ailab.api_key
        assert other.app.engine.registry.find("ailab", key) is None


def test_a_taken_port_is_an_oserror_and_the_server_can_still_start() -> None:
    with MockServer() as first:
        second = MockServer(port=first.port)
        with pytest.raises(OSError, match="in use"):
            second.start()
    with second:
        assert health(second.url) == 200


def test_a_server_that_cannot_start_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: HttpServer, sockets: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(HttpServer, "startup", broken)
    with pytest.raises(ServerError) as caught:
        MockServer().start()
    assert str(caught.value.__cause__) == "broken on purpose"


def test_a_server_thread_that_dies_raises_at_the_next_use(monkeypatch: pytest.MonkeyPatch) -> None:
    started = threading.Event()

    async def broken(self: HttpServer) -> None:
        assert await asyncio.to_thread(started.wait, 5)
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(HttpServer, "main_loop", broken)
    server = MockServer().start()
    started.set()
    assert server._thread is not None
    server._thread.join(5)
    with pytest.raises(ServerError, match="died"):
        _ = server.url
    with pytest.raises(ServerError, match="died"):
        server.stop()


def test_stopping_does_not_wait_for_an_idle_connection() -> None:
    with MockServer() as server, httpx.Client() as client:
        assert client.get(f"{server.url}/_mock/health").status_code == 200
        began = time.perf_counter()
    assert time.perf_counter() - began < 0.5


def test_stopping_does_not_wait_for_a_body_that_never_comes() -> None:
    with MockServer() as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head(server.default.ailab.api_key) + b"--b")
        assert health(server.url) == 200
        began = time.perf_counter()
    assert time.perf_counter() - began < 5


def test_what_a_stopping_server_could_not_answer_is_in_the_journal() -> None:
    server = MockServer().start()
    sandbox = server.default
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head(sandbox.ailab.api_key) + b"--b")
        assert health(server.url) == 200
        server.stop()
    assert sandbox.journal.last.status is None


def test_a_sandbox_that_is_dropped_during_a_request_stays_dropped() -> None:
    with MockServer() as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        sandbox = server.sandbox()
        registry = server.app.engine.registry
        connection.sendall(head(sandbox.ailab.api_key, length=5))
        assert health(server.url) == 200
        registry.drop(sandbox.id)
        connection.sendall(b"--b--")
        assert connection.recv(65536).startswith(b"HTTP/1.1 4")
        assert len(server.strangers) == 1
        assert list(registry.state.entries(sandbox.id, "journal").entries) == []


def test_an_offer_to_upgrade_is_ignored_and_the_body_is_read() -> None:
    # As Java's HTTP client sends it with every first request.
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
    with MockServer() as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        request = head(server.default.ailab.api_key, length=5).replace(b"\r\n\r\n", b"\r\n" + offer + b"\r\n")
        connection.sendall(request + b"--b--")
        assert connection.recv(65536).startswith(b"HTTP/1.1 400")
        exchange = server.default.journal.last
        assert exchange.behaviours == ["ailab.error.MISSING_PARAMETERS"]


@pytest.mark.parametrize("garbage", [b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000])
def test_what_is_no_http_request_is_refused_and_noted(garbage: bytes) -> None:
    with MockServer() as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(garbage)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400")
        assert server.strangers.last.notes[0].startswith("not an HTTP request")


def head(key: str, length: int = 1000) -> bytes:
    return (
        f"POST /api/cutout/portrait/avatar-extraction HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nailabapi-api-key: {key}\r\n\r\n"
    ).encode()


def test_an_ipv6_server_names_itself_in_brackets() -> None:
    try:
        server = MockServer(host="::1").start()
    except OSError as error:
        pytest.skip(f"no IPv6 loopback here: {error}")
    try:
        assert server.url == f"http://[::1]:{server.port}"
        assert health(server.url) == 200
    finally:
        server.stop()


def test_answers_on_a_kept_alive_connection_are_not_delayed() -> None:
    # Nagle's algorithm together with delayed acknowledgements would cost 40 ms an answer.
    with MockServer() as server, httpx.Client(base_url=server.url) as client:
        client.get("/_mock/health")
        began = time.perf_counter()
        for _ in range(50):
            client.get("/_mock/health")
        assert time.perf_counter() - began < 1.0


def test_image_work_does_not_block_other_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on = threading.Event(), threading.Event()

    def held_up(picture: decode.Picture) -> NDArray[np.uint8]:
        began.set()
        assert go_on.wait(10)
        return cut_out(picture)

    cut_out = matting.matte
    monkeypatch.setattr(matting, "matte", held_up)
    portrait = fixtures.path("portrait.jpg").read_bytes()
    with MockServer() as server, ThreadPoolExecutor(8) as clients:
        access = server.default.ailab
        uploads = [clients.submit(upload, access, portrait + bytes([number])) for number in range(8)]
        assert began.wait(10)
        assert health(server.url) == 200
        go_on.set()
        assert [future.result() for future in uploads] == [200] * 8


def upload(access: Access, image: bytes) -> int:
    url = f"{access.url}/api/cutout/portrait/avatar-extraction"
    headers = {"ailabapi-api-key": access.api_key}
    return httpx.post(url, headers=headers, files={"image": image}, timeout=30).status_code


def test_the_bounds_of_the_sandboxes_are_those_given() -> None:
    with MockServer(max_sandboxes=2, idle=60) as server:
        ids = [server.sandbox().id for _ in range(3)]
        listing = httpx.get(f"{server.url}/_mock/sandboxes").json()
        assert (listing["most"], listing["idle"]) == (2, 60)
        assert [one["id"] for one in listing["sandboxes"]] == ["default", *ids[1:]]


def test_a_dropped_sandbox_is_gone() -> None:
    with MockServer() as server:
        sandbox = server.sandbox()
        server.drop(sandbox.id)
        assert not sandbox.alive
