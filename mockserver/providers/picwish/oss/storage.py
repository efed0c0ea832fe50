"""What Alibaba Cloud OSS answers to a download: the headers and ranges of an object, and errors as XML.

Pure functions. Sources: Alibaba Cloud OSS documentation, GetObject and "How to obtain OSS resources by
segmenting HTTP range requests"; the headers and the form of the errors are those of responses in public
records. Not given is x-oss-hash-crc64ecma: it would cost more than all the rest, and clients do without.
"""

from __future__ import annotations

import base64
import hashlib
import html
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from enum import Enum

from mockserver.providers.picwish.oss.failures import Failure, failure_of
from mockserver.providers.picwish.oss.presigned import encoded
from mockserver.providers.picwish.oss.verdict import Breach, Verdict, Version

RANGE = re.compile(r"bytes=(?:([0-9]{1,19})-([0-9]{1,19})?|-([0-9]{1,19}))")
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""
NO_HEADER = re.compile(r"[\x00-\x1f\x7f]")
"""What a header cannot hold."""
OVERRIDES = {
    "response-cache-control": "Cache-Control",
    "response-content-disposition": "Content-Disposition",
    "response-content-encoding": "Content-Encoding",
    "response-content-language": "Content-Language",
    "response-content-type": "Content-Type",
    "response-expires": "Expires",
}
"""The headers of an object that a signed link can choose, by parameter."""


class Unsatisfiable(ValueError):
    """The range begins behind the end of the object: 416 InvalidRange."""


