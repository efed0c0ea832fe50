"""The journal says what was really sent, and why."""

import hashlib
from dataclasses import replace
from typing import Any

import httpx
import pytest
from damage_world import ailab, ailab_result, answered, picwish, processimage, tencent_bda
from hypothesis import given
from hypothesis import strategies as st

from mockserver import RunningSandbox
from mockserver.damage.answer import Answer, Cut, Drip, Ending, Moment


def test_damages_and_a_behaviour_compose_in_order_of_adding(sandbox: RunningSandbox) -> None:
    sandbox.fail("ailab", "http.slow_drip", seconds=0.02, chunks=2)
    sandbox.fail("ailab", "error.ERROR_USER_LOCKED")
    sandbox.fail("ailab", "http.delay", seconds=0.02)
    received = answered(ailab(sandbox))
    assert (received.status, received.json["error_detail"]["code"]) == (403, "ERROR_USER_LOCKED")
    exchange = sandbox.journal.last
    assert exchange.faults == ["ailab.error.ERROR_USER_LOCKED", "http.slow_drip", "http.delay"]
    assert exchange.notes[-2:] == ["sent in 2 pieces over 0.02 s", "answered 0.020 s late"]
    assert exchange.status == 403


@pytest.mark.parametrize(
    ("effect", "options", "status", "note"),
    [
        ("http.status", {"status": 504}, 504, "HTTP 504 in place of HTTP 200"),
        ("http.empty_body", {}, 200, "no body in place of"),
        ("http.truncated_body", {}, 200, "cut to "),
        ("http.wrong_length", {}, None, "Content-Length promised "),
        ("http.malformed_json", {}, 200, "the JSON was broken: "),
        ("connection.reset", {"at": "request"}, None, "the connection was reset before anything was done"),
        ("connection.reset", {"at": "before"}, None, "the connection was reset in place of the answer"),
        ("connection.close", {"at": "within"}, None, "the connection was closed after "),
        ("connection.close", {"at": "after"}, 200, "the connection was closed after the answer"),
    ],
)
def test_an_exchange_has_what_was_sent(
    sandbox: RunningSandbox, effect: str, options: dict[str, Any], status: int | None, note: str
) -> None:
    request = ailab(sandbox)
    sandbox.fail("ailab", effect, **options)
    received = answered(request, to_the_end=effect.startswith("connection."))
    exchange = sandbox.journal.last
    assert exchange.status == status
    assert exchange.notes[-1].startswith(note)
    assert {name: value for name, value in exchange.response_headers} == {  # noqa: C416
        name: value for name, value in received.headers.items() if name != "date"
    }
    assert exchange.response["size"] == len(received.body)


@pytest.mark.parametrize(
    ("faults", "seconds"),
    [
        ({"http.delay": {"seconds": 0.2}}, 0.2),
        ({"http.slow_drip": {"seconds": 0.2}}, 0.2),
        ({"http.delay": {"seconds": 0.1}, "http.slow_drip": {"seconds": 0.2}}, 0.3),
    ],
)
def test_the_time_spent_has_what_a_fault_adds(
    sandbox: RunningSandbox, faults: dict[str, dict[str, Any]], seconds: float
) -> None:
    request = ailab(sandbox)
    for effect, options in faults.items():
        sandbox.fail("ailab", effect, **options)
    answered(request)
    assert sandbox.journal.last.milliseconds >= 1000 * seconds
    (*_, entry) = sandbox.journal.har()["log"]["entries"]
    assert entry["time"] == entry["timings"]["wait"] == sandbox.journal.last.milliseconds


@given(delay=st.floats(0, 10), drip=st.floats(0, 10), at=st.sampled_from([None, *Moment]))
def test_an_answer_that_never_comes_is_not_dripped(delay: float, drip: float, at: Moment | None) -> None:
    plain = Answer.of(200, [], b"body")
    ending = Ending(cut=Cut.RESET, at=at) if at else None
    answer = replace(plain, delay=delay, drip=Drip(seconds=drip, pieces=2), ending=ending)
    unanswered = at in (Moment.REQUEST, Moment.BEFORE)
    assert answer.held == (delay if unanswered else delay + drip)


