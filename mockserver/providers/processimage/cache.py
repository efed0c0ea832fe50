"""The cache: the same picture with the same parameters is answered from it for five hours, uncharged.

As on the operator's published server all parameters count, those about the callback, too. Theirs is shared by
all accounts; this one belongs to a sandbox, and whatever shapes an outcome there counts as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.clock import Due
from mockserver.providers.processimage import NAME
from mockserver.providers.processimage.outcome import Outcome
from mockserver.providers.processimage.parameters import Parameters
from mockserver.sandbox import Sandbox

TABLE = f"{NAME}.cache"
LIFETIME = 5 * 3600.0
REMEMBERED = 1000
SHAPING = ("offset_keys", "offset_with_rectangles", "ocr_only_status", "sources")
"""The settings that another outcome may follow from."""


def key(
    parameters: Parameters, image_digest: str, settings: Mapping[str, Any], told: Sequence[Mapping[str, Any]]
) -> str:
    """What a request is recognised by, under some settings and the texts that its sandbox was told."""
    readings = [settings[name] for name in SHAPING]
    text = json.dumps([parameters.record(), image_digest, readings, list(told)], sort_keys=True)
    return hashlib.md5(text.encode()).hexdigest()


def alive(stored_at: float, now: float) -> bool:
    """Whether something stored at one moment is still good at another, in unix seconds."""
    return now < stored_at + LIFETIME


def find(sandbox: Sandbox, key: str) -> Outcome | None:
    """What is known of a request, unless it is too old, or its result file had to make room."""
    record = sandbox.state.read(sandbox.id, TABLE, key)
    if record is None or not alive(record["stored_at"], sandbox.clock.now()):
        return None
    outcome = Outcome.from_record(record["outcome"])
    if outcome.path is not None:
        asset = sandbox.assets.find(outcome.path)
        if asset is None or not sandbox.state.kept(asset.digest):
            return None
    return outcome


def store(sandbox: Sandbox, key: str, outcome: Outcome, at: float) -> None:
    """Remember what became of a request at a moment."""
    record = {"stored_at": at, "outcome": outcome.record()}
    sandbox.state.write(sandbox.id, TABLE, key, record, limit=REMEMBERED)


def due(sandbox: Sandbox) -> Iterator[Due]:
    """When what is remembered is too old."""
    for key in sandbox.state.keys(sandbox.id, TABLE):
        record = sandbox.state.read(sandbox.id, TABLE, key)
        if record is not None:
            yield Due(at=record["stored_at"] + LIFETIME, what="processimage: a cached answer expires")
