"""Clients of PicWish with one mistake each. `caught_by` are the cases and rules that notice it, as globs."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from PIL import Image

from contract_tests.adapters import Cutout, Problem
from contract_tests.clients.adapters.picwish import Picwish
from contract_tests.clients.driving import Flow, Pause
from contract_tests.clients.picwish import (
    PATH,
    Flows,
    PicwishClient,
    PicwishError,
    Result,
    TaskFailed,
)


class Broken(Picwish):
    """The reference client with other flows."""

    caught_by: ClassVar[tuple[str, ...]]
    played: ClassVar[tuple[str, ...]] = ("PIC-OK-0[12]",)
    """The cases in which the rules see it, besides those that catch it themselves."""
    flows: ClassVar[type[Flows]] = Flows

    def client(self, access: Any, timeout: float) -> PicwishClient:
        client = super().client(access, timeout)
        client._flows = self.flows(build=client._client.build_request, api_key=access.api_key)
        return client


class Impatient(Broken):
    """It does not wait between queries."""

    caught_by: ClassVar[tuple[str, ...]] = ("PIC-POLL-07", "PIC-TIME-03")
    played = ("PIC-TIME-03",)

    def client(self, access: Any, timeout: float) -> PicwishClient:
        client = super().client(access, timeout)
        client._sleep = lambda seconds: None
        return client


class PollsForever(Impatient):
    """It waits for state 1, whatever else comes."""

    caught_by = (
        "PIC-STATE-02",
        "PIC-STATE-04",
        "PIC-STATE-06",
        "PIC-STATE-08",
        "PIC-STATE-1[02]",
        "PIC-POLL-06",
    )

    class flows(Flows):
        def wait(self, task_id: str) -> Flow[Result]:
            for _ in range(10):
                data = yield from self._query(task_id)
                if data["state"] == 1:
                    break
                yield Pause(seconds=0.1)
            else:
                raise TaskFailed(task_id, data["state"])
            return Result(task_id=task_id, image=data["image"], mask=data.get("mask"))


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


class SendsItsKeyAlong(Broken):
    """Its key goes wherever it goes."""

    caught_by = ("PIC-KEY-02",)

    def client(self, access: Any, timeout: float) -> PicwishClient:
        client = super().client(access, timeout)
        client._client.headers["X-API-KEY"] = access.api_key
        return client


class Authorizes(Broken):
    """It has an Authorization header for everybody."""

    caught_by = ("PIC-LINK-13", "PIC-OK-01")

    def client(self, access: Any, timeout: float) -> PicwishClient:
        client = super().client(access, timeout)
        client._client.headers["Authorization"] = "Bearer not-a-token"
        return client


class MisspellsTheHeader(Broken):
    """It sends X-API_KEY."""

    caught_by = ("PIC-KEY-01", "ANY-NAME-02", "PIC-OK-01")

    class flows(Flows):
        def _request(self, method: str, path: str, **content: Any) -> httpx.Request:
            return self.build(method, path, headers={"X-API_KEY": self.api_key}, **content)


class SendsBoth(Broken):
    """It sends the image, and a URL of it."""

    caught_by = ("PIC-SOURCE-03", "PIC-OK-01")

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            url = {"image_url": "http://images.example.com/portrait.jpg"}
            return (yield from super()._create(image, {**fields, **({} if isinstance(image, str) else url)}))


class InventsValues(Broken):
    """It calls the format jpeg."""

    caught_by = ("PIC-VALUE-04", "PIC-OK-0[78]")
    played = ("PIC-OK-07",)

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            changed = {name: "jpeg" if value == "jpg" else value for name, value in fields.items()}
            return (yield from super()._create(image, changed))


class ForgetsOptions(Broken):
    """It sends the image, and nothing that it was told besides."""

    caught_by = ("PIC-OK-0[45678]", "PIC-CALLBACK-0[12]")

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            return (yield from super()._create(image, {"sync": fields["sync"]}))


class SendsGifs(Broken):
    """It sends whatever it is given as GIF."""

    caught_by = ("PIC-IMAGE-05", "PIC-OK-01")

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            gif = image if isinstance(image, str) else b"GIF89a\1\0\1\0\0\0\0;"
            return (yield from super()._create(gif, fields))


class UploadsUrls(Broken):
    """It uploads the text of a URL."""

    caught_by = ("PIC-OK-03",)

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            return (yield from super()._create(image.encode() if isinstance(image, str) else image, fields))


class KnowsJpegOnly(Broken):
    """It refuses all that is no JPEG, although the API does not."""

    caught_by = ("PIC-OK-1[2-5]",)

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            if isinstance(image, bytes) and not image.startswith(b"\xff\xd8"):
                raise PicwishError(0, "this is no JPEG")
            return (yield from super()._create(image, fields))


class BoundsTooEarly(Broken):
    """It refuses what the API takes: files over 10 MB, and sides over 4000 pixels."""

    caught_by = ("PIC-LIMIT-01", "PIC-LIMIT-03")

    def cut_out(self, client: PicwishClient, image: bytes | str, *, sync: bool, **options: str) -> Cutout:
        if isinstance(image, bytes) and (len(image) > 10_000_000 or max(_size(image)) > 4000):
            raise PicwishError(0, "too large")
        return super().cut_out(client, image, sync=sync, **options)


def _size(image: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(image)) as picture:
        return picture.size


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
        "PIC-WORLD-02",
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


class WaitsForever(Broken):
    """It has no timeout."""

    caught_by = ("PIC-WIRE-05", "PIC-WIRE-15")

    def client(self, access: Any, timeout: float) -> PicwishClient:
        client = super().client(access, timeout)
        client._client.timeout = httpx.Timeout(None)
        return client


class HurriesBack(Broken):
    """Refused for its speed, it is faster still."""

    caught_by = ("PIC-RATE-08",)
    played = ("PIC-TIME-04",)

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            for _ in range(4):
                try:
                    return (yield from super()._create(image, fields))
                except PicwishError as error:
                    if error.status != 429:
                        raise
            return (yield from super()._create(image, fields))


class IgnoresRetryAfter(Broken):
    """It tries again at once when the service is away, whatever Retry-After says."""

    caught_by = ("ANY-WAIT-04",)
    played = ("PIC-WIRE-10",)

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            for _ in range(4):
                try:
                    return (yield from super()._create(image, fields))
                except PicwishError as error:
                    if error.status != 503:
                        raise
            return (yield from super()._create(image, fields))


class Stubborn(Broken):
    """It tries everything five times, its own mistakes included."""

    caught_by = ("PIC-RETRY-09",)
    played = ("PIC-OK-07",)

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            for _ in range(4):
                try:
                    return (yield from super()._create(image, {**fields, "crop": "yes"}))
                except PicwishError:
                    yield Pause(seconds=0.05)
            return (yield from super()._create(image, fields))


class PaysTwice(Broken):
    """It sends a request again whose answer got lost."""

    caught_by = ("PIC-CHARGE-10",)
    played = ("PIC-WIRE-0*",)

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            try:
                return (yield from super()._create(image, fields))
            except httpx.TransportError:
                return (yield from super()._create(image, fields))


class GoesAstray(Broken):
    """It asks for tasks where there are none."""

    caught_by = ("ANY-PATH-01", "PIC-OK-02")

    class flows(Flows):
        def _query(self, task_id: str) -> Flow[dict[str, Any]]:
            answer = yield self._request("GET", f"/api/task/{task_id}")
            assert answer is not None
            data: dict[str, Any] = answer.json()["data"]
            return data


class AsksForNothing(Broken):
    """It asks for the task None."""

    caught_by = ("ANY-NOTHING-03", "PIC-OK-02")

    class flows(Flows):
        def _query(self, task_id: str) -> Flow[dict[str, Any]]:
            return (yield from super()._query("None"))


class ComesLate(Broken):
    """It lets two hours pass before it downloads."""

    caught_by = ("PIC-LINK-12", "PIC-OK-01")

    def client(self, access: Any, timeout: float) -> PicwishClient:
        self._clock = f"{access.url}/_mock/sandboxes/{access.api_key.split('-')[3]}/clock"
        return super().client(access, timeout)

    def _downloaded(self, client: PicwishClient, result: Result) -> Cutout:
        httpx.post(self._clock, json={"travel": 7200})
        return super()._downloaded(client, result)


class Forgets(Broken):
    """It knows a task for a minute."""

    caught_by = ("PIC-TIME-01", "PIC-CALLBACK-05")

    def finish(self, client: PicwishClient, handle: str) -> Cutout:
        raise TaskFailed(handle, 0)


class AnswersCallbacksWithErrors(Broken):
    """Its receiver answers 500, whatever comes."""

    caught_by = ("PIC-CALLBACK-14",)
    played = ("PIC-CALLBACK-01",)

    def begin(self, client: PicwishClient, image: bytes | str, **options: str) -> str:
        if "callback_url" in options:
            options["callback_url"] = self._receiver()
        return super().begin(client, image, **options)

    def _receiver(self) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.send_error(500)

            def log_message(self, *told: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)

        def answer_once() -> None:
            with server:
                server.handle_request()

        threading.Thread(target=answer_once, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"
