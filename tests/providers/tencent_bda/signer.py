"""An honest client of Tencent Cloud's signatures, written from the documents alone, and its slips.

Every step can be overridden, so that a test can make exactly one mistake.
"""

import base64
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx

ACTION, VERSION, REGION = "SegmentCustomizedPortraitPic", "2020-03-24", "ap-guangzhou"
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Never used, but loading the certificates of the machine would take longer than a call."""
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"


def utc_date(timestamp: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(timestamp))


def hex_sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def flat(content: Mapping[str, Any]) -> dict[str, str]:
    """Nested parameters with dots, as a query or form has them."""
    pairs: dict[str, str] = {}
    for name, value in content.items():
        if isinstance(value, Mapping):
            pairs |= {f"{name}.{inner}": str(choice) for inner, choice in value.items()}
        else:
            pairs[name] = str(value)
    return pairs


@dataclass(frozen=True, kw_only=True)
class Tc3:
    """One TC3 request: `signed_*` are what is signed where that differs from what is sent."""

    host: str
    secret_id: str
    secret_key: str
    method: str = "POST"
    query: str = ""
    body: bytes = b""
    content_type: str = JSON_TYPE
    timestamp: int = field(default_factory=lambda: int(time.time()))
    headers: Mapping[str, str] = field(default_factory=dict)
    service: str = "bda"
    also_sign: tuple[str, ...] = ()
    signed_host: str | None = None
    signed_body: bytes | None = None
    signed_query: str | None = None
    signed_method: str | None = None
    signed_content_type: str | None = None
    signed_timestamp: int | None = None
    signed_service: str | None = None
    date: str | None = None
    prefix: str = "TC3"
    hex_chain: bool = False
    lower_values: bool = True
    canonical: Callable[[str], str] = str
    written: Callable[[bytes], str] = bytes.hex

    @property
    def sent_headers(self) -> dict[str, str]:
        return {
            "Content-Type": self.content_type,
            "Host": self.host,
            "X-TC-Action": ACTION,
            "X-TC-Version": VERSION,
            "X-TC-Region": REGION,
            "X-TC-Timestamp": str(self.timestamp),
            **self.headers,
        }

    def scope(self, service: str) -> str:
        return f"{self.date or utc_date(self.timestamp)}/{service}/tc3_request"

    @property
    def signed_scope(self) -> str:
        return self.scope(self.signed_service or self.service)

    @property
    def signed_names(self) -> list[str]:
        return sorted({"content-type", "host", *self.also_sign})

    @property
    def canonical_request(self) -> str:
        sent = {name.lower(): value for name, value in self.sent_headers.items()}
        sent["host"] = self.host if self.signed_host is None else self.signed_host
        sent["content-type"] = self.signed_content_type or self.content_type
        values = {name: sent[name].strip() for name in self.signed_names}
        if self.lower_values:
            values = {name: value.lower() for name, value in values.items()}
        payload = self.body if self.method == "POST" else b""
        payload = payload if self.signed_body is None else self.signed_body
        query = self.query if self.method == "GET" else ""
        lines = [
            self.signed_method or self.method,
            "/",
            query if self.signed_query is None else self.signed_query,
            *(f"{name}:{value}" for name, value in values.items()),
            "",
            ";".join(self.signed_names),
            hex_sha256(payload),
        ]
        return self.canonical("\n".join(lines))

    @property
    def string_to_sign(self) -> str:
        timestamp = self.signed_timestamp or self.timestamp
        digest = hex_sha256(self.canonical_request.encode())
        return "\n".join(["TC3-HMAC-SHA256", str(timestamp), self.signed_scope, digest])

    @property
    def signature(self) -> str:
        key = (self.prefix + self.secret_key).encode()
        for step in self.signed_scope.split("/"):
            key = hmac.digest(key, step.encode(), "sha256")
            key = key.hex().encode() if self.hex_chain else key
        return self.written(hmac.digest(key, self.string_to_sign.encode(), "sha256"))

    @property
    def authorization(self) -> str:
        names = ";".join(self.signed_names)
        credential = f"Credential={self.secret_id}/{self.scope(self.service)}"
        return f"TC3-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={self.signature}"

    def send(
        self, url: str, *, without: tuple[str, ...] = (), chunked: bool = False, **overrides: str
    ) -> httpx.Response:
        """Send it; `without` leaves headers out, `overrides` replace them after signing (_ for -)."""
        headers = self.sent_headers | {"Authorization": self.authorization}
        headers |= {name.replace("_", "-"): value for name, value in overrides.items()}
        kept = {name: value for name, value in headers.items() if name.lower() not in without}
        target = f"{url}/?{self.query}" if self.query else url
        pieces = (self.body[start : start + 65536] for start in range(0, len(self.body), 65536))
        content = None if self.method == "GET" else pieces if chunked else self.body
        return httpx.request(self.method, target, content=content, headers=kept, timeout=20, verify=PLAIN)


@dataclass(frozen=True, kw_only=True)
class V1:
    """One request with an older signature."""

    host: str
    secret_id: str
    secret_key: str
    method: str = "POST"
    algorithm: str | None = "HmacSHA1"
    params: Mapping[str, str] = field(default_factory=dict)
    timestamp: int = field(default_factory=lambda: int(time.time()))
    signed_host: str | None = None
    signed_method: str | None = None
    signed_algorithm: str | None = None
    signed_timestamp: int | None = None
    prefix: str = ""
    value: Callable[[str], str] = str
    key: Callable[[str], Any] | None = str
    written: Callable[[bytes], str] = lambda digest: base64.b64encode(digest).decode()

    @property
    def unsigned(self) -> dict[str, str]:
        method = {"SignatureMethod": self.algorithm} if self.algorithm else {}
        return {
            "Version": VERSION,
            "Action": ACTION,
            "Region": REGION,
            "Timestamp": str(self.timestamp),
            "Nonce": "11886",
            "SecretId": self.secret_id,
            **method,
            **self.params,
        }

    @property
    def string_to_sign(self) -> str:
        pairs = list(self.unsigned.items())
        if self.signed_timestamp:
            pairs = list((self.unsigned | {"Timestamp": str(self.signed_timestamp)}).items())
        if self.key is not None:
            order = self.key
            pairs.sort(key=lambda pair: order(pair[0]))
        joined = "&".join(f"{name}={self.value(value)}" for name, value in pairs)
        host = self.host if self.signed_host is None else self.signed_host
        return f"{self.signed_method or self.method}{host}/?{joined}"

    @property
    def signature(self) -> str:
        algorithm = self.signed_algorithm or self.algorithm or "HmacSHA1"
        digest = algorithm.removeprefix("Hmac").lower()
        key = (self.prefix + self.secret_key).encode()
        return self.written(hmac.digest(key, self.string_to_sign.encode(), digest))

    @property
    def sent(self) -> dict[str, str]:
        return self.unsigned | {"Signature": self.signature}

    def send(self, url: str, *, encoded: str | None = None) -> httpx.Response:
        """Send it, as `encoded` where that is given."""
        text = urlencode(self.sent) if encoded is None else encoded
        if self.method == "GET":
            return httpx.get(f"{url}/?{text}", headers={"Host": self.host}, timeout=20, verify=PLAIN)
        headers = {"Content-Type": FORM_TYPE, "Host": self.host}
        return httpx.post(url, content=text.encode(), headers=headers, timeout=20, verify=PLAIN)


Answer = Mapping[str, Any]
Call = Callable[..., Answer]


def answer(response: httpx.Response) -> Answer:
    """What is in Response, if the answer has the provider's form."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    inner: Answer = response.json()["Response"]
    assert len(inner["RequestId"]) == 36
    return inner


def code(response: httpx.Response) -> str:
    """The error code of an answer, or "success"."""
    error = answer(response).get("Error")
    return str(error["Code"]) if error else "success"


def compact(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def escaped(value: str) -> str:
    return quote(value, safe="")
