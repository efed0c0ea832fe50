"""Clients of PicWish that do the right thing too often, too soon, or too late."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import httpx

from contract_tests.adapters import Cutout
from contract_tests.clients.broken.picwish_base import Broken, Tries
from contract_tests.clients.driving import Flow, Pause
from contract_tests.clients.picwish import (
    Flows,
    PicwishClient,
    PicwishError,
    Result,
    TaskFailed,
)


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

    class flows(Tries):
        def is_worth_it(self, error: PicwishError) -> bool:
            return error.status == 429


class IgnoresRetryAfter(Broken):
    """It tries again at once when the service is away, whatever Retry-After says."""

    caught_by = ("ANY-WAIT-04",)
    played = ("PIC-WIRE-10",)

    class flows(Tries):
        def is_worth_it(self, error: PicwishError) -> bool:
            return error.status == 503


class Stubborn(Broken):
    """It tries everything five times, its own mistakes included."""

    caught_by = ("PIC-RETRY-09",)
    played = ("PIC-OK-07",)

    class flows(Tries):
        pause = 0.05

        def is_worth_it(self, error: PicwishError) -> bool:
            return True

        def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
            return (yield from super()._create(image, {**fields, "crop": "yes"}))


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
