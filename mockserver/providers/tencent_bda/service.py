"""SegmentCustomizedPortraitPic without HTTP: the checks in the provider's order.

Documented limits: base64 of at most 5 MB, resolution below 2000x2000, PNG, JPG, JPEG or BMP, no GIF. The
order of the checks and the smallest resolution are assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockserver import outbound
from mockserver.account import used_up
from mockserver.imaging.studio import Seen
from mockserver.journal import shortened
from mockserver.providers.base import Engine, Refusal
from mockserver.providers.tencent_bda import transfer
from mockserver.providers.tencent_bda.authentication import Public
from mockserver.providers.tencent_bda.parameters import Parameters
from mockserver.sandbox import Sandbox

if TYPE_CHECKING:
    from mockserver.imaging.headers import Facts

ACTION, VERSION = "SegmentCustomizedPortraitPic", "2020-03-24"
REGIONS = ("ap-beijing", "ap-guangzhou", "ap-shanghai")
MAX_BASE64 = 5 * 1024 * 1024
MAX_DOWNLOAD = MAX_BASE64 // 4 * 3
SMALLEST, LARGEST_REFUSED = 32, 2000
FORMATS = ("jpeg", "png", "bmp")


def check_target(public: Public, settings: Mapping[str, Any]) -> None:
    """Whether action, version and region are this product's."""
    if public.version != VERSION and settings["wrong_version"] == "NoSuchVersion":
        raise Refusal("error.NoSuchVersion", note=f"the version is {VERSION}")
    if public.action != ACTION or public.version != VERSION:
        raise Refusal(
            "error.InvalidAction",
            action=public.action,
            service="bda",
            version=public.version,
            note=f"the action is {ACTION}, its version {VERSION}",
        )
    if not public.region:
        note = f"there is no X-TC-Region, or Region; regions are {', '.join(REGIONS)}"
        raise Refusal("error.MissingParameter", parameter="Region", note=note)
    if public.region not in REGIONS:
        raise Refusal("error.UnsupportedRegion", note=f"regions are {', '.join(REGIONS)}")


def check_account(sandbox: Sandbox, settings: Mapping[str, Any]) -> None:
    """Whether the account may call at all."""
    if not settings["activated"]:
        note = "the service is not activated; sandbox.set('tencent_bda', activated=True) activates it"
        raise Refusal("error.ResourceUnavailable.NotExist", note=note)
    account = sandbox.account("tencent_bda")
    pace = account.pace(settings["qps"])
    if pace.too_fast:
        note = f"request {pace.count} in a second, qps is {pace.limit}"
        raise Refusal("error.RequestLimitExceeded", count=pace.count, limit=pace.limit, note=note)
    if account.uses_left(settings["balance"]) == 0:
        raise _in_arrears(settings)


def _in_arrears(settings: Mapping[str, Any]) -> Refusal:
    note = used_up("tencent_bda", settings["balance"])
    return Refusal("error.ResourceUnavailable.InArrears", note=note)


async def image_of(engine: Engine, sandbox: Sandbox, parameters: Parameters) -> bytes:
    """The image file: behind Url when there is one, else in Image."""
    if parameters.url:
        return await _download(engine, sandbox, parameters.url)
    if len(parameters.image) > MAX_BASE64:
        note = f"Image has {len(parameters.image)} characters; at most {MAX_BASE64}"
        raise Refusal("error.FailedOperation.ImageSizeExceed", note=note)
    try:
        return await transfer.decode(parameters.image)
    except ValueError as error:
        note = _why_no_base64(parameters.image, error)
        raise Refusal("error.FailedOperation.ImageDecodeFailed", note=note) from error


def _why_no_base64(text: str, error: Exception) -> str:
    if text.startswith("data:"):
        return "Image begins with a data: prefix; send the base64 alone"
    if "\n" in text or "\r" in text:
        return "Image has line breaks; send the base64 in one piece"
    if "-" in text or "_" in text:
        return "Image is base64 in its URL-safe alphabet; send the standard one"
    if " " in text:
        return "Image has spaces; a + that is not URL-encoded arrives as one"
    return f"Image is not base64: {error}"


async def _download(engine: Engine, sandbox: Sandbox, url: str) -> bytes:
    _check_url(url)
    known = sandbox.known_url(url)
    if known is not None:
        return _not_too_long(known)
    try:
        return _not_too_long(await engine.outbound.fetch(url, limit=MAX_DOWNLOAD))
    except outbound.OutboundError as error:
        raise Refusal(_failed_download(error), note=shortened(str(error))) from error


def _failed_download(error: outbound.OutboundError) -> str:
    if isinstance(error, outbound.WrongStatus):
        return "error.FailedOperation.ImageDownloadError"
    if isinstance(error, outbound.TooLong):
        return "error.LimitExceeded.TooLargeFileError"
    return "error.FailedOperation.DownloadError"


def _not_too_long(content: bytes) -> bytes:
    if len(content) > MAX_DOWNLOAD:
        note = f"the file has {len(content)} bytes; its base64 would pass {MAX_BASE64}"
        raise Refusal("error.LimitExceeded.TooLargeFileError", note=note)
    return content


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        labels = (parts.hostname or "").removesuffix(".").split(".")
        legal = parts.scheme in ("http", "https") and all(0 < len(label) < 64 for label in labels)
        legal = legal and parts.port != 0
    except ValueError:
        legal = False
    if not legal or not url.isprintable() or " " in url:
        raise Refusal("error.InvalidParameterValue.UrlIllegal", note="Url must be http(s)://host/…")


def check_image(seen: Seen) -> Facts:
    """Type and resolution of the image, by its header."""
    facts = seen.facts
    if facts is None:
        raise Refusal("error.FailedOperation.ImageDecodeFailed", note=str(seen.error))
    if facts.format not in FORMATS:
        raise Refusal("error.FailedOperation.ImageNotSupported", note=f"the content is {facts.format}")
    note = f"{facts.width}x{facts.height} pixels; each side must be at least 32 and below 2000"
    if max(facts.width, facts.height) >= LARGEST_REFUSED:
        raise Refusal("error.FailedOperation.ImageResolutionExceed", note=note)
    if min(facts.width, facts.height) < SMALLEST:
        raise Refusal("error.FailedOperation.ImageResolutionInsufficient", note=note)
    return facts


def charge(sandbox: Sandbox, settings: Mapping[str, Any]) -> None:
    """One use for a success. Another request may have taken the last one meanwhile."""
    if not sandbox.account("tencent_bda").charge(settings["balance"]):
        raise _in_arrears(settings)
