"""Where a picture comes from: a file of three names, a URL, base64; which wins; and at what size it ends."""

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from watermark_caller import PATH, PLAIN, RECTANGLE, TEXT, Caller, md5

from mockserver import RunningSandbox
from mockserver.fixtures.edges import padded

LIMIT = 4194304
URL = "https://images.example.com/a.png"
BASE64 = base64.b64encode(PLAIN).decode()


class Pictures(BaseHTTPRequestHandler):
    """Serves files by path; /moved redirects to one of them."""

    files: dict[str, bytes]

    def do_GET(self) -> None:
        content = self.files.get(self.path)
        self.send_response(302 if self.path == "/moved" else 404 if content is None else 200)
        if self.path == "/moved":
            self.send_header("Location", "/a.png")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    files = {
        "/a.png": PLAIN,
        "/largest.png": padded(PLAIN, LIMIT),
        "/too-large.png": padded(PLAIN, LIMIT + 1),
        "/page.html": b"<html></html>",
    }
    handler = type("Handler", (Pictures,), {"files": files})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def met(sandbox: RunningSandbox) -> set[str]:
    return {behaviour.removeprefix("processimage.") for behaviour in sandbox.journal.last.behaviours}


@pytest.mark.parametrize("part", ["uploadFile", "imageFile", "image_file"])
def test_the_file_part_has_three_names(caller: Caller, sandbox: RunningSandbox, part: str) -> None:
    assert caller.body(PLAIN, part, rectangles=RECTANGLE)["data"]["processStatus"] == 0
    assert {"source.file", f"part.{part}"} <= met(sandbox)
    [file] = sandbox.journal.last.files
    assert (file.field, file.size, file.format, file.width) == (part, len(PLAIN), "png", 320)


@pytest.mark.parametrize("part", ["file", "image", "ImageFile", ""])
def test_a_file_part_with_another_name_is_told(caller: Caller, sandbox: RunningSandbox, part: str) -> None:
    assert caller.body(PLAIN, part, rectangles=RECTANGLE)["httpCode"] == 401
    notes = sandbox.journal.last.notes
    assert notes[0] == f"the file {part!r} is not read; the documented name is imageFile"
    assert f"received: {part!r}" in notes[1] or f", {part!r}" in notes[1]


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("/a.png", 200, "SUCCESS::调用成功"),
        ("/moved", 200, "SUCCESS::调用成功"),
        ("/largest.png", 200, "SUCCESS::调用成功"),
        ("/too-large.png", 413, "FAILED::URL 目标文件大小超过 4Mb"),
        ("/absent.png", 400, "FAILED::下载目标 URL 资源失败"),
        ("/page.html", 400, "FAILED::上传的文件不是受支持的类型"),
    ],
)
def test_a_picture_behind_a_url_is_fetched_and_signed(
    caller: Caller, pictures: str, path: str, code: int, message: str
) -> None:
    content = {"/largest.png": padded(PLAIN, LIMIT), "/page.html": b"<html></html>"}.get(path, PLAIN)
    body = caller.form(content, rectangles=RECTANGLE, imageUrl=pictures + path).json()
    assert (body["httpCode"], body["httpMsg"]) == (code, message)
    if code == 200:
        assert body["encryptedInfo"]["imageUniqueIdentification"] == md5(content)


def test_a_failed_fetch_is_an_argument_unknown(caller: Caller, sandbox: RunningSandbox) -> None:
    body = caller.form(PLAIN, imageUrl="https://nowhere.example.com/a.png").json()
    assert body["msgInnerReferer"] == "ExceptionHandler[UnknownArgumentException.class]"
    assert "--allow-host nowhere.example.com" in sandbox.journal.last.notes[0]


@pytest.mark.parametrize("url", ["a.png", "ftp://a/b.png", "http://", "//a/b", "file:///etc/x", "http:/a"])
def test_a_url_is_one_of_http(caller: Caller, url: str) -> None:
    body = caller.form(PLAIN, imageUrl=url).json()
    assert (body["httpCode"], body["httpMsg"]) == (400, "FAILED::提供的图片 URL 地址无效")


