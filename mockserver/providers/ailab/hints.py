"""What a client probably meant: notes for the journal where its request is nearly right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.journal import shortened
from mockserver.providers.body import Form

KEY_HEADER = "ailabapi-api-key"

_KEY_LIKE = re.compile(r"api[-_]?key|authorization")
_DRESSED = re.compile(r"(?:(?:bearer|basic|token|apikey|key)\s+)?[\"']?(.*?)[\"']?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class MisplacedKey:
    """A header that seems to hold the API key, and the key in it."""

    header: str
    key: str


def bare(key: str) -> str:
    """A key without the scheme word or the quotes that a client may have put around it."""
    found = _DRESSED.fullmatch(key)
    return found[1] if found else key


def misplaced_key(headers: Mapping[str, str]) -> MisplacedKey | None:
    """The first header that could have been meant for the key; names are lower-case."""
    for name, value in headers.items():
        if name != KEY_HEADER and _KEY_LIKE.search(name) and value:
            return MisplacedKey(header=name, key=bare(value))
    return None


def of_parts(form: Form) -> list[str]:
    """Which parts of a form are not read, and why."""
    notes = [_of_part(part.name, is_file=part.filename is not None) for part in form.parts]
    if sum(part.name == "return_form" for part in form.parts) > 1:
        notes.append("return_form came more than once; the last one counts")
    return list(dict.fromkeys(filter(None, notes)))


def _of_part(name: str, *, is_file: bool) -> str:
    if name == "image" and not is_file:
        return "image came as a text field; send it as a file, with a filename in its Content-Disposition"
    if name == "return_form" and is_file:
        return "return_form came as a file, which is not read; send it as a text field, without a filename"
    if name not in ("image", "return_form"):
        return f"the part {shortened(name)!r} is not read; the documented ones are image and return_form"
    return ""
