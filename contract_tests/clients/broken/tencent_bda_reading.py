"""Clients of Tencent Cloud BDA with one mistake each in what they make of answers."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
from PIL import Image

from contract_tests.adapters.base import Problem
from contract_tests.adapters.tencent_bda import Rect, Segmentation
from contract_tests.clients import tencent_bda
from contract_tests.clients.broken.tencent_bda_sending import Broken
from contract_tests.clients.tencent_bda import JPEG, Flows, TencentBdaClient, TencentError, UnreadableAnswer

REFUSED = ("TEN-LIMIT-0[4-9]", "TEN-LIMIT-1*", "TEN-CLOCK-0[346]")
"""Where calls are refused for what they are."""


def _trusted(answer: httpx.Response) -> tencent_bda.Segmentation:
    """What is in an answer, whatever it is."""
    found: dict[str, Any] = answer.json()["Response"]
    portrait, mask = (base64.b64decode(found.get(name, "")) for name in ("PortraitImage", "MaskImage"))
    return tencent_bda.Segmentation(portrait=portrait, mask=mask, rects=found.get("ImageRects") or ())


class TakesHttp200ForSuccess(Broken):
    """It looks at the HTTP status, and errors have that of a success."""

    caught_by = ("TEN-ERROR-*", "TEN-CODE-0[12]", "TEN-ANSWER-0[12]", "TEN-WORLD-03", *REFUSED)

    class flows(Flows):
        def read(self, answer: httpx.Response) -> tencent_bda.Segmentation:
            answer.raise_for_status()
            return _trusted(answer)


class TrustsTheContentType(Broken):
    """It looks for an error in what is labelled application/json, and nowhere else."""

    caught_by = ("TEN-ANSWER-0[12]",)

    class flows(Flows):
        def read(self, answer: httpx.Response) -> tencent_bda.Segmentation:
            known = answer.headers.get("Content-Type") == "application/json"
            return super().read(answer) if known else _trusted(answer)


class WantsTheContentType(Broken):
    """It reads what is labelled application/json, and nothing else."""

    caught_by = ("TEN-ANSWER-03",)

    class flows(Flows):
        def read(self, answer: httpx.Response) -> tencent_bda.Segmentation:
            if answer.headers.get("Content-Type") != "application/json":
                raise UnreadableAnswer("this is no JSON")
            return super().read(answer)


class Trustful(Broken):
    """It looks for a portrait in every answer: a KeyError in errors, a TypeError in odd ones."""

    caught_by = ("TEN-ERROR-*", "TEN-CODE-0[12]", "TEN-WORLD-0[12]", "TEN-RECT-04")

    class flows(Flows):
        def read(self, answer: httpx.Response) -> tencent_bda.Segmentation:
            found = answer.json()["Response"]
            portrait, mask = (base64.b64decode(found[name]) for name in ("PortraitImage", "MaskImage"))
            return tencent_bda.Segmentation(portrait=portrait, mask=mask, rects=list(found["ImageRects"]))


class KnowsAllFields(Broken):
    """It has an attribute for each documented field, and for no other."""

    caught_by = ("TEN-ANSWER-04",)

    class flows(Flows):
        def read(self, answer: httpx.Response) -> tencent_bda.Segmentation:
            known = {"PortraitImage", "MaskImage", "ImageRects", "RequestId", "Error"}
            found = answer.json().get("Response", {})
            if not known.issuperset(found):
                raise TypeError(f"unexpected keyword argument {found.keys() - known}")
            return super().read(answer)


class ReadsLatin1(Broken):
    """It takes text without a charset for Latin-1, as HTTP once had it."""

    caught_by = ("TEN-ANSWER-05",)

    class flows(Flows):
        def read(self, answer: httpx.Response) -> tencent_bda.Segmentation:
            content = answer.content.decode("latin-1").encode()
            return super().read(httpx.Response(answer.status_code, content=content, request=answer.request))


class TellsTheStatus(Broken):
    """The code of its errors is the HTTP status."""

    caught_by = ("TEN-CODE-01",)

    def problem(self, error: BaseException) -> Problem:
        return replace(super().problem(error), code="200")


class HopesForever(Broken):
    """It takes all errors for such that pass."""

    caught_by = ("TEN-CODE-02",)

    def problem(self, error: BaseException) -> Problem:
        return replace(super().problem(error), retryable=True)


class SwallowsEverything(Broken):
    """Whatever goes wrong, it answers an empty result."""

    caught_by = ("TEN-WIRE-*", "TEN-WORLD-0[23]", "TEN-ERROR-*", "TEN-ANSWER-0[12]", *REFUSED)

    def segment(self, client: TencentBdaClient, image: bytes | str, *, labels: Sequence[str]) -> Segmentation:
        try:
            return super().segment(client, image, labels=labels)
        except Exception:
            return Segmentation(portrait=b"", mask=b"", rects=())


class WaitsForever(Broken):
    """It has no timeout."""

    caught_by = ("TEN-WIRE-05",)

    def client(self, access: Any, timeout: float) -> TencentBdaClient:
        client = super().client(access, timeout)
        client._client.timeout = httpx.Timeout(None)
        return client


class GivesUpForGood(Broken):
    """Refused once for its signature, it takes its key for a wrong one and sends nothing any more."""

    caught_by = ("TEN-CLOCK-05",)

    def segment(self, client: TencentBdaClient, image: bytes | str, *, labels: Sequence[str]) -> Segmentation:
        if refusal := getattr(self, "_refusal", None):
            raise refusal
        try:
            return super().segment(client, image, labels=labels)
        except TencentError as error:
            if error.code.startswith("AuthFailure"):
                self._refusal = error
            raise


class KnowsItAlready(Broken):
    """It keeps results by what was asked for, and forgets of which image."""

    caught_by = ("TEN-OK-08",)

    def segment(self, client: TencentBdaClient, image: bytes | str, *, labels: Sequence[str]) -> Segmentation:
        kept: dict[tuple[str, ...], Segmentation] = self.__dict__.setdefault("_kept", {})
        if tuple(labels) not in kept:
            kept[tuple(labels)] = super().segment(client, image, labels=labels)
        return kept[tuple(labels)]


class DecodesJpegMasksOnly(Broken):
    """It takes the sample at its word: a mask is a JPEG."""

    caught_by = ("TEN-QUIRK-02",)

    class flows(Flows):
        def read(self, answer: httpx.Response) -> tencent_bda.Segmentation:
            found = super().read(answer)
            if not found.mask.startswith(JPEG):
                raise UnreadableAnswer("the mask is no JPEG")
            return found


class DecodesFloatMasksOnly(Broken):
    """It takes the prose at its word: a mask is made of floats."""

    caught_by = ("TEN-QUIRK-0[1345678]", "TEN-OK-*")

    class flows(Flows):
        def read(self, answer: httpx.Response) -> tencent_bda.Segmentation:
            found = super().read(answer)
            if found.mask.startswith(JPEG):
                raise UnreadableAnswer("the mask has no floats")
            return found


class LosesTheAlpha(Broken):
    """It writes the portrait once more, as JPEG."""

    caught_by = ("TEN-OK-*", "TEN-LIMIT-0[123]", "TEN-CLOCK-0[125]", "TEN-ANSWER-0[34]", "TEN-WORLD-02")

    def result(self, found: tencent_bda.Segmentation) -> Segmentation:
        out = io.BytesIO()
        Image.open(io.BytesIO(found.portrait)).convert("RGB").save(out, "JPEG")
        return super().result(replace(found, portrait=out.getvalue()))


class TakesTheMaskForThePortrait(Broken):
    """It answers the mask for both."""

    caught_by = ("TEN-OK-*", "TEN-RECT-0[123]", "TEN-QUIRK-*")

    def result(self, found: tencent_bda.Segmentation) -> Segmentation:
        return super().result(replace(found, portrait=found.mask))


class SwapsWidthAndHeight(Broken):
    """It reads height where width stands."""

    caught_by = ("TEN-RECT-0[123]", "TEN-OK-01", "TEN-WORLD-03")

    def result(self, found: tencent_bda.Segmentation) -> Segmentation:
        known = super().result(found)
        return replace(known, rects=[replace(one, width=one.height, height=one.width) for one in known.rects])


class SwapsXAndY(Broken):
    """It takes rows for columns."""

    caught_by = ("TEN-RECT-0[123]", "TEN-OK-0[126]")

    def result(self, found: tencent_bda.Segmentation) -> Segmentation:
        known = super().result(found)
        return replace(known, rects=[replace(one, x=one.y, y=one.x) for one in known.rects])


class IteratesOverNull(Broken):
    """It did not read that ImageRects may be null."""

    caught_by = ("TEN-RECT-04",)

    class flows(Flows):
        def read(self, answer: httpx.Response) -> tencent_bda.Segmentation:
            found = super().read(answer)
            return replace(found, rects=list(answer.json()["Response"]["ImageRects"]))


class WantsARectangle(Broken):
    """It takes the first rectangle, which there need not be."""

    caught_by = ("TEN-RECT-0[45]",)

    def result(self, found: tencent_bda.Segmentation) -> Segmentation:
        assert found.rects[0]
        return super().result(found)


class LabelsInOrder(Broken):
    """It gives rectangles the labels in the order in which it asked for them."""

    caught_by = ("TEN-RECT-0[23]",)

    def segment(self, client: TencentBdaClient, image: bytes | str, *, labels: Sequence[str]) -> Segmentation:
        found = super().segment(client, image, labels=labels)
        named = zip(labels, found.rects, strict=False)
        return replace(found, rects=[replace(rect, label=label) for label, rect in named])


class KnowsOnePerson(Broken):
    """It keeps one rectangle of each label, the last one."""

    caught_by = ("TEN-RECT-03", "TEN-OK-06")

    def result(self, found: tencent_bda.Segmentation) -> Segmentation:
        known = super().result(found)
        last: dict[str, Rect] = {one.label: one for one in known.rects}
        return replace(known, rects=list(last.values()))
