"""Calls to PicWish segmentation, right and wrong ones."""

from __future__ import annotations

from typing import Any

from contract_tests.provider.caller import Caller
from contract_tests.provider.sending import Answer

PATH = "/api/tasks/visual/segmentation"
KEY_HEADER = "X-API-KEY"


class PicwishCaller(Caller):
    provider = "picwish"
    names = ("api_key",)

    def create(
        self, image: bytes | None, *, key: str | None = None, path: str = PATH, **fields: str
    ) -> Answer:
        """Create a task for an image, or for none. Another `key` stands for the right one, an empty one for
        none."""
        parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
        if image is not None:
            parts.append(("image_file", ("image", image)))
        return self.send("POST", path, headers=self.headers(key), files=parts)

    def query(self, task_id: str, *, key: str | None = None) -> Answer:
        """Ask how a task stands."""
        return self.send("GET", f"{PATH}/{task_id}", headers=self.headers(key))

    def headers(self, key: str | None = None) -> dict[str, str]:
        """The header with the key, or with another one."""
        shown = self.keys["api_key"] if key is None else key
        return {KEY_HEADER: shown} if shown else {}
