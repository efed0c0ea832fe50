"""What SegmentCustomizedPortraitPic refuses to those who may call. Only successes are charged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contract_tests.provider.case import Draft, numbered
from contract_tests.provider.pictures import EMPTY, MEBIBYTE, PORTRAIT, blank, recoded, sample, truncated
from contract_tests.provider.sending import Answer
from contract_tests.provider.tencent_bda import answers
from contract_tests.provider.tencent_bda.caller import CHOSEN, TencentBdaCaller, encoded
from contract_tests.provider.visit import Visit, asked

INVALID = "error.InvalidParameter.InvalidParameter"
NO_IMAGE = (
    INVALID,
    "error.InvalidParameterValue.ImageEmpty",
    "error.MissingParameter.ErrorParameterEmpty",
    "error.MissingParameter",
)
TOO_LARGE = ("error.RequestSizeLimitExceeded", "error.FailedOperation.RequestEntityTooLarge")
DECODING, KIND = "error.FailedOperation.ImageDecodeFailed", "error.FailedOperation.ImageNotSupported"
NOBODY = (
    "error.InvalidParameterValue.NoFaceInPhoto",
    "error.FailedOperation.ImageFacedetectFailed",
    "error.FailedOperation.SegmentFailed",
)


def with_image(image: bytes | str, **more: Any) -> dict[str, Any]:
    """A request about an image, or about a text in its place."""
    text = image if isinstance(image, str) else encoded(image)
    return {"Image": text, "SegmentationOptions": CHOSEN, **more}


def parameters() -> Iterator[Draft]:
    """Names, types and presence."""
    yield _refused("Miss the options", lambda: {"Image": encoded(sample(EMPTY))}, "error.MissingParameter")
    yield _refused(
        "Refuse that no option is true",
        lambda: {"Image": encoded(sample(EMPTY)), "SegmentationOptions": {"Background": False}},
        INVALID,
        known=False,
    )
    yield _refused("Miss the image", lambda: {"SegmentationOptions": CHOSEN}, *NO_IMAGE, known=False)
    yield _refused(
        "Refuse a parameter that is not documented",
        lambda: with_image(sample(EMPTY), Foreground=True),
        "error.UnknownParameter",
    )
    yield _refused(
        "Refuse a parameter of another type",
        lambda: {"Image": encoded(sample(EMPTY)), "SegmentationOptions": {"Head": "yes", "Body": True}},
        "error.InvalidParameter",
    )
    yield _refused(
        "Refuse a body that is no JSON", lambda: b'{"Image": ', "error.InvalidParameter", known=False
    )
    yield _typed(
        "Refuse a content type that the action does not take", "text/xml", "error.UnsupportedProtocol"
    )
    form = "multipart/form-data; boundary=mock"
    yield _typed("Refuse a form of many parts that is broken", form, "error.InvalidRequest")


def urls() -> Iterator[Draft]:
    """Images behind URLs."""
    illegal = "error.InvalidParameterValue.UrlIllegal"
    yield _refused(
        "Refuse a URL that is none", lambda: {"Url": "IamNotAUrl", "SegmentationOptions": CHOSEN}, illegal
    )
    yield _refused(
        "Use Url alone where Image is there, too",
        lambda: with_image(sample(EMPTY), Url="IamNotAUrl"),
        illegal,
        covers=("source.Url",),
    )
    yield _refused(
        "Refuse a URL whose host does not exist",
        lambda: {"Url": "http://image.invalid/portrait.jpg", "SegmentationOptions": CHOSEN},
        "error.FailedOperation.DownloadError",
        "error.FailedOperation.ImageDownloadError",
        illegal,
    )


def images() -> Iterator[Draft]:
    """Type, resolution and size."""
    yield _refused(
        "Refuse what is no base64", lambda: with_image("*no base64*"), DECODING, INVALID, known=False
    )
    yield _refused("Refuse an image that is cut off", lambda: with_image(truncated(PORTRAIT)), DECODING)
    yield _refused("Refuse a GIF", lambda: with_image(recoded(PORTRAIT, "GIF")), KIND, DECODING)
    yield _refused(
        "Refuse a side of 2000 pixels",
        lambda: with_image(blank(2000, 200)),
        "error.FailedOperation.ImageResolutionExceed",
        known=False,
    )
    yield _refused(
        "Refuse an image of 2000x2000 pixels",
        lambda: with_image(blank(2000, 2000)),
        "error.FailedOperation.ImageResolutionExceed",
    )
    yield _refused(
        "Refuse a side of 31 pixels",
        lambda: with_image(blank(31, 64)),
        "error.FailedOperation.ImageResolutionInsufficient",
        known=False,
    )
    yield _refused(
        "Refuse more than 5 MB of base64",
        lambda: with_image("A" * (5 * MEBIBYTE + 4)),
        "error.FailedOperation.ImageSizeExceed",
    )
    yield _refused("Refuse more than 10 MB", lambda: with_image("A" * (10 * MEBIBYTE)), *TOO_LARGE)
    yield _refused("Say that nobody is in an image", lambda: with_image(sample(EMPTY)), *NOBODY)


def _typed(title: str, content_type: str, behaviour: str) -> Draft:
    """A refusal of a signed request for its content type."""
    return Draft(
        title=title,
        source=answers.COMMON,
        behaviours=(behaviour,),
        check=asked(
            lambda caller: caller.segment(with_image(sample(EMPTY)), content_type=content_type),
            lambda visit, answer: _look(visit, answer, (behaviour,)),
        ),
    )


def _refused(
    title: str,
    make: Callable[[], Mapping[str, Any] | bytes],
    *behaviours: str,
    known: bool = True,
    covers: tuple[str, ...] = (),
) -> Draft:
    """A refusal of a signed request by one of these behaviours."""
    ask: Callable[[TencentBdaCaller], Answer] = lambda caller: caller.segment(make())  # noqa: E731
    return Draft(
        title=title,
        source="action" if known else "assumed",
        behaviours=covers or behaviours[:1],
        check=asked(ask, lambda visit, answer: _look(visit, answer, behaviours, known=known)),
    )


def _look(visit: Visit[Any], answer: Answer, behaviours: tuple[str, ...], *, known: bool = True) -> None:
    answers.refused(visit, answer, *behaviours, known=known)


def drafts() -> Iterator[Draft]:
    yield from parameters()
    yield from urls()
    yield from images()


REFUSALS = numbered("tencent_bda", "TEN-REFUSAL", drafts())
