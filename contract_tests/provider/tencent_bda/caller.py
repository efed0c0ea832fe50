"""Calls to Tencent Cloud BDA, signed rightly or wrongly."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from contract_tests.provider.caller import Caller
from contract_tests.provider.sending import Answer
from contract_tests.provider.tencent_bda import signing

ACTION, VERSION, REGION = "SegmentCustomizedPortraitPic", "2020-03-24", "ap-guangzhou"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
NONCE = "8721"
CHOSEN = {"Head": True, "Body": True}
"""Two options, since one reading of the documents asks for more than one."""


def encoded(image: bytes) -> str:
    """An image as Image has it."""
    return base64.b64encode(image).decode()


class TencentBdaCaller(Caller):
    provider = "tencent_bda"
    names = ("secret_id", "secret_key")

    @property
    def host(self) -> str:
        """As it is signed: with its port, where it has one."""
        return urlsplit(self.url).netloc

    def segment(
        self,
        content: Mapping[str, Any] | bytes,
        *,
        age: int = 0,
        secret_id: str | None = None,
        secret_key: str | None = None,
        signed_body: bytes | None = None,
        content_type: str = JSON,
        without: str = "",
        **public: str,
    ) -> Answer:
        """A POST with TC3. `content` is the JSON, or bytes as they are; the timestamp is `age` seconds old.

        `public` are parameters such as Region or Language, `without` one that is left out; another
        `signed_body` than the one that is sent makes the signature wrong."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        timestamp = int(self.now()) - age
        headers = self._public(timestamp, public, without)
        unsigned = headers.get("X-TC-Content-SHA256") == signing.UNSIGNED
        payload = signing.UNSIGNED.encode() if unsigned else body
        headers["Authorization"] = signing.tc3(
            method="POST",
            query="",
            headers={"content-type": content_type, "host": self.host},
            payload=payload if signed_body is None else signed_body,
            secret_id=secret_id or self.keys["secret_id"],
            secret_key=secret_key or self.keys["secret_key"],
            timestamp=timestamp,
        )
        return self.send("POST", "/", headers={**headers, "Content-Type": content_type}, content=body)

    def segment_by_get(self, fields: Mapping[str, str]) -> Answer:
        """A GET with TC3, all but the public parameters in the query."""
        query, timestamp = urlencode(fields, quote_via=quote), int(self.now())
        headers = self._public(timestamp, {}, "")
        headers["Authorization"] = signing.tc3(
            method="GET",
            query=query,
            headers={"content-type": FORM, "host": self.host},
            payload=b"",
            secret_id=self.keys["secret_id"],
            secret_key=self.keys["secret_key"],
            timestamp=timestamp,
        )
        return self.send("GET", f"/?{query}", headers={**headers, "Content-Type": FORM})

    def segment_older(
        self, method: str, algorithm: str, fields: Mapping[str, str], *, padding: int = 0, **public: str
    ) -> Answer:
        """A call with HmacSHA1 or HmacSHA256; `padding` characters make it larger."""
        given = {
            "Action": ACTION,
            "Version": VERSION,
            "Region": REGION,
            "Timestamp": str(int(self.now())),
            "Nonce": NONCE,
            "SecretId": self.keys["secret_id"],
            "SignatureMethod": algorithm,
            **fields,
            **public,
        }
        if padding:
            given["Image"] = "A" * padding
        signature = signing.older(
            method=method,
            host=self.host,
            fields=given,
            secret_key=self.keys["secret_key"],
            digest=algorithm.removeprefix("Hmac").lower(),
        )
        text = urlencode({**given, "Signature": signature}, quote_via=quote)
        if method == "GET":
            return self.send("GET", f"/?{text}")
        return self.send("POST", "/", headers={"Content-Type": FORM}, content=text.encode())

    def bare(self, method: str = "POST", **headers: str) -> Answer:
        """A call with these headers, and no key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send(method, "/", headers={"Content-Type": JSON, **named}, content=b"{}")

    def _public(self, timestamp: int, public: Mapping[str, str], without: str) -> dict[str, str]:
        given = {
            "Action": ACTION,
            "Version": VERSION,
            "Region": REGION,
            "Timestamp": str(timestamp),
            **{name.replace("_", "-"): value for name, value in public.items()},
        }
        headers = {f"X-TC-{name}": value for name, value in given.items() if name != without}
        return {**headers, "Host": self.host}
