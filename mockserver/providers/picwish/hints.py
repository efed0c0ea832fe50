"""What a client probably meant: notes for the journal where its form is nearly right."""

from __future__ import annotations

from mockserver import nearest
from mockserver.journal import shortened
from mockserver.providers.body import Form, Part
from mockserver.providers.picwish.parameters import DOCUMENTED, text

AS_TEXT = "image_file came as a text field; send it as a file, with a filename in its Content-Disposition"


def of_form(form: Form) -> list[str]:
    """Which fields of a form have no effect, and why."""
    unread = {part.name: part for part in form.parts if part.name not in DOCUMENTED}
    notes = [_of_unread(part) for part in list(unread.values())[: nearest.MOST]]
    if any(part.name == "image_file" and part.filename is None for part in form.parts):
        notes.append(AS_TEXT)
    if text(form, "bg_color") and text(form, "format") != "jpg":
        notes.append("bg_color has no effect without format=jpg")
    return notes


def _of_unread(part: Part) -> str:
    meant = nearest.parameter("picwish", part.name, is_file=part.filename is not None)
    known = f"the nearest documented one is {meant}" if meant else f"there are {', '.join(DOCUMENTED)}"
    return f"the field {shortened(part.name)!r} is not read; {known}"
