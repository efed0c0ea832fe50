"""Who may use the control API: a table, properties over all addresses and headers, and real servers."""

from collections.abc import Iterator

import httpx
import pytest
from control_world import InProcess
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer
from mockserver.control.guard import check_reach, check_token, denial

TOKEN = "a token with spaces, ümlauts and \udcff"
BEARER = b"Bearer " + TOKEN.encode(errors="surrogateescape")
OTHERS = [BEARER.upper(), BEARER + b"x", BEARER[:-1], BEARER[7:], b"Bearer", b"Basic " + BEARER[7:]]
MORE_PROXY_HEADERS = [
    b"x-forwarded",
    b"forwarded-for",
    b"x-client-ip",
    b"true-client-ip",
    b"cf-connecting-ip",
    b"x-cluster-client-ip",
    b"fly-client-ip",
    b"x-original-host",
]
PROXY_HEADERS = [
    b"forwarded",
    b"x-forwarded-for",
    b"x-forwarded-proto",
    b"x-real-ip",
    b"via",
    *MORE_PROXY_HEADERS,
]
HOST = (b"host", b"127.0.0.1:8765")

LOOPBACK = st.ip_addresses(network="127.0.0.0/8").map(str)
LOCAL = LOOPBACK | st.just("::1") | LOOPBACK.map(lambda address: f"::ffff:{address}") | st.none()
FOREIGN = (
    st.ip_addresses().filter(lambda one: not one.is_loopback and "::ffff:127." not in one.exploded).map(str)
    | st.ip_addresses(v=4).filter(lambda one: not one.is_loopback).map(lambda one: f"::ffff:{one}")
    | st.sampled_from(["testclient", "", "localhost.example.com", "unknown"])
)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,9}(\.[a-z][a-z0-9]{0,5}){0,2}", fullmatch=True)
FOREIGN_HOSTS = NAMES.filter(lambda name: name != "localhost" and not name.endswith(".localhost"))
LOCAL_HOSTS = (
    st.sampled_from(["localhost", "LOCALHOST", "app.localhost", "localhost.", "[::1]", "[::ffff:127.0.0.1]"])
    | LOOPBACK
)
PORTS = st.just("") | st.integers(1, 65535).map(lambda port: f":{port}")
HEADERS = st.lists(
    st.tuples(
        st.sampled_from([b"host", b"origin", b"forwarded", b"x-forwarded-for", b"authorization", b"accept"])
        | st.binary(max_size=9).map(bytes.lower),
        st.binary(max_size=20) | st.sampled_from([b"localhost", b"http://localhost", b"null", BEARER]),
    ),
    max_size=4,
)

WITHOUT_IT = HEADERS.filter(lambda headers: (b"authorization", BEARER) not in headers)


def refused(client: str | None = "127.0.0.1", *headers: tuple[bytes, bytes]) -> int | None:
    """The status of the denial without a token, None where there is none."""
    found = denial(client=client, headers=headers, token=None)
    return found.status if found else None


