"""Every label, every format, images behind URLs, keys with a token."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import numbered, recoded, sample
from contract_tests.client.shared import Check
from contract_tests.client.tencent_bda.play import (
    GROUP,
    LABELS,
    NAME,
    PLAY,
    PORTRAIT,
    WHOLE,
    check,
    right,
    succeeding,
)
from contract_tests.client.world import Failed, World

FORMATS = ("JPEG", "PNG", "BMP")
URL = "http://images.example.com/portrait.jpg?size=large&kind=\N{LATIN SMALL LETTER E WITH ACUTE}"


def successes() -> Iterator[Case]:
    """Every label, every format, images behind URLs, keys with a token."""
    told: list[tuple[str, str, str, Check]] = [
        ("Cut out a person", "Head and Body are true; both come back as one.", "action", succeeding()),
        ("Cut out a head", "One label is enough in the official sample.", "action", succeeding("Head")),
        ("Cut out the background", "Background alone is true.", "action", succeeding("Background")),
        ("Ask for each label", "Each of the 21 labels is true alone.", "sdk-python", _each_label),
        ("Ask for all labels", "All of the 21 labels are true at once.", "sdk-python", _all_labels),
        ("Cut out three people", "All of them, in one portrait.", "action", succeeding(*WHOLE, of=GROUP)),
        ("Send what is behind a URL", "The image is given by its URL.", "action", _behind_a_url),
        ("Send two images, one after another", "Each result is that of its image.", "assumed", _in_turn),
        ("Sign with a temporary key", "It is valid with its token alone.", "common-params", _with_token),
    ]
    told += [(f"Send {form}", f"The image is {form}.", "action", _format(form)) for form in FORMATS]
    for number, (title, about, source, play) in enumerate(told, 1):
        yield PLAY.case("OK", number, level=Level.MUST, title=title, about=about, source=source, check=play)


def _each_label(world: World) -> None:
    for number, label in enumerate(LABELS):
        right(world, numbered(PORTRAIT, number % 2), [label])


def _all_labels(world: World) -> None:
    result = right(world, sample(PORTRAIT), LABELS)
    missing = sorted(set(LABELS) - {rect.label for rect in result.rects})
    world.must(not missing, f"no rectangle of {', '.join(missing)}")


def _behind_a_url(world: World) -> None:
    world.sandbox.know_url(URL, sample(PORTRAIT))
    right(world, URL)


def _in_turn(world: World) -> None:
    for name in (PORTRAIT, GROUP, PORTRAIT):
        right(world, sample(name), of=name)


def _with_token(world: World) -> None:
    access = world.sandbox.access(NAME)
    result = world.succeeds(
        "segment_with_token",
        image=sample(PORTRAIT),
        labels=WHOLE,
        secret_id=access.temporary_secret_id,
        secret_key=access.temporary_secret_key,
        token=access.token,
    )
    check(result)
    told = world.sandbox.journal.last.behaviours
    if f"{NAME}.authentication.token" not in told:
        raise Failed("it did not use the temporary key that it was given")


def _format(form: str) -> Check:
    def play(world: World) -> None:
        right(world, recoded(PORTRAIT, form))

    return play
