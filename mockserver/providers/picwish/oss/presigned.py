"""What the signature of a presigned link of Alibaba Cloud OSS is computed from, in version 1 and version 4.

A reading says how one understands a request; verification may try several, and so may the search for a
client's mistake. Sources: Alibaba Cloud OSS documentation, "Include a V1 signature in a URL" and
"(Recommended) V4 signatures in presigned URLs".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote, unquote_plus

V4 = "OSS4-HMAC-SHA256"
TERMINATOR = "aliyun_v4_request"
MAX_LIFETIME = 604_800
"""Seconds that a link of version 4 can live."""
SUBRESOURCES = frozenset(
    {
        "acl",
        "objectMeta",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "security-token",
        "style",
        "styleName",
        "symlink",
        "tagging",
        "versionId",
        "x-oss-process",
        "x-oss-request-payer",
        "x-oss-traffic-limit",
    }
)
"""The parameters of a download that version 1 signs; it signs no others."""

NOTHING: Mapping[str, str] = MappingProxyType({})
"""No headers, or no parameters."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """What a link is signed with."""

    access_key_id: str
    access_key_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class V1Reading:
    """`key` is decoded and has no slash before it, `pairs` are all parameters but the three of the
    signature, `headers` those of the request that are signed, with lower-case names."""

    method: str
    bucket: str
    key: str
    pairs: Pairs = ()
    headers: Mapping[str, str]
    expires: str
    secret: str = field(default="", repr=False)

    @property
    def canonical_request(self) -> str:
        """Version 1 has none."""
        return ""

    @property
    def string_to_sign(self) -> str:
        """Method, Content-MD5, Content-Type, Expires, the x-oss- headers and the resource, a line each."""
        fixed = ("content-md5", "content-type")
        lines = [self.method, *(self.headers.get(name, "") for name in fixed), self.expires]
        lines += [f"{name}:{self.headers[name]}" for name in sorted(self.headers) if name not in fixed]
        subresources = sorted(pair for pair in self.pairs if pair[0] in SUBRESOURCES)
        query = "&".join(f"{name}={value}" if value else name for name, value in subresources)
        return "\n".join([*lines, f"/{self.bucket}/{self.key}{'?' if query else ''}{query}"])

    @property
    def signature(self) -> str:
        """Base64 of HMAC-SHA1."""
        mac = hmac.digest(encoded(self.secret), encoded(self.string_to_sign), "sha1")
        return base64.b64encode(mac).decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class V4Reading:
    """`key` is decoded and has no slash before it, `pairs` are all parameters but x-oss-signature,
    `headers` those of the request that are signed, with lower-case names, `additional` the names of those
    that are signed by the client's choice, `date_time` is in the form 20231203T121212Z."""

    method: str
    bucket: str
    key: str
    pairs: Pairs = ()
    headers: Mapping[str, str]
    additional: tuple[str, ...] = ()
    date_time: str
    region: str
    secret: str = field(default="", repr=False)

    @property
    def canonical_request(self) -> str:
        """Method, path, query, headers, additional header names and payload hash."""
        pairs = sorted((escaped(name), escaped(value)) for name, value in self.pairs)
        query = "&".join(f"{name}={value}" if value else name for name, value in pairs)
        headers = "".join(f"{name}:{self.headers[name]}\n" for name in sorted(self.headers))
        path = escaped(f"/{self.bucket}/{self.key}", safe="/")
        names = ";".join(sorted(self.additional))
        return f"{self.method}\n{path}\n{query}\n{headers}\n{names}\nUNSIGNED-PAYLOAD"

    @property
    def string_to_sign(self) -> str:
        """Algorithm, time, scope and the hash of the canonical request, a line each."""
        digest = hashlib.sha256(encoded(self.canonical_request)).hexdigest()
        return f"{V4}\n{self.date_time}\n{scope(self.date_time, self.region)}\n{digest}"

    @property
    def signature(self) -> str:
        """Lower-case hex of HMAC-SHA256 under a key that is derived from the scope."""
        key = encoded(f"aliyun_v4{self.secret}")
        for step in (self.date_time[:8], self.region, "oss", TERMINATOR):
            key = hmac.digest(key, encoded(step), "sha256")
        return hmac.digest(key, encoded(self.string_to_sign), "sha256").hex()


Reading = V1Reading | V4Reading


def scope(date_time: str, region: str) -> str:
    """What follows the key id in a credential of version 4."""
    return f"{date_time[:8]}/{region}/oss/{TERMINATOR}"


def parsed(query: str) -> Pairs:
    """The parameters of a raw query in their order, decoded: `+` is a space, bytes that are no UTF-8 become
    U+FFFD, and a parameter without `=` has an empty value."""
    parts = (part.partition("=") for part in query.split("&") if part)
    return tuple((unquote_plus(name), unquote_plus(value)) for name, _, value in parts)


def by_name(pairs: Pairs) -> dict[str, str]:
    """The parameters by their names; of a repeated one the first counts."""
    return dict(reversed(pairs))


def key_id(parameters: Mapping[str, str]) -> str:
    """The key id that a link of either version names; "" where it names none."""
    first = parameters.get("OSSAccessKeyId", "")
    fourth = parameters.get("x-oss-credential", "").partition("/")[0]
    return fourth or first if "x-oss-signature-version" in parameters else first or fourth


def signed_headers(headers: Mapping[str, str], additional: Iterable[str] = ()) -> Mapping[str, str]:
    """The headers that a signature covers: Content-MD5, Content-Type, all x-oss- ones, and `additional`.
    Names are lower case."""
    wanted = {"content-md5", "content-type", *additional}
    lower = ((name.lower(), value.strip()) for name, value in headers.items())
    return {name: value for name, value in lower if name in wanted or name.startswith("x-oss-")}


def encoded(text: str) -> bytes:
    """UTF-8, of whatever a request may hold."""
    return text.encode(errors="surrogatepass")


def escaped(text: str, *, safe: str = "") -> str:
    """Percent-encoded, all but letters, digits and `-._~`."""
    return quote(encoded(text), safe=safe)


def same(expected: str, received: str) -> bool:
    """Whether two signatures are equal, compared in constant time."""
    return hmac.compare_digest(encoded(expected), encoded(received))
