"""Clients of PicWish that send what they should not."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import httpx
from PIL import Image

from contract_tests.adapters import Cutout
from contract_tests.clients.broken.picwish_base import Broken
from contract_tests.clients.driving import Flow
from contract_tests.clients.picwish import (
    Flows,
    PicwishClient,
    PicwishError,
)


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

    caught_by = ("PIC-KEY-01", "PIC-OK-01")

    class flows(Flows):
        def _request(self, method: str, path: str, **content: Any) -> httpx.Request:
            return self.build(method, path, headers={"X-API_KEY": self.api_key}, **content)


class MisspellsAField(Broken):
    """It sends outputType."""

    caught_by = ("ANY-NAME-02", "PIC-OK-0[45]")

    class flows(Flows):
        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            camel = {"outputType" if name == "output_type" else name: one for name, one in fields.items()}
            return (yield from super()._create(image, camel))


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
