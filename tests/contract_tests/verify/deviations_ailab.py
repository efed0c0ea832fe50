"""How a server can differ from AILabTools's documents."""

from functools import partial

from deviations import (
    ABSENT,
    body,
    header,
    member,
    of,
    opaque,
    path_has,
    picture,
    replaced,
    smaller,
    status,
    status_is,
    without_alpha,
)

MODULE = "mockserver.providers.ailab"
RESULT = path_has("/cutout/segmentHead/")
MEBIBYTE = 1024 * 1024
CODE = "body.error_detail.code"

deviation = partial(of, "ailab", "AIL")

DEVIATIONS = (
    deviation("HTTP 200 for an error", "REFUSAL-01", "status", answer=status(200)),
    deviation("HTML for an error", "REFUSAL-01", "body", answer=body(b"<html>")),
    deviation(
        "another content type",
        "REFUSAL-02",
        "header content-type",
        answer=header("content-type", "text/html"),
    ),
    deviation(
        "another code", "REFUSAL-18", CODE, answer=member("error_detail.code", "FILE_DECODING_FAILURE")
    ),
    deviation(
        "a code that is in no table",
        "REFUSAL-12",
        CODE,
        answer=replaced("UNSUPPORTED_FILE_TYPES", "NOT_A_FILE"),
    ),
    deviation(
        "another text of a code",
        "REFUSAL-15",
        "body.error_detail.code_message",
        answer=replaced("too low", "low"),
    ),
    deviation("no request_id", "REFUSAL-01", "body", answer=member("request_id", ABSENT)),
    deviation("a log_id that is a number", "REFUSAL-01", "body.log_id", answer=member("log_id", 7)),
    deviation(
        "another error_code than the status",
        "REFUSAL-03",
        "body.error_code",
        answer=member("error_code", 400),
    ),
    deviation("error_detail null", "REFUSAL-13", "body.error_detail", answer=member("error_detail", None)),
    deviation("404 as plain text", "REFUSAL-03", "body", answer=body(b"Not Found", status_is(404))),
    deviation(
        "no CORS",
        "REFUSAL-05",
        "header access-control-allow-origin",
        answer=header("access-control-allow-origin", None),
    ),
    deviation(
        "one byte less than 3 MB",
        "RESULT-12",
        CODE,
        patch=f"{MODULE}.service.MAX_FILE",
        value=3 * MEBIBYTE - 1,
    ),
    deviation(
        "one byte more than 3 MB",
        "REFUSAL-18",
        "status",
        patch=f"{MODULE}.service.MAX_FILE",
        value=3 * MEBIBYTE + 1,
    ),
    deviation("a side of 32 pixels", "REFUSAL-14", CODE, patch=f"{MODULE}.service.ABOVE", value=31),
    deviation("a side of 33 pixels is too low", "RESULT-10", CODE, patch=f"{MODULE}.service.ABOVE", value=33),
    deviation("a side of 2000 pixels", "REFUSAL-16", CODE, patch=f"{MODULE}.service.BELOW", value=2001),
    deviation(
        "a JPEG for a PNG", "RESULT-02", "picture.format", answer=picture(without_alpha, "JPEG", RESULT)
    ),
    deviation("no alpha", "RESULT-02", "picture.mode", answer=picture(without_alpha, "PNG", RESULT)),
    deviation("nothing cut out", "RESULT-02", "picture.alpha", answer=picture(opaque, "PNG", RESULT)),
    deviation(
        "another size than it says", "RESULT-02", "picture.size", answer=picture(smaller, "PNG", RESULT)
    ),
    deviation(
        "a mask of three channels",
        "RESULT-04",
        "picture.channels",
        answer=picture(without_alpha, "PNG", RESULT),
    ),
    deviation(
        "a head outside", "RESULT-01", "body.data.elements[0]", answer=member("data.elements.0.x", 5000)
    ),
    deviation(
        "a width that is a text",
        "RESULT-01",
        "body.data.elements[0].width",
        answer=member("data.elements.0.width", "9"),
    ),
    deviation("a link that is dead at once", "RESULT-02", "status", answer=status(404, RESULT)),
    deviation("another lost result", "REFUSAL-06", "body.Error.Code", answer=replaced("NoSuchKey", "Gone")),
)
