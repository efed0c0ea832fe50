"""Which tunnels the proxy makes, and what becomes of everything else that clients say to it."""

import os
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_proxy import AILAB, ESTABLISHED, answer, connected, get, received, secure, status, tunnel

from mockserver import MockServer
from mockserver.intercept import Interception, Refused, proxy


@pytest.fixture
def nobody() -> Iterator[socket.socket]:
    """A listener on this machine that nobody may be led to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener


@pytest.mark.parametrize("host", [AILAB, AILAB.upper(), f"{AILAB}.", "bda.ap-guangzhou.tencentcloudapi.com"])
def test_a_tunnel_leads_to_a_host_of_a_provider(interception: Interception, host: str) -> None:
    request = f"CONNECT {host}:443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic eDp5\r\n\r\n".encode()
    assert answer(interception, request).startswith(ESTABLISHED)


@pytest.mark.parametrize(
    "request_line",
    [f"CONNECT {AILAB}:443 HTTP/1.0\r\n\r\n", f"connect {AILAB}:443 HTTP/1.1\n\n"],
    ids=["HTTP/1.0", "lower case and bare line feeds"],
)
def test_a_tunnel_may_be_asked_for_without_much_ceremony(
    interception: Interception, request_line: str
) -> None:
    assert answer(interception, request_line.encode()).startswith(ESTABLISHED)


@pytest.mark.parametrize(
    "target",
    [
        "example.com:443",
        f"{AILAB}:22",
        f"{AILAB}.example.com:443",
        f"example.com.{AILAB}:443",
        "bda.x.example.com:443",
        "bda.-.tencentcloudapi.com:443",
        f"bda.{'a' * 64}.tencentcloudapi.com:443",
        "bda.a.b.tencentcloudapi.com:443",
        "169.254.169.254:80",
        "[fd00:ec2::254]:80",
        "localhost:22",
        "127.0.0.1:22",
        "127.1:443",
        "[::1]:22",
        "0.0.0.0:443",
        "2130706433:443",
    ],
)
def test_no_tunnel_leads_anywhere_else(interception: Interception, target: str) -> None:
    response = answer(interception, f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
    assert status(response) == 403
    assert response.startswith(b"HTTP/1.1 403 mockserver refuses ")


@pytest.mark.parametrize(
    "target",
    [
        "",
        ":443",
        AILAB,
        f"{AILAB}:",
        f"{AILAB}:0",
        f"{AILAB}:65536",
        f"user@{AILAB}:443",
        f"https://{AILAB}:443",
        f"{AILAB}:443:443",
        f"{AILAB}\0:443",
        "a" * 300 + ":443",
        "..:443",
        "[::1:443",
        "*:443",
    ],
)
def test_a_target_that_is_none_is_a_bad_request(interception: Interception, target: str) -> None:
    assert status(answer(interception, f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())) == 400


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0" * 100 + b"\r\n\r\n",
        b"\r\n\r\n",
        b"CONNECT\r\n\r\n",
        f"CONNECT {AILAB}:443\r\n\r\n".encode(),
        f"CONNECT {AILAB}:443 HTTP/2\r\n\r\n".encode(),
        f"CONNECT {AILAB}:443 HTTP/1.1 x\r\n\r\n".encode(),
        f"CONNECT {AILAB}:443 HTTP/1.1\r\n\r\nearly".encode(),
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"GET http://\xff/ HTTP/1.1\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        f"GET http://user@{AILAB}/ HTTP/1.1\r\n\r\n".encode(),
        f"GET ftp://{AILAB}/ HTTP/1.1\r\n\r\n".encode(),
        b"GET / HTTP/1.1\r\nHost: www.ailabapi.com\r\n\r\n",
        b"GET /_mock/sandboxes HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
)
def test_what_is_no_request_to_a_proxy_is_a_bad_request(interception: Interception, garbage: bytes) -> None:
    assert status(answer(interception, garbage)) == 400


def test_a_head_is_bounded(interception: Interception) -> None:
    head = f"CONNECT {AILAB}:443 HTTP/1.1\r\n".encode() + b"X: y\r\n" * (proxy.MAX_HEAD // 6)
    assert status(answer(interception, head)) == 431


def test_a_slow_head_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "HEAD_TIMEOUT", 0.05)
    with MockServer(intercept=True) as server, connected(server.intercept()) as connection:
        connection.sendall(b"CONNECT ")
        assert received(connection) == b""


def test_a_handshake_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "HEAD_TIMEOUT", 0.05)
    with MockServer(intercept=True) as server, tunnel(server.intercept()) as connection:
        assert received(connection) == b""


def test_a_thousand_half_open_tunnels_keep_nobody_out(
    interception: Interception, client: httpx.Client
) -> None:
    waiting = [tunnel(interception) if number % 2 else connected(interception) for number in range(1000)]
    try:
        assert client.get(f"https://{AILAB}/").status_code == 404
    finally:
        for connection in waiting:
            connection.close()


def test_a_tunnel_of_plain_http_leads_to_port_80(interception: Interception) -> None:
    with tunnel(interception, port=80) as connection:
        connection.sendall(get("/", AILAB))
        assert b"ERROR_AI_NOT_EXISTS" in received(connection)


def test_a_tunnel_leads_to_the_server_itself_for_clients_that_ignore_no_proxy(
    interception: Interception, intercepting: MockServer, own: str
) -> None:
    with tunnel(interception, "127.0.0.1", port=intercepting.port) as connection:
        connection.sendall(get("/_mock/health", own))
        assert b'"ready"' in received(connection)
    with connected(interception) as connection:
        connection.sendall(get(f"http://{own}/_mock/health", own))
        assert b'"ready"' in received(connection)


def test_another_port_of_this_machine_is_not_reached(
    interception: Interception, nobody: socket.socket
) -> None:
    own = f"127.0.0.1:{nobody.getsockname()[1]}"
    for request in (get(f"http://{own}/", own), f"CONNECT {own} HTTP/1.1\r\n\r\n".encode()):
        response = answer(interception, request)
        assert status(response) == 403
        assert b"NO_PROXY" in response
    with pytest.raises(BlockingIOError):
        nobody.accept()


def test_what_was_refused_is_counted_and_written_down() -> None:
    with MockServer(intercept=True) as server:
        interception = server.intercept()
        for _ in range(2):
            answer(interception, b"CONNECT Example.com.:443 HTTP/1.1\r\n\r\n")
        answer(interception, get("http://example.org/a", "example.org"))
        assert interception.refused == (
            Refused(host="example.com", port=443, count=2),
            Refused(host="example.org", port=80, count=1),
        )
        assert [exchange.path for exchange in server.strangers] == ["example.com:443"] * 2 + [
            "example.org:80/a"
        ]
        assert "nothing is reached but the hosts of the providers" in server.strangers.last.notes[0]


def test_a_client_that_does_not_trust_us_is_written_down() -> None:
    with MockServer(intercept=True) as server:
        interception = server.intercept()
        distrust = ssl.create_default_context()
        with pytest.raises(ssl.SSLCertVerificationError), secure(interception, distrust):
            pass
        httpx.get(f"{server.url}/_mock/health")  # by now the server has seen it
        assert "does not trust the certificate authority" in server.strangers.last.notes[0]


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="files in memory are of Linux")
def test_tls_needs_no_room_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    with MockServer(intercept=True) as server:
        interception = server.intercept()
        trust = ssl.create_default_context(cafile=str(interception.ca_file))
        monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
        with secure(interception, trust) as connection:
            connection.sendall(get("/", AILAB))
            assert b"ERROR_AI_NOT_EXISTS" in received(connection)


def test_a_certificate_that_cannot_be_made_is_told_to_everybody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(self: ssl.SSLContext, *arguments: object) -> None:
        raise OSError("No space left on device")

    with MockServer(intercept=True) as server:
        monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", fails)
        response = answer(server.intercept(), f"CONNECT {AILAB}:443 HTTP/1.1\r\n\r\n".encode())
        stranger = server.strangers.last
    reason = f"could not make a certificate for {AILAB}: No space left on device"
    assert status(response) == stranger.status == 500
    assert reason in response.decode()
    assert reason in stranger.notes[0]
    assert "No space left on device" in caplog.text


@pytest.mark.parametrize("part", [b"", b"\x16\x03\x01", b"no TLS at all\r\n\r\n"])
@pytest.mark.parametrize("abrupt", [False, True])
def test_a_tunnel_that_breaks_off_leaves_nothing_behind(
    interception: Interception,
    intercepting: MockServer,
    client: httpx.Client,
    caplog: pytest.LogCaptureFixture,
    part: bytes,
    abrupt: bool,
) -> None:
    with tunnel(interception) as connection:
        connection.sendall(part)
        if abrupt:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert client.get(f"https://{AILAB}/").status_code == 404
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


def test_a_request_in_one_piece_with_the_end_of_the_handshake_is_not_lost(
    interception: Interception, trust: ssl.SSLContext
) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = trust.wrap_bio(incoming, outgoing, server_hostname=AILAB)
    with tunnel(interception) as connection:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(outgoing.read())
                incoming.write(connection.recv(65536))
        tls.write(get("/", AILAB))
        connection.sendall(outgoing.read())  # the client's Finished and its request
        answers = bytearray()
        while b"ERROR_AI_NOT_EXISTS" not in answers:
            try:
                answers += tls.read(65536)
            except ssl.SSLWantReadError:
                incoming.write(connection.recv(65536))


PIECES = [
    *(f"{word} ".encode() for word in ("CONNECT", "GET", "POST", "Host:")),
    *(part.encode() for part in (AILAB, "http://", "https://", "[::1]", "127.0.0.1", ":443", ":80")),
    *(part.encode() for part in ("@", "/", "?a", "#", "_mock/")),
    *(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b"\r\n", b"\n", b"\0", b"\xff", b"\x16\x03\x01"),
    *(b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n"),
    *(b"Upgrade: h2c\r\nConnection: upgrade\r\n", b"Expect: 100-continue\r\n"),
]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=12).map(b"".join))
def test_whatever_bytes_come_are_no_mistake_of_ours(
    interception: Interception, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    response = answer(interception, sent)
    assert not response or response.startswith(b"HTTP/1.1 ")
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


def test_the_server_stops_at_once_whatever_is_open() -> None:
    server = MockServer(intercept=True).start()
    interception = server.intercept()
    trust = ssl.create_default_context(cafile=str(interception.ca_file))
    open_ones = [connected(interception), tunnel(interception), secure(interception, trust)]
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    stopping.join(1.0)
    assert not stopping.is_alive()
    for connection in open_ones:
        assert received(connection) == b""
        connection.close()