def test_a_known_url_is_not_fetched(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.know_url(URL, PLAIN)
    assert caller.form(PLAIN, rectangles=RECTANGLE, image_url=URL).json()["httpCode"] == 200
    assert "source.url" in met(sandbox)
    [file] = sandbox.journal.last.files
    assert (file.field, file.filename, file.size) == ("imageUrl", URL, len(PLAIN))


@pytest.mark.parametrize(
    "text",
    [
        BASE64,
        f"data:image/png;base64,{BASE64}",
        "\r\n".join(BASE64[start : start + 76] for start in range(0, len(BASE64), 76)),
    ],
)
@pytest.mark.parametrize("name", ["imageBase64", "image_base64"])
def test_a_picture_may_come_as_base64(caller: Caller, sandbox: RunningSandbox, name: str, text: str) -> None:
    body = caller.form(PLAIN, rectangles=RECTANGLE, **{name: text}).json()
    assert body["encryptedInfo"]["imageUniqueIdentification"] == md5(PLAIN)
    assert "source.base64" in met(sandbox)
    assert len(str(sandbox.journal.last)) < 5000


@pytest.mark.parametrize("text", ["?", "AAA", "AA=A", "data:image/png;base64,?", "_-AA", "data:,x", "水印"])
def test_bad_base64_is_told(caller: Caller, sandbox: RunningSandbox, text: str) -> None:
    body = caller.form(PLAIN, imageBase64=text).json()
    assert (body["httpCode"], body["httpMsg"]) == (400, "FAILED::提供的图片 base64 数据无效")
    assert "imageBase64 is not base64" in sandbox.journal.last.notes[0]


def test_a_sign_over_base64_text_is_explained(caller: Caller, sandbox: RunningSandbox) -> None:
    body = caller.form(BASE64.encode(), imageBase64=BASE64).json()
    assert body["httpCode"] == 401
    assert sandbox.journal.last.explanation is not None
    assert sandbox.journal.last.explanation["cause"] == "base64"


def test_a_file_comes_before_a_url_and_a_url_before_base64(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.know_url(URL, TEXT)
    both = {"rectangles": RECTANGLE, "imageUrl": URL, "imageBase64": "?"}
    assert caller.body(PLAIN, **both)["encryptedInfo"]["imageUniqueIdentification"] == md5(PLAIN)
    assert caller.form(TEXT, **both).json()["encryptedInfo"]["imageUniqueIdentification"] == md5(TEXT)


def test_an_empty_file_leaves_the_url(caller: Caller, sandbox: RunningSandbox) -> None:
    sandbox.know_url(URL, PLAIN)
    request = caller.signed(PLAIN, rectangles=RECTANGLE, imageUrl=URL)
    answer = caller.http.post(PATH, files={"imageFile": ("", b"")}, **request)
    assert answer.json()["httpCode"] == 200


@pytest.mark.parametrize("signed_md5", [md5(b""), ""])
def test_no_picture_is_told_when_the_sign_is_right_for_none(
    caller: Caller, sandbox: RunningSandbox, signed_md5: str
) -> None:
    request = caller.signed(b"")
    request["headers"]["x-access-api-sign"] = caller.sign(signed_md5)
    answer = caller.http.post(PATH, files={"imageFile": ("a.png", b"")}, **request).json()
    assert (answer["httpCode"], answer["httpMsg"]) == (400, "FAILED::没有指定任何一种文件上传方式")
    assert sandbox.journal.last.notes == ["the file imageFile has no bytes"]


def test_no_picture_is_a_wrong_sign_when_that_was_made_of_one(
    caller: Caller, sandbox: RunningSandbox
) -> None:
    answer = caller.form(PLAIN).json()
    assert (answer["httpCode"], answer["httpMsg"]) == (401, "FAILED::签名错误")
    assert sandbox.journal.last.notes[0].startswith("there is no file named uploadFile, imageFile")


def test_no_picture_beside_a_token_is_told(caller: Caller) -> None:
    token = caller.token().json()["data"]["token"]
    fields = {"files": {"rectangles": (None, RECTANGLE)}, "headers": {"x-access-api-token": token}}
    answer: Any = caller.http.post(PATH, **fields)  # type: ignore[arg-type]
    assert answer.json()["httpMsg"] == "FAILED::没有指定任何一种文件上传方式"


def test_a_picture_in_a_text_field_is_a_missing_part(caller: Caller, sandbox: RunningSandbox) -> None:
    answer = caller.form(b"picture", imageFile="picture").json()
    assert (answer["httpCode"], answer["httpMsg"]) == (400, "FAILED::缺少参数")
    assert answer["msgInnerReferer"] == "ExceptionHandler[MissingServletRequestPartException.class]"
    assert sandbox.journal.last.notes[0].startswith("imageFile came as a text field")


@pytest.mark.parametrize("parameters", [{"imageUrl": URL}, {"imageBase64": BASE64}, {"imageFile": "x"}, {}])
def test_on_the_published_server_a_call_without_a_file_is_never_signed(
    caller: Caller, sandbox: RunningSandbox, parameters: dict[str, str]
) -> None:
    sandbox.set("processimage", sources="file_only")
    sandbox.know_url(URL, PLAIN)
    answer = caller.form(PLAIN, rectangles=RECTANGLE, **parameters).json()
    assert (answer["httpCode"], answer["httpMsg"]) == (401, "FAILED::签名错误")
    assert caller.body(PLAIN, "uploadFile", rectangles=RECTANGLE)["httpCode"] == 200


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("way", ["file", "base64"])
def test_four_megabytes_are_taken_and_one_byte_more_is_not(caller: Caller, way: str, extra: int) -> None:
    image = padded(PLAIN, LIMIT + extra)
    if way == "file":
        body = caller.body(image, rectangles=RECTANGLE)
    else:
        text = base64.b64encode(image).decode()
        body = caller.form(image, rectangles=RECTANGLE, imageBase64=text).json()
    expected = (413, "FAILED::上传图片的大小超过 4Mb") if extra else (200, "SUCCESS::调用成功")
    assert (body["httpCode"], body["httpMsg"]) == expected


def test_a_whole_request_has_ten_megabytes(caller: Caller, sandbox: RunningSandbox) -> None:
    start = b'--b\r\nContent-Disposition: form-data; name="notes"; filename="x"\r\n\r\n'
    end = b"\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for extra, code in ((0, 401), (1, 413)):
        body = start + bytes(10 * 1024 * 1024 + extra - len(start) - len(end)) + end
        answer = caller.http.post(PATH, params={"appId": caller.app_id}, headers=headers, content=body)
        assert answer.json()["httpCode"] == code
    assert answer.json()["httpMsg"].startswith("FAILED::Maximum upload size exceeded")
    assert "(10485761) exceeds the configured maximum (10485760)" in answer.json()["httpMsg"]
    assert sandbox.journal.last.notes == ["the request body is larger than 10485760 bytes"]


def test_the_parameters_of_the_query_come_before_those_of_the_form(caller: Caller) -> None:
    request = caller.signed(PLAIN, rectangles="[")
    params = {"rectangles": RECTANGLE}
    answer = caller.http.post(PATH, params=params, files={"imageFile": ("a", PLAIN)}, **request)
    assert answer.json()["data"]["processStatus"] == 0
