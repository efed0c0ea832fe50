"""Callers who make a generated request one that a provider lets in: a credential, a picture, a link that is
there."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from requests import PreparedRequest
from schemathesis import Case

from contract_tests.clients.tencent_bda import TencentBdaClient
from mockserver import RunningSandbox
from mockserver.fixtures.files import jpeg
from mockserver.fixtures.portraits import portrait

PICTURE = jpeg(portrait(3, width=120, height=150))
URL = "http://example.com/portrait.jpg"
NOWHERE = "http://127.0.0.1:9/done"
"""A port that nobody listens at."""
BOX = '[{"x": 5, "y": 5, "w": 40, "h": 20}]'
SALT = "12345678"
AnyCase = Case[Any]
Auth = Callable[[PreparedRequest], PreparedRequest]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody with a sandbox."""

    sandbox: RunningSandbox
    http: httpx.Client

    def let_in(self, case: AnyCase) -> Auth | None:
        """Change a case so that it is let in; what has to sign the request at last, if anything has to."""
        known = getattr(self, case.operation.definition.raw["operationId"].replace("-", "_"))
        auth: Auth | None = known(case)
        return auth


@dataclass(frozen=True, kw_only=True)
class Ailab(Caller):
    def avatar_extraction(self, case: AnyCase) -> None:
        case.headers["ailabapi-api-key"] = self.sandbox.ailab.api_key
        put(case, image=PICTURE)

    def result(self, case: AnyCase) -> None:
        answer = self.http.post(
            "/api/cutout/portrait/avatar-extraction",
            headers={"ailabapi-api-key": self.sandbox.ailab.api_key},
            files={"image": PICTURE},
        )
        *_, date, name = answer.json()["data"]["elements"][0]["image_url"].split("/")
        case.path_parameters.update(date=date, name=name)


@dataclass(frozen=True, kw_only=True)
class Picwish(Caller):
    def segmentation(self, case: AnyCase) -> None:
        case.headers.update(self._key)
        put(case, image_file=PICTURE, image_url=URL, callback_url=NOWHERE)

    def query(self, case: AnyCase) -> None:
        case.headers.update(self._key)
        case.path_parameters["task_id"] = self._task()["task_id"]

    def result(self, case: AnyCase) -> None:
        link = urlsplit(self._task(sync="1")["image"])
        case.path_parameters["name"] = link.path.rpartition("/")[2]
        case.query.clear()
        case.query.update(parse_qsl(link.query))

    result_head = result

    @property
    def _key(self) -> dict[str, str]:
        return {"X-API-KEY": self.sandbox.picwish.api_key}

    def _task(self, **fields: str) -> dict[str, Any]:
        path = "/api/tasks/visual/segmentation"
        answer = self.http.post(path, headers=self._key, files={"image_file": PICTURE}, data=fields)
        data: dict[str, Any] = answer.json()["data"]
        return data


@dataclass(frozen=True, kw_only=True)
class Processimage(Caller):
    def access(self, case: AnyCase) -> None:
        case.headers.update(self._sign(PICTURE))
        put(case, uploadFile=..., image_file=..., imageFile=PICTURE, callback=NOWHERE)
        if isinstance(case.body, dict):
            signed: dict[str, Any] = {"imageFile": PICTURE, **self._claim}
            case.body.update(signed)

    def page(self, case: AnyCase) -> None:
        """Anybody may."""

    def token(self, case: AnyCase) -> None:
        case.headers.update(self._sign(b""))
        case.body = {**self._claim}

    def refresh(self, case: AnyCase) -> None:
        answer = self.http.post("/watermark/token", headers=self._sign(b""), data=self._claim)
        case.headers["x-access-api-token"] = answer.json()["data"]["token"]

    def result(self, case: AnyCase) -> None:
        fields = {**self._claim, "rectangles": BOX}
        files = {"imageFile": PICTURE}
        answer = self.http.post("/watermark/access", headers=self._sign(PICTURE), data=fields, files=files)
        case.path_parameters["name"] = answer.json()["data"]["url"].rpartition("/")[2]

    @property
    def _app_id(self) -> str:
        return self.sandbox.processimage.app_id

    @property
    def _claim(self) -> dict[str, str]:
        return {"appId": self._app_id, "salt": SALT}

    def _sign(self, picture: bytes) -> dict[str, str]:
        digest = hashlib.md5(picture).hexdigest() if picture else ""
        signed = f"{self._app_id}{digest}{SALT}{self.sandbox.processimage.app_secret}"
        return {"x-access-api-sign": hashlib.md5(signed.encode()).hexdigest()}


@dataclass(frozen=True, kw_only=True)
class TencentBda(Caller):
    def SegmentCustomizedPortraitPic(self, case: AnyCase) -> Auth | None:  # noqa: N802
        if case.media_type != "application/json":
            assert isinstance(case.body, dict)
            case.body = {**self._signed("POST", case.body)}
            return None
        put(case, Url=URL, Image=base64.b64encode(PICTURE).decode())
        for name in [name for name in case.headers if name.lower().startswith("x-tc-")]:
            del case.headers[name]
        return self._tc3

    def SegmentCustomizedPortraitPic_get(self, case: AnyCase) -> None:  # noqa: N802
        case.headers.clear()
        signed = self._signed("GET", dict(case.query))
        case.query.clear()
        case.query.update(signed)

    def _tc3(self, request: PreparedRequest) -> PreparedRequest:
        access = self.sandbox.tencent_bda
        with TencentBdaClient(access.url, access.secret_id, access.secret_key) as client:
            body = request.body.encode() if isinstance(request.body, str) else request.body
            assert isinstance(body, bytes)
            request.headers.update(client._signed_headers(body, int(self.sandbox.clock.wall())))
        return request

    def _signed(self, method: str, fields: dict[str, Any]) -> dict[str, str]:
        """The options of a generated request with the other fields as they have to be, signed with SHA-1."""
        options = {name: value for name, value in fields.items() if name.startswith("SegmentationOptions.")}
        sent = {
            "Action": "SegmentCustomizedPortraitPic",
            "Version": "2020-03-24",
            "Region": "ap-guangzhou",
            "Timestamp": str(int(self.sandbox.clock.wall())),
            "Nonce": "11886",
            "SecretId": self.sandbox.tencent_bda.secret_id,
            "Url": URL,
            **{name: str(value) for name, value in options.items()},
        }
        host = urlsplit(self.sandbox.tencent_bda.url).netloc
        text = f"{method}{host}/?" + "&".join(f"{name}={value}" for name, value in sorted(sent.items()))
        key = self.sandbox.tencent_bda.secret_key.encode()
        signature = base64.b64encode(hmac.digest(key, text.encode(), "sha1"))
        return {**sent, "Signature": signature.decode()}


CALLERS: dict[str, type[Caller]] = {
    "ailab": Ailab,
    "picwish": Picwish,
    "processimage": Processimage,
    "tencent_bda": TencentBda,
}


def put(case: AnyCase, **values: Any) -> None:
    """Set those fields of a generated body that are there, so that its shape stays; `...` takes one out."""
    if not isinstance(case.body, dict):
        return
    for name, value in values.items():
        if name in case.body and value is not ...:
            case.body[name] = value
        elif name in case.body:
            del case.body[name]
