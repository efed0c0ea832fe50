"""Result files of providers whose links need no signature: alive, expired, or never there."""

from __future__ import annotations

from mockserver import assets
from mockserver.assets import Asset
from mockserver.providers.base import Call, Refusal
from mockserver.registry import Registry


def served(call: Call, registry: Registry, name: str, *, lives: str) -> tuple[Asset, bytes]:
    """The result file at a call's path, and its bytes; `name` is the part of the path that carries the
    sandbox, `lives` says how long a result does.

    Raises Refusal with asset.unknown or asset.expired, or what a fault of the sandbox makes of it."""
    sandbox = registry.of_asset(name)
    if sandbox is not None:
        call.enter(sandbox)
    asset = sandbox.assets.find(call.path) if sandbox else None
    if sandbox is None or asset is None:
        left = registry.departed(assets.sandbox_of(name))
        raise Refusal("asset.unknown", note=left or "no result was ever published at this path")
    if not sandbox.assets.alive(asset):
        late = sandbox.clock.now() - asset.expires_at
        note = f"expired {late:.0f} s ago: a result lives {lives} of the sandbox's time"
        raise Refusal("asset.expired", note=note)
    content = sandbox.assets.content(asset)
    if content is None:
        raise Refusal("asset.expired", note="this server let the file go to make room for newer ones")
    call.met("asset.alive")
    return asset, content
