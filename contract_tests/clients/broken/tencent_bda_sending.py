"""Clients of Tencent Cloud BDA with one mistake each in what they send."""

from __future__ import annotations

import base64
import hmac
import json
import random
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from contract_tests.adapters.tencent_bda import Segmentation
from contract_tests.clients import tencent_bda
from contract_tests.clients.adapters.tencent_bda import TencentBda
from contract_tests.clients.driving import Flow
from contract_tests.clients.tencent_bda import SERVICE, Flows, TencentBdaClient

EVERYTHING = ("TEN-OK-*", "TEN-RECT-*", "TEN-QUIRK-*", "TEN-ANSWER-03", "TEN-CLOCK-0[125]")
"""What a client fails of which every call fails."""
GIF = b"GIF89a@\0@\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0@\0@\0\0\x02\x02L\x01\0;"
Answer = Flow[tencent_bda.Segmentation]


class Broken(TencentBda):
    """The reference client with other flows."""

    caught_by: ClassVar[tuple[str, ...]]
    played: ClassVar[tuple[str, ...]] = ("TEN-OK-0[17]",)
    """The cases in which the rules see it, besides those that catch it themselves."""
    flows: ClassVar[type[Flows]] = Flows

    def client(self, access: Any, timeout: float) -> TencentBdaClient:
        client = super().client(access, timeout)
        known = client._flows
        client._flows = self.flows(**{one.name: getattr(known, one.name) for one in fields(known)})
        return client


class SignsTheDocumentedHost(Broken):
    """It signs the host of the documents, whichever it calls."""

    caught_by = ("TEN-SIGN-01", *EVERYTHING)

    class flows(Flows):
        def _authorization(self, body: bytes, timestamp: int, service: str = SERVICE) -> str:
            documented = replace(self, host="bda.tencentcloudapi.com")
            return Flows._authorization(documented, body, timestamp)


class SignsOtherBytes(Broken):
    """It serialises the body twice: once with spaces, to be signed, and once without, to be sent."""

    caught_by = ("TEN-SIGN-01", *EVERYTHING)

    class flows(Flows):
        def _authorization(self, body: bytes, timestamp: int, service: str = SERVICE) -> str:
            return super()._authorization(json.dumps(json.loads(body), indent=1).encode(), timestamp)


class SignsTheOlderWay(Broken):
    """It signs with HmacSHA1, which takes 1 MB at most."""

    caught_by = ("TEN-SIGN-02", "TEN-LIMIT-01")

    class flows(Flows):
        def segment(self, image: bytes | str, options: Sequence[str]) -> Answer:
            asked = json.loads(self.body(image, options))
            chosen = {f"SegmentationOptions.{name}": "true" for name in asked.pop("SegmentationOptions")}
            public = {
                "Action": tencent_bda.ACTION,
                "Version": tencent_bda.VERSION,
                "Region": self.region,
                "Timestamp": str(int(time.time())),
                "Nonce": str(random.randrange(1, 2**31)),
                "SecretId": self.secret_id,
                **({"Token": self.token} if self.token else {}),
            }
            form = {**public, **asked, **chosen}
            text = f"POST{self.host}/?" + "&".join(f"{name}={form[name]}" for name in sorted(form))
            form["Signature"] = _hmac_sha1(self.secret_key, text)
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = yield self.build("POST", "/", content=urlencode(form).encode(), headers=kind)
            assert answer is not None
            return self.read(answer)


def _hmac_sha1(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), "sha1")).decode()


class SignsLongAgo(Broken):
    """It takes the time once, and uses it for hours."""

    caught_by = ("TEN-TIME-03", *EVERYTHING)

    class flows(Flows):
        def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
            return super().headers(body, timestamp - 3 * 3600)


class RunsFast(Broken):
    """The clock of its machine is three minutes fast."""

    caught_by = ("TEN-CLOCK-02",)

    class flows(Flows):
        def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
            return super().headers(body, timestamp + 180)


class RunsSlow(Broken):
    """The clock of its machine is three minutes slow."""

    caught_by = ("TEN-CLOCK-01",)

    class flows(Flows):
        def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
            return super().headers(body, timestamp - 180)


class TellsItsSecret(Broken):
    """It sends the secret key along, to make debugging easier."""

    caught_by = ("TEN-SECRET-04",)

    class flows(Flows):
        def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
            return {**super().headers(body, timestamp), "X-Debug-Key": self.secret_key}


