"""What holds for every control call: where it is, what it takes, how it refuses."""

import asyncio
import logging
import re
import socket
import threading
from typing import Any

import httpx
import pytest
from control_world import InProcess, Minted
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer, control
from mockserver.control import sandboxes
from mockserver.control.bodies import MAX_BODY, MAX_FILES, parsed
from mockserver.control.call import Asked, Call
from mockserver.control.errors import Refused
from mockserver.control.routing import nearest, router
from mockserver.providers import PROVIDERS
from mockserver.providers.base import Engine


def title(call: Call) -> str:
    return f"{call.method} {call.path}"


def placed(sandbox: Minted, path: str) -> str:
    return path.format(id=sandbox.content["id"], fault_id="none", provider="ailab")


class TestIndex:
    def test_it_has_every_call_on_a_line_of_its_own(self, client: httpx.Client) -> None:
        answer = client.get("/_mock/")
        listed = [entry["call"].partition("?")[0] for entry in answer.json()["calls"]]
        assert listed == [title(call) for call in control.CALLS]
        for call, line in zip(control.CALLS, answer.text.splitlines()[1:], strict=False):
            assert f'"{title(call)}' in line
            assert call.does in line

    def test_its_curl_lines_name_the_server_as_it_was_called(self, client: httpx.Client) -> None:
        lines = client.get("/_mock/").json()["try"]
        assert all(line.startswith("curl -s") and str(client.base_url) in line for line in lines)

    @pytest.mark.parametrize("path", ["/_mock", "/_mock/"])
    def test_the_slash_does_not_matter(self, client: httpx.Client, path: str) -> None:
        assert client.get(path).status_code == 200

    def test_the_front_page_leads_to_it(self, client: httpx.Client) -> None:
        assert client.get(client.get("/").json()["control"]).json()["calls"]


@pytest.mark.parametrize("call", control.CALLS, ids=title)
class TestEveryCall:
    def test_it_is_there_and_answers_json(self, client: httpx.Client, sandbox: Minted, call: Call) -> None:
        answer = client.request(call.method, placed(sandbox, call.path))
        assert answer.headers["content-type"] == "application/json"
        assert answer.json().get("kind") not in ("path", "method", "mistake")

    def test_a_parameter_that_it_does_not_know_is_refused(
        self, client: httpx.Client, sandbox: Minted, call: Call
    ) -> None:
        answer = client.request(call.method, placed(sandbox, call.path), params={"lastt": "1"})
        assert (answer.status_code, answer.json()["at"]) == (422, "lastt")

    def test_another_method_is_told_the_possible_ones(
        self, client: httpx.Client, sandbox: Minted, call: Call
    ) -> None:
        answer = client.request("PROPFIND", placed(sandbox, call.path))
        assert answer.status_code == 405
        assert call.method in answer.headers["allow"].split(", ")
        assert call.method in answer.json()["possible"]


@pytest.mark.parametrize("call", [one for one in control.CALLS if "{id}" in one.path], ids=title)
def test_an_unknown_sandbox_is_refused_with_what_to_do(client: httpx.Client, call: Call) -> None:
    path = call.path.format(id="nobody", fault_id="none")
    answer = client.request(call.method, path, json=example(call))
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("there is no sandbox 'nobody'; mint one with POST")


BODIES = [call for call in control.CALLS if call.body]
NO_OBJECTS = [b"{", b"[]", b"3", b"null", b'"text"', b"\xff", b"[" * 100_000, b"1" * 5000]


@pytest.mark.parametrize("call", BODIES, ids=title)
class TestEveryBody:
    @pytest.mark.parametrize(
        "body", [b"{", b"[]", b"3", b"null", b'"text"', b"\xff", b"[" * 100_000, b"1" * 5000]
    )
    def test_what_is_no_json_object_is_refused(
        self, client: httpx.Client, sandbox: Minted, call: Call, body: bytes
    ) -> None:
        answer = client.request(call.method, placed(sandbox, call.path), content=body)
        assert answer.status_code == 400
        assert "send a JSON object as the body" in answer.json()["error"]

    def test_a_misspelt_field_is_told_what_was_meant(
        self, client: httpx.Client, sandbox: Minted, call: Call
    ) -> None:
        assert call.body is not None
        name, value = next(iter(call.body.items()))
        misspelt = f"{name[:-1]}x"
        answer = client.request(
            call.method, placed(sandbox, call.path), json={**call.body, misspelt: value} | example(call)
        )
        assert answer.status_code == 422
        assert answer.json()["at"] == misspelt
        assert f"did you mean {name}" in answer.json()["error"]
        assert name in answer.json()["possible"]

    def test_a_body_over_the_limit_is_refused(
        self, client: httpx.Client, sandbox: Minted, call: Call
    ) -> None:
        answer = client.request(call.method, placed(sandbox, call.path), content=bytes(call.max_body + 1))
        assert answer.status_code == 413
        assert f"larger than {call.max_body} bytes" in answer.json()["error"]
        assert call.max_body == (MAX_FILES if call.body == sandboxes.EXAMPLE else MAX_BODY)


