"""What the broken clients of processimage.cn have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import httpx

from contract_tests.clients import processimage
from contract_tests.clients.adapters.processimage import Processimage, Rectangles
from contract_tests.clients.driving import Flow, Pause, Result
from contract_tests.clients.processimage import Flows, Options, ProcessimageClient, ProcessimageError

REPEATS = 5


class Broken(Processimage):
    """The reference client with other flows."""

    caught_by: ClassVar[tuple[str, ...]]
    played: ClassVar[tuple[str, ...]] = ("PRO-OK-01",)
    """The cases in which the rules see it, besides those that catch it themselves."""
    flows: ClassVar[type[Flows]] = Flows

    def client(self, access: Any, timeout: float) -> ProcessimageClient:
        client = super().client(access, timeout)
        build = client._client.build_request
        client._flows = self.flows(build=build, app_id=access.app_id, app_secret=access.app_secret)
        return client


class Asks(Flows):
    """Flows in which one thing that is sent can be another."""

    def changed(self, fields: Options) -> Options:
        return fields

    def picture(self, image: bytes) -> bytes:
        return image

    def _signed(self, image: bytes, fields: Options) -> httpx.Request:
        return super()._signed(self.picture(image), self.changed(fields))


class Tries(Flows):
    """Flows that try again what went wrong, as often as they like."""

    pause = 0.0

    def is_worth_it(self, error: Exception) -> bool:
        raise NotImplementedError

    def tried(self, flow: Callable[[], Flow[Result]]) -> Flow[Result]:
        for _ in range(REPEATS - 1):
            try:
                return (yield from flow())
            except (ProcessimageError, httpx.HTTPError) as error:
                if not self.is_worth_it(error):
                    raise
                yield Pause(seconds=self.pause)
        return (yield from flow())

    def clear(self, image: bytes, rectangles: Rectangles, options: Options) -> Flow[processimage.Cleared]:
        one = super().clear
        return (yield from self.tried(lambda: one(image, rectangles, options)))

    def begin(self, image: bytes, callback: str, rectangles: Rectangles, options: Options) -> Flow[None]:
        one = super().begin
        yield from self.tried(lambda: one(image, callback, rectangles, options))
