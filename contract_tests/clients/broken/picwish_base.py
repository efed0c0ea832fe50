"""What broken clients of PicWish have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from contract_tests.clients.adapters.picwish import Picwish
from contract_tests.clients.driving import Flow, Pause
from contract_tests.clients.picwish import Flows, PicwishClient, PicwishError

REPEATS = 5


class Broken(Picwish):
    """The reference client with other flows."""

    caught_by: ClassVar[tuple[str, ...]]
    played: ClassVar[tuple[str, ...]] = ("PIC-OK-0[12]",)
    """The cases in which the rules see it, besides those that catch it themselves."""
    flows: ClassVar[type[Flows]] = Flows

    def client(self, access: Any, timeout: float) -> PicwishClient:
        client = super().client(access, timeout)
        client._flows = self.flows(build=client._client.build_request, api_key=access.api_key)
        return client


class Tries(Flows):
    """Flows that try again to create what was refused, as often as they like."""

    pause = 0.0

    def is_worth_it(self, error: PicwishError) -> bool:
        raise NotImplementedError

    def _create(self, image: bytes | str, fields: Mapping[str, str]) -> Flow[dict[str, Any]]:
        for _ in range(REPEATS - 1):
            try:
                return (yield from super()._create(image, fields))
            except PicwishError as error:
                if not self.is_worth_it(error):
                    raise
                yield Pause(seconds=self.pause)
        return (yield from super()._create(image, fields))
