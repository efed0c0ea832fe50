"""How a server can differ from processimage.cn's documents."""

from functools import partial

from deviations import (
    ABSENT,
    header,
    member,
    of,
    path_has,
    picture,
    replaced,
    smaller,
    status,
    status_is,
    without_alpha,
)

MODULE = "mockserver.providers.processimage"
TARGET = path_has("/watermark/targetImages/")
MEBIBYTE = 1024 * 1024


def no_check(expected: str, received: str) -> bool:
    return True


deviation = partial(of, "processimage", "PRO")

DEVIATIONS = (
    deviation("HTTP 500 for a wrong sign", "REFUSAL-01", "status", answer=status(500)),
    deviation("another httpCode", "REFUSAL-02", "body.httpCode", answer=member("httpCode", 403)),
    deviation("httpCode is a text", "REFUSAL-01", "body.httpCode", answer=member("httpCode", "401")),
    deviation("another message", "REFUSAL-22", "body.httpMsg", answer=replaced("FAILED", "WRONG")),
    deviation("no class", "REFUSAL-01", "body.msgInnerReferer", answer=member("msgInnerReferer", ABSENT)),
    deviation(
        "charged for a refusal",
        "REFUSAL-14",
        "body.data.processStatus",
        answer=member("data.processStatus", 0),
    ),
    deviation(
        "signs not checked",
        "REFUSAL-10",
        "body.httpCode",
        patch=f"{MODULE}.authentication.same",
        value=no_check,
    ),
    deviation(
        "signs of any picture",
        "REFUSAL-11",
        "body.httpCode",
        patch=f"{MODULE}.authentication.same",
        value=no_check,
    ),
    deviation(
        "any salt",
        "REFUSAL-12",
        "body.httpCode",
        patch=f"{MODULE}.authentication.wrong_salt",
        value=lambda _: None,
    ),
    deviation(
        "one byte more than 4 MB",
        "REFUSAL-33",
        "body.httpCode",
        patch=f"{MODULE}.service.MAX_FILE",
        value=4 * MEBIBYTE + 1,
    ),
    deviation(
        "one byte less than 4 MB",
        "RESULT-24",
        "body.httpCode",
        patch=f"{MODULE}.service.MAX_FILE",
        value=4 * MEBIBYTE - 1,
    ),
    deviation(
        "a page for 404",
        "REFUSAL-08",
        "header content-type",
        answer=header("content-type", "text/html", status_is(404)),
    ),
    deviation("the sum is wrong", "RESULT-01", "body.remainingUsage", answer=member("remainingUsage", 1)),
    deviation(
        "other rectangles", "RESULT-01", "body.data.processLocation", answer=replaced('"w":120', '"w":121')
    ),
    deviation(
        "another md5",
        "RESULT-02",
        "body.encryptedInfo.imageUniqueIdentification",
        answer=member("encryptedInfo.imageUniqueIdentification", "0" * 32),
    ),
    deviation(
        "a PNG for a JPEG", "RESULT-03", "picture.format", answer=picture(without_alpha, "PNG", TARGET)
    ),
    deviation("a smaller result", "RESULT-03", "picture.size", answer=picture(smaller, "JPEG", TARGET)),
    deviation("no cache", "RESULT-04", "body.httpCode", patch=f"{MODULE}.cache.find", value=lambda *_: None),
    deviation(
        "a URL after reading alone",
        "RESULT-09",
        "body.data.url",
        answer=member(
            "data.url", "http://127.0.0.1/watermark/targetImages/054cd3de-471d-4379-be88-67d531b3244f.jpeg"
        ),
    ),
    deviation(
        "text where there is none",
        "RESULT-12",
        "body.data.processStatus",
        answer=member("data.processStatus", 52004),
    ),
    deviation(
        "the answer at once",
        "RESULT-06",
        "body.data.processStatus",
        answer=member("data.processStatus", 52003),
    ),
)
