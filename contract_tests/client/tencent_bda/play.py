"""How cases speak to clients of Tencent Cloud BDA: what they ask for, and what a right result is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from contract_tests.client.pictures import sample
from contract_tests.client.shared import Play
from contract_tests.client.story import Ask, Drawn, Sample
from contract_tests.client.tencent_bda.looks import Expected, wrong_with
from contract_tests.client.world import Failed, World
from mockserver.catalogue import Behaviour
from mockserver.providers.tencent_bda.parameters import OPTIONS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NAME, ACTION = "tencent_bda", "SegmentCustomizedPortraitPic"
PORTRAIT, GROUP = "portrait.jpg", "group.jpg"
WHOLE = ("Head", "Body")
"""The labels that make up a person; two of them, since one reading of the documents wants more than one."""
LABELS = OPTIONS
SAMPLES = {
    PORTRAIT: Expected(
        size=(640, 800),
        truth="portrait-alpha.png",
        boxes={
            "Head": [(97, 32, 394, 397)],
            "Body": [(0, 374, 640, 426)],
            "Background": [(0, 0, 640, 800)],
        },
    ),
    GROUP: Expected(
        size=(960, 640),
        truth="group-alpha.png",
        boxes={
            "Head": [(48, 186, 189, 243), (347, 64, 247, 238), (696, 143, 190, 213)],
            "Body": [(0, 360, 237, 280), (237, 258, 459, 382), (696, 334, 264, 306)],
        },
    ),
}
PASSING = (
    "FailedOperation.InnerError",
    "FailedOperation.RequestTimeout",
    "FailedOperation.RpcFail",
    "FailedOperation.ServerError",
    "InternalError",
    "RequestLimitExceeded",
    "ServiceUnavailable",
)
FINAL = (
    "AuthFailure.",
    "FailedOperation.ImageDecodeFailed",
    "FailedOperation.ImageNotSupported",
    "FailedOperation.ImageResolution",
    "FailedOperation.ImageSizeExceed",
    "FailedOperation.ProfileNumExceed",
    "FailedOperation.RequestEntityTooLarge",
    "Invalid",
    "MissingParameter",
    "NoSuch",
    "RequestSizeLimitExceeded",
    "ResourceUnavailable.InArrears",
    "UnauthorizedOperation",
    "UnknownParameter",
    "Unsupported",
)
"""How the codes begin of errors that the same request meets again."""


def whole(asked: Mapping[str, Any], result: Any) -> str | None:
    """What is wrong with the result of a request; None when nothing is."""
    image = asked.get("image")
    if isinstance(image, Drawn):
        expected = Expected(size=(image.width, image.height))
    else:
        expected = SAMPLES[image.name if isinstance(image, Sample) else PORTRAIT]
    return wrong_with(result, expected, asked["labels"])


def right(world: World, image: bytes | str, labels: Sequence[str] = WHOLE, of: str = PORTRAIT) -> Any:
    """Let the client segment an image of a sample, and answer its result. Raises Failed if that is wrong.

    A client may want two labels, as the prose has it; None then, and a remark."""
    outcome = world.call("segment", image=image, labels=labels)
    problem = outcome.problem
    if problem is not None and problem.own and len(labels) == 1 and not world.sandbox.journal:
        world.note(f"it does not ask for {labels[0]} alone: {problem.text}")
        return None
    if problem is not None:
        raise Failed(f"the API did what it was asked for, but the client raised {problem.text}")
    check(outcome.result, labels, of)
    return outcome.result


def check(result: Any, labels: Sequence[str] = WHOLE, of: str = PORTRAIT) -> None:
    """Raises Failed when a result is not that of a sample."""
    if wrong := wrong_with(result, SAMPLES[of], labels):
        raise Failed(wrong)


def succeeding(*labels: str, of: str = PORTRAIT) -> Callable[[World], None]:
    """The check that some labels of a sample come back as they should."""

    def check(world: World) -> None:
        right(world, sample(of), labels or WHOLE, of)

    return check


def asks() -> SearchStrategy[Ask]:
    """Parts of a portrait, or of three people."""
    from hypothesis import strategies as st

    wanted = [WHOLE, ("Head",), ("Hair", "Face"), ("Background",)]
    return st.builds(
        lambda name, labels: Ask(
            operation="segment", arguments={"image": Sample(name=name), "labels": labels}
        ),
        st.sampled_from([PORTRAIT, GROUP]),
        st.sampled_from(wanted),
    )


def inputs() -> SearchStrategy[Ask]:
    """Pictures with sides around the limits, of all kinds, and some of the labels."""
    from hypothesis import strategies as st

    small, edge = st.sampled_from([31, 32, 33, 64, 200]), st.sampled_from([31, 32, 33, 64, 1999, 2000, 2001])
    sides = st.one_of(st.tuples(edge, small), st.tuples(small, edge))
    pictures = st.builds(
        lambda size, form: Drawn(width=size[0], height=size[1], form=form),
        sides,
        st.sampled_from(["jpeg", "png", "bmp"]),
    )
    labels = st.lists(st.sampled_from(LABELS), min_size=1, max_size=6, unique=True)
    return st.builds(
        lambda image, labels: Ask(operation="segment", arguments={"image": image, "labels": tuple(labels)}),
        pictures,
        labels,
    )


def code(behaviour: Behaviour) -> str:
    """What a client sees of an error."""
    assert behaviour.error is not None
    return behaviour.error.code


def retryable(behaviour: Behaviour) -> bool | None:
    """Whether an error passes; None where the documents do not tell."""
    if code(behaviour).startswith(PASSING):
        return True
    return False if code(behaviour).startswith(FINAL) else None


PLAY = Play(
    provider=NAME,
    prefix="TEN",
    operation="segment",
    image=PORTRAIT,
    arguments={"labels": WHOLE},
    call=ACTION,
    answers={ACTION: f"{ACTION}.response"},
    whole=whole,
    asks=asks,
    settings={},
    downloads=False,
    inputs=inputs,
    leave_out=frozenset({"error.ResourceNotFound"}),
)
"""What is not at / is not found; every client calls /."""
