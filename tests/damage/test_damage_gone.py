"""A client that is gone when its answer is ready: the journal says that nobody got it."""

import socket

from damage_world import ailab, as_bytes, connected, until

from mockserver import MockServer, RunningSandbox


def test_a_client_that_left_while_the_work_went_on_got_no_answer() -> None:
    with MockServer() as server:  # of its own: nothing is done already, the work takes its time
        sandbox = server.sandbox()
        request = ailab(sandbox)
        with connected(request) as peer:
            peer.sendall(as_bytes(request))
        until(lambda: len(sandbox.journal) == 1)
        assert sandbox.journal.last.status is None
        assert "ailab.success" in sandbox.journal.last.behaviours


def test_a_client_that_only_has_no_more_to_say_got_its_answer(sandbox: RunningSandbox) -> None:
    request = ailab(sandbox)
    with connected(request) as peer:
        peer.sendall(as_bytes(request))
        peer.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: peer.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200")
    until(lambda: len(sandbox.journal) == 1)
    assert sandbox.journal.last.status == 200
