"""Result files behind expiring URLs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from mockserver.clock import Clock, Due
from mockserver.ids import uuid4
from mockserver.state.interface import State

TABLE = "assets"
DEFAULT_CARRIED = "00000000"
LIMIT = 5000
"""Assets that one sandbox holds; the oldest go first, long before a test could miss them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """One result file: its bytes by digest, its media type, and when it came and goes (sandbox time)."""

    digest: str
    media_type: str
    created_at: float
    expires_at: float


def name(sandbox_id: str) -> str:
    """A fresh UUID that carries its sandbox in the first eight digits, so that a plain download
    without any credential finds its way back."""
    carried = DEFAULT_CARRIED if sandbox_id == "default" else sandbox_id
    return f"{carried}{uuid4()[8:]}"


def sandbox_of(asset_name: str) -> str:
    """The id of the sandbox that a name from `name` carries."""
    carried = asset_name[:8]
    return "default" if carried == DEFAULT_CARRIED else carried


class Assets:
    """The result files of one sandbox, by path."""

    def __init__(self, state: State, space: str, clock: Clock) -> None:
        self._state = state
        self._space = space
        self._clock = clock

    def publish(self, path: str, digest: str, *, media_type: str, lifetime: float) -> Asset:
        """Put bytes that the state keeps under `digest` at a path for `lifetime` seconds of sandbox time."""
        now = self._clock.now()
        asset = Asset(digest=digest, media_type=media_type, created_at=now, expires_at=now + lifetime)
        # One string, not a dict: thousands of assets may be alive.
        record = f"{digest} {now!r} {asset.expires_at!r} {media_type}"
        self._state.write(self._space, TABLE, path, record, limit=LIMIT)
        return asset

    def find(self, path: str) -> Asset | None:
        """The asset that was ever published at a path, alive or not."""
        record = self._state.read(self._space, TABLE, path)
        if record is None:
            return None
        digest, created_at, expires_at, media_type = record.split(" ", 3)
        return Asset(
            digest=digest,
            media_type=media_type,
            created_at=float(created_at),
            expires_at=float(expires_at),
        )

    def due(self) -> Iterator[Due]:
        """When the assets expire."""
        for path in self._state.keys(self._space, TABLE):
            asset = self.find(path)
            if asset is not None:
                yield Due(at=asset.expires_at, what=f"the result file at {path} is gone")

    def alive(self, asset: Asset) -> bool:
        """Whether the asset has not expired yet."""
        return self._clock.now() < asset.expires_at

    def content(self, asset: Asset) -> bytes | None:
        """The bytes, or None when the state had to let them go."""
        return self._state.blob(asset.digest)


def keep(state: State, content: bytes) -> str:
    """Keep bytes for publishing and answer their digest."""
    digest = hashlib.sha256(content).hexdigest()
    state.keep(digest, content)
    return digest