class ForgetsTheRegion(Broken):
    """It knows no region."""

    caught_by = ("TEN-ACCESS-05", *EVERYTHING)

    class flows(Flows):
        def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
            headers = super().headers(body, timestamp)
            del headers["X-TC-Region"]
            return headers


class ForgetsTheToken(Broken):
    """It takes a temporary key for a permanent one."""

    caught_by = ("TEN-OK-09", "TEN-ACCESS-05")

    class flows(Flows):
        def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
            headers = super().headers(body, timestamp)
            return {name: value for name, value in headers.items() if name != "X-TC-Token"}


class KeepsItsKey(Broken):
    """It goes on with the key that it was made with."""

    caught_by = ("TEN-OK-09",)

    def segment_with_token(
        self, client: TencentBdaClient, image: bytes | str, *, labels: Sequence[str], **key: str
    ) -> Segmentation:
        return self.segment(client, image, labels=labels)


class TakesTheServiceFromTheHost(Broken):
    """The service of its credential scope is whatever stands before the first dot of the endpoint."""

    caught_by = ("TEN-QUIRK-08",)

    class flows(Flows):
        def _authorization(self, body: bytes, timestamp: int, service: str = SERVICE) -> str:
            return Flows._authorization(self, body, timestamp, self.host.partition(".")[0])


class KnowsTheFormerVersion(Broken):
    """It asks for a version that has no such action."""

    caught_by = ("TEN-VALUE-07", *EVERYTHING)

    class flows(Flows):
        def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
            return {**super().headers(body, timestamp), "X-TC-Version": "2018-03-24"}


class SendsBoth(Broken):
    """It sends the image, and a URL of it."""

    caught_by = ("TEN-SOURCE-06", "TEN-OK-01")

    class flows(Flows):
        def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
            url = "http://127.0.0.1:1/portrait.jpg"
            return json.dumps({"Url": url, **json.loads(super().body(image, options))}).encode()


class AsksForAUrl(Broken):
    """It sends RspImgType, which is a parameter of the sibling action."""

    caught_by = ("TEN-VALUE-07", *EVERYTHING)

    class flows(Flows):
        def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
            return json.dumps({**json.loads(super().body(image, options)), "RspImgType": "url"}).encode()


class MisspellsTheHeader(Broken):
    """It asks for English messages in X-TC-Lang."""

    caught_by = ("ANY-NAME-02",)

    class flows(Flows):
        def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
            return {**super().headers(body, timestamp), "X-TC_Language": "en-US"}


class GoesAstray(Broken):
    """It has the action in the path."""

    caught_by = ("ANY-PATH-01", "TEN-OK-01")

    class flows(Flows):
        def segment(self, image: bytes | str, options: Sequence[str]) -> Answer:
            body = self.body(image, options)
            headers = self.headers(body, int(time.time()))
            answer = yield self.build("POST", f"/{tencent_bda.ACTION}", content=body, headers=headers)
            assert answer is not None
            return self.read(answer)


class AsksForNothing(Broken):
    """It writes None for the URL that it has not got."""

    caught_by = ("ANY-NOTHING-03", "TEN-OK-01")

    class flows(Flows):
        def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
            url = str(image if isinstance(image, str) else None)
            return json.dumps({**json.loads(super().body(image, options)), "Url": url}).encode()


class SendsGifs(Broken):
    """It sends whatever it is given as GIF."""

    caught_by = ("TEN-IMAGE-08", "TEN-OK-01")

    class flows(Flows):
        def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
            return super().body(image if isinstance(image, str) else GIF, options)


class UploadsUrls(Broken):
    """It uploads the text of a URL."""

    caught_by = ("TEN-OK-07",)

    class flows(Flows):
        def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
            return super().body(image.encode() if isinstance(image, str) else image, options)


class TakesOneTimestamp(Broken):
    """It takes the time once, when it is made."""

    caught_by = ("TEN-CLOCK-07",)

    def client(self, access: Any, timeout: float) -> TencentBdaClient:
        made = int(time.time())

        class Dated(Flows):
            def headers(self, body: bytes, timestamp: int) -> dict[str, str]:
                return super().headers(body, made)

        self.flows = Dated  # type: ignore[misc]
        return super().client(access, timeout)
