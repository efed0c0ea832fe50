"""The sign of a request: md5 over appId, the image's md5, salt and appSecret.

Pure functions. Source: processimage.cn, interface document, parameter x-access-api-sign.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

SALT = re.compile(r"[1-9][0-9]{7}")
APP_ID_LENGTH = 16
NOTHING = hashlib.md5(b"").hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a sign is computed from. `image_md5` is lower-case hex; empty where a call has no picture."""

    app_id: str
    image_md5: str
    salt: str
    secret: str

    @property
    def parts(self) -> Mapping[str, str]:
        """The parts by their documented names, in the order in which they are joined."""
        return {
            "appId": self.app_id,
            "imageMd5": self.image_md5,
            "salt": self.salt,
            "appSecret": self.secret,
        }

    @property
    def signature(self) -> str:
        """The sign, 32 characters of lower-case hex."""
        return md5("".join(self.parts.values()))


def md5(text: str) -> str:
    """The md5 of a text, lower-case hex."""
    return hashlib.md5(text.encode(errors="surrogatepass")).hexdigest()


def same(expected: str, received: str) -> bool:
    """Whether a received sign is the expected one; compared in constant time."""
    return hmac.compare_digest(expected.encode(), received.encode(errors="surrogatepass"))


def wrong_salt(salt: str) -> str | None:
    """What is wrong with a salt: eight digits, the first not 0; None when nothing is."""
    if SALT.fullmatch(salt):
        return None
    if not salt:
        return "salt is absent; it is a whole number of eight digits, the first not 0"
    return f"salt is {salt[:40]!r}; it is a whole number of eight digits, the first not 0"
