"""How cases speak to clients of PicWish: what they ask for, and what a right result is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contract_tests.client.pictures import decoded, overlap
from contract_tests.client.shared import Play
from contract_tests.client.story import Ask, Drawn, Sample, Step
from contract_tests.client.world import Failed, World
from mockserver.catalogue import Behaviour

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

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
    image = asked.get("image")
    size = (image.width, image.height) if isinstance(image, Drawn) else SIZE
    if picture.size != size:
        return f"the image is {picture.size} pixels large, and was {size}"
    if isinstance(image, Drawn):
        return None
    return None if overlap(picture, TRUTH) >= ALIKE else "the image is not the cut-out of the portrait"


def asks() -> SearchStrategy[Ask]:
    """A portrait is to be cut out, in one request or by a task."""
    from hypothesis import strategies as st

    return st.booleans().map(
        lambda sync: Ask(operation="cut_out", arguments={"image": Sample(name=PORTRAIT), "sync": sync})
    )


def inputs() -> SearchStrategy[Ask]:
    """Pictures with sides around the limit, of all kinds, in one request."""
    from hypothesis import strategies as st

    small, edge = st.sampled_from([64, 100]), st.sampled_from([64, 200, 4096, 4097])
    sides = st.one_of(st.tuples(edge, small), st.tuples(small, edge))
    pictures = st.builds(
        lambda size, form: Drawn(width=size[0], height=size[1], form=form),
        sides,
        st.sampled_from(["jpeg", "png"]),
    )
    kinds = st.sampled_from([{}, {"type": "person"}, {"format": "jpg"}, {"output_type": "1"}])
    return st.builds(
        lambda image, kind: Ask(operation="cut_out", arguments={"image": image, "sync": True, **kind}),
        pictures,
        kinds,
    )


def retryable(behaviour: Behaviour) -> bool:
    """Whether the same request may go well later."""
    return code(behaviour) in ("429", "500")


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
    inputs=inputs,
)


ASK = Ask(operation="cut_out", arguments={"image": Sample(name=PORTRAIT), "sync": True})
