"""Rules of processimage.cn watermark removal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockserver.contract.reading import (
    brief,
    headers,
    own_refusals,
    told,
)
from mockserver.contract.rules import caching, tokens
from mockserver.contract.rules.callbacks import callbacks_refused
from mockserver.contract.rules.conduct import (
    ChargedTwice,
    Hurried,
    Stubborn,
    is_client_error,
)
from mockserver.contract.rules.context import Context
from mockserver.contract.rules.credentials import Elsewhere
from mockserver.contract.rules.refusals import FIELDS, documented_or, refused, wrongly_signed
from mockserver.contract.rules.results import path_changed, too_late
from mockserver.contract.rules.rule import Level, Rule, each
from mockserver.exchange import Exchange
from mockserver.faults import RESULT

NAME = "processimage"
SIGN, TOKEN, DEMO_SIGN = "x-access-api-sign", "x-access-api-token", "x-access-demo-api-sign"
NO_CLIENTS = ("a mistake of the mock server", "by position, offset needs")
"""What notes say of the server's errors that no client made, or in one reading of the document alone."""
OUT_OF_THE_PICTURE = "are empty or reach out of the picture"
SALT = re.compile(r"[1-9][0-9]{7}")
SOURCES = (
    ("uploadFile", "imageFile", "image_file"),
    ("imageUrl", "image_url"),
    ("imageBase64", "image_base64"),
)
ELSEWHERE = frozenset(name for names in SOURCES[1:] for name in names)
"""The pictures that are no files."""
SIGNATURE, SERVER = "error.401.signature", "error.500.server"
ACCESS = (SIGNATURE, "error.401.token")


def access_unsaid(exchange: Exchange, context: Context) -> Iterator[str]:
    """There is neither a sign nor a token where it belongs, or there is a sign without an appId."""
    sent, fields = headers(exchange), exchange.fields
    if not sent:  # it was too long for the journal
        return
    missing = not (sent.get(SIGN) or sent.get(TOKEN) or fields.get(DEMO_SIGN))
    unnamed = bool(sent.get(SIGN)) and not fields.get("appId") and "appId=" not in exchange.query
    for behaviour in own_refusals(exchange, ACCESS) if missing or unnamed else ():
        yield told(exchange, behaviour)


def signed_wrong(exchange: Exchange, context: Context) -> Iterator[str]:
    """The sign is that of something else than was sent, or of nobody knows what; or there is no picture that
    could be signed. One that is no file is none in one reading of the document alone."""
    others = (access_unsaid, salt_misshapen)
    if any(True for check in others for _ in check(exchange, context)) or not headers(exchange):
        return
    if exchange.explanation or not any(name in exchange.fields for name in ELSEWHERE):
        for behaviour in own_refusals(exchange, {SIGNATURE}):
            yield wrongly_signed(exchange, behaviour)


def salt_misshapen(exchange: Exchange, context: Context) -> Iterator[str]:
    """A salt that goes with a sign is not eight digits, the first of them not 0."""
    salt = exchange.fields.get("salt")
    signed = headers(exchange).get(SIGN) or exchange.fields.get(DEMO_SIGN)
    if signed and isinstance(salt, str) and not SALT.fullmatch(salt.strip()):
        yield brief(f"salt is {salt!r}")


def several_pictures(exchange: Exchange, context: Context) -> Iterator[str]:
    """There is more than one picture."""
    files = {file.field for file in exchange.files if file.size}
    given = {name for name, value in exchange.fields.items() if str(value).strip()} | files
    found = [next(name for name in names if name in given) for names in SOURCES if given & {*names}]
    if len(found) > 1:
        yield f"{' and '.join(found)} were sent; one of them is used"


def unreadable(exchange: Exchange, context: Context) -> Iterator[str]:
    """The form could not be read, which this provider calls an error of the server."""
    if not any(note.startswith(NO_CLIENTS) for note in exchange.notes):
        for behaviour in own_refusals(exchange, {SERVER}):
            yield told(exchange, behaviour)


def without_area(exchange: Exchange, context: Context) -> Iterator[str]:
    """Rectangles were given that are nowhere in the picture, which this provider does not refuse."""
    yield from (brief(note) for note in exchange.notes if OUT_OF_THE_PICTURE in note)


def token_stored(exchange: Exchange, context: Context) -> Iterator[str]:
    """A token or a sign went to where results are stored."""
    for name in {SIGN, TOKEN} & headers(exchange).keys() if exchange.operation == RESULT else ():
        yield f"{name} was sent with a download"


