"""What becomes of a connection: with big bodies, unread ones, many at once, and when the server stops."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from damage_world import ailab, ailab_result, answered, as_bytes, connected, picwish_result, read, until

from mockserver import MockServer, RunningSandbox

POST = "POST /api/cutout/portrait/avatar-extraction HTTP/1.1\r\nHost: x\r\n"
FORM = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}"
BIG = 24 * 1024 * 1024
STOPPED = 0.5
"""Seconds that are long for a stop: what it really takes is measured, but a busy machine may stall."""


def head(sandbox: RunningSandbox, length: int, *more: str) -> bytes:
    lines = "\r\n".join([FORM.format(length=length), *more])
    return f"{POST}ailabapi-api-key: {sandbox.ailab.api_key}\r\n{lines}\r\n\r\n".encode()


@pytest.fixture(autouse=True)
def _nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What is done to a connection on purpose is no error of the server."""
    yield
    assert [record.getMessage() for record in caplog.get_records("call")] == []


@pytest.fixture
def big(sandbox: RunningSandbox) -> httpx.Request:
    """A download of more than any buffer of a socket holds."""
    request = ailab_result(sandbox)
    sandbox.state.keep("big", bytes(range(256)) * (BIG // 256))
    sandbox.assets.publish(request.url.path, "big", media_type="image/png", lifetime=60)
    return request


@pytest.mark.parametrize("cut", ["reset", "close"])
@pytest.mark.parametrize(("at", "size"), [("within", BIG // 2), ("after", BIG)])
def test_all_that_was_sent_arrives_however_much(
    sandbox: RunningSandbox, big: httpx.Request, cut: str, at: str, size: int
) -> None:
    sandbox.fail("ailab", f"connection.{cut}", at=at)
    received = answered(big, to_the_end=True)
    assert len(received.body) == size
    assert received.end == {"reset": "reset", "close": "closed"}[cut]


@pytest.mark.parametrize("at", ["request", "before"])
def test_a_close_is_no_reset_for_a_client_that_still_sends(sandbox: RunningSandbox, at: str) -> None:
    sandbox.set("ailab", locked=True)  # refused before the body is read
    sandbox.fail("ailab", "connection.close", at=at)
    with connected(ailab(sandbox)) as peer:
        peer.sendall(head(sandbox, 10_000_000))
        assert peer.recv(1) == b""
        for _ in range(100):
            peer.sendall(bytes(100_000))
        assert peer.recv(1) == b""


def test_a_reset_at_the_request_costs_nothing(sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", balance=1)
    sandbox.fail("ailab", "connection.reset", at="request")
    assert [answered(ailab(sandbox)).status for _ in range(3)] == [None, 200, 429]


def test_a_reset_in_place_of_the_answer_comes_when_all_is_done(sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", balance=1)
    sandbox.fail("ailab", "connection.reset", at="before")
    assert [answered(ailab(sandbox)).status for _ in range(2)] == [None, 429]
    assert "ailab.success" in sandbox.journal[0].behaviours


def test_a_connection_goes_on_after_damage_that_leaves_it_whole(sandbox: RunningSandbox) -> None:
    for effect in ("http.status", "http.truncated_body", "http.empty_body"):
        sandbox.fail("ailab", effect)
    sandbox.fail("ailab", "http.slow_drip", seconds=0.01)
    request = ailab(sandbox)
    with connected(request) as peer:
        for _ in range(6):
            peer.sendall(as_bytes(request))
            assert read(peer).end == "open"
    assert sandbox.journal.last.faults == []


def test_a_client_that_waits_to_be_told_to_send_is_told_nothing(sandbox: RunningSandbox) -> None:
    sandbox.fail("ailab", "connection.silence", at="request")
    with connected(ailab(sandbox)) as peer:
        peer.sendall(head(sandbox, 5, "Expect: 100-continue"))
        peer.settimeout(0.1)
        with pytest.raises(TimeoutError):
            peer.recv(1)


def test_a_late_refusal_of_a_client_that_waits_is_no_invitation(sandbox: RunningSandbox) -> None:
    sandbox.set("ailab", locked=True)
    sandbox.fail("ailab", "http.delay", seconds=0.02)
    with connected(ailab(sandbox)) as peer:
        peer.sendall(head(sandbox, 5, "Expect: 100-continue"))
        assert read(peer).status == 403


def test_a_head_has_no_body_to_damage_but_can_be_late_and_reset(sandbox: RunningSandbox) -> None:
    url = picwish_result(sandbox).url
    sandbox.fail("picwish", "http.empty_body")
    sandbox.fail("picwish", "http.delay", seconds=0.01)
    sandbox.fail("picwish", "connection.reset", at="after")
    received = answered(httpx.Request("HEAD", url), to_the_end=True)
    assert (received.body, received.end) == (b"", "reset")
    assert sandbox.journal.last.faults == ["http.delay", "connection.reset"]


def test_pipelined_requests_behind_a_silent_one_end_with_it(sandbox: RunningSandbox) -> None:
    sandbox.fail("ailab", "connection.silence")
    request = ailab(sandbox)
    with connected(request) as peer:
        peer.sendall(as_bytes(request) * 3)
        until(lambda: len(sandbox.journal) == 1)
    assert answered(request).status == 200


@pytest.mark.parametrize("cut", ["reset", "close"])
def test_a_connection_that_is_cut_after_an_answer_is_cut_for_the_next_request_too(
    sandbox: RunningSandbox, cut: str
) -> None:
    sandbox.fail("ailab", f"connection.{cut}", at="after", times=None)
    request = ailab(sandbox)
    for _ in range(20):
        with connected(request) as peer:
            peer.sendall(as_bytes(request) * 2)
            received = read(peer, to_the_end=True)
            assert (received.status, received.end) == (200, "reset" if cut == "reset" else "closed")
            assert len(received.body) == int(received.headers["content-length"])
    assert len(sandbox.journal) == 20


@pytest.fixture
def running() -> Iterator[MockServer]:
    """A server that the test stops."""
    server = MockServer().start()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("effect", "options"),
    [("connection.silence", {}), ("http.delay", {"seconds": 600})],
    ids=lambda one: str(one),
)
def test_a_client_that_gives_up_is_noticed(
    running: MockServer, monkeypatch: pytest.MonkeyPatch, effect: str, options: dict[str, Any]
) -> None:
    monkeypatch.setattr("mockserver.protocol.PATIENCE", 0.1)
    sandbox = running.sandbox()
    sandbox.fail("ailab", effect, times=None, **options)
    assert running._server is not None
    tasks = running._server.server_state.tasks
    request = ailab(sandbox)
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(connected(request)).sendall(as_bytes(request))
        until(lambda: sandbox.faults.list()[0].struck == 5)
        assert len(tasks) >= 5
    until(lambda: not tasks)


@pytest.mark.parametrize(
    ("effect", "options"),
    [
        ("connection.silence", {"at": "request"}),
        ("connection.silence", {"at": "before"}),
        ("http.delay", {"seconds": 60}),
        ("http.slow_drip", {"seconds": 60}),
    ],
)
def test_a_stopping_server_waits_for_no_held_connection(
    running: MockServer, effect: str, options: dict[str, Any]
) -> None:
    sandbox = running.sandbox()
    sandbox.fail("ailab", effect, times=None, **options)
    request = ailab(sandbox)
    with ExitStack() as stack:
        peers = [stack.enter_context(connected(request)) for _ in range(10)]
        for peer in peers:
            peer.sendall(as_bytes(request))
        until(lambda: sandbox.faults.list()[0].struck == 10)
        began = time.perf_counter()
        running.stop()
        assert time.perf_counter() - began < STOPPED
        assert {ended(peer) for peer in peers} == {True}


def test_a_client_that_leaves_before_a_late_answer_is_seen_to_have_left(sandbox: RunningSandbox) -> None:
    sandbox.fail("ailab", "http.delay", seconds=600)
    request = ailab(sandbox)
    with connected(request) as peer:
        peer.sendall(as_bytes(request))
        until(lambda: sandbox.faults.list()[0].struck == 1)
        assert len(sandbox.journal) == 0
    until(lambda: len(sandbox.journal) == 1)
    left = sandbox.journal.last
    assert left.status is None
    assert "nobody waited for the answer any more when it was to be sent" in left.notes


def ended(peer: socket.socket) -> bool:
    try:
        while peer.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


def test_a_hold_that_begins_while_the_server_stops_is_ended_too(running: MockServer) -> None:
    sandbox = running.sandbox()
    sandbox.fail("ailab", "http.delay", seconds=60)
    with connected(ailab(sandbox)) as peer:
        peer.sendall(head(sandbox, 5))
        until(lambda: bool(running._server and running._server.server_state.tasks))
        stopping = threading.Thread(target=running.stop)
        began = time.perf_counter()
        stopping.start()
        until(lambda: running._socket is None or running._socket.fileno() == -1)
        peer.sendall(b"--b--")
        stopping.join()
        assert time.perf_counter() - began < STOPPED


def test_one_of_many_requests_at_once_gets_the_one_damage(sandbox: RunningSandbox) -> None:
    request = ailab(sandbox)
    answered(request)
    sandbox.fail("ailab", "http.status")
    sandbox.fail("ailab", "connection.reset", at="request", nth=5)
    barrier = threading.Barrier(32)

    def race(_: int) -> int | None:
        barrier.wait()
        return answered(request).status

    with ThreadPoolExecutor(32) as pool:
        found = list(pool.map(race, range(32)))
    assert (found.count(503), found.count(None), found.count(200)) == (1, 1, 30)
    assert len(sandbox.journal) == 33


@pytest.mark.parametrize("chunks", [300, 10_000])
def test_a_drip_takes_as_long_as_it_should_however_many_pieces(
    sandbox: RunningSandbox, big: httpx.Request, chunks: int
) -> None:
    sandbox.fail("ailab", "http.slow_drip", seconds=0.3, chunks=chunks)
    received = answered(big)
    assert len(received.body) == BIG
    assert 0.3 <= received.seconds < 0.8


def test_a_drip_of_nothing_is_answered(sandbox: RunningSandbox) -> None:
    sandbox.fail("ailab", "http.status", status=205)
    sandbox.fail("ailab", "http.slow_drip", seconds=0.01)
    received = answered(ailab(sandbox))
    assert (received.status, received.headers["content-length"], received.end) == (205, "0", "open")


def test_a_head_is_reset_within_its_answer(sandbox: RunningSandbox) -> None:
    url = picwish_result(sandbox).url
    sandbox.fail("picwish", "connection.reset", at="within")
    received = answered(httpx.Request("HEAD", url), to_the_end=True)
    assert (received.status, received.end) == (200, "reset")
