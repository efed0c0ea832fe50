"""Clients of AILabTools that ask too often, too late, for ever, or of those whom it does not concern."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, ClassVar

import httpx

from contract_tests.adapters.ailab import Head
from contract_tests.clients import ailab
from contract_tests.clients.ailab import KEY_HEADER, AilabClient, AilabError, Flows
from contract_tests.clients.broken.ailab_sending import Broken
from contract_tests.clients.driving import Flow


class SendsItsKeyAlong(Broken):
    """Its key goes wherever it goes."""

    caught_by: ClassVar[tuple[str, ...]] = ("AIL-KEY-02",)

    def client(self, access: Any, timeout: float) -> AilabClient:
        client = super().client(access, timeout)
        client._client.headers[KEY_HEADER] = access.api_key
        return client


class RebuildsLinks(Broken):
    """It takes the ending off the URL of a result, and forgets to put it on again."""

    caught_by = ("AIL-LINK-09", "AIL-OK-01")

    class flows(Flows):
        def download(self, head: ailab.Head) -> Flow[bytes]:
            answer = yield self.build("GET", head.image_url.removesuffix(".png"))
            assert answer is not None
            answer.raise_for_status()
            return answer.content


class ComesLate(Broken):
    """It lets two days pass before it downloads."""

    caught_by = ("AIL-LINK-10", "AIL-OK-01", "AIL-TIME-01")

    def client(self, access: Any, timeout: float) -> AilabClient:
        self._clock = f"{access.url}/_mock/sandboxes/{access.api_key.split('-')[3]}/clock"
        return super().client(access, timeout)

    def finish(self, client: AilabClient, handle: Sequence[ailab.Head]) -> Sequence[Head]:
        httpx.post(self._clock, json={"travel": 2 * 86_400})
        return super().finish(client, handle)


class Remembers(Broken):
    """It never asks for the same image twice, and takes a result to be there for ever."""

    caught_by = ("AIL-TIME-03",)

    def client(self, access: Any, timeout: float) -> AilabClient:
        self._known: dict[tuple[bytes, bool], Sequence[ailab.Head]] = {}
        return super().client(access, timeout)

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        if (image, mask) not in self._known:
            self._known[image, mask] = super().begin(client, image, mask=mask)
        return self._known[image, mask]


class GivesUpForGood(Broken):
    """It calls no more, once it was refused."""

    caught_by = ("AIL-TIME-07",)
    refused: AilabError | None = None

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        if self.refused is not None:
            raise self.refused
        try:
            return super().begin(client, image, mask=mask)
        except AilabError as error:
            self.refused = error
            raise


class WaitsForever(Broken):
    """It has no timeout."""

    caught_by = ("AIL-WIRE-05", "AIL-WIRE-15")
    played = ()

    def client(self, access: Any, timeout: float) -> AilabClient:
        client = super().client(access, timeout)
        client._client.timeout = httpx.Timeout(None)
        return client


class HasNoPatience(Broken):
    """It waits for half a second, whatever it was told."""

    caught_by = ("AIL-TIME-08",)
    played = ()

    def client(self, access: Any, timeout: float) -> AilabClient:
        return super().client(access, 0.5)


class Again(Broken):
    """It tries again what `passes`, at once."""

    def passes(self, error: Exception) -> bool:
        """Whether it takes an error for one that passes."""
        return False

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        for _ in range(4):
            try:
                return super().begin(client, image, mask=mask)
            except (AilabError, httpx.HTTPError) as error:
                if not self.passes(error):
                    raise
        return super().begin(client, image, mask=mask)


class HurriesBack(Again):
    """Refused for its speed, it is faster still."""

    caught_by = ("AIL-RATE-06",)
    played = ("AIL-TIME-04",)

    def passes(self, error: Exception) -> bool:
        return isinstance(error, AilabError) and error.code == "EXCEEDING_LIMITS"


class IgnoresRetryAfter(Again):
    """It tries again at once when the service is away, whatever Retry-After says."""

    caught_by = ("ANY-WAIT-04",)
    played = ("AIL-WIRE-10",)

    def passes(self, error: Exception) -> bool:
        return isinstance(error, AilabError) and error.status == 503


class Stubborn(Again):
    """It tries everything again, with a pause, what was refused for what it is included."""

    caught_by = ("AIL-RETRY-07",)
    played = ("AIL-HEAD-01",)

    def passes(self, error: Exception) -> bool:
        time.sleep(0.02)
        return True


class HopesForCredits(Again):
    """It takes every 429 for one that passes, that of an empty account, too."""

    caught_by = ("AIL-TIME-06",)
    played = ()

    def passes(self, error: Exception) -> bool:
        time.sleep(0.02)
        return isinstance(error, AilabError) and error.status == 429


class PaysTwice(Again):
    """It sends a request again whose answer got lost."""

    caught_by = ("AIL-CHARGE-08",)
    played = ("AIL-WIRE-0[1-4]",)

    def passes(self, error: Exception) -> bool:
        return isinstance(error, httpx.TransportError)


class NeverGivesUp(Again):
    """It hides that it is too fast: it answers nothing where all its attempts were refused."""

    caught_by = ("AIL-TIME-04", "AIL-TIME-05")

    def begin(self, client: AilabClient, image: bytes, *, mask: bool = False) -> Sequence[ailab.Head]:
        try:
            return super().begin(client, image, mask=mask)
        except AilabError as error:
            if error.code != "EXCEEDING_LIMITS":
                raise
            return []
