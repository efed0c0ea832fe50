"""The sign: what it is, and what a client did instead where it does not fit."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from watermark_caller import PATH, PLAIN, RECTANGLE, SALT, Caller, md5

from mockserver import MockServer, RunningSandbox
from mockserver.providers.processimage.explain import HINTS, Sent, explain
from mockserver.providers.processimage.signing import Reading, same, wrong_salt

READING = Reading(
    app_id="mockapp0abcdef01",
    image_md5=md5(PLAIN),
    salt=SALT,
    secret="mock-secret-of-nobody-0123456789",
)
SENT = Sent(content=PLAIN, salts=("87654321",), secrets=("mock-secret-of-somebody-else",))
TEXTS = st.text(max_size=40)
HEX = st.text("0123456789abcdef", min_size=32, max_size=32)


def test_the_sign_is_md5_over_the_four_parts_joined() -> None:
    vector = replace(READING, app_id="A1b2C3d4E5f6G7h8", image_md5="20eecffbd807d6508ac7be5eb083732e")
    assert vector.signature == md5(
        "A1b2C3d4E5f6G7h8" + "20eecffbd807d6508ac7be5eb083732e" + "12345678" + READING.secret
    )
    assert replace(vector, app_id="", image_md5="", salt="", secret="").signature == (
        "d41d8cd98f00b204e9800998ecf8427e"
    )


@pytest.mark.parametrize(
    ("received", "told"),
    [
        ("", "The sign has 0 characters; an md5 in hex has 32. None of the usual mistakes"),
        ("0", "The sign has 1 character; an md5 in hex has 32. "),
        ("00", "The sign has 2 characters; an md5 in hex has 32. "),
        ("a" * 1200, "The sign has 1,200 characters; an md5 in hex has 32. "),
        ("g" * 32, "The sign has characters that hex does not have, which are 0 to 9 and a to f. None of "),
        ("0" * 32, "None of the usual mistakes gives the received sign."),
    ],
)
def test_of_what_is_no_sign_at_all_its_form_is_told_first(received: str, told: str) -> None:
    explanation = explain(READING, received, SENT)
    assert not explanation["proven"]
    assert explanation["hint"].startswith(told)


def signed(**changes: str) -> str:
    return replace(READING, **changes).signature


JOINED = [READING.app_id, READING.image_md5, READING.salt, READING.secret]
MISTAKES: list[tuple[str, str, str]] = [
    ("digest", "sign", READING.signature.upper()),
    ("digest", "sign", READING.signature[8:24]),
    ("digest", "sign", f'"{READING.signature}"'),
    ("digest", "sign", base64.b64encode(bytes.fromhex(READING.signature)).decode()),
    ("base64", "imageMd5", signed(image_md5=md5(base64.b64encode(PLAIN)))),
    ("base64", "imageMd5", signed(image_md5=md5(base64.encodebytes(PLAIN)))),
    ("base64", "imageMd5", signed(image_md5=md5(b"data:image/png;base64," + base64.b64encode(PLAIN)))),
    ("empty", "imageMd5", signed(image_md5=md5(b""))),
    ("part left out", "imageMd5", signed(image_md5="")),
    ("imageMd5", "imageMd5", signed(image_md5=READING.image_md5.upper())),
    ("imageMd5", "imageMd5", signed(image_md5=md5(READING.image_md5))),
    ("salt", "salt", signed(salt="87654321")),
    ("salt", "salt", signed(salt=f"{SALT}\n")),
    ("part left out", "salt", signed(salt="")),
    ("secret", "appSecret", signed(secret=f"{READING.secret}\n")),
    ("secret", "appSecret", signed(secret=READING.secret[:-1])),
    ("secret", "appSecret", signed(secret="mock-secret-of-somebody-else")),
    ("part left out", "appSecret", signed(secret="")),
    ("appId", "appId", signed(app_id=READING.app_id.upper())),
    ("appId", "appId", signed(app_id=READING.secret)),
    ("part left out", "appId", signed(app_id="")),
    ("order", "order", md5("".join(reversed(JOINED)))),
    ("order", "order", md5(READING.app_id + SALT + READING.image_md5 + READING.secret)),
    ("separator", "separator", md5("&".join(JOINED))),
    ("algorithm", "algorithm", hashlib.sha256("".join(JOINED).encode()).hexdigest()),
    ("algorithm", "algorithm", md5(READING.signature)),
]


@pytest.mark.parametrize(("cause", "part", "received"), MISTAKES)
def test_a_mistake_is_proven_and_named(cause: str, part: str, received: str) -> None:
    explanation = explain(READING, received, SENT)
    assert explanation["cause"] == cause
    assert explanation["proven"]
    assert explanation["hint"]
    difference = explanation["first_difference"]
    assert difference["part"] == part
    assert difference["expected"] != difference["signed"]
    assert READING.secret not in str(explanation)


def test_each_hint_belongs_to_a_mistake_that_is_made_here() -> None:
    assert set(HINTS) == {"no picture", *(cause for cause, _, _ in MISTAKES)}


@pytest.mark.parametrize(
    ("received", "cause", "proven"),
    [(signed(image_md5=md5(b"")), "no picture", True), ("0" * 32, "secret", False)],
)
def test_where_there_is_no_picture_nothing_is_said_of_one(received: str, cause: str, proven: bool) -> None:
    explanation = explain(replace(READING, image_md5=""), received, Sent())
    assert (explanation["cause"], explanation["proven"]) == (cause, proven)
    assert "has no imageMd5: it is md5 of appId, salt and appSecret" in explanation["hint"]


@given(HEX)
def test_what_no_mistake_gives_is_not_proven(received: str) -> None:
    explanation = explain(READING, received, SENT)
    assert explanation["proven"] == any(mistake == received for _, _, mistake in MISTAKES)
    assert explanation["expected_signature"] == READING.signature
    assert "encoded again" in explanation["hint"] or explanation["proven"]


@given(st.builds(Reading, app_id=TEXTS, image_md5=HEX, salt=TEXTS, secret=TEXTS), TEXTS)
def test_any_text_can_be_compared_and_explained(reading: Reading, received: str) -> None:
    assert same(reading.signature, reading.signature)
    assert not same(reading.signature, received)
    assert explain(reading, received, Sent())["string_to_sign"].startswith(reading.app_id)


@pytest.mark.parametrize("salt", ["10000000", "99999999", "12345678"])
def test_a_salt_has_eight_digits(salt: str) -> None:
    assert wrong_salt(salt) is None


@pytest.mark.parametrize(
    "salt", ["", "01234567", "1234567", "123456789", "1234567a", " 12345678", "１２３４５６７８", "-1234567"]
)
def test_another_salt_is_refused_although_the_sign_fits(
    caller: Caller, sandbox: RunningSandbox, salt: str
) -> None:
    answer = caller.body(rectangles=RECTANGLE, salt=salt)
    assert (answer["httpCode"], answer["httpMsg"]) == (401, "FAILED::签名错误")
    assert "eight digits" in sandbox.journal.last.notes[0]


@pytest.mark.parametrize(
    ("cause", "wrong"),
    [
        ("digest", lambda caller: caller.sign(md5(PLAIN)).upper()),
        ("base64", lambda caller: caller.sign(md5(base64.b64encode(PLAIN)))),
        ("empty", lambda caller: caller.sign(md5(b""))),
        ("imageMd5 or secret", lambda caller: caller.sign(md5(b"another picture"))),
    ],
)
def test_the_journal_explains_a_sign_that_does_not_fit(
    caller: Caller, sandbox: RunningSandbox, cause: str, wrong: Callable[[Caller], str]
) -> None:
    request = caller.signed(PLAIN, rectangles=RECTANGLE)
    request["headers"]["x-access-api-sign"] = wrong(caller)
    answer = caller.http.post(PATH, files={"imageFile": PLAIN}, **request).json()
    assert (answer["httpCode"], answer["data"]["processStatus"]) == (401, 52001)
    exchange = sandbox.journal.last
    assert exchange.explanation is not None
    assert exchange.explanation["cause"] == cause
    assert exchange.notes[0].startswith(f"sign mismatch, cause {cause}: ")
    assert [file.field for file in exchange.files] == ["imageFile"]


def test_the_salt_of_the_query_counts_and_the_other_one_is_found(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    request = caller.signed(PLAIN, rectangles=RECTANGLE)
    answer = caller.http.post(PATH, params={"salt": "11111111"}, files={"imageFile": PLAIN}, **request)
    assert answer.json()["httpCode"] == 401
    assert sandbox.journal.last.explanation is not None
    assert sandbox.journal.last.explanation["first_difference"] == {
        "part": "salt",
        "expected": "11111111",
        "signed": SALT,
    }


def test_app_id_and_salt_may_come_in_the_query(caller: Caller) -> None:
    request = caller.signed(PLAIN)
    params = {**request["data"], "rectangles": RECTANGLE}
    answer = caller.http.post(
        PATH, params=params, headers=request["headers"], files={"imageFile": ("a", PLAIN)}
    )
    assert answer.json()["data"]["processStatus"] == 0


def test_the_demo_page_sends_its_sign_in_a_field(caller: Caller, sandbox: RunningSandbox) -> None:
    sign = caller.sign(md5(PLAIN))
    fields = {"appId": caller.app_id, "salt": SALT, "rectangles": RECTANGLE, "ref": "demoPage"}
    demo = {**fields, "x-access-demo-api-sign": sign}
    answer = caller.http.post(PATH, files={"uploadFile": ("a", PLAIN)}, data=demo).json()
    assert answer["encryptedInfo"]["sign"] == sign
    assert sign not in str(sandbox.journal.last.fields)
    header = {"x-access-api-sign": sign}
    answer = caller.http.post(PATH, files={"uploadFile": ("a", PLAIN)}, data=fields, headers=header).json()
    assert answer["httpCode"] == 401


def test_the_sign_is_not_in_the_headers_of_the_journal(caller: Caller, sandbox: RunningSandbox) -> None:
    caller.send(rectangles=RECTANGLE)
    assert caller.sign(md5(PLAIN)) not in str(sandbox.journal.last.headers)


def test_an_unknown_app_id_is_in_the_journal_of_strangers(caller: Caller, server: MockServer) -> None:
    answer = caller.body(rectangles=RECTANGLE, appId="mockapp0nobodyat")
    assert answer["httpCode"] == 401
    assert "no sandbox has this appId" in server.strangers.last.notes[0]


def test_without_sign_and_token_a_call_is_refused(caller: Caller, sandbox: RunningSandbox) -> None:
    answer = caller.http.post(PATH, files={"imageFile": PLAIN}, data={"appId": caller.app_id, "salt": SALT})
    assert answer.json()["httpCode"] == 401
    assert sandbox.journal.last.notes == ["there is no header x-access-api-sign and no x-access-api-token"]


def test_a_sign_that_is_right_comes_before_wrong_parameters_and_a_wrong_one_hides_them(
    caller: Caller,
) -> None:
    assert caller.body(rectangles="[")["httpCode"] == 400
    request = caller.signed(PLAIN, rectangles="[")
    request["headers"]["x-access-api-sign"] = "0" * 32
    assert caller.http.post(PATH, files={"imageFile": b"x"}, **request).json()["httpCode"] == 401


def test_secrets_have_their_documented_lengths_and_are_visibly_fake(server: MockServer) -> None:
    for sandbox in (server.default, server.sandbox()):
        access = sandbox.processimage
        assert (len(access.app_id), len(access.app_secret)) == (16, 32)
        assert access.app_id.startswith("mockapp")
        assert access.app_secret.startswith("mock-secret-")
    assert len({server.sandbox().processimage.app_id for _ in range(20)}) == 20
