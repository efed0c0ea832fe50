"""For which host a request is, and that none reaches another one, or the control API, by a trick."""

import ssl

import httpx
import pytest
from raw_proxy import AILAB, UNKNOWN, answer, connected, get, received, secure, status

from mockserver import MockServer
from mockserver.intercept import Interception


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_whole_url_in_the_request_line_is_answered_for_its_host(
    interception: Interception, scheme: str
) -> None:
    assert b"ERROR_AI_NOT_EXISTS" in answer(interception, get(f"{scheme}://{AILAB}/", AILAB))


@pytest.mark.parametrize("url", [f"http://{AILAB}", f"http://{AILAB}?a=b", f"HTTP://{AILAB.upper()}:80/"])
def test_a_url_may_leave_out_what_goes_without_saying(interception: Interception, url: str) -> None:
    assert b"ERROR_AI_NOT_EXISTS" in answer(interception, get(url, AILAB))


def test_a_request_without_a_host_header_is_for_the_host_of_its_url(interception: Interception) -> None:
    request = f"GET http://{AILAB}/ HTTP/1.0\r\n\r\n".encode()
    assert b"ERROR_AI_NOT_EXISTS" in answer(interception, request)


def test_one_connection_carries_requests_for_several_hosts(interception: Interception) -> None:
    ours = f"GET http://{AILAB}/ HTTP/1.1\r\nHost: {AILAB}\r\n\r\n"
    others = f"GET http://{UNKNOWN}/ HTTP/1.1\r\nHost: {UNKNOWN}\r\n\r\n"
    tencent = get("http://bda.tencentcloudapi.com/?Action=x", "bda.tencentcloudapi.com").decode()
    with connected(interception) as connection:
        connection.sendall((ours + others + tencent).encode())
        response = received(connection)
    places = [response.find(mark) for mark in (b"ERROR_AI_NOT_EXISTS", b"mockserver refuses", b"RequestId")]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (f"http://{AILAB}/", UNKNOWN),
        (f"http://{AILAB}/", "techsz.aoscdn.com"),
        (f"http://{AILAB}/", "127.0.0.1"),
        (f"http://{AILAB}/", "127.0.0.1:{port}"),
        (f"http://{AILAB}/", ""),
        (f"http://{AILAB}/_mock/sandboxes", "127.0.0.1:{port}"),
        ("http://127.0.0.1:{port}/_mock/sandboxes", AILAB),
        ("http://127.0.0.1:{port}/_mock/sandboxes", UNKNOWN),
        (f"http://{AILAB}/", f"{AILAB}:8080"),
        (f"http://{AILAB}/", f"{AILAB}\r\nHost: {UNKNOWN}"),
    ],
)
def test_a_request_that_names_two_hosts_is_misdirected(
    interception: Interception, intercepting: MockServer, url: str, host: str
) -> None:
    port = str(intercepting.port)
    response = answer(interception, get(url.replace("{port}", port), host.replace("{port}", port)))
    assert status(response) == 421


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/", UNKNOWN),
        ("/", "www.processimage.cn"),
        ("/_mock/sandboxes", "127.0.0.1:{port}"),
        ("/_mock/sandboxes", "localhost"),
        (f"https://{UNKNOWN}/", AILAB),
        (f"http://{AILAB}/", AILAB),
        ("http://127.0.0.1:{port}/_mock/sandboxes", "127.0.0.1:{port}"),
        (f"https://u:p@{UNKNOWN}/", AILAB),
        (f"https://u:p@{AILAB}/", AILAB),
        (f"https://{UNKNOWN}:0/", AILAB),
        (f"ftp://{UNKNOWN}/", AILAB),
        (f"ftp://{AILAB}/", AILAB),
    ],
)
def test_a_tunnel_does_not_lead_to_another_host(
    interception: Interception, intercepting: MockServer, trust: ssl.SSLContext, path: str, host: str
) -> None:
    port = str(intercepting.port)
    with secure(interception, trust) as connection:
        connection.sendall(get(path.replace("{port}", port), host.replace("{port}", port)))
        assert status(received(connection)) == 421


def test_what_a_request_names_besides_is_told_without_its_password(
    intercepting: MockServer, interception: Interception, trust: ssl.SSLContext
) -> None:
    for connection in (connected(interception), secure(interception, trust)):
        with connection:
            connection.sendall(get(f"https://user:hunter2@{UNKNOWN}/", AILAB))
            response = received(connection).decode()
        told = intercepting.strangers.last.notes[0]
        assert f"https://…@{UNKNOWN}" in response
        assert f"https://…@{UNKNOWN}" in told
        assert "hunter2" not in response + told


@pytest.mark.parametrize("path", ["/_mock/health", "/_mock/sandboxes", "//_mock/sandboxes", "/ailab/_mock/"])
def test_nothing_is_controlled_under_the_name_of_a_provider(
    interception: Interception, trust: ssl.SSLContext, path: str
) -> None:
    with secure(interception, trust) as connection:
        connection.sendall(get(path, AILAB))
        assert b"ERROR_AI_NOT_EXISTS" in received(connection)


def test_not_even_with_the_token(client: httpx.Client) -> None:
    with MockServer(intercept=True, control_token="token") as server:
        interception = server.intercept()
        headers = "Authorization: Bearer token"
        request = f"POST http://{AILAB}/_mock/sandboxes HTTP/1.1\r\nHost: {AILAB}\r\n{headers}\r\n\r\n"
        assert b"ERROR_AI_NOT_EXISTS" in answer(interception, request.encode())
        own = f"127.0.0.1:{server.port}"
        assert status(answer(interception, get(f"http://{own}/_mock/sandboxes", own))) == 401


def test_a_page_of_a_browser_controls_nothing_through_the_proxy(interception: Interception, own: str) -> None:
    request = f"POST http://{own}/_mock/sandboxes HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{UNKNOWN}\r\n\r\n"
    assert status(answer(interception, request.encode())) == 403


def test_no_header_makes_a_request_an_intercepted_one(intercepting: MockServer) -> None:
    headers = {"mockserver.intercepted": AILAB, "X-Mockserver-Intercepted": AILAB, "Host": AILAB}
    assert httpx.get(f"{intercepting.url}/_mock/health", headers=headers).status_code == 200
    assert httpx.get(f"{intercepting.url}/_mock/sandboxes", headers=headers).status_code == 403
