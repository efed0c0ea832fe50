"""Asynchronous calls: the work is done when it is due, its answer posted, and retried once."""

import json
import socket
from typing import Any

import pytest
from watermark_caller import PATH, PLAIN, RECTANGLE, TEXT, Caller, md5, written
from watermark_receiver import Receiver, Script

from mockserver import MockServer, RunningSandbox
from mockserver.callbacks import Standing
from mockserver.providers.processimage import quota

CALLBACK = "callback"


@pytest.fixture
def sandbox(sandbox: RunningSandbox) -> RunningSandbox:
    """Its clock stands still, so that nothing happens before a test lets it."""
    sandbox.clock.freeze()
    return sandbox


def begin(caller: Caller, url: str, image: bytes = PLAIN, **parameters: str) -> Any:
    fields = {"rectangles": RECTANGLE, **parameters} if image is PLAIN else parameters
    return caller.body(image, sync="true", callback=url, **fields)


def attempts(sandbox: RunningSandbox) -> list[Any]:
    return [exchange for exchange in sandbox.journal if exchange.operation == CALLBACK]


def told(receiver: Receiver) -> list[Any]:
    return [json.loads(request.body) for request in receiver.requests]


def test_the_answer_is_that_the_result_will_come(caller: Caller, receiver: Receiver) -> None:
    answer = begin(caller, receiver.url)
    assert answer["httpCode"] == 200
    assert answer["data"] == {"processStatus": 52000, "processMsg": "WAITING::异步请求"}
    assert answer["encryptedInfo"]["imageUniqueIdentification"] == md5(PLAIN)
    assert answer["allUsedCount"] == 0


def test_the_result_comes_when_it_is_due_and_not_before(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    begin(caller, receiver.url)
    sandbox.clock.travel(0.9)
    assert receiver.requests == []
    assert quota.look(sandbox).used == 0
    sandbox.clock.travel(0.1)
    assert len(receiver.requests) == 1
    sandbox.clock.travel(hours=1)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("image", "behaviour"), [(PLAIN, "processimage.success"), (PLAIN[:200], "processimage.status.52004")]
)
def test_the_journal_says_how_the_work_has_ended(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver, image: bytes, behaviour: str
) -> None:
    begin(caller, receiver.url, image, rectangles=RECTANGLE)
    sandbox.clock.travel(1)
    assert attempts(sandbox)[0].behaviours == [
        behaviour,
        "processimage.code.200",
        "processimage.callback.delivered",
    ]