class TestWithoutToken:
    @given(client=LOCAL, host=LOCAL_HOSTS, port=PORTS)
    def test_this_machine_may_by_any_of_its_names(self, client: str | None, host: str, port: str) -> None:
        header = (b"host", f"{host}{port}".encode())
        assert refused(client, header) is None
        assert refused(client, header, (b"origin", b"http://" + header[1])) is None

    @given(client=FOREIGN, headers=HEADERS)
    def test_no_other_machine_may_whatever_it_says(
        self, client: str, headers: list[tuple[bytes, bytes]]
    ) -> None:
        assert refused(client, HOST, *headers) == 403

    @given(host=FOREIGN_HOSTS, port=PORTS)
    def test_a_page_may_not_under_a_name_of_its_own_for_this_machine(self, host: str, port: str) -> None:
        own = f"{host}{port}".encode()
        assert refused("127.0.0.1", (b"host", own)) == 403
        assert refused("127.0.0.1", (b"host", own), (b"origin", b"http://" + own)) == 403

    @pytest.mark.parametrize(
        "host",
        [
            b"",
            b"evil.example.com",
            b"localhost.example.com",
            b"127.0.0.1.example.com",
            b"localhost:80@evil.example.com",
            b"localhost\\@evil.example.com",
            b"evil.example.com#localhost",
            b"evil.example.com/localhost",
            b"localhost, evil.example.com",
            b"localhost evil.example.com",
            b"localhost:",
            b"localhost:port",
            b"[::1",
            b"::1",
            b"[fe80::1%25localhost]",
            b"[2001:db8::1]",
            b"0.0.0.0",
            b"127.1",
            b"2130706433",
            b"0x7f.0.0.1",
            b"\xff",
            "lоcalhost".encode(),
        ],
    )
    def test_a_host_that_is_not_certainly_this_machine_is_refused(self, host: bytes) -> None:
        assert refused("127.0.0.1", (b"host", host)) == 403

    def test_one_foreign_host_of_two_is_enough(self) -> None:
        assert refused("127.0.0.1", HOST, (b"host", b"evil.example.com")) == 403

    @pytest.mark.parametrize("site", [b"cross-site", b"same-site", b"Cross-Site", b"", b"anything"])
    @pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT", "OPTIONS"])
    def test_a_page_that_does_not_say_who_it_is_may_change_nothing(self, method: str, site: bytes) -> None:
        browser = [HOST, (b"sec-fetch-site", site), (b"sec-fetch-mode", b"navigate")]
        for headers in (browser, [*browser, (b"sec-fetch-dest", b"document")]):
            found = denial(client="127.0.0.1", headers=headers, token=None, method=method)
            assert found
            assert found.status == 403
            assert "a page of another site" in found.reason

    @pytest.mark.parametrize(
        ("dest", "status"),
        [(b"document", None), (b"iframe", 403), (b"image", 403), (b"script", 403), (b"empty", 403)],
    )
    def test_a_link_may_be_followed_and_nothing_embedded(self, dest: bytes, status: int | None) -> None:
        link = (b"sec-fetch-site", b"cross-site")
        assert refused("127.0.0.1", HOST, link, (b"sec-fetch-dest", dest)) == status

    @pytest.mark.parametrize("site", [b"none", b"same-origin"])
    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    def test_the_address_bar_and_the_own_pages_may(self, method: str, site: bytes) -> None:
        headers = [HOST, (b"sec-fetch-site", site), (b"sec-fetch-dest", b"empty")]
        assert denial(client="127.0.0.1", headers=headers, token=None, method=method) is None

    @pytest.mark.parametrize(
        "origin",
        [
            b"null",
            b"",
            b"https://evil.example.com",
            b"http://127.0.0.1",
            b"http://127.0.0.1:3000",
            b"http://localhost:8765",
            b"file://",
            b"chrome-extension://abc",
            b"http://127.0.0.1:8765.evil.example.com",
            b"http://127.0.0.1:8765, https://evil.example.com",
        ],
    )
    def test_a_page_of_any_other_origin_is_refused(self, origin: bytes) -> None:
        assert refused("127.0.0.1", HOST, (b"origin", origin)) == 403

    @pytest.mark.parametrize(
        ("host", "origin"),
        [
            (b"127.0.0.1:8765", b"http://127.0.0.1:8765"),
            (b"127.0.0.1:8765", b"https://127.0.0.1:8765"),
            (b"localhost", b"http://localhost"),
            (b"localhost:80", b"http://localhost"),
            (b"localhost", b"http://localhost:80"),
            (b"LocalHost", b"http://localhost"),
            (b"localhost:443", b"https://localhost"),
        ],
    )
    def test_a_page_of_the_server_itself_may(self, host: bytes, origin: bytes) -> None:
        assert refused("127.0.0.1", (b"host", host), (b"origin", origin)) is None

    @pytest.mark.parametrize("name", PROXY_HEADERS)
    def test_nobody_behind_a_proxy_may_not_even_in_its_words_this_machine(self, name: bytes) -> None:
        assert refused("127.0.0.1", HOST, (name, b"127.0.0.1")) == 403

    @given(client=LOCAL | FOREIGN, headers=HEADERS)
    def test_a_refusal_says_what_to_do(self, client: str | None, headers: list[tuple[bytes, bytes]]) -> None:
        found = denial(client=client, headers=headers, token=None)
        assert found is None or "--control-token" in found.reason


def is_possible(token: str) -> bool:
    try:
        check_token(token)
    except ValueError:
        return False
    return True


