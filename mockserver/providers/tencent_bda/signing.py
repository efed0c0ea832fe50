"""Tencent Cloud's request signatures: TC3-HMAC-SHA256 and the older HmacSHA1 and HmacSHA256.

Pure functions: they compute what a request must be signed with. Which request facts an honest client may
have signed differently (the host with or without its port) is a matter of several `accepted` readings.
Source: Tencent Cloud API documentation, "signature v3" and "signature v1".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

TC3 = "TC3-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
UNSIGNED_HASH = hashlib.sha256(UNSIGNED.encode()).hexdigest()
DIGESTS = {"HmacSHA1": "sha1", "HmacSHA256": "sha256"}
MAX_SIGNED_HEADERS = 64
TOLERANCE = 300
"""Seconds by which a timestamp may differ from the provider's clock."""

AUTHORIZATION = re.compile(
    rf"{TC3}\s+Credential=(?P<secret_id>[^/,\s]*)/(?P<date>[^/,\s]+)/(?P<service>[^/,\s]+)/tc3_request\s*,"
    r"\s*SignedHeaders=(?P<signed_headers>[^,\s]+)\s*,\s*Signature=(?P<signature>[^,\s]+)\s*"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Authorization:
    """The parts of a TC3 Authorization header."""

    secret_id: str
    date: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str

    @classmethod
    def parse(cls, header: str) -> Authorization:
        """Raises ValueError for anything but a complete TC3 header."""
        match = AUTHORIZATION.fullmatch(header.strip())
        if match is None:
            form = "TC3-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…"
            raise ValueError(f"Authorization is not of the form {form!r}")
        if match["signed_headers"].count(";") >= MAX_SIGNED_HEADERS:
            raise ValueError(f"SignedHeaders names more than {MAX_SIGNED_HEADERS} headers")
        return cls(
            secret_id=match["secret_id"],
            date=match["date"],
            service=match["service"],
            signed_headers=tuple(match["signed_headers"].lower().split(";")),
            signature=match["signature"],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Tc3Reading:
    """What a TC3 signature is computed from, in one reading of a request.

    `values` are the header values as canonicalised, `payload_hash` is lower-case hex, `secret` the key as
    the chain begins with it, `gap` what follows the headers.
    """

    method: str
    path: str = "/"
    query: str
    values: Mapping[str, str]
    signed_headers: tuple[str, ...]
    payload_hash: str
    timestamp: str
    date: str
    service: str
    secret: str = field(repr=False)
    hex_chain: bool = False
    gap: str = "\n"

    @property
    def canonical_request(self) -> str:
        """Method, path, query, headers, signed header names and payload hash, a line each."""
        headers = "".join(f"{name}:{self.values.get(name, '')}\n" for name in self.signed_headers)
        names = ";".join(self.signed_headers)
        return f"{self.method}\n{self.path}\n{self.query}\n{headers}{self.gap}{names}\n{self.payload_hash}"

    @property
    def string_to_sign(self) -> str:
        """Algorithm, timestamp, credential scope and the hash of the canonical request, a line each."""
        digest = sha256(self.canonical_request.encode())
        return f"{TC3}\n{self.timestamp}\n{self.date}/{self.service}/tc3_request\n{digest}"

    @property
    def signature(self) -> str:
        """Lower-case hex."""
        key = self.secret.encode()
        for step in (self.date, self.service, "tc3_request"):
            mac = hmac.new(key, step.encode(), hashlib.sha256)
            key = mac.hexdigest().encode() if self.hex_chain else mac.digest()
        return hmac.new(key, self.string_to_sign.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class V1Reading:
    """What an older signature is computed from, in one reading of a request. `pairs` are signed in their
    order, Signature is not among them."""

    method: str
    host: str
    path: str = "/"
    pairs: Sequence[tuple[str, str]]
    algorithm: str
    secret: str = field(repr=False)

    @property
    def string_to_sign(self) -> str:
        """Method, host, path and the parameters in byte order, none of them URL-encoded."""
        return f"{self.method}{self.host}{self.path}?" + "&".join(
            f"{name}={value}" for name, value in self.pairs
        )

    @property
    def signature(self) -> str:
        """Base64."""
        text = self.string_to_sign.encode(errors="replace")
        return base64.b64encode(hmac.digest(self.secret.encode(), text, DIGESTS[self.algorithm])).decode()


def sha256(payload: bytes) -> str:
    """Lower-case hex."""
    return hashlib.sha256(payload).hexdigest()


def scope_date(timestamp: int) -> str:
    """The UTC date of a timestamp. Raises ValueError for one outside the calendar."""
    try:
        return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError(f"{timestamp} is no unix timestamp") from error


def host_forms(host: str) -> tuple[str, ...]:
    """A Host header as sent, and without its port: the official Node SDK signs the latter."""
    bare = re.sub(r":\d+$", "", host)
    return (host,) if bare == host else (host, bare)


def tc3_reading(
    *,
    method: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    authorization: Authorization,
    timestamp: int,
    secret_key: str,
) -> Tc3Reading:
    """The documented reading of a request. `headers` have lower-case names and are as received."""
    payload = b"" if method == "GET" else body
    unsigned = headers.get("x-tc-content-sha256") == UNSIGNED
    return Tc3Reading(
        method=method,
        query=query if method == "GET" else "",
        values={name: value.strip().lower() for name, value in headers.items()},
        signed_headers=tuple(sorted(authorization.signed_headers)),
        payload_hash=UNSIGNED_HASH if unsigned else sha256(payload),
        timestamp=str(timestamp),
        date=scope_date(timestamp),
        service=authorization.service,
        secret="TC3" + secret_key,
    )


def accepted_tc3(documented: Tc3Reading, headers: Mapping[str, str]) -> Iterator[Tc3Reading]:
    """The readings that an honest client may have signed, the documented one first.

    The official SDKs sign Content-Type as sent, not lower-cased, and Node's signs the host without port."""
    content_type = headers.get("content-type", "").strip()
    for host in host_forms(headers.get("host", "").strip()):
        for written in dict.fromkeys((content_type.lower(), content_type)):
            yield replace(
                documented, values={**documented.values, "host": host.lower(), "content-type": written}
            )


def v1_reading(
    *, method: str, host: str, params: Mapping[str, str], algorithm: str, secret_key: str
) -> V1Reading:
    """The documented reading of a request with an older signature."""
    pairs = sorted((name, value) for name, value in params.items() if name != "Signature")
    return V1Reading(method=method, host=host, pairs=pairs, algorithm=algorithm, secret=secret_key)


def accepted_v1(documented: V1Reading) -> Iterator[V1Reading]:
    """The readings that an honest client may have signed: the host in both forms, and names with dots
    for underscores, as the official Python SDK writes them when it signs."""
    dotted = sorted((name.replace("_", "."), value) for name, value in documented.pairs)
    for host in host_forms(documented.host):
        yield replace(documented, host=host)
        if dotted != list(documented.pairs):
            yield replace(documented, host=host, pairs=dotted)


def same(expected: str, received: str) -> bool:
    """Whether two signatures are equal, compared in constant time."""
    return hmac.compare_digest(expected.encode(), received.encode(errors="replace"))
