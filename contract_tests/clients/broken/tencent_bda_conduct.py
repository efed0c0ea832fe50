"""Clients of Tencent Cloud BDA with one mistake each in what they ask for, and how often."""

from __future__ import annotations

import io
from collections.abc import Sequence

import httpx
from PIL import Image

from contract_tests.clients.broken.tencent_bda_sending import Answer, Broken
from contract_tests.clients.driving import Pause
from contract_tests.clients.tencent_bda import Flows, TencentError


class AsksForOneLabel(Broken):
    """It asks for the first of the labels."""

    caught_by = ("TEN-QUIRK-04", "TEN-OK-0[156]", "TEN-RECT-0[23]")

    class flows(Flows):
        def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
            return super().body(image, options[:1])


class KnowsFewLabels(Broken):
    """It knows the labels of the samples alone."""

    caught_by = ("TEN-OK-0[45]",)

    class flows(Flows):
        def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
            if not {"Background", "Body", "Head", "Hair", "Face"}.issuperset(options):
                raise TencentError("InvalidParameter", "there is no such label", "")
            return super().body(image, options)


class KnowsJpegOnly(Broken):
    """It refuses all that is no JPEG, although the API does not."""

    caught_by = ("TEN-OK-1[12]",)

    class flows(Flows):
        def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
            if isinstance(image, bytes) and not image.startswith(b"\xff\xd8"):
                raise TencentError("FailedOperation.ImageNotSupported", "this is no JPEG", "")
            return super().body(image, options)


class BoundsTooEarly(Broken):
    """It refuses what the API takes: files over 3 MB, and sides over 1920 pixels."""

    caught_by = ("TEN-LIMIT-0[123]",)

    class flows(Flows):
        def body(self, image: bytes | str, options: Sequence[str]) -> bytes:
            if isinstance(image, bytes) and (len(image) > 3_000_000 or max(_size(image)) > 1920):
                raise TencentError("FailedOperation.ImageSizeExceed", "too large", "")
            return super().body(image, options)


def _size(image: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(image)) as picture:
        return picture.size


class HurriesBack(Broken):
    """Refused for its speed, it is faster still."""

    caught_by = ("TEN-RATE-09",)
    played = ("TEN-CLOCK-06",)

    class flows(Flows):
        def segment(self, image: bytes | str, options: Sequence[str]) -> Answer:
            for _ in range(4):
                try:
                    return (yield from super().segment(image, options))
                except TencentError as error:
                    if error.code != "RequestLimitExceeded":
                        raise
            return (yield from super().segment(image, options))


class Stubborn(Broken):
    """It tries everything five times, its own mistakes included."""

    caught_by = ("TEN-RETRY-10",)
    played = ("TEN-OK-01",)

    class flows(Flows):
        def segment(self, image: bytes | str, options: Sequence[str]) -> Answer:
            for _ in range(4):
                try:
                    return (yield from super().segment(image, [*options, "Haed"]))
                except TencentError:
                    yield Pause(seconds=0.05)
            return (yield from super().segment(image, options))


class PaysTwice(Broken):
    """It sends a request again whose answer got lost."""

    caught_by = ("TEN-CHARGE-11",)
    played = ("TEN-WIRE-0*",)

    class flows(Flows):
        def segment(self, image: bytes | str, options: Sequence[str]) -> Answer:
            try:
                return (yield from super().segment(image, options))
            except httpx.TransportError:
                return (yield from super().segment(image, options))


class IgnoresRetryAfter(Broken):
    """It tries again at once when the service is away, whatever Retry-After says."""

    caught_by = ("ANY-WAIT-04",)
    played = ("TEN-WIRE-10",)

    class flows(Flows):
        def segment(self, image: bytes | str, options: Sequence[str]) -> Answer:
            for _ in range(4):
                try:
                    return (yield from super().segment(image, options))
                except httpx.HTTPStatusError:
                    continue
            return (yield from super().segment(image, options))
