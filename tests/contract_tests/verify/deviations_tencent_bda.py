"""How a server can differ from Tencent Cloud's documents."""

from functools import partial

from deviations import ABSENT, body_has, header, member, of, replaced, status

from mockserver.providers.tencent_bda.parameters import TYPES

MODULE = "mockserver.providers.tencent_bda"
MEBIBYTE = 1024 * 1024
CODE = "body.Response.Error.Code"


def no_check(expected: str, received: str) -> bool:
    return True


deviation = partial(of, "tencent_bda", "TEN")

DEVIATIONS = (
    deviation("HTTP 403 for an error", "ACCESS-03", "status", answer=status(403)),
    deviation(
        "a charset in the content type",
        "ACCESS-03",
        "header content-type",
        answer=header("content-type", "application/json; charset=utf-8"),
    ),
    deviation("signatures not checked", "ACCESS-13", CODE, patch=f"{MODULE}.signing.same", value=no_check),
    deviation("bodies not signed", "ACCESS-14", CODE, patch=f"{MODULE}.signing.same", value=no_check),
    deviation("old timestamps", "ACCESS-17", CODE, patch=f"{MODULE}.authentication.TOLERANCE", value=400),
    deviation("timestamps ahead", "ACCESS-18", CODE, patch=f"{MODULE}.authentication.TOLERANCE", value=400),
    deviation(
        "a minute is too old",
        "ACCESS-19",
        CODE,
        patch=f"{MODULE}.authentication.TOLERANCE",
        value=60,
    ),
    deviation(
        "always English",
        "ACCESS-24",
        "body.Response.Error.Message",
        answer=member("Response.Error.Message", "It is wrong.", body_has(b"Error")),
    ),
    deviation(
        "always Chinese",
        "ACCESS-25",
        "body.Response.Error.Message",
        answer=member("Response.Error.Message", "错了。", body_has(b"Error")),
    ),
    deviation("no RequestId", "ACCESS-03", "body.Response", answer=member("Response.RequestId", ABSENT)),
    deviation(
        "an upper-case RequestId",
        "ACCESS-03",
        "body.Response.RequestId",
        answer=member("Response.RequestId", "A"),
    ),
    deviation("another code", "REFUSAL-09", CODE, answer=replaced("UrlIllegal", "NoFaceInPhoto")),
    deviation("any region", "ACCESS-23", CODE, patch=f"{MODULE}.service.REGIONS", value=("ap-singapore",)),
    deviation(
        "any parameter",
        "REFUSAL-04",
        CODE,
        patch=f"{MODULE}.parameters.TYPES",
        value={**TYPES, "Foreground": (bool, "boolean")},
    ),
    deviation(
        "4 characters more",
        "REFUSAL-18",
        CODE,
        patch=f"{MODULE}.service.MAX_BASE64",
        value=5 * MEBIBYTE + 4,
    ),
    deviation(
        "4 characters less",
        "RESULT-11",
        CODE,
        patch=f"{MODULE}.service.MAX_BASE64",
        value=5 * MEBIBYTE - 4,
    ),
    deviation("2000 pixels", "REFUSAL-16", CODE, patch=f"{MODULE}.service.LARGEST_REFUSED", value=2001),
    deviation(
        "the portrait is a JPEG",
        "RESULT-01",
        "body.Response.PortraitImage",
        answer=replaced("iVBORw0KGgo", "/9j/", body_has(b"PortraitImage")),
    ),
    deviation(
        "no mask",
        "RESULT-02",
        "body.Response.MaskImage",
        answer=member("Response.MaskImage", None, body_has(b"MaskImage")),
    ),
    deviation(
        "a rectangle outside",
        "RESULT-03",
        "body.Response.ImageRects[0]",
        answer=member("Response.ImageRects.0.X", 900),
    ),
    deviation(
        "another label", "RESULT-03", "body.Response.ImageRects[0].Label", answer=replaced('"Head"', '"Hat"')
    ),
    deviation(
        "X is a text",
        "RESULT-03",
        "body.Response.ImageRects[0].X",
        answer=member("Response.ImageRects.0.X", "1"),
    ),
)