class Condition(Enum):
    """What comes of the conditions of a request, with the status that it is answered with."""

    MET = 200
    NOT_MODIFIED = 304
    FAILED = 412


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """A part of an object: first and last byte, both inclusive."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def cut(self, content: bytes) -> bytes:
        """The part."""
        return content[self.first : self.last + 1]

    def content_range(self, size: int) -> str:
        """The Content-Range header, for an object of `size` bytes."""
        return f"bytes {self.first}-{self.last}/{size}"


def mint_request_id(now: float, entropy: bytes) -> str:
    """24 upper-case hex digits: the time, as in those of OSS, then 8 bytes of `entropy`."""
    return f"{int(now) % 2**32:08X}{entropy[:8].hex().upper():0>16}"


def xml_error(
    failure: Failure, *, request_id: str, host_id: str, extra: Iterable[tuple[str, str]] = ()
) -> bytes:
    """An error as OSS writes it: Code, Message, RequestId, HostId, the `extra` elements, and EC where it is
    known. What XML cannot hold becomes U+FFFD."""
    elements = [("Code", failure.code), ("Message", failure.message)]
    elements += [("RequestId", request_id), ("HostId", host_id), *extra]
    if failure.ec:
        elements.append(("EC", failure.ec))
    lines = [f"  <{name}>{_text(value)}</{name}>\n" for name, value in elements]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n{"".join(lines)}</Error>\n'.encode()


def refusal_xml(verdict: Verdict, *, now: float, request_id: str, host_id: str) -> bytes:
    """The error for a link that was refused; its status is that of `failure_of(verdict)`.

    Raises ValueError for a link that holds."""
    failure = failure_of(verdict)
    extra = _details(verdict, failure.code, now)
    return xml_error(failure, request_id=request_id, host_id=host_id, extra=extra)


def _details(verdict: Verdict, code: str, now: float) -> list[tuple[str, str]]:
    if verdict.breach is Breach.EXPIRED and verdict.expires_at is not None:
        return [("Expires", _iso(verdict.expires_at)), ("ServerTime", _iso(now))]
    if code == "InvalidAccessKeyId":
        return [("OSSAccessKeyId", verdict.access_key_id)]
    if code == "InvalidArgument":
        return [("ArgumentName", verdict.parameter), ("ArgumentValue", verdict.value)]
    if code != "SignatureDoesNotMatch":
        return []
    signed = [
        ("OSSAccessKeyId", verdict.access_key_id),
        ("SignatureProvided", verdict.signature_provided),
        ("StringToSign", verdict.string_to_sign),
        ("StringToSignBytes", "".join(f"{byte:02X} " for byte in encoded(verdict.string_to_sign))),
    ]
    return (
        signed
        if verdict.version is Version.V1
        else [*signed, ("CanonicalRequest", verdict.canonical_request)]
    )


def error_headers(*, request_id: str, now: float, ec: str = "") -> dict[str, str]:
    """The headers of an error, all but Content-Length."""
    common = _common(request_id, now, "application/xml")
    return {**common, "x-oss-server-time": "0", **({"x-oss-ec": ec} if ec else {})}


def object_headers(
    content: bytes, *, stored_at: float, media_type: str, request_id: str, now: float
) -> dict[str, str]:
    """The headers of a whole object, all but Content-Length; times are unix seconds."""
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return {
        **_common(request_id, now, media_type),
        "Accept-Ranges": "bytes",
        "ETag": f'"{digest.hex().upper()}"',
        "Last-Modified": formatdate(math.floor(stored_at), usegmt=True),
        "x-oss-object-type": "Normal",
        "x-oss-storage-class": "Standard",
        "Content-MD5": base64.b64encode(digest).decode(),
        "x-oss-server-time": "1",
    }


def overridden(parameters: Mapping[str, str]) -> dict[str, str]:
    """The headers that the parameters of a link choose, as UTF-8; not those that no header can hold."""
    chosen = {header: parameters.get(name, "") for name, header in OVERRIDES.items()}
    return {
        header: encoded(value).decode("latin1")
        for header, value in chosen.items()
        if value and not NO_HEADER.search(value)
    }


def ranged(content_length: int, header: str, *, standard: bool = False) -> Range | None:
    """What a Range header asks of an object of `content_length` bytes; None for all of it.

    A range that leaves the object is ignored. With `x-oss-range-behavior: standard` it is cut at the end, and
    Unsatisfiable is raised where nothing is left. Of several ranges the first counts."""
    match = RANGE.fullmatch(header.partition(",")[0].strip())
    if match is None:
        return None
    first, last, suffix = (None if part is None else int(part) for part in match.groups())
    if first is None:
        first, last = content_length - (suffix or 0), content_length - 1
    elif last is None:
        last = max(first, content_length - 1)
    elif last < first:
        return None
    if 0 <= first <= last < content_length:
        return Range(first=first, last=last)
    if not standard:
        return None
    first, last = max(first, 0), min(last, content_length - 1)
    if first > last:
        raise Unsatisfiable(f"{header!r} of {content_length} bytes")
    return Range(first=first, last=last)


def condition(headers: Mapping[str, str], *, etag: str, stored_at: float) -> Condition:
    """Whether the If- headers of a request (lower-case names) let an object through. A time that cannot be
    read is ignored, and so is one beside an ETag, as RFC 9110 demands."""
    stored = math.floor(stored_at)
    unmodified, modified = (_seconds(headers.get(f"if-{name}modified-since", "")) for name in ("un", ""))
    if "if-match" in headers:
        failed = not _names(headers["if-match"], etag)
    else:
        failed = unmodified is not None and stored > unmodified
    if failed:
        return Condition.FAILED
    if "if-none-match" in headers:
        known = _names(headers["if-none-match"], etag)
    else:
        known = modified is not None and stored <= modified
    return Condition.NOT_MODIFIED if known else Condition.MET


def _common(request_id: str, now: float, media_type: str) -> dict[str, str]:
    return {
        "Server": "AliyunOSS",
        "Date": formatdate(math.floor(now), usegmt=True),
        "Content-Type": media_type,
        "x-oss-request-id": request_id,
    }


def _text(value: str) -> str:
    return html.escape(NO_XML.sub("\ufffd", value), quote=False).replace("\r", "&#13;")


def _iso(seconds: float) -> str:
    # OSS writes milliseconds and never has any.
    return datetime.fromtimestamp(math.floor(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _seconds(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _names(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/").strip('"').upper() for tag in header.split(",")]
    return "*" in tags or etag.strip('"').upper() in tags
