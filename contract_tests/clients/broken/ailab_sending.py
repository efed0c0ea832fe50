"""Clients of AILabTools that send something wrong, or nothing where they should."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, ClassVar

import httpx
from PIL import Image

from contract_tests.clients import ailab
from contract_tests.clients.adapters.ailab import Ailab
from contract_tests.clients.ailab import KEY_HEADER, PATH, AilabClient, AilabError, Flows

GIF = b"GIF89a\x40\0\x40\0\0\0\0;"


class Broken(Ailab):
    """The reference client with other flows."""

    caught_by: ClassVar[tuple[str, ...]]
    played: ClassVar[tuple[str, ...]] = ("AIL-OK-0[13]",)
    """The cases in which the rules see it, besides those that catch it themselves."""
    flows: ClassVar[type[Flows]] = Flows

    def client(self, access: Any, timeout: float) -> AilabClient:
        client = super().client(access, timeout)
        client._flows = self.flows(build=client._client.build_request, api_key=access.api_key)
        return client


class MisspellsTheHeader(Broken):
    """It sends ailabapi_api_key."""

    caught_by = ("AIL-KEY-01", "AIL-OK-01")

    class flows(Flows):
        def request(self, image: bytes, *, mask: bool) -> httpx.Request:
            request = super().request(image, mask=mask)
            request.headers["ailabapi_api_key"] = request.headers.pop(KEY_HEADER)
            return request


class MisspellsTheField(Broken):
    """It sends returnForm."""

    caught_by = ("ANY-NAME-02", "AIL-OK-03")

    class flows(Flows):
        def request(self, image: bytes, *, mask: bool) -> httpx.Request:
            return self.build(
                "POST",
                PATH,
                headers={KEY_HEADER: self.api_key},
                files={"image": ("image", image)},
                data={"returnForm": "mask"} if mask else None,
            )


class SendsText(Broken):
    """It sends the image in a field without a filename."""

    caught_by = ("AIL-IMAGE-03", "AIL-OK-0[1789]", "AIL-TIME-03")

    class flows(Flows):
        def request(self, image: bytes, *, mask: bool) -> httpx.Request:
            parts = {"image": (None, image)}
            return self.build("POST", PATH, headers={KEY_HEADER: self.api_key}, files=parts)


class SendsTheImageTwice(Broken):
    """It sends the image, and the image."""

    caught_by = ("AIL-IMAGE-03", "AIL-OK-01")

    class flows(Flows):
        def request(self, image: bytes, *, mask: bool) -> httpx.Request:
            parts = [("image", ("image", image)), ("image", ("image", image))]
            return self.build("POST", PATH, headers={KEY_HEADER: self.api_key}, files=parts)


class SendsNothing(Broken):
    """It can send the URL of an image, too, and where it has none it sends None."""

    caught_by = ("ANY-NOTHING-03",)

    class flows(Flows):
        def request(self, image: bytes, *, mask: bool) -> httpx.Request:
            return self.build(
                "POST",
                PATH,
                headers={KEY_HEADER: self.api_key},
                files={"image": ("image", image)},
                data={"image_url": "None"},
            )


class InventsValues(Broken):
    """It calls the mask grey."""

    caught_by = ("AIL-VALUE-04", "AIL-OK-0[346]")

    class flows(Flows):
        def request(self, image: bytes, *, mask: bool) -> httpx.Request:
            return self.build(
                "POST",
                PATH,
                headers={KEY_HEADER: self.api_key},
                files={"image": ("image", image)},
                data={"return_form": "grey"} if mask else None,
            )


class SendsGifs(Broken):
    """It sends whatever it is given as GIF."""

    caught_by = ("AIL-IMAGE-05", "AIL-OK-0[1-9]")

    class flows(Flows):
        def request(self, image: bytes, *, mask: bool) -> httpx.Request:
            return super().request(GIF, mask=mask)


class ForgetsTheMask(Broken):
    """It asks for cut-outs, whatever it is asked for."""

    caught_by = ("AIL-OK-0[346]",)

    class flows(Flows):
        def request(self, image: bytes, *, mask: bool) -> httpx.Request:
            return super().request(image, mask=False)


class KnowsJpegOnly(Broken):
    """It refuses all that is no JPEG, although the API does not."""

    caught_by = ("AIL-OK-0[89]",)

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        if not image.startswith(b"\xff\xd8"):
            raise AilabError(0, "", "this is no JPEG", "")
        return super().begin(client, image, mask=mask)


class BoundsTooEarly(Broken):
    """It takes 3 MB for 3,000,000 bytes, and refuses sides over 1920 or below 64 pixels."""

    caught_by = ("AIL-LIMIT-0[1-4]",)

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        with Image.open(io.BytesIO(image)) as picture:
            if len(image) > 3_000_000 or max(picture.size) > 1920 or min(picture.size) < 64:
                raise AilabError(0, "", "this image is too large, or too small", "")
        return super().begin(client, image, mask=mask)


class DecodesFirst(Broken):
    """It looks at an image before it sends it, and dies of what it cannot open."""

    caught_by = ("AIL-LIMIT-1[345]",)

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        try:
            Image.open(io.BytesIO(image)).load()
        except OSError as error:
            raise TypeError("this is no image") from error
        return super().begin(client, image, mask=mask)


class SendsJpegs(Broken):
    """It makes a JPEG of everything, also of what cannot be one as it is."""

    caught_by = ("AIL-OK-1[01]",)

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        with Image.open(io.BytesIO(image)) as picture:
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=95)
        return super().begin(client, out.getvalue(), mask=mask)


class WantsColours(Broken):
    """It refuses images that are not in colour."""

    caught_by = ("AIL-OK-12",)

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        with Image.open(io.BytesIO(image)) as picture:
            if picture.mode == "L":
                raise AilabError(0, "", "this image has no colours", "")
        return super().begin(client, image, mask=mask)


class Shrinks(Broken):
    """It makes every image smaller, and tells of heads where they are in that."""

    caught_by = ("AIL-OK-0[127]", "AIL-QUIRK-*", "AIL-WORLD-02")
    played = ()

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        with Image.open(io.BytesIO(image)) as picture:
            out = io.BytesIO()
            picture.convert("RGB").reduce(2).save(out, "JPEG")
        return super().begin(client, out.getvalue(), mask=mask)


class PostsToAnotherPath(Broken):
    """It leaves a part of the path out."""

    caught_by = ("ANY-PATH-01", "AIL-OK-01")

    class flows(Flows):
        def request(self, image: bytes, *, mask: bool) -> httpx.Request:
            path = PATH.replace("/portrait", "")
            return self.build(
                "POST", path, headers={KEY_HEADER: self.api_key}, files={"image": ("image", image)}
            )
