"""What broken clients of PicWish have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from contract_tests.clients.adapters.picwish import Picwish
from contract_tests.clients.picwish import (
    Flows,
    PicwishClient,
)


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
