"""No credential, token or signature stands in a journal or its HAR, wherever a client has put it."""

import base64
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

from contract_tests.clients.picwish import PicwishClient
from contract_tests.clients.processimage import ProcessimageClient
from contract_tests.clients.tencent_bda import TencentBdaClient, TencentError
from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.edges import sized
from mockserver.providers import PROVIDERS

NAMES = {"secret_id", "temporary_secret_id", "oss_access_key_id", "app_id"}
"""Credentials that are names of accounts."""
PATHS = (
    "/ailab/api/cutout/portrait/avatar-extraction",
    "/ailab/api/cutout/portrait/avatar-extracton",
    "/cutout/segmentHead/2026-01-01/1-2-3.png",
    "/picwish/api/tasks/visual/segmentation",
    "/picwish/api/tasks/visual/segmentation/task",
    "/tasks/output/segmentation/x-image.png",
    "/tencent_bda/",
    "/tencent_bda/v3",
    "/processimage/watermark/access",
    "/processimage/watermark/token",
    "/processimage/watermark/token/refresh",
    "/processimage/watermark/acess",
    "/nowhere",
)
SECRET_HEADERS = (
    *(
        "ailabapi-api-key",
        "x-api-key",
        "x-access-api-sign",
        "x-access-api-token",
        "x-tc-token",
        "authorization",
    ),
    *("cookie", "proxy-authorization", "x_api_key", "x-api-kye", "ailabapi-key", "x-access-sign"),
)
SECRET_FIELDS = ("api_key", "X-API-KEY", "SecretKey", "Signature", "Token", "appSecret", "sign", "password")
SMALL = sized(200, 250)
BOX = [{"x": 1, "y": 1, "w": 9, "h": 9}]


