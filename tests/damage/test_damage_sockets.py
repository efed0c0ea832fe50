"""Each damage over a real socket: for a call of each provider, and for a download of a result."""

import base64
import io
import json
import re
from typing import Any

import httpx
import pytest
from damage_world import ALL, CALLS, DOWNLOADS, IMAGES, IN_BASE64, JSON, Case, Received, answered
from PIL import Image

from mockserver import RunningSandbox


def damaged(
    sandbox: RunningSandbox, case: Case, effect: str, *, to_the_end: bool = False, **options: Any
) -> Received:
    """What comes for an exchange that a damage strikes; the next one is as it should be."""
    request = case.prepared(sandbox)
    fault = sandbox.fail(case.provider, effect, operation=case.operation, **options)
    received = answered(request, to_the_end=to_the_end)
    exchange = sandbox.journal.last
    assert (exchange.operation, list(exchange.faults)) == (case.operation, [effect])
    [rule] = sandbox.faults.list()
    assert (rule.fault, rule.seen, rule.struck) == (fault, 1, 1)
    again = answered(case.prepared(sandbox))
    assert (again.status, sandbox.journal.last.faults) == (200, [])
    return received


def note(sandbox: RunningSandbox, effect: str) -> str:
    [exchange] = [one for one in sandbox.journal if effect in one.faults]
    return exchange.notes[-1]


def decodes(data: bytes) -> bool:
    try:
        Image.open(io.BytesIO(data)).load()
    except (OSError, SyntaxError):
        return False
    return True


def images_in(text: bytes) -> list[bytes]:
    return [base64.b64decode(one) for one in re.findall(rb'"(iVBORw0KGgo[^"]+|/9j/[^"]+)"', text)]


