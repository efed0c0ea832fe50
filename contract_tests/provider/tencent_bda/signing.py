"""Signatures of Tencent Cloud: TC3-HMAC-SHA256, and the older HmacSHA1 and HmacSHA256."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

SERVICE = "bda"
UNSIGNED = "UNSIGNED-PAYLOAD"


def tc3(
    *,
    method: str,
    query: str,
    headers: Mapping[str, str],
    payload: bytes,
    secret_id: str,
    secret_key: str,
    timestamp: int,
) -> str:
    """The Authorization header. `headers` are those that are signed, with lower-case names."""
    date = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    scope, names = f"{date}/{SERVICE}/tc3_request", ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in sorted(headers))
    canonical = f"{method}\n/\n{query}\n{lines}\n{names}\n{hashlib.sha256(payload).hexdigest()}"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"TC3{secret_key}".encode()
    for step in (date, SERVICE, "tc3_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    text = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    return f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def older(*, method: str, host: str, fields: Mapping[str, str], secret_key: str, digest: str) -> str:
    """The parameter Signature; `digest` is sha1 or sha256."""
    pairs = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    text = f"{method}{host}/?{pairs}"
    return base64.b64encode(hmac.digest(secret_key.encode(), text.encode(), digest)).decode()
