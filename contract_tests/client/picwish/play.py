"""How cases speak to clients of PicWish: what they ask for, and what a right result is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockserver.catalogue import Behaviour

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
from contract_tests.client.pictures import decoded, overlap
from contract_tests.client.shared import Play
from contract_tests.client.story import Ask, Sample, Step
from contract_tests.client.world import Failed, World

NAME = "picwish"
PORTRAIT, TRUTH, SIZE = "portrait.jpg", "portrait-alpha.png", (640, 800)
ALIKE = 0.8
"""Overlap with the true alpha from which on a cut-out is that of the sample."""


def whole(asked: Mapping[str, Any], result: Any) -> str | None:
    """What is wrong with the result of a plain cut-out; None when nothing is."""
    try:
        picture = decoded(result.image, "the image")
    except Failed as failure:
        return str(failure)
    if picture.size != SIZE:
        return f"the image is {picture.size} pixels large, and was {SIZE}"
    return None if overlap(picture, TRUTH) >= ALIKE else "the image is not the cut-out of the portrait"


def asks() -> SearchStrategy[Ask]:
    """A portrait is to be cut out, in one request or by a task."""
    from hypothesis import strategies as st

    return st.booleans().map(
        lambda sync: Ask(operation="cut_out", arguments={"image": Sample(name=PORTRAIT), "sync": sync})
    )


def code(behaviour: Behaviour) -> str:
    """What a client sees of an error: the status in its JSON."""
    assert behaviour.error is not None
    return behaviour.error.code


def is_portrait(world: World, result: Any) -> None:
    if wrong := whole({}, result):
        raise Failed(wrong)


def plays(world: World, *story: Step) -> None:
    """Play a story that is known."""
    for step in story:
        step.play(world, whole)


PLAY = Play(
    provider=NAME,
    prefix="PIC",
    operation="cut_out",
    image=PORTRAIT,
    arguments={"sync": True},
    call="segmentation",
    answers={"segmentation": "segmentation.response", "query": "query.response"},
    whole=whole,
    asks=asks,
    settings={"polls": 1},
)


ASK = Ask(operation="cut_out", arguments={"image": Sample(name=PORTRAIT), "sync": True})
