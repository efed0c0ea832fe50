"""Clients of processimage.cn with one mistake each in when they ask, how often, and for how long."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx

from contract_tests.adapters.processimage import Cleared
from contract_tests.clients import processimage
from contract_tests.clients.adapters.processimage import Rectangles
from contract_tests.clients.broken.processimage_base import Asks, Broken, Tries
from contract_tests.clients.driving import Flow
from contract_tests.clients.processimage import (
    Flows,
    Options,
    ProcessimageClient,
    ProcessimageError,
)


class WaitsForever(Broken):
    """It has no timeout."""

    caught_by = ("PRO-WIRE-05", "PRO-WIRE-15")

    def client(self, access: Any, timeout: float) -> ProcessimageClient:
        client = super().client(access, timeout)
        client._client.timeout = httpx.Timeout(None)
        return client


class HurriesBack(Broken):
    """Refused for its speed, it is faster still."""

    caught_by = ("PRO-RATE-13",)
    played = ("PRO-TIME-02",)

    class flows(Tries):
        def is_worth_it(self, error: Exception) -> bool:
            return isinstance(error, ProcessimageError) and error.http_code == 429


class IgnoresRetryAfter(Broken):
    """It tries again at once when the service is away, whatever Retry-After says."""

    caught_by = ("ANY-WAIT-04",)
    played = ("PRO-WIRE-10",)

    class flows(Tries):
        def is_worth_it(self, error: Exception) -> bool:
            return isinstance(error, ProcessimageError) and error.http_code == 503


class Stubborn(Broken):
    """It tries everything five times, its own mistakes included."""

    caught_by = ("PRO-RETRY-14",)

    class flows(Tries, Asks):
        pause = 0.05

        def is_worth_it(self, error: Exception) -> bool:
            return True

        def changed(self, fields: Options) -> Options:
            return {**fields, "show": "yes"}


class PaysTwice(Broken):
    """It sends a request again whose answer got lost."""

    caught_by = ("PRO-CHARGE-15", "PRO-TIME-04")
    played = ("PRO-TIME-04",)

    class flows(Tries):
        def is_worth_it(self, error: Exception) -> bool:
            return isinstance(error, httpx.TransportError)


class DropsTheEnding(Broken):
    """It takes what follows the last dot off a link."""

    caught_by = ("PRO-LINK-16", "PRO-OK-01")

    class flows(Flows):
        def download(self, link: str) -> Flow[bytes]:
            return (yield from super().download(link.rpartition(".")[0]))


class ComesLate(Broken):
    """It lets six hours pass before it downloads."""

    caught_by = ("PRO-LINK-17", "PRO-OK-01")

    def client(self, access: Any, timeout: float) -> ProcessimageClient:
        self.clock = f"{access.url}/_mock/sandboxes/{access.app_id[8:]}/clock"
        return super().client(access, timeout)

    def _downloaded(self, client: ProcessimageClient, found: processimage.Cleared) -> Cleared:
        httpx.post(self.clock, json={"travel": 6 * 3600})
        return super()._downloaded(client, found)


class WaitsInTheForeground(Broken):
    """It takes sync=true for what the word says, and begins with sync=false what is to be called back."""

    caught_by = ("PRO-CALLBACK-0*",)

    class flows(Asks):
        def changed(self, fields: Options) -> Options:
            return {**fields, "sync": "false"}

        def begin(self, image: bytes, callback: str, rectangles: Rectangles, options: Options) -> Flow[None]:
            yield from self.clear(image, rectangles, {**options, "callback": callback})


class TakesWaitingForAnError(Broken):
    """It begins something, is told 52000, and raises an error."""

    caught_by = ("PRO-CALLBACK-0*",)

    class flows(Flows):
        def begin(self, image: bytes, callback: str, rectangles: Rectangles, options: Options) -> Flow[None]:
            fields = {**options, "sync": "true", "callback": callback}
            yield from self.clear(image, rectangles, fields)


class BeginsBlindly(Broken):
    """It does not look at what it is told when it begins something."""

    caught_by = ("PRO-CALLBACK-11",)

    class flows(Flows):
        def begin(self, image: bytes, callback: str, rectangles: Rectangles, options: Options) -> Flow[None]:
            fields = {**options, "rectangles": json.dumps(list(rectangles)), "sync": "true"}
            yield self._signed(image, {**fields, "callback": callback})


class AnswersCallbacksWithErrors(Broken):
    """Its receiver answers 500, whatever comes."""

    caught_by = ("PRO-CALLBACK-12",)
    played = ("PRO-CALLBACK-01",)

    def begin(
        self,
        client: ProcessimageClient,
        image: bytes | str,
        *,
        callback: str,
        rectangles: Rectangles = (),
        **options: str,
    ) -> None:
        super().begin(client, image, callback=self._receiver(), rectangles=rectangles, **options)

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


class RemembersRefusals(Broken):
    """Once there were no uses left, it asks no more."""

    caught_by = ("PRO-QUOTA-04",)
    refusal: ProcessimageError | None = None

    def clear(
        self, client: ProcessimageClient, image: bytes | str, *, rectangles: Rectangles = (), **options: str
    ) -> Cleared:
        if self.refusal is not None:
            raise self.refusal
        try:
            return super().clear(client, image, rectangles=rectangles, **options)
        except ProcessimageError as error:
            self.refusal = error if error.http_code == 403 else None
            raise
