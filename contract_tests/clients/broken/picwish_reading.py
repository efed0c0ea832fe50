"""Clients of PicWish that make something else of an answer."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from PIL import Image

from contract_tests.adapters import Cutout, Problem
from contract_tests.clients.broken.picwish_base import Broken
from contract_tests.clients.driving import Flow
from contract_tests.clients.picwish import (
    PATH,
    Flows,
    PicwishClient,
    Result,
    TaskFailed,
)


class KnowsNoFailure(Broken):
    """It takes every task for done."""

    caught_by = ("PIC-STATE-0[13579]", "PIC-STATE-11", "PIC-CALLBACK-04")

    class flows(Flows):
        def cut_out(self, image: bytes | str, options: Mapping[str, str]) -> Flow[Result]:
            data = yield from self._create(image, {**options, "sync": "1"})
            return Result(task_id=data["task_id"], image=data.get("image"), mask=data.get("mask"))

        def received(self, body: bytes) -> Result:
            data = json.loads(body)["data"]
            return Result(task_id=data["task_id"], image=data.get("image"), mask=data.get("mask"))


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustfulFlows(Flows):
    """They look for data, and for nothing else."""

    def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
        parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
        source = ("image_url", (None, image)) if isinstance(image, str) else ("image_file", ("image", image))
        answer = yield self._request("POST", PATH, files=[*parts, source])
        assert answer is not None
        data: dict[str, Any] = answer.json()["data"]
        return data

    def cut_out(self, image: bytes | str, options: Mapping[str, str]) -> Flow[Result]:
        data = yield from self._create(image, {**options, "sync": "1"})
        if data["state"] < 0:
            raise TaskFailed(data["task_id"], data["state"])
        return Result(task_id=data["task_id"], image=data.get("image"), mask=data.get("mask"))

    def received(self, body: bytes) -> Result:
        data = json.loads(body)["data"]
        return Result(task_id=data["task_id"], image=data.get("image"), mask=data.get("mask"))


class Trustful(Broken):
    """It looks for data in every answer: a KeyError in each that is an error, a TypeError in odd ones."""

    caught_by = ("PIC-ERROR-*", "PIC-CODE-01", "PIC-WORLD-01", "PIC-CALLBACK-06")
    flows = TrustfulFlows


class TellsTheWrongCode(Broken):
    """It tells everybody of HTTP statuses, one too high."""

    caught_by = ("PIC-CODE-01",)

    def problem(self, error: BaseException) -> Problem:
        known = super().problem(error)
        code = None if known.code is None else str(int(known.code) + 1)
        return Problem(text=known.text, own=known.own, code=code)


class HopesForever(Broken):
    """It says of every error that trying again may help."""

    caught_by = ("PIC-CODE-02",)

    def problem(self, error: BaseException) -> Problem:
        known = super().problem(error)
        return Problem(text=known.text, own=known.own, code=known.code, retryable=True)


class DownloadsAnything(Broken):
    """It takes whatever comes from the storage for a picture."""

    caught_by = (
        "PIC-TIME-02",
        "PIC-CALLBACK-03",
        "PIC-WIRE-17",
        "PIC-WIRE-19",
        "PIC-WIRE-20",
        "PIC-WORLD-02",
    )

    class flows(Flows):
        def download(self, link: str) -> Flow[bytes]:
            answer = yield self.build("GET", link)
            assert answer is not None
            return answer.content


class KeepsTheEscapes(Broken):
    """It reads links with a regular expression, so that each \\u0026 stays."""

    caught_by = ("PIC-LINK-11", "PIC-OK-01")

    class flows(Flows):
        def download(self, link: str) -> Flow[bytes]:
            return (yield from super().download(link.replace("&", "\\u0026")))


class RebuildsLinks(Broken):
    """It keeps of a link what it knows: the parameters of version 1."""

    caught_by = ("PIC-QUIRK-11", "PIC-LINK-11")

    class flows(Flows):
        def download(self, link: str) -> Flow[bytes]:
            parts = urlsplit(link)
            known = {name: value for name, value in parse_qsl(parts.query) if name in KNOWN}
            return (yield from super().download(parts._replace(query=urlencode(known)).geturl()))


KNOWN = ("Expires", "OSSAccessKeyId", "Signature")


class TakesBase64ForAFile(Broken):
    """It asks for base64, and does not decode it."""

    caught_by = ("PIC-OK-09",)

    class flows(Flows):
        def download(self, link: str) -> Flow[bytes]:
            if link.startswith("http"):
                return (yield from super().download(link))
            return link.encode()

        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            asked = fields.get("return_type", "1")
            data = yield from super()._create(image, {**fields, "return_type": "1"})
            return {**data, "image": "iVBORw0KGgo="} if asked == "2" else data

    def cut_out(self, client: PicwishClient, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        return self._downloaded(client, client.cut_out(image, **options))


class LosesTheAlpha(Broken):
    """It writes what it got once more, as JPEG."""

    caught_by = ("PIC-OK-0[12]", "PIC-OK-1*", "PIC-STATE-13", "PIC-QUIRK-*", "PIC-TIME-0[13]")

    class flows(Flows):
        def download(self, link: str) -> Flow[bytes]:
            content = yield from super().download(link)
            out = io.BytesIO()
            Image.open(io.BytesIO(content)).convert("RGB").save(out, "JPEG")
            return out.getvalue()


class SwallowsEverything(Broken):
    """Whatever goes wrong, it answers an empty result."""

    caught_by = (
        "PIC-WIRE-*",
        "PIC-WORLD-0[23]",
        "PIC-ERROR-*",
        "PIC-STATE-0*",
        "PIC-TIME-04",
        "PIC-LIMIT-0[2456]",
    )

    def cut_out(self, client: PicwishClient, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        try:
            return super().cut_out(client, image, sync=sync, **options)
        except Exception:
            return Cutout()
