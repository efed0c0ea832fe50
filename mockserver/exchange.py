"""One request with its response, as a journal keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OUTGOING = "callback"
"""The operation of an exchange in which the mock server is the client."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFacts:
    """A file as it was received: sizes in bytes and pixels, digest is SHA-256 in hex."""

    field: str
    filename: str | None
    content_type: str | None
    size: int
    digest: str
    format: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """One request with its response. `at` is sandbox time, `received_at` real time, both unix seconds.

    `headers`, `query` and `fields` are what was received, without its secrets. `response` has the
    `content_type` and `size` in bytes of what was answered, and its `text` where that is short.
    `status` is None when nobody was there any more to take an answer. `behaviours` are the ids of the
    documented behaviours that were met, `faults` those of the behaviours and damages that struck by a fault
    rule, in order, `explanation` says why a signature was refused, and `notes` tell in English what a client
    should look at.
    """

    provider: str
    operation: str | None
    sandbox: str | None
    at: float
    received_at: float
    milliseconds: float
    method: str
    path: str
    scheme: str
    http_version: str
    query: str
    headers: Sequence[Sequence[str]]
    fields: Mapping[str, Any]
    files: Sequence[FileFacts]
    status: int | None
    response_headers: Sequence[Sequence[str]]
    response: Mapping[str, Any]
    behaviours: Sequence[str]
    faults: Sequence[str]
    explanation: Mapping[str, Any] | None
    notes: Sequence[str]

    @property
    def fault(self) -> str | None:
        """The first of the faults, or None."""
        return self.faults[0] if self.faults else None
