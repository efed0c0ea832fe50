"""How a task may go on, by the arrows of the state table."""

from collections.abc import Iterator

from mockserver.tasks import TABLE, State


def reachable(state: State) -> Iterator[State]:
    """What a task that stands so may stand at later, this state included."""
    yield state
    for following in TABLE[state].then:
        yield from reachable(following)
