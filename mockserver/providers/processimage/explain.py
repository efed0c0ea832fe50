"""Why a sign does not fit: what the client most likely did instead.

The sign is computed once more with each realistic mistake made; where the received one comes out, the mistake
is proven, not guessed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

from mockserver.journal import shortened
from mockserver.providers.processimage.signing import NOTHING, Reading, md5, same

SECRET = "<appSecret>"
SEPARATORS = ("+", "&", ",", "|", ":", "-", "_", " ", "\n")
NO_PICTURE = (
    "The sign of a call without a picture, such as one for a token, has no imageMd5: it is md5 of appId, "
    "salt and appSecret."
)
HINTS = {
    "algorithm": "Another digest was used than md5 over the four parts joined together.",
    "appId": "Another appId was signed than the one that was sent.",
    "base64": "imageMd5 was taken over base64 text. Take it over the bytes of the picture.",
    "digest": "The sign was written in another form. It is md5 in hex: 32 characters of lower case.",
    "empty": "imageMd5 was taken over no bytes, as when a stream is read to its end and then hashed. Take it "
    "over the very bytes that are sent.",
    "imageMd5": "imageMd5 was written in another form. It is md5 in hex: 32 characters of lower case.",
    "no picture": NO_PICTURE,
    "order": "The parts were joined in another order than appId, imageMd5, salt, appSecret.",
    "part left out": "One of the parts was left out: appId, imageMd5, salt, appSecret.",
    "salt": "Another salt was signed than the one that was sent. Draw it once and use it in both places.",
    "secret": "Another appSecret was used, such as one with spaces or a line break around it.",
    "separator": "The parts are joined with nothing between them.",
}
NOTHING_FITS = (
    "None of the usual mistakes gives the received sign. Either another appSecret was used, such as that of "
    "another sandbox, or imageMd5 is that of other bytes than were received, as when a picture is encoded "
    "again between hashing and sending. Compare imageMd5 with your own."
)


HEX = frozenset("0123456789abcdefABCDEF")
LENGTH = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What else of a request may have been signed by mistake: the picture's bytes, further salts, and further
    secrets that belong to the client."""

    content: bytes = b""
    salts: Sequence[str] = ()
    secrets: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """A mistake: its cause, the part that it is in, what was expected and signed there, its sign."""

    cause: str
    part: str
    expected: str
    signed: str
    signature: str


def explain(reading: Reading, received: str, sent: Sent) -> Mapping[str, Any]:
    """What the journal says of a sign that does not fit: what was expected, the cause, whether that is
    `proven`, and the first part that differs. The secret is not in it."""
    found = next((one for one in _mistakes(reading, received, sent) if same(one.signature, received)), None)
    nothing_fits = NOTHING_FITS if reading.image_md5 else f"{NO_PICTURE} Or another appSecret was used."
    difference = found and {"part": found.part, "expected": found.expected, "signed": found.signed}
    return {
        "algorithm": "md5",
        "string_to_sign": "".join(replace(reading, secret=SECRET).parts.values()),
        "expected_signature": reading.signature,
        "received_signature": shortened(
            received.replace(reading.secret, SECRET) if reading.secret else received
        ),
        "cause": found.cause if found else "imageMd5 or secret" if reading.image_md5 else "secret",
        "proven": found is not None,
        "hint": HINTS[found.cause] if found else f"{_misshapen(received)}{nothing_fits}",
        "first_difference": difference,
    }


def _misshapen(received: str) -> str:
    """What tells without any secret that a text is no sign; empty where nothing does."""
    if len(received) != LENGTH:
        characters = "character" if len(received) == 1 else "characters"
        return f"The sign has {len(received):,} {characters}; an md5 in hex has {LENGTH}. "
    if not HEX.issuperset(received):
        return "The sign has characters that hex does not have, which are 0 to 9 and a to f. "
    return ""


