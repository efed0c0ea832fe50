"""Clients of processimage.cn with one mistake each in what they ask for."""

from __future__ import annotations

import io
import json
from itertools import count

import httpx
from PIL import Image

from contract_tests.adapters.processimage import Cleared
from contract_tests.clients import processimage
from contract_tests.clients.adapters.processimage import Rectangles
from contract_tests.clients.broken.processimage_base import Asks, Broken
from contract_tests.clients.driving import Flow
from contract_tests.clients.processimage import (
    PATH,
    Flows,
    Options,
    ProcessimageClient,
    ProcessimageError,
)

SIGN = "x-access-api-sign"
GIF = b"GIF89a\1\0\1\0\0\0\0;"


class ForgetsToSign(Broken):
    """It sends no sign."""

    caught_by = ("PRO-ACCESS-01", "PRO-OK-01")

    class flows(Flows):
        def _signed(self, image: bytes, fields: Options) -> httpx.Request:
            request = super()._signed(image, fields)
            del request.headers[SIGN]
            return request


class SignsInCapitals(Broken):
    """It writes the md5 of the picture in capitals."""

    caught_by = ("PRO-SIGN-03", "PRO-OK-01", "PRO-QUIRK-*")

    class flows(Flows):
        def _sign(self, image_md5: str, salt: str) -> str:
            return super()._sign(image_md5.upper(), salt)


class CountsItsSaltUp(Broken):
    """Its salts are a counter, which comes to nine digits."""

    caught_by = ("PRO-SALT-04", "PRO-OK-13")

    class flows(Flows):
        salts = count(99_999_990)

        def _salt(self) -> str:
            return str(next(self.salts))


class SendsItsSecret(Broken):
    """It sends the secret with which it signs."""

    caught_by = ("PRO-SECRET-02",)

    class flows(Asks):
        def changed(self, fields: Options) -> Options:
            return {**fields, "appSecret": self.app_secret}


class SendsBoth(Broken):
    """It sends the picture, and a URL of it."""

    caught_by = ("PRO-SOURCE-05",)

    class flows(Asks):
        def changed(self, fields: Options) -> Options:
            return {**fields, "imageUrl": "http://images.example.com/watermarked.jpg"}


class SendsNothing(Broken):
    """It sends the URL None beside the picture."""

    caught_by = ("ANY-NOTHING-03",)

    class flows(Asks):
        def changed(self, fields: Options) -> Options:
            return {**fields, "imageUrl": str(None)}


class MisspellsNames(Broken):
    """It writes the names of parameters as Python does."""

    caught_by = ("ANY-NAME-02", "PRO-OK-0[4567]", "PRO-OK-10")
    played = ("PRO-OK-10",)

    class flows(Asks):
        def changed(self, fields: Options) -> Options:
            known = {"ocrOnly": "ocr_only", "watermarkNames": "watermark_names"}
            return {known.get(name, f"_{name}"): value for name, value in fields.items()}


class WritesPythonsTrue(Broken):
    """It sends str(True)."""

    caught_by = ("PRO-VALUE-06", "PRO-CALLBACK-0[1-9]")

    class flows(Asks):
        def changed(self, fields: Options) -> Options:
            return {name: "True" if name == "sync" else value for name, value in fields.items()}


class SendsGifs(Broken):
    """It sends whatever it is given as GIF."""

    caught_by = ("PRO-IMAGE-07", "PRO-OK-*", "PRO-TIME-03")

    class flows(Asks):
        def picture(self, image: bytes) -> bytes:
            return GIF


class SendsJpegs(Broken):
    """It sends whatever it is given as a small JPEG."""

    caught_by = ("PRO-OK-1[56]", "PRO-LIMIT-0[57]", "PRO-LIMIT-08")

    class flows(Asks):
        def picture(self, image: bytes) -> bytes:
            try:
                out = io.BytesIO()
                Image.open(io.BytesIO(image)).convert("RGB").save(out, "JPEG", quality=95)
                return out.getvalue()
            except OSError:
                return image


class ForgetsOptions(Broken):
    """It sends the picture, and nothing that it was told besides."""

    caught_by = ("PRO-OK-0[1245678]", "PRO-OK-1[01]", "PRO-LIMIT-1[123]", "PRO-STATE-0[26]")

    class flows(Flows):
        def clear(self, image: bytes, rectangles: Rectangles, options: Options) -> Flow[processimage.Cleared]:
            return (yield from super().clear(image, (), {}))


class SendsCorners(Broken):
    """It takes w and h for the lower right corner."""

    caught_by = ("PRO-AREA-18", "PRO-OK-02", "PRO-LIMIT-0[134]", "PRO-CALLBACK-01")
    played = ("PRO-OK-02",)

    class flows(Asks):
        def changed(self, fields: Options) -> Options:
            if "rectangles" not in fields:
                return fields
            corners = [
                {**one, "w": one["x"] + one["w"], "h": one["y"] + one["h"]}
                for one in json.loads(fields["rectangles"])
            ]
            return {**fields, "rectangles": json.dumps(corners)}


class TurnsRectangles(Broken):
    """It takes rectangles for those of the pixels as they are stored, whatever EXIF says."""

    caught_by = ("PRO-OK-12",)

    def clear(
        self, client: ProcessimageClient, image: bytes | str, *, rectangles: Rectangles = (), **options: str
    ) -> Cleared:
        assert isinstance(image, bytes)
        with Image.open(io.BytesIO(image)) as picture:
            turned, height = picture.getexif().get(274) == 6, picture.height
        if turned:
            rectangles = [
                {"x": one["y"], "y": height - one["x"] - one["w"], "w": one["h"], "h": one["w"]}
                for one in rectangles
            ]
        return super().clear(client, image, rectangles=rectangles, **options)


class BoundsTooEarly(Broken):
    """It refuses what the API takes: files over 4,000,000 bytes, and more than ten rectangles."""

    caught_by = ("PRO-LIMIT-01", "PRO-LIMIT-04")

    def clear(
        self, client: ProcessimageClient, image: bytes | str, *, rectangles: Rectangles = (), **options: str
    ) -> Cleared:
        if len(image) > 4_000_000 or len(rectangles) > 10:
            raise ProcessimageError(413, 0, "too much")
        return super().clear(client, image, rectangles=rectangles, **options)


class KeepsOffTheEdge(Broken):
    """It leaves out the last pixel of each rectangle."""

    caught_by = ("PRO-LIMIT-0[23]", "PRO-OK-01")

    class flows(Asks):
        def changed(self, fields: Options) -> Options:
            smaller = [
                {**one, "w": one["w"] - 1, "h": one["h"] - 1} for one in json.loads(fields["rectangles"])
            ]
            return {**fields, "rectangles": json.dumps(smaller)}


class GoesAstray(Broken):
    """It calls what was there years ago."""

    caught_by = ("ANY-PATH-01", "PRO-OK-01", "PRO-OK-03")

    class flows(Flows):
        def _signed(self, image: bytes, fields: Options) -> httpx.Request:
            request = super()._signed(image, fields)
            request.url = request.url.copy_with(path="/watermark" + PATH)
            return request
