import asyncio
import contextlib
import gzip
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import outbound
from mockserver.outbound import (
    NotAllowed,
    Outbound,
    OutboundError,
    TooLong,
    Unreachable,
    WrongStatus,
    is_loopback,
)


class Handler(BaseHTTPRequestHandler):
    """Answers by path: a length, a status, a redirect, or something broken."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        kind, _, argument = self.path[1:].partition("/")
        if kind == "bytes":
            self._answer(200, b"x" * int(argument))
        elif kind == "status":
            self._answer(int(argument), b"no")
        elif kind == "redirect":
            self._answer(302, b"", location=unquote(argument))
        elif kind == "around":
            left = int(argument)
            self._answer(307, b"", location=f"/around/{left - 1}" if left else "/bytes/1")
        elif kind == "gzip":
            self._answer(200, gzip.compress(b"x" * int(argument)), content_encoding="gzip")
        elif kind == "endless":
            self._endless()
        elif kind == "short":
            self._answer(200, b"xx", content_length="9")
        else:
            self.close_connection = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(f"{self.path} {self.headers['Content-Type']} {body.decode()}")
        kind, _, argument = self.path[1:].partition("/")
        if kind == "status":
            self._answer(int(argument), b"noted", location="/bytes/1")
        else:
            self.close_connection = True

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"content_length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):  # until the client has had enough
            while True:
                self.wfile.write(b"x" * 4096)

    def log_message(self, *args: object) -> None:
        pass


class ThreadingHTTPServer6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    Handler.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(url: str, *, limit: int = 1000, allowed: tuple[str, ...] = ()) -> bytes:
    return asyncio.run(Outbound(allowed).fetch(url, limit=limit))


def post(url: str, *, seconds: float = 5.0) -> int:
    headers = {"Content-Type": "application/json"}
    return asyncio.run(Outbound().post(url, b"{}", headers=headers, timeout=seconds))


class TestLoopback:
    @pytest.mark.parametrize(
        "host",
        [
            *("localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.255.255.254", "::1", "::1%lo"),
            "::ffff:127.0.0.1",
        ],
    )
    def test_this_machine_is_known_by_name_and_address(self, host: str) -> None:
        assert is_loopback(host)
        assert Outbound().allows(host)

    @pytest.mark.parametrize(
        "host",
        [
            "",
            "example.com",
            "localhost.example.com",
            "notlocalhost",
            "127.0.0.1.example.com",
            "128.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "::",
            "fe80::1",
            "2130706433",
            "0x7f.1",
            "127.0.0.1.",
            "127.0.0.1..",
            "::ffff:10.0.0.1",
            "fe80::1%lo",
            "2001:db8::1",
        ],
    )
    def test_nothing_else_is(self, host: str) -> None:
        assert not is_loopback(host)
        assert not Outbound().allows(host)

    @given(st.text(max_size=40))
    def test_no_text_raises(self, host: str) -> None:
        is_loopback(host)


class TestAllowList:
    def test_an_allowed_host_is_allowed_in_any_case_and_its_subdomains_are_not(self) -> None:
        one = Outbound(["Images.Example.com"])
        assert one.allows("images.example.COM")
        assert not one.allows("a.images.example.com")
        assert not one.allows("example.com")

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/a.jpg",
            "https://169.254.169.254/latest",
            "http://127.0.0.1@example.com/",
            "http://127.0.0.1:80@example.com:80/",
            "http://example.com#@127.0.0.1/",
            "http://example.com?@127.0.0.1/",
        ],
    )
    def test_any_other_host_is_refused_before_anything_is_opened(
        self, url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("httpx.AsyncClient", None)
        with pytest.raises(OutboundError):
            fetch(url)

    def test_a_refusal_says_how_to_allow_it(self) -> None:
        with pytest.raises(NotAllowed, match=r"--allow-host example\.com.*know_url"):
            fetch("http://example.com/a.jpg")

    def test_an_allowed_host_is_asked(self, host: str) -> None:
        # Every interface of this machine, the loopback one included, is not a loopback address.
        url = f"http://0.0.0.0:{host.rpartition(':')[2]}/bytes/1"
        with pytest.raises(NotAllowed):
            fetch(url)
        assert fetch(url, allowed=("0.0.0.0",)) == b"x"


class TestFetch:
    def test_the_body_comes_back(self, host: str) -> None:
        assert fetch(f"http://{host}/bytes/5") == b"xxxxx"

    def test_an_answer_of_the_very_limit_is_taken_and_a_byte_more_is_not(self, host: str) -> None:
        assert len(fetch(f"http://{host}/bytes/70000", limit=70000)) == 70000
        with pytest.raises(TooLong, match="more than 69999 bytes"):
            fetch(f"http://{host}/bytes/70000", limit=69999)

    def test_an_endless_answer_is_left_at_the_limit(self, host: str) -> None:
        with pytest.raises(TooLong):
            fetch(f"http://{host}/endless", limit=10_000)

    def test_what_is_compressed_unasked_is_not_inflated(self, host: str) -> None:
        assert gzip.decompress(fetch(f"http://{host}/gzip/100000", limit=1000)) == b"x" * 100_000

    @pytest.mark.parametrize("status", [201, 204, 206, 403, 404, 500])
    def test_any_status_but_200_is_told(self, host: str, status: int) -> None:
        with pytest.raises(WrongStatus, match=f"answered {status}"):
            fetch(f"http://{host}/status/{status}")

    @pytest.mark.parametrize(
        "location", ["/bytes/1", "../bytes/1", "http://{host}/bytes/1", "//{host}/bytes/1"]
    )
    def test_a_redirect_is_followed(self, host: str, location: str) -> None:
        location = location.format(host=host)
        assert fetch(f"http://{host}/redirect/{quote(location, safe='')}") == b"x"

    @pytest.mark.parametrize(
        "location", ["http://example.com/a.jpg", "//192.0.2.1/a.jpg", "http://127.0.0.1@10.0.0.1/a.jpg"]
    )
    def test_a_redirect_leads_to_no_host_that_is_not_allowed(self, host: str, location: str) -> None:
        with pytest.raises(NotAllowed, match="not loopback"):
            fetch(f"http://{host}/redirect/{quote(location, safe='')}")

    @pytest.mark.parametrize("location", ["file:///etc/hostname", "ftp://localhost/a", "http://[::1/", ""])
    def test_a_redirect_to_what_is_no_url_of_http_ends_there(self, host: str, location: str) -> None:
        with pytest.raises(Unreachable):
            fetch(f"http://{host}/redirect/{quote(location, safe='')}")

    def test_five_redirects_are_followed_and_no_more(self, host: str) -> None:
        assert fetch(f"http://{host}/around/4") == b"x"
        with pytest.raises(Unreachable, match="more than 5 times"):
            fetch(f"http://{host}/around/5")

    def test_a_redirect_without_a_location_is_a_wrong_status(self, host: str) -> None:
        with pytest.raises(WrongStatus, match="answered 304"):
            fetch(f"http://{host}/status/304")

    @pytest.mark.parametrize("name", ["localhost", "LOCALHOST.", "images.localhost"])
    def test_no_resolver_is_asked_where_localhost_is(
        self, host: str, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def numeric(asked: str, port: int, *args: object, **kwargs: object) -> object:
            assert asked in ("127.0.0.1", "::1"), f"{asked} was resolved"
            return real(asked, port)

        real = partial(socket.getaddrinfo, type=socket.SOCK_STREAM)
        monkeypatch.setattr(socket, "getaddrinfo", numeric)
        assert fetch(f"http://{name}:{host.partition(':')[2]}/bytes/1") == b"x"

    def test_localhost_may_listen_on_ipv6_only(self) -> None:
        with ThreadingHTTPServer6(("::1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            assert fetch(f"http://localhost:{server.server_port}/bytes/2") == b"xx"
            server.shutdown()
            thread.join()

    @pytest.mark.parametrize("path", ["short", "silence"])
    def test_an_answer_that_breaks_off_is_none(self, host: str, path: str) -> None:
        with pytest.raises(Unreachable):
            fetch(f"http://{host}/{path}")

    def test_where_nobody_listens_nobody_is_reached(self) -> None:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            with pytest.raises(Unreachable, match="ConnectError"):
                fetch(f"http://127.0.0.1:{bound.getsockname()[1]}/")

    def test_a_very_long_url_makes_no_very_long_text(self, host: str) -> None:
        with pytest.raises(NotAllowed) as wrong:
            fetch(f"http://{'a' * 30_000}.example.com/")
        assert len(str(wrong.value)) < 500

    def test_a_drip_ends_by_timeout(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outbound, "TIMEOUT", 0.05)
        monkeypatch.setattr(outbound, "MAX_BYTES", 1 << 40)
        with pytest.raises(Unreachable, match="Timeout"):
            fetch(f"http://{host}/endless", limit=1 << 40)

    def test_no_answer_may_be_longer_than_twenty_megabytes(self, host: str) -> None:
        most = 20 * 1024 * 1024
        assert len(fetch(f"http://{host}/bytes/{most}", limit=1 << 40)) == most
        with pytest.raises(TooLong):
            fetch(f"http://{host}/bytes/{most + 1}", limit=1 << 40)

    def test_silence_ends_by_timeout(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outbound, "TIMEOUT", 0.05)
        with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable, match="Timeout"):
            fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/")

    def test_https_to_a_host_without_a_trusted_certificate_is_unreachable(self, host: str) -> None:
        with pytest.raises(Unreachable):
            fetch(f"https://{host}/bytes/1")

    def test_proxies_of_the_environment_are_not_asked(
        self, host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert fetch(f"http://{host}/bytes/1") == b"x"


class TestPost:
    @pytest.mark.parametrize("status", [200, 204, 302, 404, 500])
    def test_the_status_is_told_and_no_redirect_followed(self, host: str, status: int) -> None:
        Handler.asked.clear()
        assert post(f"http://{host}/status/{status}") == status
        assert Handler.asked == [f"/status/{status} application/json {{}}"]

    def test_a_receiver_that_closes_is_unreachable(self, host: str) -> None:
        with pytest.raises(Unreachable):
            post(f"http://{host}/close")

    def test_a_receiver_that_hangs_is_given_up_in_time(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable, match="Timeout"):
            post(f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.05)

    @pytest.mark.parametrize("url", ["http://example.com/", "http://10.0.0.1/", "https://192.0.2.1/"])
    def test_nothing_is_posted_to_a_host_that_is_not_allowed(self, url: str) -> None:
        with pytest.raises(NotAllowed):
            post(url)


class TestMalformed:
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "a.jpg",
            "/a.jpg",
            "//localhost/a.jpg",
            "http://",
            "http:///a.jpg",
            "http://[::1/",
            "http://127.0.0.1:65536/",
            "http://127.0.0.1:99999999/",
            "http://localhost:port/",
            "http://xn--a.localhost/",
            "http://\udcff.localhost/",
            "http://localhost/\udcff",
            "http://local\nhost/",
            "http://localhost/\x00",
            "http://localhost/" + "a" * 100_000,
            "file:///etc/hostname",
            "ftp://localhost/a.jpg",
            "data:image/png;base64,AAAA",
        ],
    )
    def test_what_is_no_url_of_http_is_unreachable(self, url: str) -> None:
        with pytest.raises(Unreachable, match="is not a URL"):
            fetch(url)

    @given(st.text(max_size=30), st.sampled_from(["", "http://", "http://[", "https://:", "http://a@"]))
    def test_no_text_raises_anything_but_what_is_documented(self, text: str, start: str) -> None:
        # Port 1 of a documentation address: nothing is ever asked, whatever the text is.
        with pytest.raises(OutboundError):
            asyncio.run(Outbound().fetch(f"{start}{text}.192.0.2.1:1", limit=1))
