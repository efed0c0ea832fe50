"""Calls to AILabTools Head Extraction, right and wrong ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contract_tests.provider.caller import Caller
from contract_tests.provider.sending import Answer

PATH = "/api/cutout/portrait/avatar-extraction"
KEY_HEADER = "ailabapi-api-key"


class AilabCaller(Caller):
    provider = "ailab"
    names = ("api_key",)

    def extract(self, *images: bytes, key: str | None = None, **fields: str) -> Answer:
        """Ask for the heads in an image; several make several parts. Another `key` stands for the right one,
        an empty one for none."""
        parts: list[tuple[str, Any]] = [("image", ("image", image)) for image in images]
        parts += [(name, (None, value)) for name, value in fields.items()]
        parts = parts or [("nothing", (None, ""))]
        return self.send("POST", PATH, headers=self.headers(key), files=parts)

    def headers(self, key: str | None = None) -> dict[str, str]:
        """The header with the key, or with another one."""
        shown = self.keys["api_key"] if key is None else key
        return {KEY_HEADER: shown} if shown else {}

    def preflight(self, path: str = PATH) -> Answer:
        """What a browser asks before it calls."""
        asks: Sequence[tuple[str, str]] = (
            ("Origin", "https://example.com"),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", KEY_HEADER),
        )
        return self.send("OPTIONS", path, headers=dict(asks))