def test_a_body_that_announces_too_much_is_refused_before_it_comes(server: MockServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        head = f"POST /_mock/sandboxes HTTP/1.1\r\nHost: localhost\r\nContent-Length: {MAX_FILES + 1}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")


def example(call: Call) -> dict[str, Any]:
    """The example of a call without what is only a placeholder there."""
    return {name: value for name, value in (call.body or {}).items() if "<" not in str(value)}


@pytest.mark.parametrize("call", BODIES, ids=title)
def test_an_example_is_one(client: httpx.Client, sandbox: Minted, call: Call) -> None:
    answer = client.request(call.method, placed(sandbox, call.path), json=example(call))
    assert answer.is_success


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/_mock/sandbox", "/_mock/sandboxes"),
        ("/_mock/Sandboxes/default", "/_mock/sandboxes/default"),
        ("/_mock/sandboxes/default/jornal", "/_mock/sandboxes/default/journal"),
        ("/_mock/catalog", "/_mock/catalogue"),
        ("/_mock/helth", "/_mock/health"),
        ("/_mock/xyzzy/plugh/quux", None),
    ],
)
def test_an_unknown_path_is_told_the_nearest(client: httpx.Client, path: str, meant: str | None) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["possible"] == ([meant] if meant else [])
    assert (f"the nearest is {meant};" in answer.json()["error"]) == bool(meant)
    assert "GET /_mock/ lists every call" in answer.json()["error"]


@given(path=st.text(max_size=60))
def test_any_path_has_a_nearest_one_or_none(path: str) -> None:
    templates = [call.path for call in control.CALLS]
    found = nearest(path, templates)
    assert found is None or any(
        re.fullmatch(re.sub(r"\{\w+\}", "[^/]*", template), found) for template in templates
    )


@given(body=st.binary(max_size=50) | st.text(max_size=50).map(str.encode))
def test_any_body_is_an_object_or_refused(body: bytes) -> None:
    found: Any
    try:
        found = parsed(body)
    except Refused as refused:
        found = refused.status
    assert isinstance(found, dict) or found == 400


def test_the_answer_to_head_is_that_to_get_without_a_body(over_socket: httpx.Client) -> None:
    head = over_socket.head("/_mock/health")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == over_socket.get("/_mock/health").headers["content-length"]


def test_a_control_call_is_in_no_journal(client: httpx.Client, sandbox: Minted) -> None:
    def strangers() -> Any:
        return client.get("/_mock/strangers", params={"last": 0}).json()

    before = strangers()
    for method, path in (("GET", ""), ("POST", "/reset"), ("GET", "/nowhere"), ("PUT", "/clock")):
        sandbox.ask(method, path)
    assert strangers() == before
    assert sandbox.ask("GET", "/journal").json()["kept"] == 0


def test_a_mistake_of_ours_is_500_and_logged_and_shows_nothing(
    server: MockServer, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(asked: Asked) -> None:
        raise KeyError("a secret of the inside")

    app = router(server.app.engine, [Call(method="GET", path="/_mock/broken", does="", handler=broken)])
    with InProcess(app) as transport, caplog.at_level(logging.ERROR, logger="mockserver"):
        answer = httpx.Client(transport=transport, base_url="http://localhost").get("/_mock/broken")
    assert (answer.status_code, answer.json()["kind"]) == (500, "mistake")
    assert "secret" not in answer.text
    assert "a secret of the inside" in caplog.text


def test_calls_that_wait_hold_up_no_other(server: MockServer) -> None:
    together = threading.Barrier(60)

    def waits(asked: Asked) -> int:
        return together.wait(10)

    app = router(server.app.engine, [Call(method="GET", path="/_mock/waits", does="", handler=waits)])

    async def sixty() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await asyncio.gather(*(client.get("/_mock/waits") for _ in range(60)))

    assert {answer.status_code for answer in asyncio.run(sixty())} == {200}


def test_it_answers_where_the_application_is_mounted(server: MockServer) -> None:
    engine: Engine = server.app.engine
    app = control.app(engine)

    async def mounted(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "root_path": "/mock", "path": f"/mock{scope['path']}"}, receive, send)

    with httpx.Client(transport=InProcess(mounted), base_url="http://localhost") as client:
        minted = client.post("/_mock/sandboxes")
        assert minted.status_code == 201
        assert minted.json()["providers"]["ailab"]["url"] == "http://localhost/mock"
        assert client.get("/_mock/health").status_code == 200