class TestWithToken:
    @given(client=LOCAL | FOREIGN, headers=WITHOUT_IT)
    def test_nobody_may_without_it(self, client: str | None, headers: list[tuple[bytes, bytes]]) -> None:
        found = denial(client=client, headers=headers, token=TOKEN)
        assert found is not None
        assert found.status == 401
        assert "Authorization: Bearer" in found.reason

    @given(client=LOCAL | FOREIGN, headers=HEADERS, position=st.integers(0, 4))
    def test_whoever_has_it_may(
        self, client: str | None, headers: list[tuple[bytes, bytes]], position: int
    ) -> None:
        given_headers = [*headers[:position], (b"authorization", BEARER), *headers[position:]]
        assert denial(client=client, headers=given_headers, token=TOKEN) is None

    @pytest.mark.parametrize("value", OTHERS)
    def test_nothing_else_is_it(self, value: bytes) -> None:
        assert denial(client="127.0.0.1", headers=[(b"authorization", value)], token=TOKEN) is not None

    def test_the_word_before_it_may_be_written_small(self) -> None:
        value = b"bearer  " + BEARER[7:]
        assert denial(client=None, headers=[(b"authorization", value)], token=TOKEN) is None

    @given(token=st.text(min_size=1, max_size=10).filter(is_possible), other=st.text(max_size=10))
    def test_any_token_opens_and_no_other(self, token: str, other: str) -> None:
        def opens(said: str) -> bool:
            bears = [(b"authorization", b"Bearer " + said.encode())]
            return denial(client=None, headers=bears, token=token) is None

        assert opens(token)
        assert opens(other) == (other.encode().strip() == token.encode())


class TestReach:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST"])
    def test_no_token_is_needed_where_nobody_else_is(self, host: str) -> None:
        check_reach(host, None)
        check_reach(host, "token")

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]", "", "192.0.2.1", "example.com", "2001:db8::1"])
    def test_where_others_are_a_token_is_needed(self, host: str) -> None:
        with pytest.raises(ValueError, match=r"give one \(in another way\), or listen on 127"):
            check_reach(host, None, given_by="in another way")
        with pytest.raises(ValueError, match="control_token="):
            MockServer(host=host)
        MockServer(host=host, control_token="token")

    @pytest.mark.parametrize("token", ["", " ", " token", "token\n", "to\x00ken", "to\r\nken", "\ud800"])
    def test_a_token_that_no_header_can_carry_is_refused(self, token: str) -> None:
        with pytest.raises(ValueError, match="at least one character"):
            MockServer(control_token=token)


@pytest.fixture(scope="module")
def guarded() -> Iterator[MockServer]:
    with MockServer(control_token=TOKEN) as server:
        yield server


class TestOverSocket:
    def test_with_a_token_it_is_asked_for(self, guarded: MockServer) -> None:
        answer = httpx.post(f"{guarded.url}/_mock/sandboxes")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "this server needs its token" in answer.json()["error"]
        wrong = httpx.get(f"{guarded.url}/_mock/", headers={"authorization": "Bearer other"})
        assert "this is not the control token" in wrong.json()["error"]

    def test_with_a_token_it_opens(self, guarded: MockServer) -> None:
        headers = {b"Authorization": BEARER, b"X-Forwarded-For": b"192.0.2.1", b"Origin": b"null"}
        assert httpx.post(f"{guarded.url}/_mock/sandboxes", headers=headers).status_code == 201

    def test_health_needs_no_token(self, guarded: MockServer) -> None:
        assert httpx.get(f"{guarded.url}/_mock/health").status_code == 200
        assert httpx.get(f"{guarded.url}/_mock/health/").status_code == 200
        assert httpx.get(f"{guarded.url}/_mock/health/x").status_code == 401
        assert (
            httpx.get(f"{guarded.url}/_mock/health", headers={"host": "evil.example.com"}).status_code == 200
        )

    def test_a_provider_needs_none_either(self, guarded: MockServer) -> None:
        assert httpx.get(f"{guarded.url}/").status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"host": "evil.example.com"},
            {"origin": "https://evil.example.com"},
            {"origin": "null"},
            {"x-forwarded-for": "127.0.0.1"},
        ],
    )
    @pytest.mark.parametrize("path", ["/_mock/sandboxes", "/_mock/nowhere", "//_mock/sandboxes", "/_mock"])
    def test_without_a_token_what_a_page_could_send_is_refused(
        self, server: MockServer, headers: dict[str, str], path: str
    ) -> None:
        before = len(server.app.engine.registry.ids())
        answer = httpx.post(server.url + path, headers=headers)
        assert answer.status_code in (403, 404)
        assert "id" not in answer.json()
        assert len(server.app.engine.registry.ids()) == before

    def test_an_answer_is_of_no_use_to_a_page_that_only_includes_it(self, server: MockServer) -> None:
        headers = httpx.get(f"{server.url}/_mock/sandboxes").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("address", ["192.0.2.1", "::ffff:192.0.2.1", "10.0.0.1", "testclient"])
def test_a_client_from_elsewhere_is_refused(server: MockServer, address: str) -> None:
    with httpx.Client(transport=InProcess(server.app, client=address), base_url="http://localhost") as client:
        answer = client.post("/_mock/sandboxes")
        assert answer.status_code == 403
        assert f"not {address}" in answer.json()["error"]
        assert client.get("/_mock/health").status_code == 200