RULES = (
    Rule(
        id="PRO-ACCESS-01",
        level=Level.MUST,
        provider=NAME,
        title="Say who calls",
        sentence=f"Each call has the header {SIGN}, with appId and salt, or else the header {TOKEN}.",
        source="document",
        check=each(access_unsaid),
    ),
    Rule(
        id="PRO-SECRET-02",
        level=Level.MUST,
        provider=NAME,
        title="Keep the secret",
        sentence="The appSecret signs requests and is in none of them.",
        source="document",
        check=each(Elsewhere(credential="app_secret")),
    ),
    Rule(
        id="PRO-SIGN-03",
        level=Level.MUST,
        provider=NAME,
        title="Sign what you send",
        sentence="The sign is md5 of appId, md5 of the picture, salt and appSecret, in lower-case hex.",
        source="document",
        check=each(signed_wrong),
    ),
    Rule(
        id="PRO-SALT-04",
        level=Level.MUST,
        provider=NAME,
        title="Send a salt of eight digits",
        sentence="The salt is a whole number of eight digits, the first of which is not 0.",
        source="document",
        check=each(salt_misshapen),
    ),
    Rule(
        id="PRO-SOURCE-05",
        level=Level.SHOULD,
        provider=NAME,
        title="Send one picture",
        sentence="The picture comes as a file, behind a URL, or in base64, and in one of these ways alone.",
        source="document",
        check=each(several_pictures),
    ),
    Rule(
        id="PRO-VALUE-06",
        level=Level.MUST,
        provider=NAME,
        title="Send documented values",
        sentence="The form is multipart, its parameters have the documented values, and there is a picture.",
        source="document",
        check=each(
            unreadable,
            *documented_or(
                refused(
                    "error.400.no_image",
                    "error.400.missing_part",
                    "error.400.json",
                    "error.400.json_empty",
                    "error.400.rectangle",
                    "error.400.names",
                    "error.400.item",
                    "error.400.too_many",
                    "error.400.offset_key",
                    "error.400.offset_value",
                    "error.400.show",
                    "error.400.ocr_only",
                    "error.400.sync",
                    "error.400.no_callback",
                    "error.400.callback",
                    "error.400.image_url",
                    "error.400.image_base64",
                ),
                *FIELDS,
                besides=("fields.salt",),
            ),
        ),
    ),
    Rule(
        id="PRO-IMAGE-07",
        level=Level.SHOULD,
        provider=NAME,
        title="Check a picture before you send it",
        sentence="A picture is PNG, BMP or JPEG of at most 4 MB.",
        source="document",
        check=each(
            *documented_or(refused("error.413.file", "error.413.request", "error.400.type"), "files[")
        ),
    ),
    Rule(
        id="PRO-CACHE-08",
        level=Level.SHOULD,
        provider=NAME,
        title="Take an answer from the cache",
        sentence="httpCode 304 is a success with the former result, so the request is not sent again for it.",
        source="document",
        check=caching.not_taken,
    ),
    Rule(
        id="PRO-TOKEN-09",
        level=Level.SHOULD,
        provider=NAME,
        title="Use a token for its life",
        sentence="A token is good for 30 minutes and is not got again for each call.",
        source="document",
        check=tokens.not_reused,
    ),
    Rule(
        id="PRO-TOKEN-10",
        level=Level.MUST,
        provider=NAME,
        title="Get few tokens",
        sentence="A token is got at most a hundred times a day.",
        source="document",
        check=tokens.too_many_a_day,
    ),
    Rule(
        id="PRO-TOKEN-11",
        level=Level.SHOULD,
        provider=NAME,
        title="Download without credentials",
        sentence="A result needs neither sign nor token, and whoever has a token can use it.",
        source="assumed",
        check=each(token_stored),
    ),
    Rule(
        id="PRO-CALLBACK-12",
        level=Level.MUST,
        provider=NAME,
        title="Answer callbacks with 200",
        sentence="The receiver of a callback answers HTTP 200; the use is charged whether or not it does.",
        source="document",
        check=callbacks_refused,
    ),
    Rule(
        id="PRO-RATE-13",
        level=Level.SHOULD,
        provider=NAME,
        title="Slow down when told that you are too fast",
        sentence="After httpCode 429 a retry waits.",
        source="document",
        check=Hurried(ids=frozenset({"error.429.qps"})),
    ),
    Rule(
        id="PRO-RETRY-14",
        level=Level.SHOULD,
        provider=NAME,
        title="Retry only what can go well",
        sentence="What was refused for what it is, or for want of uses, is not sent again as it is.",
        source="document",
        check=Stubborn(is_final=is_client_error),
    ),
    Rule(
        id="PRO-CHARGE-15",
        level=Level.SHOULD,
        provider=NAME,
        title="Do not pay twice",
        sentence="What was done is charged although its answer got lost, so it is not sent again blindly.",
        source="document",
        check=ChargedTwice(done=frozenset({"success", "status.52000"}), uncharged=frozenset({"cache.hit"})),
    ),
    Rule(
        id="PRO-LINK-16",
        level=Level.MUST,
        provider=NAME,
        title="Use a result URL as it was given",
        sentence="A result is downloaded from the URL of the answer, which is not changed or put together.",
        source="document",
        check=path_changed,
    ),
    Rule(
        id="PRO-LINK-17",
        level=Level.SHOULD,
        provider=NAME,
        title="Download results in time",
        sentence="A result is downloaded within its five hours.",
        source="document",
        check=each(too_late),
    ),
    Rule(
        id="PRO-AREA-18",
        level=Level.SHOULD,
        provider=NAME,
        title="Name rectangles that are in the picture",
        sentence="Each rectangle is at least a pixel wide and high, and all of it is in the picture.",
        source="document",
        check=each(without_area),
    ),
)
