"""Whoever calls a provider: where it is, with which keys, by which clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from contract_tests.provider.sending import Answer, Sender

SHORTEST = 6
"""Characters of a key; what is shorter is nothing to hide."""


class Caller:
    """Calls one provider, rightly or wrongly as it is told. `keys` are by their names in the environment's
    variables, such as api_key; `now` answers unix seconds."""

    provider: ClassVar[str]
    names: ClassVar[tuple[str, ...]]
    """The keys that it needs."""

    def __init__(
        self,
        url: str,
        keys: Mapping[str, str],
        sender: Sender,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.url = url.rstrip("/")
        self.keys = keys
        self.sender = sender
        self.now = now

    def send(self, method: str, path: str, **parts: Any) -> Answer:
        """A request to a path of the provider. Raises NoAnswer."""
        return self.sender.send(method, f"{self.url}{path}", **parts)

    def download(self, link: str, method: str = "GET", **headers: str) -> Answer:
        """A result file, without any key. Raises NoAnswer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.sender.send(method, link, paced=False, headers=named)

    def hide(self, text: str) -> str:
        """A text without any of the keys."""
        for name, value in self.keys.items():
            if len(value) >= SHORTEST:
                text = text.replace(value, f"<{name}>")
        return text

    def sleep(self, seconds: float) -> None:
        """Wait, as between two queries of a task."""
        self.sender.pacer.sleep(seconds)
