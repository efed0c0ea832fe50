"""What a client probably meant: notes for the journal where its request is nearly right."""

from __future__ import annotations

from mockserver import nearest
from mockserver.journal import shortened
from mockserver.providers.body import Form

KEY_HEADER = "ailabapi-api-key"


def of_parts(form: Form) -> list[str]:
    """Which parts of a form are not read, and why."""
    notes = [_of_part(part.name, is_file=part.filename is not None) for part in form.parts]
    if sum(part.name == "return_form" for part in form.parts) > 1:
        notes.append("return_form came more than once; the last one counts")
    return list(dict.fromkeys(filter(None, notes)))[: nearest.MOST]


def _of_part(name: str, *, is_file: bool) -> str:
    if name == "image" and not is_file:
        return "image came as a text field; send it as a file, with a filename in its Content-Disposition"
    if name == "return_form" and is_file:
        return "return_form came as a file, which is not read; send it as a text field, without a filename"
    if name not in ("image", "return_form"):
        meant = nearest.parameter("ailab", name, is_file=is_file)
        known = f"nearest documented one is {meant}" if meant else "documented ones are image and return_form"
        return f"the part {shortened(name)!r} is not read; the {known}"
    return ""
