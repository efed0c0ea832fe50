"""Tokens: 30 minutes, five of grace, a hundred gets a day, from allowed addresses only."""

import re

import httpx
import pytest
from watermark_caller import PLAIN, RECTANGLE, SALT, Caller, md5

from mockserver import MockServer, RunningSandbox
from mockserver.providers.processimage.tokens import GETS_A_DAY


def got(caller: Caller) -> str:
    token: str = caller.token().json()["data"]["token"]
    return token


def refresh(caller: Caller, token: str, **headers: str) -> httpx.Response:
    return caller.http.post("/watermark/token/refresh", headers={"x-access-api-token": token, **headers})


def code(answer: httpx.Response) -> int:
    http_code: int = answer.json()["httpCode"]
    return http_code


def test_a_token_is_32_digits_of_lower_case_hex_and_lasts_1800_seconds(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    answer = caller.token().json()
    assert re.fullmatch("[0-9a-f]{32}", answer["data"]["token"])
    assert answer["data"]["expiresIn"] == 1800
    assert list(answer) == ["httpCode", "httpMsg", "returnType", "data"]
    assert sandbox.journal.last.behaviours == ["processimage.token.issued", "processimage.code.200"]


@pytest.mark.parametrize(
    ("minutes", "expected", "behaviours"),
    [
        (0, 200, {"authentication.token"}),
        (29.9, 200, {"authentication.token"}),
        (30, 200, {"authentication.token", "token.grace"}),
        (34.9, 200, {"authentication.token", "token.grace"}),
        (35, 401, set()),
    ],
)
def test_a_token_lives_by_the_time_of_the_sandbox(
    caller: Caller, sandbox: RunningSandbox, minutes: float, expected: int, behaviours: set[str]
) -> None:
    sandbox.clock.freeze()
    token = got(caller)
    sandbox.clock.travel(minutes=minutes)
    assert code(caller.with_token(token)) == expected
    met = {one.removeprefix("processimage.") for one in sandbox.journal.last.behaviours}
    assert {one for one in met if one.startswith(("authentication", "token"))} == behaviours


def test_the_journal_says_how_old_a_refused_token_is(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.clock.freeze()
    token = got(caller)
    sandbox.clock.travel(minutes=36)
    caller.with_token(token)
    assert sandbox.journal.last.notes == ["the token is 2160 s old; it is good for 1800 s and 300 s of grace"]


def test_an_answer_to_a_token_has_no_sign_and_the_md5_of_the_picture(caller: Caller) -> None:
    answer = caller.with_token(got(caller)).json()
    assert answer["encryptedInfo"] == {"imageUniqueIdentification": md5(PLAIN)}
    assert answer["remainingUsage"] == 1499


def test_a_refreshed_token_takes_the_place_of_the_old_one_after_five_minutes(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    sandbox.clock.freeze()
    old = got(caller)
    sandbox.clock.travel(minutes=10)
    new = refresh(caller, old).json()["data"]["token"]
    assert new != old
    sandbox.clock.travel(minutes=4.9)
    assert [code(caller.with_token(token)) for token in (old, new)] == [200, 304]
    sandbox.clock.travel(minutes=0.1)
    assert code(caller.with_token(old)) == 401
    why = "the token was replaced 300 s ago; it is accepted 300 s longer"
    assert sandbox.journal.last.notes == [why]
    assert code(refresh(caller, old)) == 401
    assert code(caller.with_token(new)) == 304


def test_refreshing_is_not_getting(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.clock.freeze()
    token = got(caller)
    for _ in range(GETS_A_DAY):
        token = refresh(caller, token).json()["data"]["token"]
    assert code(caller.token()) == 200


def test_the_gets_of_a_day_begin_anew_at_midnight_in_china(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.clock.freeze()
    seconds_left = 86400 - (sandbox.clock.now() + 8 * 3600) % 86400
    assert {code(caller.token()) for _ in range(GETS_A_DAY)} == {200}
    answer = caller.token().json()
    assert (answer["httpCode"], answer["httpMsg"]) == (429, "FAILED::今日获取 token 次数已达上限")
    sandbox.clock.travel(seconds_left - 1)
    assert code(caller.token()) == 429
    sandbox.clock.travel(1)
    assert code(caller.token()) == 200


def test_a_token_that_was_never_given_out_is_refused(caller: Caller, server: MockServer) -> None:
    for token in ("0" * 32, f"{'0' * 31}g", "short", server.default.id, "x" * 500):
        assert code(caller.with_token(token)) == 401


def test_a_token_belongs_to_its_sandbox(caller: Caller, server: MockServer, sandbox: RunningSandbox) -> None:
    token = got(caller)
    other = server.sandbox(processimage={"qps": None})
    forged = other.id + token[8:]
    assert code(caller.with_token(forged)) == 401
    assert code(caller.with_token(token)) == 200
    assert len(other.journal) == 1
    assert "has not given out this token" in other.journal.last.notes[-1]
    assert sandbox.journal.last.fields == {"rectangles": RECTANGLE}


def test_a_sign_comes_before_a_token(caller: Caller) -> None:
    token = got(caller)
    request = caller.signed(PLAIN, rectangles=RECTANGLE)
    request["headers"]["x-access-api-token"] = "0" * 32
    both = caller.http.post("/watermark/access", files={"imageFile": ("a", PLAIN)}, **request)
    assert both.json()["encryptedInfo"]["sign"]
    request["headers"] = {"x-access-api-token": token, "x-access-api-sign": "0" * 32}
    both = caller.http.post("/watermark/access", files={"imageFile": ("a", PLAIN)}, **request)
    assert code(both) == 401


@pytest.mark.parametrize(
    ("whitelist", "address", "expected"),
    [
        (["127.0.0.1"], "", 200),
        ([], "", 403),
        (["203.0.113.0/24"], "203.0.113.9", 200),
        (["203.0.113.0/24"], "203.0.113.9, 127.0.0.1", 200),
        (["203.0.113.0/24"], "198.51.100.1", 403),
        (["::1", "203.0.113.9"], "203.0.113.9", 200),
        (["203.0.113.9"], "not an address", 403),
        (["2001:db8::/32"], "2001:db8::1", 200),
    ],
)
def test_only_listed_addresses_get_and_use_tokens(
    caller: Caller, sandbox: RunningSandbox, whitelist: list[str], address: str, expected: int
) -> None:
    token = got(caller)
    sandbox.set("processimage", ip_whitelist=whitelist)
    headers = {"X-Forwarded-For": address}
    assert code(caller.token(**headers)) == expected
    assert code(refresh(caller, token, **headers)) == expected
    fields = {"rectangles": RECTANGLE}
    use = {"x-access-api-token": token, **headers}
    answer = caller.http.post(
        "/watermark/access", headers=use, files={"imageFile": ("a", PLAIN)}, data=fields
    )
    assert code(answer) == expected


def test_a_signed_call_may_come_from_anywhere(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.set("processimage", ip_whitelist=[])
    assert code(caller.send(rectangles=RECTANGLE)) == 200


@pytest.mark.parametrize("kind", ["query", "form", "multipart"])
def test_a_token_is_got_with_parameters_anywhere(caller: Caller, kind: str) -> None:
    fields = {"appId": caller.app_id, "salt": SALT}
    headers = {"x-access-api-sign": caller.sign("")}
    answer = {
        "query": lambda: caller.http.post("/watermark/token", params=fields, headers=headers),
        "form": lambda: caller.http.post("/watermark/token", data=fields, headers=headers),
        "multipart": lambda: caller.http.post(
            "/watermark/token",
            files=[(name, (None, text)) for name, text in fields.items()],
            headers=headers,
        ),
    }[kind]()
    assert code(answer) == 200


def test_a_wrong_sign_gets_no_token_and_is_explained(caller: Caller, sandbox: RunningSandbox) -> None:
    params = {"appId": caller.app_id, "salt": SALT}
    wrong = {"x-access-api-sign": md5(caller.app_id + caller.app_secret + SALT)}
    answer = caller.http.post("/watermark/token", params=params, headers=wrong)
    assert code(answer) == 401
    assert sandbox.journal.last.explanation is not None
    assert sandbox.journal.last.explanation["cause"] == "order"
    assert code(caller.http.post("/watermark/token", params=params)) == 401
    token = {"x-access-api-token": got(caller)}
    assert code(caller.http.post("/watermark/token", headers=token)) == 401


def test_a_refresh_needs_a_token(caller: Caller) -> None:
    sign = {"x-access-api-sign": caller.sign("")}
    params = {"appId": caller.app_id, "salt": SALT}
    assert code(caller.http.post("/watermark/token/refresh", params=params, headers=sign)) == 401
    assert code(caller.http.post("/watermark/token/refresh")) == 401


def test_a_token_is_never_in_the_journal(caller: Caller, sandbox: RunningSandbox) -> None:
    token = got(caller)
    refresh(caller, token)
    caller.with_token(token)
    caller.http.post("/watermark/access", params={"token": token}, files={"imageFile": PLAIN})
    assert token not in "".join(str(exchange) for exchange in sandbox.journal)


def test_a_large_body_gets_no_token(caller: Caller) -> None:
    answer = caller.http.post("/watermark/token", data={"appId": "x" * 70_000})
    assert code(answer) == 413


def test_a_broken_form_gets_no_token(caller: Caller) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = caller.http.post("/watermark/token", headers=headers, content=b"--b")
    assert (answer.status_code, code(answer)) == (500, 500)


def test_another_method_on_a_token_path_is_refused(caller: Caller) -> None:
    assert code(caller.http.get("/watermark/token")) == 405
