"""Pictures behind a Url: from loopback, from what a sandbox was told, and from nowhere else."""

import base64
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from signer import Answer, Call

from mockserver import RunningSandbox
from mockserver.fixtures.edges import padded

LARGEST = 5 * 1024 * 1024 // 4 * 3
HEAD = {"Head": True}


class Pictures(BaseHTTPRequestHandler):
    """Serves files by path; /moved redirects to one of them."""

    files: dict[str, bytes]
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        content = self.files.get(self.path)
        self.send_response(302 if self.path == "/moved" else 200 if content is not None else 404)
        if self.path == "/moved":
            self.send_header("Location", "/portrait.jpg")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def pictures(picture: bytes) -> Iterator[str]:
    files = {
        "/portrait.jpg": picture,
        "/largest.jpg": padded(picture, LARGEST),
        "/too-large.jpg": padded(picture, LARGEST + 1),
        "/page.html": b"<html></html>",
    }
    handler = type("Handler", (Pictures,), {"files": files, "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def by_url(call: Call) -> Call:
    def by_url(url: object, **others: object) -> Answer:
        answer: Answer = call({"SegmentationOptions": HEAD, "Url": url, **others})
        return answer

    return by_url


def outcome(answer: Answer) -> str:
    return str(answer["Error"]["Code"]) if "Error" in answer else "success"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/portrait.jpg", "success"),
        ("/portrait.jpg?", "FailedOperation.ImageDownloadError"),
        ("/absent.jpg", "FailedOperation.ImageDownloadError"),
        ("/moved", "success"),
        ("/page.html", "FailedOperation.ImageDecodeFailed"),
        ("/largest.jpg", "success"),
        ("/too-large.jpg", "LimitExceeded.TooLargeFileError"),
    ],
)
def test_a_picture_on_loopback_is_fetched(pictures: str, by_url: Call, path: str, expected: str) -> None:
    assert outcome(by_url(pictures + path)) == expected


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_loopback_has_several_names(pictures: str, by_url: Call, host: str) -> None:
    assert outcome(by_url(pictures.replace("127.0.0.1", host) + "/portrait.jpg")) == "success"


def test_a_host_that_is_not_allowed_is_not_asked(by_url: Call, sandbox: RunningSandbox) -> None:
    assert outcome(by_url("https://cos.example.com/a.jpg")) == "FailedOperation.DownloadError"
    assert "--allow-host cos.example.com" in sandbox.journal.last.notes[0]


def test_a_refused_connection_is_a_download_error(by_url: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert outcome(by_url(f"http://127.0.0.1:{port}/a.jpg")) == "FailedOperation.DownloadError"


@pytest.mark.parametrize(
    "url",
    ["http://example.com/a.jpg", "https://bucket.cos.ap-guangzhou.myqcloud.com/a.jpg?sign=%2B&x=ü"],
)
def test_a_public_url_stands_for_what_the_sandbox_was_told(
    by_url: Call, sandbox: RunningSandbox, picture: bytes, url: str
) -> None:
    sandbox.know_url(url, picture)
    assert outcome(by_url(url)) == "success"
    (file,) = sandbox.journal.last.files
    assert (file.field, file.filename, file.size, file.format) == ("Url", url, len(picture), "jpeg")


@pytest.mark.parametrize(("extra", "expected"), [(0, "success"), (1, "LimitExceeded.TooLargeFileError")])
def test_a_known_url_has_the_same_limit(
    by_url: Call, sandbox: RunningSandbox, picture: bytes, extra: int, expected: str
) -> None:
    sandbox.know_url("http://example.com/a.jpg", padded(picture, LARGEST + extra))
    assert outcome(by_url("http://example.com/a.jpg")) == expected


def test_the_url_is_used_when_there_is_an_image_too(
    by_url: Call, sandbox: RunningSandbox, picture: bytes
) -> None:
    sandbox.know_url("http://example.com/a.jpg", picture)
    useless = base64.b64encode(b"no image").decode()
    assert outcome(by_url("http://example.com/a.jpg", Image=useless)) == "success"
    assert "tencent_bda.source.Url" in sandbox.journal.last.behaviours


@pytest.mark.parametrize("url", ["", None])
def test_an_empty_url_leaves_the_image(by_url: Call, picture: bytes, url: object) -> None:
    assert outcome(by_url(url, Image=base64.b64encode(picture).decode())) == "success"


@pytest.mark.parametrize(
    "url",
    [
        "IamNotAUrl",
        "ftp://example.com/a.jpg",
        "file:///etc/passwd",
        "http://",
        "http:///a.jpg",
        "http://[::1/a.jpg",
        "http://localhost:99999/a.jpg",
        "http://localhost:0/a.jpg",
        "http://localhost:port/a.jpg",
        "http://local host/a.jpg",
        "http://localhost/a\n.jpg",
        "http://localhost/a\x00.jpg",
        "http://a..localhost/",
        f"http://{'a' * 64}.localhost/",
        " http://localhost/a.jpg",
        "//localhost/a.jpg",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
    ],
)
def test_a_malformed_url_is_illegal(by_url: Call, url: str) -> None:
    assert outcome(by_url(url)) == "InvalidParameterValue.UrlIllegal"


def test_the_journal_keeps_a_long_url_short(by_url: Call, sandbox: RunningSandbox) -> None:
    by_url("http://example.com/" + "a" * 100_000)
    assert len(str(sandbox.journal.last)) < 10_000
