"""The vendor's flows as a client in another language would do them: by hand, with the standard library."""

import hashlib
import json
import urllib.parse
import urllib.request
from typing import Any

import pytest
from watermark_caller import PLAIN, RECTANGLE, Caller, written
from watermark_receiver import Receiver

from mockserver import RunningSandbox

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


def multipart(image: bytes, fields: dict[str, str], part: str) -> bytes:
    lines = [
        line
        for name, value in fields.items()
        for line in (
            f"--{BOUNDARY}".encode(),
            f'Content-Disposition: form-data; name="{name}"'.encode(),
            b"Content-Type: text/plain; charset=UTF-8",
            b"",
            value.encode(),
        )
    ]
    lines += [
        f"--{BOUNDARY}".encode(),
        f'Content-Disposition: form-data; name="{part}"; filename="图片.png"'.encode(),
        b"Content-Type: application/octet-stream",
        b"",
        image,
        f"--{BOUNDARY}--".encode(),
        b"",
    ]
    return b"\r\n".join(lines)


class Vendor:
    """Calls with urllib and md5, nothing else."""

    def __init__(self, url: str, app_id: str, app_secret: str) -> None:
        self.url = url
        self.app_id = app_id
        self.app_secret = app_secret

    def sign(self, image_md5: str, salt: str) -> str:
        text = self.app_id + image_md5 + salt + self.app_secret
        return hashlib.md5(text.encode()).hexdigest()

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Any:
        request = urllib.request.Request(self.url + path, body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def clear(self, image: bytes, token: str = "", part: str = "uploadFile", **fields: str) -> Any:
        salt = "98765432"
        credentials = {} if token else {"appId": self.app_id, "salt": salt}
        sign = self.sign(hashlib.md5(image).hexdigest(), salt)
        headers = {"x-access-api-token": token} if token else {"x-access-api-sign": sign}
        headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
        body = multipart(image, {**credentials, **fields}, part)
        return self.post("/watermark/access", headers, body)

    def token(self) -> str:
        salt = "13579246"
        headers = {"x-access-api-sign": self.sign("", salt)}
        body = urllib.parse.urlencode({"appId": self.app_id, "salt": salt}).encode()
        token: str = self.post("/watermark/token", headers, body)["data"]["token"]
        return token


@pytest.fixture
def vendor(sandbox: RunningSandbox) -> Vendor:
    access = sandbox.processimage
    return Vendor(access.url, access.app_id, access.app_secret)


def test_a_call_waits_for_its_result_and_downloads_it(vendor: Vendor) -> None:
    body = vendor.clear(written("VENDOR TEXT"), show="true", offset='{"+x":0,"+y":0,"+w":0,"+h":0}')
    assert body["data"]["processLocation"][0]["word"] == "VENDOR TEXT"
    with urllib.request.urlopen(body["data"]["url"]) as file:
        assert file.read(4) == b"\x89PNG"


def test_a_call_comes_back_by_callback(vendor: Vendor, sandbox: RunningSandbox, receiver: Receiver) -> None:
    sandbox.clock.freeze()
    receiver.script.append(500)
    accepted = vendor.clear(PLAIN, rectangles=RECTANGLE, sync="true", callback=receiver.url)
    assert accepted["data"]["processStatus"] == 52000
    sandbox.clock.travel(1)
    first, second = (json.loads(request.body) for request in receiver.requests)
    assert first == second
    assert first["data"]["processStatus"] == 0
    assert first["encryptedInfo"] == accepted["encryptedInfo"]


def test_a_call_is_cached_and_free_for_five_hours(vendor: Vendor, sandbox: RunningSandbox) -> None:
    first, second = (vendor.clear(PLAIN, rectangles=RECTANGLE) for _ in range(2))
    assert (first["httpCode"], second["httpCode"]) == (200, 304)
    assert first["remainingUsage"] == second["remainingUsage"]
    sandbox.clock.travel(hours=5)
    assert vendor.clear(PLAIN, rectangles=RECTANGLE)["httpCode"] == 200


def test_a_token_does_instead_of_a_sign_for_half_an_hour(vendor: Vendor, sandbox: RunningSandbox) -> None:
    token = vendor.token()
    assert vendor.clear(PLAIN, token, "imageFile", rectangles=RECTANGLE)["httpCode"] == 200
    sandbox.clock.travel(minutes=36)
    assert vendor.clear(PLAIN, token, rectangles=RECTANGLE)["httpCode"] == 401
    assert vendor.clear(PLAIN, vendor.token(), rectangles=RECTANGLE)["httpCode"] == 304


def test_a_client_that_sends_in_chunks_is_understood(caller: Caller) -> None:
    request = caller.signed(PLAIN)
    fields = {**request["data"], "rectangles": RECTANGLE}
    body = multipart(PLAIN, fields, "imageFile")
    headers = {**request["headers"], "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    chunks = (body[start : start + 777] for start in range(0, len(body), 777))
    answer = caller.http.post("/watermark/access", headers=headers, content=chunks)
    assert answer.json()["data"]["processStatus"] == 0
