"""Clients of processimage.cn with one mistake each in how they use tokens."""

from __future__ import annotations

import httpx

from contract_tests.clients import processimage
from contract_tests.clients.adapters.processimage import Rectangles
from contract_tests.clients.broken.processimage_base import Broken
from contract_tests.clients.driving import Flow
from contract_tests.clients.processimage import Flows, Options

TOKEN = "x-access-api-token"
WORKERS = 101


class SignsAnyway(Broken):
    """It has a sign where a token was wanted."""

    caught_by = ("PRO-TOKEN-01",)

    class flows(Flows):
        def clear_with_token(
            self, image: bytes | str, rectangles: Rectangles, options: Options
        ) -> Flow[processimage.Cleared]:
            assert isinstance(image, bytes)
            return (yield from self.clear(image, rectangles, options))


class GetsATokenForEachCall(Broken):
    """It gets a token, uses it, and forgets it."""

    caught_by = ("PRO-TOKEN-02", "PRO-TOKEN-09")
    played = ("PRO-TOKEN-02",)

    class flows(Flows):
        def _current(self) -> Flow[str]:
            return (yield from self._fresh())


class GetsManyTokens(Broken):
    """It gets a token for each of a hundred workers, and one for itself."""

    caught_by = ("PRO-TOKEN-10", "PRO-TOKEN-01")
    played = ("PRO-TOKEN-01",)

    class flows(Flows):
        def _current(self) -> Flow[str]:
            for _ in range(WORKERS):
                text = yield from self._fresh()
            return text


class SendsTokensAlong(Broken):
    """Its token goes wherever it goes."""

    caught_by = ("PRO-TOKEN-11",)
    played = ("PRO-TOKEN-01",)

    class flows(Flows):
        def download(self, link: str) -> Flow[bytes]:
            def build(method: str, url: str) -> httpx.Request:
                token = "" if self.token is None else self.token.text
                return self.build(method, url, headers={TOKEN: token})

            flows = Flows(build=build, app_id=self.app_id, app_secret=self.app_secret)
            return (yield from flows.download(link))


class KeepsTokensForGood(Broken):
    """It got a token once, and that is that."""

    caught_by = ("PRO-TOKEN-0[45]",)

    class flows(Flows):
        def clear_with_token(
            self, image: bytes | str, rectangles: Rectangles, options: Options
        ) -> Flow[processimage.Cleared]:
            return (yield from self._by_token(image, rectangles, options, (yield from self._current())))


class UsesTokensOnce(Broken):
    """The second time its token is empty."""

    caught_by = ("PRO-TOKEN-0[2345]",)

    class flows(Flows):
        used = False

        def _current(self) -> Flow[str]:
            text = "" if self.used else (yield from self._fresh())
            self.used, self.token = True, None
            return text


class UploadsUrls(Broken):
    """It uploads the text of a URL."""

    caught_by = ("PRO-TOKEN-08",)

    class flows(Flows):
        def _with_token(self, image: bytes | str, fields: Options, text: str) -> httpx.Request:
            return super()._with_token(image.encode() if isinstance(image, str) else image, fields, text)
