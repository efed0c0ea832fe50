"""The cache: five hours, uncharged, for the same picture and the same parameters."""

import json
from collections.abc import Mapping

import pytest
from watermark_caller import PLAIN, RECTANGLE, TEXT, Caller, md5, written
from watermark_receiver import Receiver

from mockserver import MockServer, RunningSandbox
from mockserver.providers.processimage import cache

QUIRKS = {
    "offset_keys": "by_position",
    "offset_with_rectangles": "applied",
    "ocr_only_status": "0",
    "sources": "file_only",
}
OFFSET = '{"+x":1,"+y":2,"+w":3,"+h":4}'


@pytest.mark.parametrize(
    ("stored_at", "now", "good"),
    [
        (1000.0, 1000.0, True),
        (1000.0, 18_999.9, True),
        (1000.0, 19_000.0, False),
        (1000.0, 10.0**9, False),
        (1_700_000_000.0, 1_700_017_999.0, True),
        (1_700_000_000.0, 1_700_018_000.0, False),
    ],
)
def test_what_is_stored_is_good_for_five_hours(stored_at: float, now: float, good: bool) -> None:
    assert cache.alive(stored_at, now) == good


def codes(*answers: Mapping[str, object]) -> list[object]:
    return [answer["httpCode"] for answer in answers]


def test_the_same_call_again_is_answered_from_the_cache_uncharged(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    first, second = (caller.body(TEXT) for _ in range(2))
    assert codes(first, second) == [200, 304]
    assert second == {
        **first,
        "httpCode": 304,
        "httpMsg": "CACHE::本次响应为缓存数据,未作任何修改",
    }
    assert "processimage.cache.hit" in sandbox.journal.last.behaviours


def test_a_cached_answer_has_http_status_200_under_every_reading(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    sandbox.set("processimage", http_status="as_http_code")
    assert [caller.send(TEXT).status_code for _ in range(2)] == [200, 200]


def test_a_cached_answer_has_the_counters_and_the_sign_of_its_own_call(caller: Caller) -> None:
    caller.send(PLAIN, rectangles=RECTANGLE)
    caller.send(TEXT)
    again = caller.body(PLAIN, rectangles=RECTANGLE, salt="87654321")
    assert (again["httpCode"], again["allUsedCount"], again["remainingUsage"]) == (304, 2, 1498)
    assert again["encryptedInfo"]["sign"] == caller.sign(md5(PLAIN), "87654321")


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({}, {"show": "false"}, 304),
        ({"show": "true"}, {"show": "TRUE"}, 304),
        ({"show": "true"}, {}, 200),
        ({"ocrOnly": "true"}, {}, 200),
        ({"offset": '{"+w":2}'}, {"offset": '{ "+w" : 2 }'}, 304),
        ({"offset": '{"+w":2}'}, {"offset": '{"+w":3}'}, 200),
        ({"rectangles": RECTANGLE}, {"rectangles": RECTANGLE.replace("60", "61")}, 200),
        ({"watermarkNames": '{"items":[{"value":"a"}]}'}, {}, 200),
        (
            {"watermarkNames": '{"items":[{"value":"SAMPLE"}]}'},
            {"excludeKeywords": '{"items":[{"value":"SAMPLE"}]}'},
            200,
        ),
    ],
)
def test_all_parameters_count(
    caller: Caller, first: dict[str, str], second: dict[str, str], code: int
) -> None:
    caller.send(TEXT, **first)
    assert caller.body(TEXT, **second)["httpCode"] == code


@pytest.mark.parametrize(
    ("quirk", "asked"),
    [
        ("offset_keys", {"offset": OFFSET}),
        ("offset_with_rectangles", {"rectangles": RECTANGLE, "offset": OFFSET}),
        ("ocr_only_status", {"ocrOnly": "true"}),
        ("sources", {}),
    ],
)
def test_another_reading_of_the_document_is_another_call(
    caller: Caller, sandbox: RunningSandbox, quirk: str, asked: dict[str, str]
) -> None:
    assert codes(caller.body(TEXT, **asked), caller.body(TEXT, **asked)) == [200, 304]
    sandbox.set("processimage", **{quirk: QUIRKS[quirk]})
    assert codes(caller.body(TEXT, **asked), caller.body(TEXT, **asked)) == [200, 304]


