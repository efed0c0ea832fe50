"""The emulated vendor APIs. A new one is a folder here and an entry in this tuple."""

from __future__ import annotations

from mockserver.providers import ailab, picwish, processimage, tencent_bda
from mockserver.providers.base import Provider

PROVIDERS: tuple[Provider, ...] = (
    ailab.PROVIDER,
    picwish.PROVIDER,
    processimage.PROVIDER,
    tencent_bda.PROVIDER,
)
