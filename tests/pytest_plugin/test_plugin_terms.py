"""The arithmetic of the plugin: settings of many origins, and the part of a journal that is a test's own."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import MockServer, RunningSandbox
from mockserver.pytest_plugin.judgement import Log
from mockserver.pytest_plugin.terms import Settings, merged
from mockserver.pytest_plugin.watch import position

SETTINGS = st.dictionaries(
    st.sampled_from(["ailab", "picwish"]),
    st.dictionaries(st.sampled_from(["qps", "balance", "polls"]), st.integers(0, 3)),
)


def flat(settings: Settings) -> dict[tuple[str, str], Any]:
    return {(provider, name): value for provider, own in settings.items() for name, value in own.items()}


@given(SETTINGS, SETTINGS)
def test_of_two_settings_the_later_counts(some: Settings, more: Settings) -> None:
    assert flat(merged(some, more)) == {**flat(some), **flat(more)}


@given(SETTINGS, SETTINGS, SETTINGS)
def test_it_does_not_matter_what_is_merged_first(one: Settings, two: Settings, three: Settings) -> None:
    assert merged(merged(one, two), three) == merged(one, merged(two, three))


@pytest.fixture
def called(server: MockServer, sandbox: RunningSandbox, count: int) -> RunningSandbox:
    for _ in range(count):
        sandbox.journal.append(b'{"files": []}')
    return sandbox


@pytest.mark.parametrize(
    ("count", "more"), [(0, 0), (0, 3), (2, 0), (2, 3), (999, 5), (1000, 0), (1000, 1200)]
)
def test_a_test_owns_what_came_since_it_began_and_was_kept(
    called: RunningSandbox, count: int, more: int
) -> None:
    before = position(called)
    for _ in range(more):
        called.journal.append(b'{"files": []}')
    log = Log(exchanges=(None,) * len(called.journal), dropped=called.journal.dropped)  # type: ignore[arg-type]
    assert before == count
    assert log.since(before) == min(more, 1000)


def test_a_journal_that_was_emptied_has_nothing_of_a_test(called: RunningSandbox, count: int) -> None:
    before = position(called)
    called.journal.clear()
    assert Log.of(called).since(before) == 0
    called.journal.append(b'{"files": []}')
    assert Log(exchanges=(None,), dropped=0).since(before) == 1  # type: ignore[arg-type]


@pytest.fixture
def count() -> int:
    return 7
