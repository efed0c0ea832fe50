"""Calls to processimage.cn, signed rightly or wrongly."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from contract_tests.provider.caller import Caller
from contract_tests.provider.sending import Answer

PATH = "/watermark/access"
TOKEN, REFRESH = "/watermark/token", "/watermark/token/refresh"
SIGN_HEADER, TOKEN_HEADER = "x-access-api-sign", "x-access-api-token"
SALT = "48151623"


def md5(content: bytes) -> str:
    """In lower-case hex."""
    return hashlib.md5(content).hexdigest()


class ProcessimageCaller(Caller):
    provider = "processimage"
    names = ("app_id", "app_secret")

    def sign(self, digest: str, *, salt: str = SALT, app_id: str = "", secret: str = "") -> str:
        """The sign of a call about a picture with an md5."""
        parts = (app_id or self.keys["app_id"], digest, salt, secret or self.keys["app_secret"])
        return md5("".join(parts).encode())

    def clear(
        self,
        image: bytes,
        *,
        part: str = "imageFile",
        filename: str | None = "image",
        salt: str = SALT,
        app_id: str = "",
        secret: str = "",
        sign: str | None = None,
        **fields: str,
    ) -> Answer:
        """Ask for a picture without watermarks; `part` and `filename` are of the part that it is in. Another
        `sign` stands for the right one, an empty one for none."""
        signed = self.sign(md5(image), salt=salt, app_id=app_id, secret=secret) if sign is None else sign
        given = {"appId": app_id or self.keys["app_id"], "salt": salt, **fields}
        parts: list[tuple[str, Any]] = [(name, (None, value)) for name, value in given.items()]
        parts.append((part, (filename, image)))
        return self.send("POST", PATH, headers={SIGN_HEADER: signed} if signed else {}, files=parts)

    def clear_in_text(self, image: bytes, fields: Mapping[str, str]) -> Answer:
        """A call without a file part; the sign is that of `image`."""
        given = {"appId": self.keys["app_id"], "salt": SALT, **fields}
        parts = [(name, (None, value)) for name, value in given.items()]
        return self.send("POST", PATH, headers={SIGN_HEADER: self.sign(md5(image))}, files=parts)

    def clear_by_token(self, image: bytes, token: str) -> Answer:
        """Ask with a token in place of a sign."""
        return self.send("POST", PATH, headers={TOKEN_HEADER: token}, files=[("imageFile", ("image", image))])

    def token(self, *, secret: str = "") -> Answer:
        """Get a token. The call is assumed."""
        fields = {"appId": self.keys["app_id"], "salt": SALT}
        return self.send("POST", TOKEN, headers={SIGN_HEADER: self.sign("", secret=secret)}, data=fields)

    def refresh(self, token: str) -> Answer:
        """Get another token for one. The call is assumed."""
        return self.send("POST", REFRESH, headers={TOKEN_HEADER: token})