class Receiver(BaseHTTPRequestHandler):
    """Takes callbacks."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[str]:
    """The authority of a server that takes callbacks."""
    with HTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        thread = Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{receiver.server_port}"
        receiver.shutdown()
        thread.join()


@pytest.fixture
def client(server: MockServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, verify=False, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The signatures and signs of all requests that httpx has sent in this test."""
    signatures: list[str] = []
    send = httpx.Client.send

    def noted(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        told = [str(request.url), *request.headers.values()]
        signatures.extend(found for text in told for found in re.findall(r"[Ss]ignature=([^&]+)", text))
        signatures.append(request.headers.get("x-access-api-sign", ""))
        return send(client, request, **options)

    monkeypatch.setattr(httpx.Client, "send", noted)
    return signatures


@pytest.fixture
def sandbox(server: MockServer) -> RunningSandbox:
    return server.sandbox(picwish={"qps": None}, processimage={"qps": None})


def credentials(sandbox: RunningSandbox) -> dict[str, str]:
    """All that authenticates, with the ids of Tencent's keys."""
    return {
        f"{provider.name} {name}": value
        for provider in PROVIDERS
        for name, value in sandbox.credentials(provider.name).items()
        if name not in NAMES or provider.name == "tencent_bda"
    }


def written(server: MockServer, sandbox: RunningSandbox) -> str:
    """Both journals as they are kept, and their HARs."""
    state = server.app.engine.state
    logs = [state.entries(space, "journal").entries for space in (sandbox.id, "strangers")]
    hars = json.dumps([sandbox.journal.har(), server.strangers.har()], ensure_ascii=False)
    return b"\n".join(entry for log in logs for entry in log).decode() + hars


def leaks(secrets: Mapping[str, str], text: str) -> list[str]:
    """The secrets that a text has, in one writing or another, with what is around them."""
    return [
        f"{name}: {text[text.index(form) - 60 :][: 80 + len(form)]}"
        for name, secret in secrets.items()
        for form in {
            secret,
            quote(secret, safe=""),
            unquote(secret),
            base64.b64encode(secret.encode()).decode(),
        }
        if form and form in text
    ]


def misuse(client: httpx.Client, path: str, secret: str) -> None:
    """Put a secret where a secret might be looked for, and is hidden whatever it looks like."""
    basic = base64.b64encode(f"user:{secret}".encode()).decode()
    for name in SECRET_HEADERS:
        client.post(path, headers={name: secret})
    for dressed in (
        f"Bearer {secret}",
        f"Basic {basic}",
        f"TC3-HMAC-SHA256 Credential={secret}/d, Signature={secret}",
    ):
        client.post(path, headers={"authorization": dressed})
    client.get(path, headers={"cookie": f"session={secret}; a=b"})
    url = f"https://user:{secret}@example.com/a?token={secret}&x-oss-signature={secret}"
    fields = {**dict.fromkeys(SECRET_FIELDS, secret), "callback_url": url, "image_url": url, "Url": url}
    client.get(path, params=fields)
    client.post(path, data=fields)
    client.post(path, files={**{name: (None, value) for name, value in fields.items()}, "image": SMALL})
    client.post(path, json={**fields, "inner": [fields]})


@pytest.mark.parametrize("path", PATHS)
def test_a_right_credential_is_hidden_wherever_it_stands(
    server: MockServer, sandbox: RunningSandbox, client: httpx.Client, path: str
) -> None:
    for secret in credentials(sandbox).values():
        misuse(client, path, secret)
        client.post(path, params={"x": secret}, headers={"x-custom": secret}, data={"note": secret})
        client.put(f"{path}/{secret}")
        client.get(f"{path}?{quote(secret).replace('-', '%2D')}={quote(secret).replace('-', '%2D')}")
    assert leaks(credentials(sandbox), written(server, sandbox)) == []


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_credential_is_hidden_where_its_place_tells_what_it_is(
    server: MockServer, sandbox: RunningSandbox, client: httpx.Client, path: str
) -> None:
    unknown = f"Zq9{secrets.token_urlsafe(20)}"
    for admitted in ({}, {"ailabapi-api-key": sandbox.ailab.api_key, "x-api-key": sandbox.picwish.api_key}):
        client.headers.update(admitted)
        misuse(client, path, unknown)
    assert leaks({"unknown": unknown}, written(server, sandbox)) == []


def test_a_signature_that_was_good_is_hidden_in_every_flow(
    server: MockServer, sandbox: RunningSandbox, receiver: str, sent: list[str]
) -> None:
    access, callback = sandbox.tencent_bda, f"http://me:hush-hush@{receiver}/done?token=hush-hush&n=1"
    with TencentBdaClient(access.url, access.secret_id, access.secret_key) as tencent:
        tencent.segment(SMALL, ["Head"])
    with PicwishClient(sandbox.picwish.url, sandbox.picwish.api_key) as picwish:
        links = [picwish.cut_out(SMALL).image or ""]
        sandbox.set("picwish", links="v4")
        task_id = picwish.create(SMALL, callback_url=callback)
        sandbox.clock.travel(10)
        links.append(getattr(picwish.query(task_id), "image", ""))
        for link in links:
            picwish.download(link)
    keys = sandbox.processimage
    with ProcessimageClient(keys.url, keys.app_id, keys.app_secret) as processimage:
        processimage.download(processimage.clear(SMALL, BOX))
        processimage.begin(SMALL, callback, BOX, show="true")
        sandbox.clock.travel(10)
    callbacks = [one for one in sandbox.journal if one.operation == "callback"]
    assert {(one.provider, one.status) for one in callbacks} == {("picwish", 200), ("processimage", 200)}
    signatures = {f"signature {number}": one for number, one in enumerate(filter(None, sent))}
    assert len(signatures) >= 5
    assert leaks({**signatures, "password": "hush-hush"}, written(server, sandbox)) == []
    assert leaks(credentials(sandbox), written(server, sandbox)) == []


def test_a_token_is_hidden_wherever_it_stands(
    server: MockServer, sandbox: RunningSandbox, client: httpx.Client, sent: list[str]
) -> None:
    from mockserver.providers.processimage.signing import Reading

    keys = sandbox.processimage
    reading = Reading(app_id=keys.app_id, image_md5="", salt="12345678", secret=keys.app_secret)
    fields = {"appId": keys.app_id, "salt": "12345678"}
    got = client.post(
        "/watermark/token", data=fields, headers={"x-access-api-sign": reading.signature}
    ).json()
    first = got["data"]["token"]
    fresh = client.post("/watermark/token/refresh", headers={"x-access-api-token": first}).json()["data"][
        "token"
    ]
    for token in (first, fresh):
        client.post("/watermark/access", headers={"x-access-api-token": token}, files={"imageFile": SMALL})
        for path in PATHS:
            misuse(client, path, token)
            client.get(f"{path}/{token}", headers={"x-custom": token}, params={"x": token})
    text = written(server, sandbox)
    assert leaks({"first": first, "fresh": fresh, "sign": reading.signature}, text) == []
    issued = [one for one in sandbox.journal if one.operation == "token" and one.status == 200]
    assert "expiresIn" in issued[0].response["text"]


def test_the_explanation_of_a_wrong_signature_has_no_key(
    server: MockServer, sandbox: RunningSandbox, client: httpx.Client
) -> None:
    access = sandbox.tencent_bda
    wrong = TencentBdaClient(access.url, access.secret_id, access.secret_key + "\n")
    with wrong as tencent, pytest.raises(TencentError, match="SignatureFailure"):
        tencent.segment(SMALL, ["Head"])
    explanation = sandbox.journal.last.explanation
    assert explanation is not None
    assert explanation["expected_signature"] != explanation["received_signature"]
    assert leaks(credentials(sandbox), written(server, sandbox)) == []