@pytest.mark.parametrize("case", ALL, ids=str)
class TestAnyAnswer:
    def test_a_delay_is_waited_for(self, sandbox: RunningSandbox, case: Case) -> None:
        received = damaged(sandbox, case, "http.delay", seconds=0.06)
        assert (received.status, received.end) == (200, "open")
        assert received.seconds >= 0.05
        assert note(sandbox, "http.delay") == "answered 0.060 s late"

    def test_a_status_has_the_page_of_a_gateway(self, sandbox: RunningSandbox, case: Case) -> None:
        received = damaged(sandbox, case, "http.status", status=502, retry_after=7)
        assert received.status == 502
        assert (received.headers["content-type"], received.headers["retry-after"]) == ("text/html", "7")
        assert b"<h1>502</h1>" in received.body

    def test_an_empty_body_has_length_0(self, sandbox: RunningSandbox, case: Case) -> None:
        received = damaged(sandbox, case, "http.empty_body")
        assert (received.status, received.headers["content-length"], received.body) == (200, "0", b"")

    def test_a_truncated_body_just_ends(self, sandbox: RunningSandbox, case: Case) -> None:
        received = damaged(sandbox, case, "http.truncated_body", share=0.25)
        assert int(received.headers["content-length"]) == len(received.body) > 0
        assert (received.status, received.end) == (200, "open")
        assert not decodes(received.body)
        with pytest.raises(ValueError):  # noqa: PT011 - no JSON, or no text at all
            json.loads(received.body)

    def test_a_wrong_length_is_not_reached(self, sandbox: RunningSandbox, case: Case) -> None:
        received = damaged(sandbox, case, "http.wrong_length")
        promised = int(received.headers["content-length"])
        assert (received.end, len(received.body)) == ("closed", promised // 2)
        assert note(sandbox, "http.wrong_length").startswith(f"Content-Length promised {promised} bytes")

    def test_a_content_type_is_wrong(self, sandbox: RunningSandbox, case: Case) -> None:
        received = damaged(sandbox, case, "http.wrong_content_type")
        assert (received.status, received.headers["content-type"]) == (200, "text/html")
        assert received.body

    def test_a_body_drips(self, sandbox: RunningSandbox, case: Case) -> None:
        received = damaged(sandbox, case, "http.slow_drip", seconds=0.06, chunks=3)
        assert (received.status, received.end) == (200, "open")
        assert received.seconds >= 0.05

    @pytest.mark.parametrize(("cut", "end"), [("reset", "reset"), ("close", "closed")])
    @pytest.mark.parametrize("at", ["request", "before"])
    def test_a_connection_ends_without_an_answer(
        self, sandbox: RunningSandbox, case: Case, cut: str, end: str, at: str
    ) -> None:
        received = damaged(sandbox, case, f"connection.{cut}", at=at)
        assert (received.status, received.body, received.end) == (None, b"", end)

    @pytest.mark.parametrize(("cut", "end"), [("reset", "reset"), ("close", "closed")])
    @pytest.mark.parametrize(("at", "parts"), [("within", 2), ("after", 1)])
    def test_a_connection_ends_after_what_it_has_sent(
        self, sandbox: RunningSandbox, case: Case, cut: str, end: str, at: str, parts: int
    ) -> None:
        received = damaged(sandbox, case, f"connection.{cut}", at=at, to_the_end=True)
        assert (received.status, received.end) == (200, end)
        assert len(received.body) == int(received.headers["content-length"]) // parts

    @pytest.mark.parametrize("at", ["request", "before"])
    def test_a_connection_is_silent_until_the_client_gives_up(
        self, sandbox: RunningSandbox, case: Case, at: str
    ) -> None:
        request = case.prepared(sandbox)
        sandbox.fail(case.provider, "connection.silence", operation=case.operation, at=at)
        with (
            httpx.Client(verify=False, timeout=httpx.Timeout(20, read=0.05)) as client,
            pytest.raises(httpx.ReadTimeout),
        ):
            client.send(request)
        assert (sandbox.journal.last.status, sandbox.journal.last.fault) == (None, "connection.silence")


@pytest.mark.parametrize("case", JSON, ids=str)
class TestJson:
    def test_json_is_broken(self, sandbox: RunningSandbox, case: Case) -> None:
        received = damaged(sandbox, case, "http.malformed_json")
        assert (received.status, received.end) == (200, "open")
        with pytest.raises(json.JSONDecodeError):
            json.loads(received.body)

    def test_every_object_has_unknown_fields(self, sandbox: RunningSandbox, case: Case) -> None:
        received = damaged(sandbox, case, "http.unknown_fields")
        names = set(note(sandbox, "http.unknown_fields").partition(": ")[2].split(", "))
        objects = [received.json]
        for one in objects:
            inner = one.values() if isinstance(one, dict) else one
            objects += [value for name, value in enumerate(inner) if isinstance(value, dict | list) and value]
            if isinstance(one, dict) and one != {"deep": {"er": []}} and one != {"er": []}:
                assert one.keys() >= names


@pytest.mark.parametrize("case", IMAGES, ids=str)
def test_an_image_is_corrupt(sandbox: RunningSandbox, case: Case) -> None:
    received = damaged(sandbox, case, "http.corrupt_image")
    assert (received.status, received.headers["content-type"].partition("/")[0]) == (200, "image")
    assert not decodes(received.body)


@pytest.mark.parametrize("case", IN_BASE64, ids=str)
def test_images_in_base64_are_corrupt(sandbox: RunningSandbox, case: Case) -> None:
    received = damaged(sandbox, case, "http.corrupt_image")
    assert received.json
    found = images_in(received.body)
    assert found
    assert not any(map(decodes, found))


@pytest.mark.parametrize("case", [one for one in CALLS if one not in IN_BASE64], ids=str)
def test_an_answer_without_an_image_does_not_spend_a_corrupt_one(sandbox: RunningSandbox, case: Case) -> None:
    sandbox.fail(case.provider, "http.corrupt_image")
    assert answered(case.prepared(sandbox)).status == 200
    assert [(rule.seen, rule.struck) for rule in sandbox.faults.list()] == [(0, 0)]


@pytest.mark.parametrize("case", DOWNLOADS, ids=str)
def test_a_download_does_not_spend_broken_json(sandbox: RunningSandbox, case: Case) -> None:
    request = case.prepared(sandbox)
    sandbox.fail(case.provider, "http.malformed_json")
    assert decodes(answered(request).body)
    assert [(rule.seen, rule.struck) for rule in sandbox.faults.list()] == [(0, 0)]
