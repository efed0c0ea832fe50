"""Hostile files and forms: each has its answer, and none breaks the server."""

import time

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from watermark_caller import PATH, PLAIN, RECTANGLE, TEXT, Caller, backdrop, encoded, written

from mockserver import RunningSandbox
from mockserver.fixtures.hostile import HostileFile, Outcome, hostile_files
from mockserver.imaging.reading import Annotation, annotated

FILES = hostile_files()
TAKEN = ("jpeg", "png", "bmp")
STATUSES = {
    Outcome.UNDECODABLE: {52004},
    Outcome.TOO_MANY_PIXELS: {52004},
    Outcome.FINE: {0, 52002},
}
FORM = "multipart/form-data; boundary="
QUICK = settings(
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def allowed(file: HostileFile) -> set[int]:
    return {status for outcome in file.outcomes for status in STATUSES.get(outcome, ())}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_gets_its_answer(caller: Caller, sandbox: RunningSandbox, name: str) -> None:
    data = FILES[name].data
    answer = caller.send(data, rectangles=RECTANGLE)
    body, status = answer.json(), answer.json()["data"]["processStatus"]
    if not data:
        assert body["httpCode"] == 400
    elif answer.status_code == 415:
        assert not data.startswith((b"\x89PNG", b"BM", b"\xff\xd8"))
    else:
        assert (answer.status_code, body["httpCode"]) == (200, 200)
        assert status in allowed(FILES[name])
    assert len(sandbox.journal) == 1
    assert (body.get("allUsedCount") or 0) == (status == 0)


@pytest.mark.parametrize("name", ["huge.png", "huge.jpg", "huge.bmp", "bomb-text.png", "bomb-profile.png"])
def test_a_small_file_that_unpacks_to_a_huge_one_costs_nothing(caller: Caller, name: str) -> None:
    began = time.perf_counter()
    assert caller.send(FILES[name].data).status_code == 200
    assert time.perf_counter() - began < 1


@QUICK
@given(st.data())
def test_a_damaged_picture_never_breaks_the_server(caller: Caller, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([PLAIN, TEXT, written("a", file_format="jpeg")]))
    image = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        image[data.draw(st.integers(0, len(image) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(1, len(image)))
    assert caller.send(bytes(image[:end]), rectangles=RECTANGLE).status_code in (200, 415)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (None, b""),
        ("application/json", b'{"appId": "x"}'),
        ("application/x-www-form-urlencoded", b"appId=x&salt=12345678"),
        ("image/png", PLAIN),
        ("multipart/mixed; boundary=b", b"--b--\r\n"),
        ("multipart/form-data", b"--b--\r\n"),
        (FORM + "b", b""),
        (FORM + "b", b"--b\r\nContent-Disposition\r\n\r\nx\r\n--b--\r\n"),
        (FORM + "b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx'),
        (FORM + "b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 100 + b"--b--\r\n"),
    ],
)
def test_a_body_that_is_no_form_is_an_error_of_the_server(
    caller: Caller, sandbox: RunningSandbox, content_type: str | None, body: bytes
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = caller.http.post(PATH, params={"appId": caller.app_id}, headers=headers, content=body)
    assert (answer.status_code, answer.json()["httpMsg"]) == (500, "FAILED::服务端异常")
    assert "send the request as multipart/form-data" in sandbox.journal.last.notes[0]


@QUICK
@given(
    st.dictionaries(
        st.sampled_from(["rectangles", "offset", "sync", "callback", "salt", "appId", "ref"]),
        st.text(max_size=30).filter(lambda text: "\r" not in text),
        max_size=4,
    )
)
def test_any_parameters_get_an_answer_of_the_provider(caller: Caller, parameters: dict[str, str]) -> None:
    fields = {name: text.encode(errors="replace").decode() for name, text in parameters.items()}
    answer = caller.send(PLAIN, **fields)
    assert answer.status_code == 200
    assert answer.json()["httpCode"] in (200, 304, 400, 401)


@QUICK
@given(st.from_regex(r"[!-\"$-~]{0,60}", fullmatch=True))
def test_any_query_gets_an_answer_of_the_provider(http: httpx.Client, query: str) -> None:
    answer = http.post(f"{PATH}?{query}", files={"imageFile": PLAIN})
    assert (answer.status_code, answer.json()["httpCode"]) == (200, 401)


def test_a_thousand_rectangles_over_a_picture_are_cleared_in_reasonable_time(caller: Caller) -> None:
    boxes = ",".join(f'{{"x":{n % 300},"y":{n % 180},"w":4,"h":4}}' for n in range(1000))
    began = time.perf_counter()
    assert caller.body(PLAIN, rectangles=f"[{boxes}]")["data"]["processCount"] == 1000
    assert time.perf_counter() - began < 5


def test_rectangles_that_would_take_too_long_time_out_at_once(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    wide = encoded(backdrop(2000, 1000))
    boxes = ",".join(['{"x":0,"y":0,"w":2000,"h":1000}'] * 251)
    began = time.perf_counter()
    assert caller.body(wide, rectangles=f"[{boxes}]")["data"]["processStatus"] == 52003
    assert time.perf_counter() - began < 5
    assert any("502000000 pixels together" in note for note in sandbox.journal.last.notes)


def test_long_names_and_long_texts_are_compared_in_no_time(caller: Caller) -> None:
    word = "水印" * 249
    names = ",".join('{"value":"' + word[:-n] + "图" * n + '"}' for n in range(130, 230))
    image = written("SAMPLE TEXT", annotate=False)
    found = annotated(image, [Annotation(x=60, y=40, width=230, height=40, text=word)])
    began = time.perf_counter()
    answer = caller.body(found, watermarkNames=f'{{"items":[{names}]}}', ocrOnly="true")
    assert answer["data"]["processStatus"] == 52002
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("path", [PATH, "/watermark/token"])
def test_a_line_break_behind_a_path_is_another_path(http: httpx.Client, path: str) -> None:
    assert http.options(f"{path}%0A").status_code == 404


@pytest.mark.parametrize("query", ["appSecret=hush-hush", "app%53ecret=hush-hush", "%74oken=hush-hush"])
def test_a_secret_in_a_query_is_hidden_however_its_name_is_written(
    caller: Caller, sandbox: RunningSandbox, query: str
) -> None:
    caller.http.post(f"{PATH}?appId={caller.app_id}&{query}", files={"imageFile": PLAIN})
    assert "hush-hush" not in str(sandbox.journal.last)


def test_a_secret_in_a_header_is_hidden(caller: Caller, sandbox: RunningSandbox) -> None:
    headers = {"appSecret": caller.app_secret}
    caller.http.post(f"{PATH}?appId={caller.app_id}", headers=headers, files={"imageFile": PLAIN})
    assert caller.app_secret not in str(sandbox.journal.last)
