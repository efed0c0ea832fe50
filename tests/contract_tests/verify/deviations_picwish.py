"""How a server can differ from PicWish's documents."""

from functools import partial

from deviations import (
    ABSENT,
    OpenLinks,
    body,
    header,
    member,
    of,
    opaque,
    path_has,
    picture,
    replaced,
    status,
    status_is,
    without_alpha,
)

MODULE = "mockserver.providers.picwish"
STORED = path_has("/tasks/output/")
MEBIBYTE = 1024 * 1024

deviation = partial(of, "picwish", "PIC")

DEVIATIONS = (
    deviation("HTTP 200 for an error", "REFUSAL-01", "status", answer=status(200)),
    deviation("another status in JSON", "REFUSAL-02", "body.status", answer=member("status", 403)),
    deviation("status is a text", "REFUSAL-03", "body.status", answer=member("status", "401")),
    deviation("no message", "REFUSAL-01", "body", answer=member("message", ABSENT)),
    deviation(
        "another documented message", "REFUSAL-08", "body.message", answer=member("message", "Wrong type")
    ),
    deviation(
        "another assumed message", "REFUSAL-09", "body.message", answer=member("message", "Wrong type")
    ),
    deviation("data beside an error", "REFUSAL-20", "body.data", answer=member("data", {})),
    deviation("no double slashes", "REFUSAL-04", "status", answer=status(404)),
    deviation("404 as plain text", "REFUSAL-05", "body", answer=body(b"Not Found", status_is(404))),
    deviation(
        "one byte more than 15 MB",
        "REFUSAL-19",
        "status",
        patch=f"{MODULE}.wire.MAX_FILE",
        value=15 * MEBIBYTE + 1,
    ),
    deviation(
        "one byte less than 15 MB",
        "RESULT-19",
        "status",
        patch=f"{MODULE}.wire.MAX_FILE",
        value=15 * MEBIBYTE - 1,
    ),
    deviation("state is a text", "RESULT-01", "body.data.state", answer=member("data.state", "1")),
    deviation("state 5", "RESULT-01", "body.data.state", answer=member("data.state", 5)),
    deviation("progress 99", "RESULT-01", "body.data.progress", answer=member("data.progress", 99)),
    deviation(
        "done before it began", "RESULT-01", "body.data", answer=member("data.completed_at", 1600000000)
    ),
    deviation("no task_id", "RESULT-01", "body.data", answer=member("data.task_id", ABSENT)),
    deviation(
        "another task",
        "RESULT-04",
        "body.data.task_id",
        answer=member("data.task_id", "another", path_has("tion/")),
    ),
    deviation(
        "a task that never ends",
        "RESULT-04",
        "body.data.state",
        answer=member("data.state", 4, path_has("tion/")),
    ),
    deviation(
        "a broken file is a success",
        "RESULT-22",
        "body.data.state",
        answer=replaced('"state":-7', '"state":-1'),
    ),
    deviation("no alpha", "RESULT-02", "picture.mode", answer=picture(without_alpha, "PNG", STORED)),
    deviation(
        "not cropped",
        "RESULT-07",
        "picture.size",
        answer=picture(lambda _: opaque(_).resize((640, 800)), "PNG", STORED),
    ),
    deviation(
        "red is ignored",
        "RESULT-09",
        "picture.background",
        answer=picture(lambda found: found.point(lambda _: 255), "JPEG", STORED),
    ),
    deviation(
        "base64 with a prefix",
        "RESULT-10",
        "body.data.image",
        answer=replaced('"iVBOR', '"data:image/png;base64,iVBOR'),
    ),
    deviation("JSON for the file itself", "RESULT-11", "body", answer=body(b"{}")),
    deviation("links without a signature", "LINK-08", "status", request=OpenLinks()),
    deviation("links with any signature", "LINK-09", "status", request=OpenLinks()),
    deviation("links with any expiry", "LINK-10", "status", request=OpenLinks()),
    deviation(
        "links for two hours",
        "LINK-01",
        "body.data.image.Expires",
        patch=f"{MODULE}.links.LIFETIME",
        value=7200,
    ),
    deviation("& as it is", "LINK-02", "body.data.image", answer=replaced("\\u0026", "&")),
    deviation("no ranges", "LINK-05", "status", answer=status(200, STORED)),
    deviation("no tags", "LINK-06", "header etag", answer=header("etag", None)),
    deviation("JSON for XML", "LINK-08", "body", answer=body(b"{}", status_is(403))),
    deviation(
        "another finer code", "LINK-08", "body.Error.EC", answer=replaced("0003-00000001", "0003-00000002")
    ),
)
