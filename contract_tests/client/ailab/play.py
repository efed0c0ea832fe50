"""How cases speak to clients of AILabTools: what they ask for, and what a right result is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contract_tests.client.ailab.looks import Expected, wrong_with
from contract_tests.client.pictures import sample
from contract_tests.client.shared import Play
from contract_tests.client.story import Ask, Drawn, Sample
from contract_tests.client.world import Failed, World
from mockserver.catalogue import Behaviour

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NAME, CALL = "ailab", "avatar-extraction"
PORTRAIT, GROUP, NOBODY = "portrait.jpg", "group.jpg", "empty.jpg"
LARGEST = 3 * 1024 * 1024
"""Bytes of a file."""
ABOVE, BELOW = 32, 2000
"""Between which each side must be, in pixels."""
NO_CREDITS = "ERROR_NOT_ENOUGH_CREDITS"
SAMPLES = {
    PORTRAIT: Expected(
        size=(640, 800), name=PORTRAIT, truth="portrait-alpha.png", boxes=[(98, 23, 409, 389)]
    ),
    GROUP: Expected(
        size=(960, 640),
        name=GROUP,
        truth="group-alpha.png",
        boxes=[(59, 188, 198, 255), (346, 64, 248, 266), (668, 136, 220, 218)],
    ),
}


def whole(asked: Mapping[str, Any], result: Any) -> str | None:
    """What is wrong with the heads of an image; None when nothing is."""
    image, mask = asked.get("image"), asked.get("mask", False)
    if isinstance(image, Drawn):
        if not _within_limits(image):  # it was made smaller before it was sent
            return None
        return wrong_with(result, Expected(size=(image.width, image.height)), mask=mask)
    return wrong_with(result, SAMPLES[image.name if isinstance(image, Sample) else PORTRAIT], mask=mask)


def _within_limits(image: Drawn) -> bool:
    return all(ABOVE < side < BELOW for side in (image.width, image.height)) and (image.size or 0) <= LARGEST


def right(world: World, image: bytes | None = None, *, of: str = PORTRAIT, mask: bool = False) -> Any:
    """Let the client find the heads of a sample, which `image` is a file of, and answer them. Raises Failed
    if they are wrong."""
    result = world.succeeds("heads", image=sample(of) if image is None else image, mask=mask)
    check(result, of=of, mask=mask)
    return result


def check(result: Any, *, of: str = PORTRAIT, mask: bool = False) -> None:
    """Raises Failed when heads are not those of a sample."""
    if wrong := wrong_with(result, SAMPLES[of], mask=mask):
        raise Failed(wrong)


def asks() -> SearchStrategy[Ask]:
    """The head of a portrait, or those of three people, or their masks."""
    from hypothesis import strategies as st

    return st.builds(
        lambda name, mask: Ask(operation="heads", arguments={"image": Sample(name=name), "mask": mask}),
        st.sampled_from([PORTRAIT, GROUP]),
        st.booleans(),
    )


def inputs() -> SearchStrategy[Ask]:
    """Pictures with sides around the limits, of all kinds, and files of sizes around the limit."""
    from hypothesis import strategies as st

    small, edge = st.sampled_from([31, 32, 33, 64, 200]), st.sampled_from([31, 32, 33, 64, 1999, 2000, 2001])
    sides = st.one_of(st.tuples(edge, small), st.tuples(small, edge))
    forms = st.sampled_from(["jpeg", "png", "bmp"])
    pictures = st.one_of(
        st.builds(lambda size, form: Drawn(width=size[0], height=size[1], form=form), sides, forms),
        st.builds(
            lambda more, form: Drawn(width=200, height=200, form=form, size=LARGEST + more),
            st.integers(-1, 1),
            forms,
        ),
    )
    return st.builds(
        lambda image, mask: Ask(operation="heads", arguments={"image": image, "mask": mask}),
        pictures,
        st.booleans(),
    )


def code(behaviour: Behaviour) -> str:
    """What a client sees of an error: the symbol of the code table."""
    assert behaviour.error is not None
    return behaviour.error.code


def retryable(behaviour: Behaviour) -> bool | None:
    """Whether an error passes; None where the documents do not tell."""
    error = behaviour.error
    assert error is not None
    if error.code == NO_CREDITS:
        return False
    if error.status in (429, 503, 504) or "try again" in error.message():
        return True
    return False if 400 <= error.status < 500 and error.status != 409 else None


PLAY = Play(
    provider=NAME,
    prefix="AIL",
    operation="heads",
    image=PORTRAIT,
    arguments={"mask": False},
    call=CALL,
    answers={CALL: f"{CALL}.response"},
    whole=whole,
    asks=asks,
    settings={},
    inputs=inputs,
)
