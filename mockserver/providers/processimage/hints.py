"""What a client probably meant where its request is nearly right: notes for the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from mockserver import nearest
from mockserver.journal import shortened
from mockserver.providers.body import Part
from mockserver.providers.processimage.received import Received
from mockserver.providers.processimage.sources import BASE64_NAMES, FILE_NAMES, URL_NAMES, Kind

SIGN_HEADER = "x-access-api-sign"
TOKEN_HEADER = "x-access-api-token"
DEMO_SIGN = "x-access-demo-api-sign"
OLDER: Mapping[str, str] = {
    "publicKey": "appId",
    "markNames": "watermarkNames",
    "markName": "watermarkNames",
    "watermarkName": "watermarkNames",
    "onlyOcr": "ocrOnly",
}
"""Names of earlier documents and clients, and what they are now."""
KNOWN = frozenset(
    {
        "appId",
        "salt",
        "ref",
        DEMO_SIGN,
        "rectangles",
        "watermarkNames",
        "excludeKeywords",
        "offset",
        "sync",
        "callback",
        "ocrOnly",
        "show",
        *FILE_NAMES,
        *URL_NAMES,
        *BASE64_NAMES,
    }
)


def shown_fields(received: Received) -> dict[str, str]:
    """Parameters for the journal, by name."""
    return {shortened(name): shortened(value) for name, value in received.parameters.items()}


def of_names(received: Received) -> list[str]:
    """Which parameters and parts are not read, and why."""
    notes = [_of_parameter(name) for name in islice(received.parameters, 2 * nearest.MOST)]
    notes += [_of_file(part) for part in received.parts if part.filename is not None]
    notes += [f"{shortened(name)!r} came more than once; the first one counts" for name in received.repeated]
    return list(dict.fromkeys(filter(None, notes)))[: nearest.MOST]


def of_ignored(received: Received, kind: Kind, *, with_offset: bool) -> list[str]:
    """Which parameters have no effect beside the others, and the kind of picture that was taken."""
    has = {name for name in KNOWN if received.text(name)}
    lesser = {Kind.FILE: URL_NAMES + BASE64_NAMES, Kind.URL: BASE64_NAMES}.get(kind, ())
    notes = [f"{name} has no effect beside a picture by {kind}" for name in lesser if name in has]
    if "rectangles" in has:
        ignored = {"watermarkNames", "excludeKeywords", *(() if with_offset else ("offset",))} & has
        notes += [f"{name} has no effect beside rectangles" for name in sorted(ignored)]
    elif {"watermarkNames", "excludeKeywords"} <= has:
        notes.append("excludeKeywords has no effect beside watermarkNames")
    if "callback" in has and received.text("sync") != "true":
        notes.append("callback has no effect without sync=true, which means asynchronous")
    return notes


def of_no_picture(received: Received) -> str:
    """Why no picture was found in a form."""
    for part in received.parts:
        if part.name in FILE_NAMES and part.filename is not None and not part.content:
            return f"the file {part.name} has no bytes"
    names = ", ".join(sorted({repr(shortened(part.name)) for part in received.parts})) or "no part at all"
    return f"there is no file named {', '.join(FILE_NAMES[:-1])} or {FILE_NAMES[-1]}; received: {names}"


def of_words(words: Sequence[str]) -> str:
    """Why names may match nothing."""
    if any(words):
        return "the texts in the picture are " + ", ".join(repr(shortened(word)) for word in words)
    return (
        "names were given, but nobody told what the texts in the picture say: annotate the file, tell the "
        "sandbox (know_text), or install the extra ocr"
    )


def _of_parameter(name: str) -> str:
    if name in OLDER:
        return f"{name} is an older name, which is not read; the current one is {OLDER[name]}"
    if "secret" in name.lower():
        return f"{shortened(name)!r} seems to hold a secret; appSecret is only used to sign, and never sent"
    if name not in KNOWN:
        meant = nearest.parameter("processimage", name)
        known = f"; the nearest documented one is {meant}" if meant else ""
        return f"the parameter {shortened(name)!r} is not read{known}"
    return ""


def _of_file(part: Part) -> str:
    if part.name in FILE_NAMES:
        return ""
    if part.name in KNOWN:
        return f"{part.name} came as a file, which is not read; send it as a text field, without a filename"
    return f"the file {shortened(part.name)!r} is not read; the documented name is imageFile"