def test_the_providers_are_all_in_the_catalogue(client: httpx.Client) -> None:
    names = {provider.name for provider in PROVIDERS}
    found = client.get("/_mock/catalogue").json()["providers"]
    assert set(found) == names
    for name in names:
        one = client.get(f"/_mock/catalogue/{name}").json()
        assert one == found[name]
        assert all({"provenance", "cause", "summary"} <= behaviour.keys() for behaviour in one["behaviours"])
        assert all(setting["possible"] for setting in one["settings"])


def test_an_unknown_provider_has_no_catalogue(client: httpx.Client) -> None:
    answer = client.get("/_mock/catalogue/picwhish")
    assert answer.status_code == 404
    assert "did you mean picwish" in answer.json()["error"]


def refusal_of(body: bytes) -> Refused:
    with pytest.raises(Refused) as refused:
        parsed(body)
    return refused.value


@pytest.mark.parametrize("shape", ["%s", '{"travel": %s}', '{"settings": {"ailab": {"qps": %s}}}'])
@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}")])
def test_a_body_that_nests_too_deeply_is_refused_at_any_depth(shape: str, brackets: tuple[str, str]) -> None:
    first, last = brackets
    for depth in (60, *range(900, 1101)):
        inner = "0" if first != "[" else ""
        assert refusal_of((shape % (first * depth + inner + last * depth)).encode()).status == 400


def test_a_body_that_nests_too_deeply_is_refused_over_the_wire(sandbox: Minted) -> None:
    for depth in range(980, 1000):
        body = b'{"travel":' + b"[" * depth + b"]" * depth + b"}"
        answer = sandbox.client.post(f"{sandbox.path}/clock", content=body)
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        '{"travel": 1, "travel": 2}',
        '{"x": {"travel": 1, "a": 2, "travel": 1}}',
        '{"a": [{"travel":1,"travel":2}]}',
    ],
)
def test_a_field_that_is_there_twice_is_named(body: str) -> None:
    refused = refusal_of(body.encode())
    assert (refused.status, refused.at) == (400, "travel")
    assert "the field 'travel' more than once" in str(refused)


def test_a_body_of_too_many_values_is_refused_before_it_is_read() -> None:
    many = ",".join(f'"{number}":0' for number in range(50_001))
    assert refusal_of(f"{{{many}}}".encode()).status == 413
    assert len(parsed(f"{{{many[: many.rindex(',')]}}}".encode())) == 50_000


LONG = "x" * 500_000


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        ("POST", "/clock", {LONG: 1}),
        ("POST", "/clock", {"travel": LONG}),
        ("POST", "/clock", {"skew": 10**400}),
        ("POST", "/clock", {"travel": [LONG]}),
        ("PATCH", "", {"settings": {LONG: {}}}),
        ("PATCH", "", {"settings": {LONG: 1}}),
        ("PATCH", "", {"settings": {"ailab": {LONG: 1}}}),
        ("PATCH", "", {"settings": {"ailab": {"qps": LONG}}}),
        ("PATCH", "", {"known_urls": {f"http://{LONG}": "?"}}),
        ("POST", "/faults", {"provider": LONG, "effect": "http.delay"}),
        ("POST", "/faults", {"provider": "ailab", "effect": LONG}),
        ("POST", "/faults", {"provider": "ailab", "effect": "http.delay", "operation": LONG}),
        ("POST", "/faults", {"provider": "ailab", "effect": "http.delay", LONG: 1}),
        ("POST", "/faults", {"provider": "ailab", "effect": "http.delay", "at": LONG}),
    ],
)
def test_a_refusal_repeats_little_of_what_was_sent(
    sandbox: Minted, method: str, below: str, body: dict[str, Any]
) -> None:
    answer = sandbox.ask(method, below, body)
    assert answer.status_code == 422
    assert len(answer.json()["error"]) < 1200
    assert len(answer.json()["at"]) <= 120
    assert answer.json()["error"].count("x" * 50) < 3


def test_a_path_that_is_too_long_has_no_nearest_one() -> None:
    templates = [call.path for call in control.CALLS]
    assert nearest("/_mock/sandboxes/one/faultz", templates) == "/_mock/sandboxes/one/faults"
    assert nearest(f"/_mock/sandboxes/{LONG}/faultz", templates) is None
