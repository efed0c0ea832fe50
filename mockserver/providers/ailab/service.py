"""Head Extraction without HTTP: the checks in the provider's order, then the heads.

The order is assumed, the limits are documented: JPEG, PNG or BMP, at most 3 MB, each side larger than
32 and smaller than 2000 pixels (AILabTools, Head Extraction API page).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver import assets
from mockserver.account import used_up
from mockserver.imaging.studio import Seen
from mockserver.journal import shortened
from mockserver.providers.base import Call, Engine, Refusal
from mockserver.providers.body import Form
from mockserver.sandbox import Sandbox

if TYPE_CHECKING:
    from mockserver.imaging.headers import Facts
    from mockserver.imaging.portrait import Person

MAX_FILE = 3 * 1024 * 1024
MAX_BODY = 10 * 1024 * 1024
ABOVE, BELOW = 32, 2000
"""Between which each side must be, in pixels."""
MAX_HEADS = 5
FORMATS = ("jpeg", "png", "bmp")
RESULT_LIFETIME = 24 * 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One head: where its crop lies in the source image, in pixels, and the digest of the result PNG."""

    x: int
    y: int
    width: int
    height: int
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """The form as checked: one image and the form that the result shall have: "mask", "" or None."""

    content: bytes
    return_form: str | None


def check_account(sandbox: Sandbox, settings: Mapping[str, Any]) -> None:
    """Whether the account may call at all."""
    if settings["locked"]:
        note = "the user is locked; sandbox.set('ailab', locked=False) unlocks it"
        raise Refusal("error.ERROR_USER_LOCKED", note=note)
    account = sandbox.account("ailab")
    pace = account.pace(settings["qps"])
    if pace.too_fast:
        raise Refusal("error.EXCEEDING_LIMITS", note=f"request {pace.count} in a second, qps is {pace.limit}")
    if account.uses_left(settings["balance"]) == 0:
        raise _no_credits(settings)


def _no_credits(settings: Mapping[str, Any]) -> Refusal:
    return Refusal("error.ERROR_NOT_ENOUGH_CREDITS", note=used_up("ailab", settings["balance"]))


def check_form(form: Form) -> Order:
    """The image and the return form of a request."""
    images = form.files("image")
    if not images:
        raise Refusal("error.MISSING_PARAMETERS", note=_why_no_image(form))
    if len(images) > 1:
        raise Refusal("error.ERROR_TOO_MANY_FILES", note=f"{len(images)} files are named image; send one")
    if not images[0].content:
        raise Refusal("error.PARAMETERS_CANNOT_EMPTY", note="the image file has no bytes")
    return_form = form.text("return_form")
    if return_form and return_form != "mask":
        note = f"return_form is {shortened(return_form)!r}; it can be 'mask' or absent"
        raise Refusal("error.UNSUPPORTED_PARAMETER_VALUES", note=note)
    return Order(content=images[0].content, return_form=return_form)


def _why_no_image(form: Form) -> str:
    names = ", ".join(sorted({repr(shortened(part.name)) for part in form.parts})) or "no part at all"
    return f"there is no file named image; received: {names}"


def check_image(seen: Seen, size: int) -> Facts:
    """Size in bytes, type and resolution of the image, by its header."""
    if size > MAX_FILE:
        raise Refusal("error.FILE_SIZE_EXCEEDS_LIMIT", note=f"{size} bytes; at most {MAX_FILE}")
    facts = seen.facts
    if facts is None:
        raise Refusal(_refusal_of(seen), note=str(seen.error))
    if facts.format not in FORMATS:
        raise Refusal("error.UNSUPPORTED_FILE_TYPES", note=f"the content is {facts.format}")
    note = f"{facts.width}x{facts.height} pixels; each side must be above {ABOVE} and below {BELOW}"
    if max(facts.width, facts.height) >= BELOW:
        raise Refusal("error.FILE_RESOLUTION_EXCEEDS_LIMITS", note=note)
    if min(facts.width, facts.height) <= ABOVE:
        raise Refusal("error.ERROR_LOW_RESOLUTION", note=note)
    return facts


def _refusal_of(seen: Seen) -> str:
    from mockserver.imaging.headers import NotAnImage

    unknown = isinstance(seen.error, NotAnImage)
    return "error.UNSUPPORTED_FILE_TYPES" if unknown else "error.FILE_DECODING_FAILURE"


async def extract(engine: Engine, seen: Seen, order: Order) -> tuple[list[Element], int]:
    """The heads of the image, left to right, at most five, and how many there are."""
    key = f"ailab {order.return_form or ''} {seen.digest}"
    record = engine.studio.known(key) or await _extracted(engine, key, seen.digest, order)
    return [Element(**element) for element in record["elements"]], record["heads"]


async def _extracted(engine: Engine, key: str, digest: str, order: Order) -> Mapping[str, Any]:
    from mockserver.imaging.headers import ImageError

    def make() -> Mapping[str, Any]:
        return _heads(engine, digest, order.content, mask=order.return_form == "mask")

    try:
        record: Mapping[str, Any] = await engine.studio.once(key, make)
    except ImageError as error:
        raise Refusal("error.FILE_DECODING_FAILURE", note=str(error)) from error
    return record


def _heads(engine: Engine, digest: str, content: bytes, *, mask: bool) -> Mapping[str, Any]:
    from mockserver.imaging.encode import png
    from mockserver.imaging.portrait import head_cutout

    cutout = engine.studio.cutout(digest, content)
    elements = []
    for person in _largest(cutout.people):
        box, pixels = head_cutout(cutout.rgba, person)
        result = assets.keep(engine.state, png(pixels[..., 3] if mask else pixels))
        elements.append({"x": box.x, "y": box.y, "width": box.width, "height": box.height, "digest": result})
    blobs = [element["digest"] for element in elements]
    return {"elements": elements, "heads": len(cutout.people), "blobs": blobs}


def _largest(people: Sequence[Person]) -> list[Person]:
    by_size = sorted(people, key=lambda person: person.head.width * person.head.height, reverse=True)
    chosen = by_size[:MAX_HEADS]
    return [person for person in people if person in chosen]


def charge(sandbox: Sandbox, settings: Mapping[str, Any]) -> None:
    """One credit for a success. Another request may have taken the last one meanwhile."""
    if not sandbox.account("ailab").charge(settings["balance"]):
        raise _no_credits(settings)


def note_success(call: Call, order: Order, facts: Facts, heads: int) -> None:
    """Which documented behaviours a success has met."""
    call.met("success")
    call.met(f"format.{facts.format}")
    if order.return_form is not None:
        call.met(f"option.return_form.{order.return_form or 'empty'}")
    if heads > 1:
        call.met("heads.several")
    if heads > MAX_HEADS:
        call.met("heads.limit")