def test_the_status_of_ocr_only_is_never_that_of_the_other_reading(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    statuses = []
    for reading in ("52006", "0", "52006", "0"):
        sandbox.set("processimage", ocr_only_status=reading)
        body = caller.body(TEXT, ocrOnly="true")
        statuses.append((body["httpCode"], body["data"]["processStatus"]))
    assert statuses == [(200, 52006), (200, 0), (304, 52006), (304, 0)]


def test_a_text_that_was_told_later_is_in_the_next_answer(caller: Caller, sandbox: RunningSandbox) -> None:
    silent = written("nobody tells this", shade=60, annotate=False)
    assert codes(caller.body(silent), caller.body(silent)) == [200, 304]
    for told in ("one", "other"):
        sandbox.know_text(silent, told)
        body = caller.body(silent)
        assert (body["httpCode"], body["data"]["processLocation"][0]["word"]) == (200, told)


def test_work_that_waits_is_kept_under_the_reading_that_it_was_done_by(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    sandbox.clock.freeze()
    asked = {"ocrOnly": "true", "sync": "true", "callback": receiver.url}
    caller.send(TEXT, **asked)
    sandbox.set("processimage", ocr_only_status="0")
    sandbox.clock.travel(1)
    sandbox.set("processimage", ocr_only_status="52006")
    caller.send(TEXT, **asked)
    sandbox.clock.travel(1)
    statuses = [json.loads(request.body)["data"]["processStatus"] for request in receiver.requests]
    assert statuses == [0, 52006]


def test_another_picture_is_another_call(caller: Caller) -> None:
    assert codes(caller.body(TEXT), caller.body(written("SAMPLE TEXT", shade=91))) == [200, 200]


def test_that_there_is_no_text_is_cached_too(caller: Caller) -> None:
    answers = [caller.body(PLAIN) for _ in range(2)]
    assert codes(*answers) == [200, 304]
    assert {answer["data"]["processStatus"] for answer in answers} == {52002}


def test_a_failure_is_not_cached_since_one_shall_try_again(caller: Caller) -> None:
    answers = [caller.body(PLAIN[:300], rectangles=RECTANGLE) for _ in range(2)]
    assert codes(*answers) == [200, 200]


def test_the_cache_lives_five_hours_and_the_file_five_minutes_longer(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    sandbox.clock.freeze()
    url = caller.body(rectangles=RECTANGLE)["data"]["url"]
    sandbox.clock.travel(hours=4, minutes=59, seconds=59)
    assert caller.body(rectangles=RECTANGLE)["data"]["url"] == url
    sandbox.clock.travel(1)
    later = caller.body(rectangles=RECTANGLE)
    assert later["httpCode"] == 200
    assert later["data"]["url"] != url
    sandbox.clock.travel(minutes=4, seconds=59)
    assert caller.http.get(url).status_code == 200
    sandbox.clock.travel(1)
    assert caller.http.get(url).status_code == 404
    assert sandbox.journal.last.notes == ["expired 0 s ago: a result lives 18300 s of the sandbox's time"]
    assert caller.http.get(later["data"]["url"]).status_code == 200


def test_a_cached_url_can_always_be_downloaded(caller: Caller, sandbox: RunningSandbox) -> None:
    caller.send(rectangles=RECTANGLE)
    for _ in range(4):
        sandbox.clock.travel(hours=4)
        answer = caller.body(rectangles=RECTANGLE)
        assert caller.http.get(answer["data"]["url"]).status_code == 200


def test_sandboxes_do_not_share_a_cache(caller: Caller, server: MockServer) -> None:
    caller.send(rectangles=RECTANGLE)
    access = server.sandbox().processimage
    other = Caller(http=caller.http, app_id=access.app_id, app_secret=access.app_secret)
    assert other.body(rectangles=RECTANGLE)["httpCode"] == 200


def test_a_reset_empties_the_cache(caller: Caller, sandbox: RunningSandbox) -> None:
    caller.send(rectangles=RECTANGLE)
    sandbox.reset()
    assert caller.body(rectangles=RECTANGLE)["httpCode"] == 200


def test_the_text_can_be_the_published_servers(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.set("processimage", cache_text="observed")
    assert [caller.body(TEXT)["httpMsg"] for _ in range(2)][1] == "本次响应为缓存数据，未作任何修改"


def test_a_signed_call_and_one_with_a_token_share_the_cache(caller: Caller) -> None:
    caller.send(rectangles=RECTANGLE)
    token = caller.token().json()["data"]["token"]
    answer = caller.with_token(token).json()
    assert answer["httpCode"] == 304
    assert "sign" not in answer["encryptedInfo"]


def test_an_asynchronous_call_finds_what_an_asynchronous_one_has_stored(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    asked = {"rectangles": RECTANGLE, "sync": "true", "callback": receiver.url}
    for _ in range(2):
        answer = caller.body(**asked)
        assert (answer["httpCode"], answer["data"]["processStatus"]) == (200, 52000)
        assert "processimage.cache.hit" not in sandbox.journal.last.behaviours
        sandbox.clock.travel(1)
    first, second = (json.loads(request.body) for request in receiver.requests)
    assert codes(first, second) == [200, 304]
    assert second["data"] == first["data"]
    told = [exchange.behaviours for exchange in sandbox.journal if exchange.operation == "callback"]
    assert told == [
        ["processimage.success", "processimage.code.200", "processimage.callback.delivered"],
        ["processimage.success", "processimage.cache.hit", "processimage.callback.delivered"],
    ]
    assert second["allUsedCount"] == 1
    assert caller.body(rectangles=RECTANGLE)["httpCode"] == 200
