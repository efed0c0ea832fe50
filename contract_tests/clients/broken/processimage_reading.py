"""Clients of processimage.cn with one mistake each in what they make of answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx

from contract_tests.adapters.base import Problem
from contract_tests.adapters.processimage import Cleared
from contract_tests.clients import processimage
from contract_tests.clients.adapters.processimage import Rectangles
from contract_tests.clients.broken.processimage_base import Broken
from contract_tests.clients.driving import Flow
from contract_tests.clients.processimage import Flows, Options, ProcessimageClient, ProcessimageError
from contract_tests.clients.processimage_answers import Token

REFUSED = ("PRO-LIMIT-0[5-9]", "PRO-LIMIT-1*", "PRO-QUOTA-0[123]")
"""Where calls are refused for what they are."""
NO_PICTURE = ("PRO-STATE-0[126]", "PRO-OK-10", "PRO-CACHE-03", "PRO-CALLBACK-0[67]")
"""Where there is no result, and no error either."""


def _trusted(answer: httpx.Response | None) -> processimage.Cleared:
    """What is in an answer, whatever it is."""
    assert answer is not None
    data: dict[str, Any] = answer.json()["data"]
    locations = data.get("processLocation") or ()
    return processimage.Cleared(url=data.get("url"), locations=locations, cached=False, remaining=None)


class TakesHttp200ForSuccess(Broken):
    """It looks at the HTTP status, and most errors have that of a success."""

    caught_by = (
        "PRO-ERROR-0*",
        "PRO-ERROR-2[0236789]",
        "PRO-STATE-0[347]",
        "PRO-LIMIT-0[56]",
        "PRO-QUOTA-0[123]",
        "PRO-CALLBACK-0[45]",
        "PRO-WORLD-0[23]",
    )

    class flows(Flows):
        def read(self, answer: httpx.Response | None, *, located_only: bool) -> processimage.Cleared:
            assert answer is not None
            answer.raise_for_status()
            return _trusted(answer)


class Trustful(Broken):
    """It looks for a url in every answer: a KeyError where there is none, a TypeError in odd ones."""

    caught_by = (
        "PRO-ERROR-*",
        "PRO-CODE-0[12]",
        "PRO-STATE-0[1-8]",
        "PRO-WORLD-0[123]",
        "PRO-CALLBACK-10",
        *REFUSED,
        *NO_PICTURE,
    )

    class flows(Flows):
        def read(self, answer: httpx.Response | None, *, located_only: bool) -> processimage.Cleared:
            found = _trusted(answer)
            assert answer is not None
            return replace(found, url=answer.json()["data"]["url"])


class SwallowsEverything(Broken):
    """Whatever goes wrong, it answers an empty result."""

    caught_by = (
        "PRO-ERROR-*",
        "PRO-STATE-0[3478]",
        "PRO-WIRE-*",
        "PRO-TIME-0[12]",
        "PRO-WORLD-0[23]",
        "PRO-TOKEN-0[67]",
        *REFUSED,
    )

    def clear(
        self, client: ProcessimageClient, image: bytes | str, *, rectangles: Rectangles = (), **options: str
    ) -> Cleared:
        try:
            return super().clear(client, image, rectangles=rectangles, **options)
        except Exception:
            return Cleared(image=None, locations=())

    def clear_with_token(
        self, client: ProcessimageClient, image: bytes | str, *, rectangles: Rectangles = (), **options: str
    ) -> Cleared:
        try:
            return super().clear_with_token(client, image, rectangles=rectangles, **options)
        except Exception:
            return Cleared(image=None, locations=())


class TakesTheCacheForAFailure(Broken):
    """It knows httpCode 200, and no other success."""

    caught_by = ("PRO-CACHE-0[124]", "PRO-CALLBACK-08")

    class flows(Flows):
        def read(self, answer: httpx.Response | None, *, located_only: bool) -> processimage.Cleared:
            found = super().read(answer, located_only=located_only)
            if found.cached:
                raise ProcessimageError(304, 0, "this is no 200")
            return found


class AsksUntilItIsFresh(Broken):
    """It asks again while the answer comes from the cache, four times."""

    caught_by = ("PRO-CACHE-08",)
    played = ("PRO-CACHE-01",)

    class flows(Flows):
        def clear(self, image: bytes, rectangles: Rectangles, options: Options) -> Flow[processimage.Cleared]:
            for _ in range(4):
                found = yield from super().clear(image, rectangles, options)
                if not found.cached:
                    break
            return found


class TakesAllForCached(Broken):
    """It says of every answer that it came from the cache."""

    caught_by = ("PRO-CACHE-0[15]",)

    class flows(Flows):
        def read(self, answer: httpx.Response | None, *, located_only: bool) -> processimage.Cleared:
            return replace(super().read(answer, located_only=located_only), cached=True)


class TakesAnyStatusForAFailure(Broken):
    """It knows processStatus 0, and no other success."""

    caught_by = ("PRO-OK-09", "PRO-OK-10", "PRO-CALLBACK-07")

    class flows(Flows):
        def read(self, answer: httpx.Response | None, *, located_only: bool) -> processimage.Cleared:
            assert answer is not None
            found = super().read(answer, located_only=located_only)
            if status := answer.json()["data"]["processStatus"]:
                raise ProcessimageError(200, status, "this is not 0")
            return found


class AnswersTheOriginal(Broken):
    """Where there is no result it answers what it was given."""

    caught_by = ("PRO-OK-10", "PRO-STATE-0[126]", "PRO-CACHE-03")

    def clear(
        self, client: ProcessimageClient, image: bytes | str, *, rectangles: Rectangles = (), **options: str
    ) -> Cleared:
        found = super().clear(client, image, rectangles=rectangles, **options)
        assert isinstance(image, bytes)
        return replace(found, image=found.image or image)


class SwapsWidthAndHeight(Broken):
    """It takes w for the height, and h for the width."""

    caught_by = (
        "PRO-OK-*",
        "PRO-QUIRK-*",
        "PRO-CALLBACK-0[1279]",
        "PRO-LIMIT-0[124]",
        "PRO-QUOTA-0[234]",
        "PRO-CACHE-0[1245]",
        "PRO-TIME-03",
        "PRO-TOKEN-0[1-58]",
    )

    def result(self, found: processimage.Cleared, image: bytes | None) -> Cleared:
        swapped = [{**one, "w": one["h"], "h": one["w"]} for one in found.locations]
        return super().result(replace(found, locations=swapped), image)


class SortsLocations(Broken):
    """It sorts rectangles from left to right."""

    caught_by = ("PRO-OK-0[23]", "PRO-LIMIT-04")

    def result(self, found: processimage.Cleared, image: bytes | None) -> Cleared:
        located = sorted(found.locations, key=lambda one: int(one["x"]))
        return super().result(replace(found, locations=located), image)


class TellsHttpStatus(Broken):
    """The code that it tells is that of HTTP."""

    caught_by = ("PRO-CODE-01", "PRO-STATE-07")

    class flows(Flows):
        def read(self, answer: httpx.Response | None, *, located_only: bool) -> processimage.Cleared:
            assert answer is not None
            try:
                return super().read(answer, located_only=located_only)
            except ProcessimageError as error:
                raise ProcessimageError(answer.status_code, 0, str(error)) from error


class GivesUpForGood(Broken):
    """It says of every error that it is in vain to try again."""

    caught_by = ("PRO-CODE-02", "PRO-STATE-05")

    def problem(self, error: BaseException) -> Problem:
        return replace(super().problem(error), retryable=False)


class CountsUses(Broken):
    """It needs the number of all uses, by the name that the document has for it."""

    caught_by = ("PRO-QUIRK-16",)

    class flows(Flows):
        def read(self, answer: httpx.Response | None, *, located_only: bool) -> processimage.Cleared:
            found = super().read(answer, located_only=located_only)
            assert answer is not None
            assert answer.json()["allUsedCount"] >= 0
            return found


class DownloadsAnything(Broken):
    """It takes whatever comes from the storage for a picture."""

    caught_by = ("PRO-TIME-01", "PRO-CALLBACK-03", "PRO-WIRE-17", "PRO-WIRE-19", "PRO-WIRE-20")

    class flows(Flows):
        def download(self, link: str) -> Flow[bytes]:
            answer = yield self.build("GET", link)
            assert answer is not None
            return answer.content


class TakesCallbacksForResults(Broken):
    """What is posted to it is a result, it thinks."""

    caught_by = ("PRO-CALLBACK-0[45]", "PRO-CALLBACK-10", "PRO-WORLD-05")

    class flows(Flows):
        def received(self, body: bytes) -> processimage.Cleared:
            data: Mapping[str, Any] = json.loads(body)["data"]
            locations = data.get("processLocation") or ()
            return processimage.Cleared(url=data.get("url"), locations=locations, cached=False, remaining=0)


class TakesCallbacksOnce(Broken):
    """A callback that comes again is an error to it."""

    caught_by = ("PRO-CALLBACK-02",)

    def client(self, access: Any, timeout: float) -> ProcessimageClient:
        self.taken: set[bytes] = set()
        return super().client(access, timeout)

    def received(self, client: ProcessimageClient, body: bytes) -> Cleared:
        if body in self.taken:
            raise ProcessimageError(200, 0, "this came before")
        self.taken.add(body)
        return super().received(client, body)


class TrustsTokens(Broken):
    """It looks for a token in every answer to the token call."""

    caught_by = ("PRO-WORLD-04", "PRO-TOKEN-0[67]")

    class flows(Flows):
        def _keep(self, answer: httpx.Response | None) -> str:
            assert answer is not None
            self.token = Token(text=answer.json()["data"]["token"], ends=1e9)
            return self.token.text
