"""Hypothesis makes up stories, until one goes wrong, and then the smallest that still does."""

from __future__ import annotations

import threading
import time
import warnings
from typing import TYPE_CHECKING

from contract_tests.client.story import Story, Whole, script
from contract_tests.client.world import Failed, World

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SHRINKING = 20.0
"""Seconds after the first failure in which a smaller one is looked for; a client that hangs makes it long."""

ALONE = threading.Lock()
"""Hypothesis sets the seed of the module random, which all threads share; two would do so in turns."""


class _Wrong(Exception):
    """A story went wrong; Hypothesis has to know it from a mistake of the kit."""


class Explorer:
    """Plays stories, each in a world of its own, and remembers which went wrong and how."""

    def __init__(self, world: World, whole: Whole) -> None:
        self._world = world
        self._whole = whole
        self._failures: dict[Story, str] = {}
        self._until: float | None = None

    def explore(self, stories: SearchStrategy[Story], examples: int) -> None:
        """Play so many stories. Raises Failed, with the smallest of those that went wrong as the story of the
        world; Unimplemented where the client cannot take part."""
        from hypothesis import HealthCheck, Phase, given, seed, settings
        from hypothesis.errors import HypothesisWarning

        @seed(self._world.random.getrandbits(32))
        @settings(
            max_examples=max(1, round(examples * self._world.effort)),
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
            print_blob=False,
        )
        @given(stories)
        def play(story: Story) -> None:
            self._play(story)

        # Hypothesis warns of draws meanwhile from the module random, which may be another thread's.
        warnings.simplefilter("ignore", HypothesisWarning)
        try:
            with ALONE:
                play()
        except _Wrong as wrong:
            smallest = wrong.args[0]
            self._world.story = script(smallest, case=self._world.case, client=self._world.client)
            raise Failed(self._failures[smallest]) from None

    def _play(self, story: Story) -> None:
        late = self._until is not None and time.monotonic() > self._until
        if story not in self._failures and not late:
            self._try(story)
        if story in self._failures:  # raised here alone: Hypothesis knows a failure by its place
            raise _Wrong(story)

    def _try(self, story: Story) -> None:
        with self._world.another() as fresh:
            try:
                for step in story:
                    step.play(fresh, self._whole)
            except Failed as failure:
                self._until = self._until or time.monotonic() + SHRINKING
                self._failures[story] = str(failure)
                self._world.witness(fresh)
