"""Cut-outs and masks, one head and several, every format."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from contract_tests.client.ailab.looks import wrong_with
from contract_tests.client.ailab.play import GROUP, PLAY, PORTRAIT, SAMPLES, right
from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import recoded, sample
from contract_tests.client.shared import Check
from contract_tests.client.world import Failed, World

FORMATS = ("JPEG", "PNG", "BMP")


def successes() -> Iterator[Case]:
    """Cut-outs and masks, one head and several, every format."""
    told: list[tuple[str, str, Check]] = [
        ("Cut out a head", "One head comes back, with transparency, as large as it says.", plain()),
        ("Cut out three heads", "Each comes back, with what belongs to it.", plain(of=GROUP)),
        ("Ask for a mask", "With return_form=mask the result has one channel.", plain(mask=True)),
        ("Ask for three masks", "Each head has one.", plain(of=GROUP, mask=True)),
        ("Send two images, one after another", "Each result is that of its image.", _in_turn),
        ("Ask for a mask, and for a cut-out", "What was asked for before does not matter.", _both),
    ]
    told += [(f"Send {form}", f"The image is {form}.", _format(form)) for form in FORMATS]
    told += [
        ("Send a PNG with transparency", "A PNG may have four channels.", _mode("RGBA", "PNG")),
        ("Send a PNG with a palette", "A PNG may have colours by number.", _mode("P", "PNG")),
        ("Send a JPEG in grey", "A JPEG may have one channel.", _mode("L", "JPEG")),
    ]
    for number, (title, about, check) in enumerate(told, 1):
        yield PLAY.case(
            "OK", number, level=Level.MUST, title=title, about=about, source="docs-api", check=check
        )


def plain(*, of: str = PORTRAIT, mask: bool = False) -> Check:
    """The check that the heads of a sample come back as they should."""

    def check(world: World) -> None:
        right(world, of=of, mask=mask)

    return check


def _in_turn(world: World) -> None:
    for name in (PORTRAIT, GROUP, PORTRAIT):
        right(world, sample(name), of=name)


def _both(world: World) -> None:
    for mask in (True, False):
        right(world, mask=mask)


def _format(form: str) -> Check:
    def check(world: World) -> None:
        right(world, recoded(PORTRAIT, form))

    return check


def _mode(mode: str, form: str) -> Check:
    """The check that an image of other channels is taken: the head is where it was."""

    def check(world: World) -> None:
        result = world.succeeds("heads", image=_converted(mode, form), mask=False)
        if wrong := wrong_with(result, replace(SAMPLES[PORTRAIT], name=""), mask=False):
            raise Failed(wrong)

    return check


@cache
def _converted(mode: str, form: str) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(sample(PORTRAIT))) as picture:
        out = io.BytesIO()
        picture.convert(mode).save(out, form)
    return out.getvalue()
