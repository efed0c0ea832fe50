"""Every state in which a task can be, and end."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.client.case import Case, Level
from contract_tests.client.pictures import sample
from contract_tests.client.picwish.play import (
    NAME,
    PLAY,
    PORTRAIT,
)
from contract_tests.client.picwish.successes import plain
from contract_tests.client.shared import Check
from contract_tests.client.world import World

ENOUGH = 2
"""How often a client may be told the end of a task: the first answer may have got lost."""


def states() -> Iterator[Case]:
    """Every state in which a task can be, and end, in both modes."""
    number = 0
    for state in ("-1", "-2", "-3", "-5", "-7", "-8"):
        for sync in (True, False):
            number += 1
            yield PLAY.case(
                "STATE",
                number,
                level=Level.MUST,
                title=f"Take state {state} for the end{', in one request' if sync else ' of a task'}",
                about="A negative state is the end: the client raises an error of its own, and asks no more.",
                source="docs-zh",
                check=_ends_in(state, sync=sync),
            )
    yield PLAY.case(
        "STATE",
        number + 1,
        level=Level.MUST,
        title="Wait through all states",
        about="A task goes through the states 0, 2, 3 and 4 before it is done.",
        source="docs-zh",
        settings={"polls": {"0": 1, "2": 1, "3": 1, "4": 1}},
        check=plain(sync=False),
    )


def _ends_in(state: str, *, sync: bool) -> Check:
    def check(world: World) -> None:
        world.sandbox.fail(NAME, f"state.{state}", times=None)
        problem = world.refused("cut_out", image=sample(PORTRAIT), sync=sync).problem
        if problem is not None and problem.code is not None:
            world.must(problem.code == state, f"it says {problem.code!r}, and the state was {state}")
        told = sum(f"picwish.state.{state}" in one.behaviours for one in world.sandbox.journal)
        world.must(told <= ENOUGH, f"it was told {told} times that the task had ended in state {state}")

    return check
