"""Base64 of megabytes in pieces: one call of `binascii` holds the interpreter until it is done."""

from __future__ import annotations

import asyncio
import binascii
from base64 import b64encode

CHARACTERS = 512 * 1024
BYTES = CHARACTERS // 4 * 3


async def decode(text: str) -> bytes:
    """What base64 stands for, with other tasks in between. Raises ValueError for anything but the standard
    alphabet, padded and in one piece."""
    if "=" in text[:-2]:
        raise ValueError("there is padding before the end")
    pieces = []
    for start in range(0, len(text), CHARACTERS):
        if start:
            await asyncio.sleep(0)
        pieces.append(binascii.a2b_base64(text[start : start + CHARACTERS], strict_mode=True))
    return b"".join(pieces)


def encode(data: bytes) -> bytes:
    """Base64 of data, for a worker thread that must let others run in between."""
    return b"".join(b64encode(data[start : start + BYTES]) for start in range(0, len(data), BYTES))
