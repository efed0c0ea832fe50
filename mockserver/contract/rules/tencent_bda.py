"""Rules of Tencent Cloud BDA SegmentCustomizedPortraitPic."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from mockserver.contract.reading import headers, own_refusals, query, told
from mockserver.contract.rules.conduct import ChargedTwice, Hurried, Stubborn
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.credentials import Elsewhere
from mockserver.contract.rules.refusals import FIELDS, Undocumented, refused, wrongly_signed
from mockserver.contract.rules.rule import Level, Rule, each
from mockserver.exchange import Exchange

NAME = "tencent_bda"
TOLERANCE = 300
"""Seconds by which a timestamp may be off."""
OLDER = ("authentication.HmacSHA1.", "authentication.HmacSHA256.")
ACCESS = refused(
    "error.AuthFailure.InvalidAuthorization",
    "error.AuthFailure.InvalidSecretId",
    "error.AuthFailure.TokenFailure",
    "error.MissingParameter",
)
VALUES = refused(
    "error.InvalidAction",
    "error.InvalidParameter",
    "error.InvalidParameter.InvalidParameter",
    "error.InvalidParameterValue.UrlIllegal",
    "error.InvalidRequest",
    "error.NoSuchVersion",
    "error.UnknownParameter",
    "error.UnsupportedProtocol",
    "error.UnsupportedRegion",
)
SIGNATURE = "error.AuthFailure.SignatureFailure"
EXPIRED = "error.AuthFailure.SignatureExpire"
LIMITS = (
    "error.FailedOperation.ImageDecodeFailed",
    "error.FailedOperation.ImageNotSupported",
    "error.FailedOperation.ImageResolutionExceed",
    "error.FailedOperation.ImageResolutionInsufficient",
    "error.FailedOperation.ImageSizeExceed",
)
FINAL = (
    "error.AuthFailure.",
    "error.Invalid",
    "error.MissingParameter",
    "error.NoSuchVersion",
    "error.RequestSizeLimitExceeded",
    "error.ResourceUnavailable.",
    "error.UnknownParameter",
    "error.Unsupported",
    *LIMITS,
)
"""How the refusals begin that the same request meets again."""
FRAGMENT = "the credential scope names service"
"""How the note begins of a refusal that is only one in another reading of the documents."""


def signed_wrong(exchange: Exchange, context: Context) -> Iterator[str]:
    """The signature is that of something else than was sent, or of nobody knows what."""
    for behaviour in own_refusals(exchange, {SIGNATURE}):
        yield wrongly_signed(exchange, behaviour)


def signed_the_older_way(exchange: Exchange, context: Context) -> Iterator[str]:
    """A signature of version 1 was accepted."""
    for behaviour in own_refusals(exchange):
        if behaviour.startswith(OLDER):
            yield f"signed with {behaviour.split('.')[1]}"


def timestamp_off(exchange: Exchange, context: Context) -> Iterator[str]:
    """The timestamp is not that of the moment, in real time: a skew of the provider's clock is a test's."""
    written = headers(exchange).get("x-tc-timestamp") or {**query(exchange), **exchange.fields}.get(
        "Timestamp"
    )
    text = str(written or "")
    if text.isascii() and text.isdigit() and len(text) < 20:
        off = int(text) - int(exchange.received_at)
        if abs(off) > TOLERANCE and own_refusals(exchange, {EXPIRED}):
            yield f"the timestamp is {abs(off)} s {'ahead' if off > 0 else 'old'}"


def access_incomplete(exchange: Exchange, context: Context) -> Iterator[str]:
    """A public parameter, the Authorization, or the token of a temporary key is not as it has to be."""
    if not any(note.startswith(FRAGMENT) for note in exchange.notes):
        yield from ACCESS(exchange, context)


def two_images(exchange: Exchange, context: Context) -> Iterator[str]:
    """There are both an Image and a Url."""
    if exchange.fields.get("Image") and exchange.fields.get("Url"):
        yield "Image and Url were sent; only Url is used"


def values_wrong(exchange: Exchange, context: Context) -> Iterator[str]:
    """A parameter has a name or a value that is not documented. One option alone is enough in the official
    sample, so it is no breach where the sandbox wants more."""
    needs_more = context.setting(NAME, "options_required") == "more_than_one"
    if needs_more and any("segmentation options are true" in note for note in exchange.notes):
        options = exchange.fields.get("SegmentationOptions")
        if isinstance(options, dict) and any(options.values()):
            return
    yield from chain(VALUES(exchange, context), SCHEMA(exchange, context))


SCHEMA = Undocumented(paths=FIELDS, unless=VALUES.ids | {*LIMITS, *ACCESS.ids, SIGNATURE, EXPIRED})


def image_refused(exchange: Exchange, context: Context) -> Iterator[str]:
    """An image that was sent is not within the limits; of one behind a URL a client cannot know."""
    if not exchange.fields.get("Url"):
        for behaviour in own_refusals(exchange, {*LIMITS, "error.RequestSizeLimitExceeded"}):
            yield told(exchange, behaviour)


def is_final(provider: str, behaviour: str) -> bool:
    """Whether the same request will meet a behaviour again."""
    return behaviour.startswith(FINAL)


RULES = (
    Rule(
        id="TEN-SIGN-01",
        level=Level.MUST,
        provider=NAME,
        title="Sign what you send",
        sentence="The signature is computed over exactly the bytes, headers and parameters that are sent.",
        source="signature-v3",
        check=each(signed_wrong),
    ),
    Rule(
        id="TEN-SIGN-02",
        level=Level.SHOULD,
        provider=NAME,
        title="Sign with TC3-HMAC-SHA256",
        sentence="The signature is version 3: the older ones cover no body and take 1 MB at most.",
        source="signature-v3",
        check=each(signed_the_older_way),
    ),
    Rule(
        id="TEN-TIME-03",
        level=Level.MUST,
        provider=NAME,
        title="Take the time of the request",
        sentence="The timestamp is unix time in seconds, taken for each request, at most five minutes off.",
        source="signature-v3",
        check=each(timestamp_off),
    ),
    Rule(
        id="TEN-SECRET-04",
        level=Level.MUST,
        provider=NAME,
        title="Keep the secret key",
        sentence="The SecretKey signs requests and is in none of them.",
        source="signature-v3",
        check=each(Elsewhere(credential="secret_key"), Elsewhere(credential="temporary_secret_key")),
    ),
    Rule(
        id="TEN-ACCESS-05",
        level=Level.MUST,
        provider=NAME,
        title="Say who calls, and what",
        sentence="All public parameters are there, Authorization has its form, a temporary key its token.",
        source="common-params",
        check=each(access_incomplete),
    ),
    Rule(
        id="TEN-SOURCE-06",
        level=Level.SHOULD,
        provider=NAME,
        title="Send one image",
        sentence="The image is in Image or behind Url, not both: Image is ignored then.",
        source="action",
        check=each(two_images),
    ),
    Rule(
        id="TEN-VALUE-07",
        level=Level.MUST,
        provider=NAME,
        title="Send documented parameters and values",
        sentence="Action, version, region and parameters are those of the documents, in their types.",
        source="action",
        check=each(values_wrong),
    ),
    Rule(
        id="TEN-IMAGE-08",
        level=Level.SHOULD,
        provider=NAME,
        title="Check an image before you send it",
        sentence="An image is PNG, JPEG or BMP below 2000x2000, and its plain base64 has at most 5 MB.",
        source="action",
        check=each(image_refused),
    ),
    Rule(
        id="TEN-RATE-09",
        level=Level.SHOULD,
        provider=NAME,
        title="Slow down when told that you are too fast",
        sentence="After RequestLimitExceeded a retry waits.",
        source="common-errors",
        check=Hurried(ids=frozenset({"error.RequestLimitExceeded"})),
    ),
    Rule(
        id="TEN-RETRY-10",
        level=Level.SHOULD,
        provider=NAME,
        title="Retry only what can go well",
        sentence="A request that was refused for what it is, or for arrears, is not sent again as it is.",
        source="common-errors",
        check=Stubborn(is_final=is_final),
    ),
    Rule(
        id="TEN-CHARGE-11",
        level=Level.SHOULD,
        provider=NAME,
        title="Do not pay twice",
        sentence="A call whose answer got lost may have been charged already, so it is not repeated blindly.",
        source="assumed",
        check=ChargedTwice(done=frozenset({"success"})),
    ),
)
