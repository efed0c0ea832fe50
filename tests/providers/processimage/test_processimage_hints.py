"""Nearly right requests: the answer is the provider's, the journal says what to mend, and tells no secret."""

from typing import Any

import pytest
from watermark_caller import PATH, PLAIN, RECTANGLE, SALT, Caller, md5

from mockserver import MockServer, RunningSandbox


@pytest.mark.parametrize(
    ("older", "current"),
    [
        ("markNames", "watermarkNames"),
        ("markName", "watermarkNames"),
        ("watermarkName", "watermarkNames"),
        ("onlyOcr", "ocrOnly"),
        ("publicKey", "appId"),
    ],
)
def test_an_older_name_is_not_read_and_told(
    caller: Caller, sandbox: RunningSandbox, older: str, current: str
) -> None:
    body = caller.body(PLAIN, rectangles=RECTANGLE, **{older: "nonsense"})
    assert body["httpCode"] == 200
    assert sandbox.journal.last.notes == [
        f"{older} is an older name, which is not read; the current one is {current}"
    ]


def test_an_older_client_is_told_in_its_own_journal(caller: Caller, sandbox: RunningSandbox) -> None:
    fields = {"publicKey": caller.app_id, "salt": SALT}
    headers = {"x-access-api-sign": caller.sign(md5(PLAIN))}
    body = caller.http.post(PATH, headers=headers, files={"uploadFile": PLAIN}, data=fields).json()
    assert body["httpCode"] == 401
    assert sandbox.journal.last.notes[0].startswith("publicKey is an older name")
    assert "appId is absent" in sandbox.journal.last.notes[1]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("Rectangles", "; the nearest documented one is rectangles"),
        ("offsets", "; the nearest documented one is offset"),
        ("waterMarkName", "; the nearest documented one is watermarkNames"),
        ("x", ""),
        ("", ""),
    ],
)
def test_an_unknown_parameter_is_told(
    caller: Caller, sandbox: RunningSandbox, name: str, nearest: str
) -> None:
    assert caller.body(PLAIN, rectangles=RECTANGLE, **{name: "1"})["httpCode"] == 200
    assert sandbox.journal.last.notes == [f"the parameter {name!r} is not read{nearest}"]


def test_a_parameter_in_a_file_is_told(caller: Caller, sandbox: RunningSandbox) -> None:
    files = {"imageFile": ("a", PLAIN), "rectangles": ("a.json", RECTANGLE.encode())}
    body = caller.http.post(PATH, files=files, **caller.signed(PLAIN)).json()
    assert body["data"]["processStatus"] == 52002
    assert sandbox.journal.last.notes[0] == (
        "rectangles came as a file, which is not read; send it as a text field, without a filename"
    )


def test_a_repeated_parameter_is_told_and_the_first_one_counts(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    request = caller.signed(PLAIN)
    params = {"rectangles": [RECTANGLE, "["]}
    body = caller.http.post(PATH, params=params, files={"imageFile": ("a", PLAIN)}, **request).json()
    assert body["data"]["processStatus"] == 0
    assert sandbox.journal.last.notes == ["'rectangles' came more than once; the first one counts"]


def test_a_flood_of_names_gets_a_few_notes(caller: Caller, sandbox: RunningSandbox) -> None:
    params = {f"name{number}": "" for number in range(500)}
    request = caller.signed(PLAIN, rectangles=RECTANGLE)
    caller.http.post(PATH, params=params, files={"imageFile": ("a", PLAIN)}, **request)
    assert len(sandbox.journal.last.notes) == 20


def test_a_lesser_source_beside_a_file_is_told(caller: Caller, sandbox: RunningSandbox) -> None:
    caller.send(PLAIN, rectangles=RECTANGLE, imageUrl="http://a/b", image_base64="?")
    assert sandbox.journal.last.notes == [
        "imageUrl has no effect beside a picture by file",
        "image_base64 has no effect beside a picture by file",
    ]


def test_a_right_request_has_no_notes(caller: Caller, sandbox: RunningSandbox) -> None:
    caller.send(PLAIN, rectangles=RECTANGLE, show="true")
    assert sandbox.journal.last.notes == []
    assert sandbox.journal.last.behaviours == [
        "processimage.success",
        "processimage.code.200",
        "processimage.authentication.signature",
        "processimage.source.file",
        "processimage.part.imageFile",
        "processimage.format.png",
        "processimage.option.rectangles",
        "processimage.option.show",
    ]


def test_a_secret_that_is_sent_is_told_and_hidden(caller: Caller, sandbox: RunningSandbox) -> None:
    for name in ("appSecret", "app_secret", "secretKey"):
        caller.send(PLAIN, rectangles=RECTANGLE, **{name: caller.app_secret})
        assert "never sent" in sandbox.journal.last.notes[0]
        request = caller.signed(PLAIN, rectangles=RECTANGLE)
        params = {name: caller.app_secret}
        caller.http.post(PATH, params=params, files={"imageFile": ("a", PLAIN)}, **request)


def everything(server: MockServer, sandbox: RunningSandbox) -> str:
    state = server.app.engine.state
    logs: Any = [state.entries(space, "journal").entries for space in (sandbox.id, "strangers")]
    return b"\n".join(entry for log in logs for entry in log).decode()


def test_no_secret_is_in_any_journal(caller: Caller, server: MockServer, sandbox: RunningSandbox) -> None:
    secret = caller.app_secret
    token = caller.token().json()["data"]["token"]
    wrong = caller.signed(PLAIN, rectangles=RECTANGLE)
    for sign in (md5(caller.app_id), secret, md5(caller.app_id + md5(PLAIN) + SALT + secret + "\n")):
        wrong["headers"]["x-access-api-sign"] = sign
        caller.http.post(PATH, files={"imageFile": ("a", PLAIN)}, **wrong)
    caller.with_token(token)
    caller.with_token(secret)
    for name in ("appSecret", "x-access-api-token", "sign"):
        for value in (secret, token):
            caller.http.get(PATH, params={"appId": caller.app_id, name: value})
            caller.http.put(PATH, params={name: value})
            caller.send(PLAIN, **{name: value})
    written = everything(server, sandbox)
    assert secret not in written
    assert token not in written
    assert caller.app_id in written


def test_an_exchange_that_belongs_to_nobody_has_the_default_readings(caller: Caller) -> None:
    answer = caller.http.post(PATH, files={"imageFile": PLAIN})
    assert (answer.status_code, answer.json()["httpCode"]) == (200, 401)