def test_a_silence_is_in_the_journal_while_it_lasts(sandbox: RunningSandbox) -> None:
    request = ailab(sandbox)
    sandbox.fail("ailab", "connection.silence")
    with (
        httpx.Client(verify=False, timeout=httpx.Timeout(20, read=0.05)) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.send(request)
    [exchange] = sandbox.journal
    assert exchange.notes[-1] == "the connection was held in silence in place of the answer"


def test_a_refused_call_is_damaged_as_well(sandbox: RunningSandbox) -> None:
    sandbox.fail("tencent_bda", "http.malformed_json")
    request = tencent_bda(sandbox)
    request.headers["Authorization"] = request.headers["Authorization"][:-3] + "000"
    assert answered(request).body
    exchange = sandbox.journal.last
    assert exchange.faults == ["http.malformed_json"]
    assert exchange.behaviours == ["tencent_bda.error.AuthFailure.SignatureFailure"]


def test_an_unknown_path_is_damaged_in_its_sandbox(sandbox: RunningSandbox) -> None:
    sandbox.fail("ailab", "http.status", operation=None)
    key = {"ailabapi-api-key": sandbox.ailab.api_key}
    url = f"{sandbox.ailab.url}/ailab/api/cutout/portrait/other"
    assert answered(httpx.Request("POST", url, headers=key)).status == 503
    assert sandbox.journal.last.operation is None


@pytest.mark.parametrize(
    ("method", "path"), [("OPTIONS", "/api/cutout/portrait/avatar-extraction"), ("OPTIONS", "/picwish/any")]
)
def test_an_answer_for_a_browser_is_not_damaged(sandbox: RunningSandbox, method: str, path: str) -> None:
    for provider in ("ailab", "picwish"):
        sandbox.fail(provider, "http.status")
    headers = {"ailabapi-api-key": sandbox.ailab.api_key, "X-API-KEY": sandbox.picwish.api_key}
    url = sandbox.ailab.url + path
    assert answered(httpx.Request(method, url, headers=headers)).status == 200
    assert [rule.seen for rule in sandbox.faults.list()] == [0, 0]


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_neither_is_the_page_that_a_provider_shows(sandbox: RunningSandbox, method: str) -> None:
    sandbox.fail("processimage", "http.status")
    url = f"{sandbox.processimage.url}/watermark/access?appId={sandbox.processimage.app_id}"
    assert answered(httpx.Request(method, url)).status == 200
    assert len(sandbox.journal) == 1


def test_a_fault_of_one_operation_leaves_the_others_alone(sandbox: RunningSandbox) -> None:
    sandbox.fail("ailab", "http.status", operation="result")
    request = ailab_result(sandbox)
    assert [answered(request).status for _ in range(2)] == [503, 200]


def test_each_provider_has_faults_of_its_own(sandbox: RunningSandbox) -> None:
    sandbox.fail("picwish", "http.status")
    assert answered(processimage(sandbox)).status == 200
    assert answered(picwish(sandbox)).status == 503


def test_a_dropped_sandbox_damages_nothing(sandbox: RunningSandbox) -> None:
    request = ailab(sandbox)
    sandbox.fail("ailab", "http.status", times=None)
    sandbox.drop()
    assert answered(request).status == 401


@pytest.mark.parametrize(
    ("effect", "options"),
    [
        ("http.truncated_body", {"share": 0.8}),
        ("http.malformed_json", {}),
        ("http.unknown_fields", {}),
        ("http.wrong_content_type", {"content_type": "application/json"}),
        ("http.wrong_content_type", {"content_type": "text/plain"}),
        ("connection.close", {"at": "within"}),
    ],
)
def test_damage_brings_no_token_into_the_journal(
    sandbox: RunningSandbox, effect: str, options: dict[str, Any]
) -> None:
    access = sandbox.processimage
    sign = hashlib.md5(f"{access.app_id}12345678{access.app_secret}".encode()).hexdigest()
    url = f"{access.url}/watermark/token?appId={access.app_id}&salt=12345678"
    request = httpx.Request("POST", url, headers={"x-access-api-sign": sign})
    token = answered(request).json["data"]["token"]
    sandbox.fail("processimage", effect, times=None, **options)
    answered(request, to_the_end=effect.startswith("connection."))
    [_, entry] = sandbox.state.entries(sandbox.id, "journal").entries
    assert effect.encode() in entry
    assert token[:16].encode() not in entry