def test_the_callback_gets_the_very_answer_of_a_synchronous_call(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    accepted = begin(caller, receiver.url, TEXT)
    sandbox.clock.travel(1)
    [body] = told(receiver)
    at_once = caller.body(TEXT)
    assert list(body) == list(at_once)
    assert body["data"].pop("url") != at_once["data"].pop("url")
    assert body["data"] == at_once["data"]
    assert body["encryptedInfo"] == accepted["encryptedInfo"]
    assert (body["allUsedCount"], at_once["allUsedCount"]) == (1, 2)
    assert body["remainingUsage"] == accepted["remainingUsage"] - 1


def test_the_callback_is_json_in_chinese_and_its_picture_can_be_had(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    begin(caller, receiver.url)
    sandbox.clock.travel(1)
    [request] = receiver.requests
    assert request.path == "/done"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-language"] == "zh"
    assert b"null" not in request.body
    assert caller.http.get(json.loads(request.body)["data"]["url"]).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("script", "made", "standing"),
    [
        ([200], 1, Standing.DELIVERED),
        ([500], 2, Standing.DELIVERED),
        ([500, 500], 2, Standing.GIVEN_UP),
        ([204, 200], 2, Standing.DELIVERED),
        ([302, 404], 2, Standing.GIVEN_UP),
        (["close", 200], 2, Standing.DELIVERED),
        (["close", "close"], 2, Standing.GIVEN_UP),
    ],
)
def test_only_200_is_taken_and_there_is_one_more_try_at_once(
    caller: Caller,
    sandbox: RunningSandbox,
    receiver: Receiver,
    script: list[Script],
    made: int,
    standing: Standing,
) -> None:
    receiver.script.extend(script)
    begin(caller, receiver.url)
    sandbox.clock.travel(1)
    assert len(receiver.requests) == made
    assert len({request.body for request in receiver.requests}) == 1
    [callback] = sandbox.callbacks
    assert (callback.standing, callback.attempts) == (standing, made)
    last = f"processimage.callback.{'delivered' if standing is Standing.DELIVERED else 'refused'}"
    assert [exchange.behaviours[-1] for exchange in attempts(sandbox)][-1] == last
    assert quota.look(sandbox).used == 1


def test_a_receiver_that_refuses_connections_costs_its_two_tries(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    begin(caller, f"http://127.0.0.1:{port}/")
    sandbox.clock.travel(1)
    assert len(attempts(sandbox)) == 2
    assert quota.look(sandbox).used == 1


def test_a_receiver_that_is_not_allowed_is_never_asked(caller: Caller, sandbox: RunningSandbox) -> None:
    begin(caller, "https://client.example.com/done")
    sandbox.clock.travel(1)
    assert "--allow-host client.example.com" in attempts(sandbox)[0].notes[0]


def test_a_receiver_by_ftp_is_accepted_and_never_reached(caller: Caller, sandbox: RunningSandbox) -> None:
    assert begin(caller, "ftp://127.0.0.1/done")["data"]["processStatus"] == 52000
    sandbox.clock.travel(1)
    assert [callback.standing for callback in sandbox.callbacks] == [Standing.GIVEN_UP]


def test_the_same_call_before_the_first_is_done_is_charged_again(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    for _ in range(3):
        assert begin(caller, receiver.url)["httpCode"] == 200
    sandbox.clock.travel(1)
    assert sorted(body["allUsedCount"] for body in told(receiver)) == [1, 2, 3]
    assert {body["httpCode"] for body in told(receiver)} == {200}


@pytest.mark.parametrize("status", [52002, 52003, 52004])
def test_work_that_fails_is_told_and_costs_nothing(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver, status: int
) -> None:
    sandbox.fail("processimage", f"status.{status}")
    begin(caller, receiver.url)
    assert sandbox.journal.last.fault == f"processimage.status.{status}"
    sandbox.clock.travel(1)
    [body] = told(receiver)
    assert (body["httpCode"], body["data"]["processStatus"]) == (200, status)
    assert quota.look(sandbox).used == 0


def test_a_picture_without_text_is_told_and_costs_nothing(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    caller.body(PLAIN, sync="true", callback=receiver.url)
    sandbox.clock.travel(1)
    assert [body["data"]["processStatus"] for body in told(receiver)] == [52002]
    assert quota.look(sandbox).used == 0


def test_the_last_use_is_not_shared_by_two_that_wait(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    sandbox.set("processimage", long_term=1, limited_term=0)
    for _ in range(2):
        begin(caller, receiver.url)
    sandbox.clock.travel(1)
    bodies = sorted(told(receiver), key=lambda body: int(body["httpCode"]))
    assert [body["httpCode"] for body in bodies] == [200, 403]
    assert bodies[1]["data"]["processStatus"] == 52001
    assert quota.look(sandbox).remaining == 0


@pytest.mark.parametrize(("seconds", "due", "status"), [(0, 0, 0), (12, 12, 0), (30, 30, 0), (31, 30, 52003)])
def test_how_long_the_work_takes_is_a_setting(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver, seconds: int, due: int, status: int
) -> None:
    sandbox.set("processimage", seconds=seconds)
    begin(caller, receiver.url)
    if due:
        sandbox.clock.travel(due - 0.5)
        assert receiver.requests == []
    sandbox.clock.travel(0.5)
    assert [body["data"]["processStatus"] for body in told(receiver)] == [status]


def test_an_asynchronous_call_with_a_token_has_no_sign(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    token = caller.token().json()["data"]["token"]
    caller.with_token(token, sync="true", callback=receiver.url)
    sandbox.clock.travel(1)
    [body] = told(receiver)
    assert body["encryptedInfo"] == {"imageUniqueIdentification": md5(PLAIN)}


def test_the_journal_shows_each_try_with_its_job(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    receiver.script.append(500)
    begin(caller, receiver.url)
    sandbox.clock.travel(1)
    first, second = attempts(sandbox)
    assert first.fields == second.fields
    assert first.fields["encryptedInfo"]["imageUniqueIdentification"] == md5(PLAIN)
    assert [first.status, second.status] == [500, 200]
    assert first.notes == ["the receiver did not take the callback, attempt 1 of 2: HTTP 500"]
    assert second.notes == ["the receiver took the callback, attempt 2 of 2"]


def test_a_receiver_that_hangs_holds_nothing_up(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    receiver.script.append("hang")
    sandbox.clock.unfreeze()
    sandbox.set("processimage", seconds=0)
    begin(caller, receiver.url)
    for _ in range(2000):
        if receiver.requests:
            break
        caller.http.get("/_mock/health")
    assert caller.http.get(PATH).status_code == 200
    assert caller.body(TEXT)["data"]["processStatus"] == 0
    receiver.released.set()


def test_a_picture_that_had_to_make_room_is_a_failure(
    caller: Caller,
    server: MockServer,
    sandbox: RunningSandbox,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(caller, receiver.url)
    monkeypatch.setattr(server.app.engine.state, "blob", lambda digest: None)
    sandbox.clock.travel(1)
    assert [body["data"]["processStatus"] for body in told(receiver)] == [52004]


@pytest.mark.parametrize("end", ["reset", "drop"])
def test_work_that_a_reset_overtakes_is_neither_told_nor_charged(
    caller: Caller,
    server: MockServer,
    sandbox: RunningSandbox,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    end: str,
) -> None:
    registry = server.app.engine.registry

    def meanwhile(rgb: object, boxes: object) -> object:
        sandbox.reset() if end == "reset" else registry.drop(sandbox.id)
        return rgb

    monkeypatch.setattr("mockserver.imaging.removal.remove", meanwhile)
    begin(caller, receiver.url, written(f"never sent before {end}"), rectangles=RECTANGLE)
    sandbox.clock.travel(1)
    assert receiver.requests == []
    assert "mistake" not in caplog.text
    assert end == "drop" or quota.look(sandbox).used == 0


def test_a_reset_forgets_what_was_promised(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    begin(caller, receiver.url)
    sandbox.reset()
    sandbox.clock.travel(10)
    assert receiver.requests == []
