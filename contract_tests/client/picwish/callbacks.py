"""Callbacks that come, come twice, come late, are lost, or bring something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import sample
from contract_tests.client.picwish.play import (
    NAME,
    PLAY,
    PORTRAIT,
    is_portrait,
)
from contract_tests.client.receiver import Receiver
from contract_tests.client.shared import Check
from contract_tests.client.world import Failed, World


def callbacks() -> Iterator[Case]:
    """Callbacks that come, come twice, come late, are lost, or bring something else."""
    told: list[tuple[str, str, Check]] = [
        ("Take a callback", "The result is in the callback.", _called_back),
        ("Take a callback twice", "The same callback comes again.", _called_twice),
        ("Take a late callback", "The links in it have expired: an error of the client's own.", _called_late),
        ("Take the callback of a failure", "A task ended in state -8.", _called_in_vain),
        ("Get on without a callback", "It is lost; whoever asks for the task finds the result.", _not_called),
        ("Take nonsense for what it is", "A body that is no callback: an error of its own.", _called_oddly),
    ]
    for number, (title, about, check) in enumerate(told, 1):
        yield PLAY.case(
            "CALLBACK",
            number,
            level=Level.MUST,
            title=title,
            about=about,
            source="samples",
            settings={"polls": None, "seconds": 1.0},
            judged=check not in (_called_late, _not_called),  # the kit itself was late, or not there
            check=check,
        )


@contextmanager
def _receiving(world: World) -> Iterator[tuple[Any, bytes]]:
    """A task that was begun with a callback, and what was called back."""
    with Receiver() as receiver:
        handle = world.succeeds("begin", image=sample(PORTRAIT), callback_url=receiver.url)
        world.sandbox.clock.travel(seconds=2)
        if not receiver.bodies:
            raise Failed(
                "nothing was called back: the client did not send the callback_url that it was given"
            )
        yield handle, receiver.bodies[0]


def _called_back(world: World) -> None:
    with _receiving(world) as (_, body):
        is_portrait(world, world.succeeds("received", body=body))


def _called_twice(world: World) -> None:
    with _receiving(world) as (_, body):
        for _ in range(2):
            is_portrait(world, world.succeeds("received", body=body))


def _called_late(world: World) -> None:
    with _receiving(world) as (_, body):
        world.sandbox.clock.travel(hours=2)
        world.refused("received", body=body)


def _called_in_vain(world: World) -> None:
    world.sandbox.fail(NAME, "state.-8", times=None)
    with _receiving(world) as (_, body):
        world.refused("received", body=body)


def _not_called(world: World) -> None:
    with Receiver() as receiver:
        gone = receiver.url
    handle = world.succeeds("begin", image=sample(PORTRAIT), callback_url=gone)
    world.sandbox.clock.travel(seconds=2)
    is_portrait(world, world.succeeds("finish", handle=handle))


def _called_oddly(world: World) -> None:
    for body in (
        b"",
        b"null",
        b"[]",
        b"<html>",
        b'{"status":200,"data":{}}',
        b'{"status":200,"data":null}',
        b"\xff",
    ):
        world.refused("received", body=body)
