"""Asynchronous requests; callbacks that come, come twice, come late, are lost, or bring something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from contract_tests.client.case import Case, Level
from contract_tests.client.exploring import Explorer
from contract_tests.client.pictures import sample
from contract_tests.client.processimage.looks import Expected, wrong_with
from contract_tests.client.processimage.play import (
    CALL,
    LETTERS,
    NAME,
    PICTURE,
    PLAIN,
    PLAY,
    SIZE,
    TEXTS,
    given,
    rectangles,
    texts,
)
from contract_tests.client.processimage.states import is_nothing
from contract_tests.client.receiver import Receiver
from contract_tests.client.shared import ODD_ANSWERS, Check
from contract_tests.client.story import Ask
from contract_tests.client.world import Failed, World
from mockserver.callbacks import Standing
from mockserver.damage.json_text import put

SECONDS = 2
"""After which the work is done, and the callback comes."""
WAITS = 5
NONSENSE = (
    b"",
    b"null",
    b"[]",
    b"<html>",
    b"\xff",
    b'{"httpCode":200}',
    b'{"httpCode":200,"data":null}',
    b'{"httpCode":200,"data":{"processStatus":null}}',
    b'{"httpCode":200,"data":{"processStatus":0,"processLocation":7,"url":7}}',
)
ASKED: Mapping[str, Any] = {"rectangles": rectangles(LETTERS)}


def callbacks() -> Iterator[Case]:
    """Asynchronous requests and their callbacks."""
    for number, (title, about, check) in enumerate(CALLBACKS, 1):
        yield PLAY.case(
            "CALLBACK",
            number,
            level=Level.MUST,
            title=title,
            about=about,
            source="document",
            settings={"seconds": 1.0},
            judged=check not in (_called_late, _called_in_the_end),  # the kit itself was late, or not there
            check=check,
        )


def let_callbacks_come(world: World) -> None:
    """Time passes until what was begun has been done; on a busy machine the clock waits more than once."""
    world.sandbox.clock.travel(seconds=SECONDS)
    for _ in range(WAITS):
        if all(one.standing is not Standing.PENDING for one in world.sandbox.callbacks):
            break
        world.sandbox.clock.travel()


def _begun(
    world: World, receiver: Receiver, image: bytes, asked: Mapping[str, Any], **meanwhile: Any
) -> bytes:
    """Let the client begin something, let it be done, set to something else meanwhile, and answer what was
    called back."""
    world.succeeds("begin", image=image, callback=receiver.url, **asked)
    world.sandbox.set(NAME, **meanwhile)
    let_callbacks_come(world)
    if not receiver.bodies:
        raise Failed("nothing was called back: the client did not send sync=true, and the callback")
    return receiver.bodies[-1]


def odd_callbacks() -> Iterator[Case]:
    """Callbacks that Hypothesis makes up."""
    yield PLAY.case(
        "WORLD",
        5,
        level=Level.MUST,
        title="Survive odd callbacks",
        about="One value of a callback is null, missing, extreme, or of another type; the client answers a "
        "result, or raises an error of its own.",
        source="assumed",
        settings={"seconds": 1.0},
        judged=False,
        check=_odd,
    )


@contextmanager
def _receiving(world: World, name: str = PICTURE, **asked: Any) -> Iterator[bytes]:
    with Receiver() as receiver:
        yield _begun(world, receiver, sample(name), asked or ASKED)


def _check(world: World, body: bytes) -> Any:
    result = world.succeeds("received", body=body)
    if wrong := wrong_with(result, Expected(size=SIZE, areas=given(LETTERS), source=sample(PICTURE))):
        raise Failed(wrong)
    return result


def _called_back(world: World) -> None:
    with _receiving(world) as body:
        _check(world, body)


def _called_twice(world: World) -> None:
    with _receiving(world) as body:
        for _ in range(2):
            _check(world, body)


def _called_late(world: World) -> None:
    with _receiving(world) as body:
        world.sandbox.clock.travel(hours=6)
        world.refused("received", body=body)


def _called_in_vain(world: World) -> None:
    world.sandbox.fail(NAME, "status.52004", times=None)
    with _receiving(world) as body:
        world.refused("received", body=body)


def _called_without_uses(world: World) -> None:
    with Receiver() as receiver:
        body = _begun(world, receiver, sample(PICTURE), ASKED, long_term=0, limited_term=0)
        world.refused("received", body=body)


def _called_for_nothing(world: World) -> None:
    with Receiver() as receiver:
        body = _begun(world, receiver, sample(PLAIN), {})
        is_nothing(world, "received", body=body)


def _called_with_texts(world: World) -> None:
    with _receiving(world, ocrOnly="true") as body:
        result = world.succeeds("received", body=body)
        if wrong := wrong_with(result, Expected(size=SIZE, areas=texts(*TEXTS), cleared=False)):
            raise Failed(wrong)


def _called_from_cache(world: World) -> None:
    with Receiver() as receiver:
        _check(world, _begun(world, receiver, sample(PICTURE), ASKED))
        receiver.bodies.clear()
        result = _check(world, _begun(world, receiver, sample(PICTURE), ASKED))
        world.must(result.cached is not False, "it says that the cached answer was not cached")


def _called_in_the_end(world: World) -> None:
    with Receiver() as receiver:
        gone = receiver.url
    world.succeeds("begin", image=sample(PICTURE), callback=gone, **ASKED)
    let_callbacks_come(world)
    with _receiving(world) as body:
        _check(world, body)


def _called_oddly(world: World) -> None:
    for body in NONSENSE:
        world.refused("received", body=body)


def _refused(world: World) -> None:
    with Receiver() as receiver:
        world.sandbox.fail(NAME, "error.403.uses", operation=CALL, times=None)
        world.refused("begin", image=sample(PICTURE), callback=receiver.url, **ASKED)


def _odd(world: World) -> None:
    from hypothesis import strategies as st

    from contract_tests.shape import places
    from contract_tests.strategies import VALUES

    with _receiving(world) as body:
        odd = st.builds(
            lambda place, value: Ask(
                operation="received", arguments={"body": put(body, place.pointer, value)[0]}
            ),
            st.sampled_from(places(NAME, "callback")),
            st.sampled_from(VALUES),
        )
        Explorer(world, lambda asked, result: None).explore(st.tuples(odd), ODD_ANSWERS)


CALLBACKS: Sequence[tuple[str, str, Check]] = (
    ("Take a callback", "52000 is no error; the result is in the callback.", _called_back),
    ("Take a callback twice", "The same callback comes again, and is taken again.", _called_twice),
    ("Take a late callback", "The link in it has expired: an error of the client's own.", _called_late),
    (
        "Take the callback of a failure",
        "The work ended in 52004: an error of the client's own.",
        _called_in_vain,
    ),
    (
        "Take the callback of a refusal",
        "The uses came to an end meanwhile: an error of the client's own.",
        _called_without_uses,
    ),
    (
        "Take a callback without a result",
        "There is no text in the picture: no file, or an error of the client's own.",
        _called_for_nothing,
    ),
    (
        "Take the callback of located text",
        "With ocrOnly it has rectangles, and no picture.",
        _called_with_texts,
    ),
    (
        "Take a callback from the cache",
        "The same request again: httpCode is 304, and the result the former one.",
        _called_from_cache,
    ),
    (
        "Begin again after a callback was lost",
        "Nobody was there to take it; the second time somebody is.",
        _called_in_the_end,
    ),
    ("Take nonsense for what it is", "A body that is no callback: an error of its own.", _called_oddly),
    (
        "Notice that an asynchronous request is refused",
        "There will be no callback: an error of the client's own, at once.",
        _refused,
    ),
)
"""Titles, what happens, and checks."""