def _mistakes(reading: Reading, received: str, sent: Sent) -> Iterator[Mistake]:
    yield from _writings(reading, received)
    for cause, image_md5 in _image_digests(reading, sent.content):
        yield _with(reading, cause, "imageMd5", image_md5)
    for salt in ("", *sent.salts, f"{reading.salt} ", f" {reading.salt}", f"{reading.salt}\n"):
        yield _with(reading, "salt", "salt", salt)
    key = reading.secret
    for secret in (
        "",
        key[:-1],
        key[1:],
        f"{key}\n",
        f"{key}\r\n",
        f"{key} ",
        f" {key}",
        key.upper(),
        *sent.secrets,
    ):
        yield _with(reading, "secret", "appSecret", secret)
    for app_id in ("", reading.app_id.lower(), reading.app_id.upper(), f"{reading.app_id} ", key):
        yield _with(reading, "appId", "appId", app_id)
    yield from _other_joins(reading)
    yield from _other_algorithms(reading)


def _with(reading: Reading, cause: str, part: str, value: str) -> Mistake:
    field = {"appId": "app_id", "imageMd5": "image_md5", "salt": "salt", "appSecret": "secret"}[part]
    secret = part == "appSecret"
    return Mistake(
        cause=cause if value else "part left out",
        part=part,
        expected=SECRET if secret else reading.parts[part],
        signed=SECRET if value == reading.secret else "(another)" if secret and value else value,
        signature=replace(reading, **{field: value}).signature,
    )


def _writings(reading: Reading, received: str) -> Iterator[Mistake]:
    """The right sign in another form."""
    right = reading.signature
    forms = (right.upper(), right[8:24], base64.b64encode(bytes.fromhex(right)).decode())
    if received in forms or received.strip(" \"'").lower() == right:
        yield Mistake(cause="digest", part="sign", expected=right, signed=received, signature=received)


def _image_digests(reading: Reading, content: bytes) -> Iterator[tuple[str, str]]:
    right = reading.image_md5
    if not right:
        yield "no picture", NOTHING
        return
    yield "empty", NOTHING
    yield "imageMd5", ""
    yield "imageMd5", right.upper()
    yield "imageMd5", right[8:24]
    yield "imageMd5", base64.b64encode(bytes.fromhex(right)).decode()
    yield "imageMd5", md5(right)
    for text in _base64_texts(content):
        yield "base64", hashlib.md5(text).hexdigest()


def _base64_texts(content: bytes) -> Iterator[bytes]:
    text = base64.b64encode(content)
    yield text
    yield base64.encodebytes(content)
    yield base64.urlsafe_b64encode(content)
    yield from (b"data:image/%s;base64,%s" % (kind, text) for kind in (b"png", b"jpeg", b"jpg", b"bmp"))


def _other_joins(reading: Reading) -> Iterator[Mistake]:
    parts = dict(reading.parts)
    order = ", ".join(parts)
    for names in permutations(parts):
        yield _made("order", order, ", ".join(names), md5("".join(parts[name] for name in names)))
    for separator in SEPARATORS:
        yield _made("separator", "''", repr(separator), md5(separator.join(parts.values())))


def _other_algorithms(reading: Reading) -> Iterator[Mistake]:
    whole = "".join(reading.parts.values()).encode(errors="surrogatepass")
    unkeyed = "".join(replace(reading, secret="").parts.values()).encode(errors="surrogatepass")
    for name, signature in (
        ("sha1", hashlib.sha1(whole).hexdigest()),
        ("sha256", hashlib.sha256(whole).hexdigest()),
        ("md5 of md5", md5(reading.signature)),
        ("HMAC-MD5", hmac.digest(reading.secret.encode(), unkeyed, "md5").hex()),
    ):
        yield _made("algorithm", "md5", name, signature)


def _made(cause: str, expected: str, signed: str, signature: str) -> Mistake:
    return Mistake(cause=cause, part=cause, expected=expected, signed=signed, signature=signature)
