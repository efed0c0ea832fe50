"""The courier: who is called back when, and how often."""

import asyncio
from typing import Any

import pytest
from courier_world import URL, Answer, World, run, standings
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver import callbacks, courier
from mockserver.callbacks import Standing, told
from mockserver.courier import AT_ONCE


def test_a_callback_is_delivered_when_the_clock_travels_past_it() -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        world.promise(sandbox, 5.0, text="done")
        await world.travel(sandbox, 4.9)
        assert world.receiver.received == []
        await world.travel(sandbox, 0.1)
        assert world.receiver.received == [(URL, b"done")]
        assert standings(sandbox) == [(Standing.DELIVERED, 1)]

    run(story)


def test_a_frozen_clock_holds_it_back_and_travel_still_moves_it() -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        sandbox.clock.freeze()
        world.promise(sandbox)
        await asyncio.sleep(0)
        assert world.receiver.received == []
        await world.travel(sandbox, 1.0)
        assert len(world.receiver.received) == 1

    run(story)


@pytest.mark.parametrize(
    ("script", "attempts", "standing"),
    [
        ((200,), 1, Standing.DELIVERED),
        ((204,), 1, Standing.DELIVERED),
        ((500, 200), 2, Standing.DELIVERED),
        ((None, 302, 200), 3, Standing.DELIVERED),
        ((404, None, 500, 200), 3, Standing.GIVEN_UP),
    ],
)
def test_it_is_tried_as_often_as_the_route_says(
    script: tuple[Answer, ...], attempts: int, standing: Standing, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        world = World(*script)
        sandbox = world.registry.mint()
        callback = world.promise(sandbox)
        await world.travel(sandbox, 1000.0)
        assert standings(sandbox) == [(standing, attempts)]
        assert len(world.receiver.received) == attempts
        assert world.prepared == [callback.id]

    run(story)
    assert ("given up after 3 attempts" in caplog.text) == (standing is Standing.GIVEN_UP)


def test_a_retry_waits_for_its_time_after_the_first() -> None:
    async def story() -> None:
        world = World(500, 500)
        sandbox = world.registry.mint()
        world.promise(sandbox)
        counts = []
        for step in (1.0, 9.9, 0.1, 49.9, 0.1):
            await world.travel(sandbox, step)
            counts.append(len(world.receiver.received))
        assert counts == [1, 1, 2, 2, 3]

    run(story)


def test_each_attempt_stands_in_the_journal() -> None:
    async def story() -> None:
        world = World(500)
        sandbox = world.registry.mint()
        world.promise(sandbox, text='{"state": 1}')
        await world.travel(sandbox, 100.0)
        first, second = sandbox.journal
        assert (first.operation, first.method, first.path, first.status) == ("callback", "POST", URL, 500)
        assert first.behaviours == ["picwish.callback.refused"]
        assert "HTTP 500" in first.notes[0]
        assert (second.status, second.behaviours) == (200, ["picwish.callback.delivered"])
        assert second.notes == ["the receiver took the callback, attempt 2 of 3"]
        assert second.fields == {"state": 1}
        assert second.response == {"content_type": None, "size": 0}

    run(story)


def test_a_receiver_that_hangs_holds_up_no_other() -> None:
    async def story() -> None:
        release = asyncio.Event()
        world = World(release)
        sandbox, other = world.registry.mint(), world.registry.mint()
        world.promise(sandbox, 0.0, text="hangs")
        world.promise(sandbox, 0.0, text="goes on")
        await asyncio.sleep(0)
        world.promise(other, 1.0, text="elsewhere")
        await world.travel(other, 1.0)
        assert [body for _, body in world.receiver.received] == [b"hangs", b"goes on", b"elsewhere"]
        release.set()
        await world.courier.settle(sandbox.id)
        assert standings(sandbox) == [(Standing.PENDING, 1), (Standing.DELIVERED, 1)]

    run(story)


def test_one_whose_time_nobody_knows_waits_until_it_is_hastened() -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        callback = world.promise(sandbox, None)
        await world.travel(sandbox, 1e6)
        assert world.receiver.received == []
        world.courier.hasten(sandbox, callback.id)
        await world.courier.settle(sandbox.id)
        assert standings(sandbox) == [(Standing.DELIVERED, 1)]

    run(story)


def test_travelling_in_a_coroutine_holds_nothing_up() -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        world.promise(sandbox)
        sandbox.clock.travel(1.0)
        await world.courier.settle(sandbox.id)
        assert standings(sandbox) == [(Standing.DELIVERED, 1)]

    run(story)


def test_a_receiver_that_hangs_holds_up_the_clock_only_so_long(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        world = World(release := asyncio.Event())
        sandbox = world.registry.mint()
        world.promise(sandbox)
        await world.travel(sandbox, 1.0)
        await asyncio.to_thread(sandbox.clock.freeze)
        await asyncio.to_thread(sandbox.clock.unfreeze)
        assert standings(sandbox) == [(Standing.PENDING, 1)]
        release.set()
        await world.courier.close()

    monkeypatch.setattr(courier, "SETTLE_TIMEOUT", 0.02)
    run(story)
    assert caplog.text.count("the clock does not wait longer") == 1


def test_many_callbacks_are_all_delivered_and_not_all_at_once() -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        for _ in range(2 * AT_ONCE):
            world.promise(sandbox, 0.0)
        await world.courier.settle(sandbox.id)
        assert world.receiver.most_at_once == AT_ONCE
        assert standings(sandbox) == [(Standing.DELIVERED, 1)] * (2 * AT_ONCE)

    run(story)


def test_of_too_many_callbacks_no_pending_one_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        sandbox.clock.freeze()
        for due_in in (0.0, 0.0, 5.0, 5.0, 5.0, 5.0):
            world.promise(sandbox, due_in)
            await world.courier.settle(sandbox.id)
        assert standings(sandbox) == [(Standing.PENDING, 0)] * 4
        await world.travel(sandbox, 5.0)
        assert standings(sandbox) == [(Standing.DELIVERED, 1)] * 4

    monkeypatch.setattr(callbacks, "LIMIT", 3)
    run(story)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.lists(st.sampled_from([200, 500, None]), max_size=4)), max_size=5
    ),
    st.lists(st.floats(0, 80), max_size=8),
)
def test_whatever_happens_nobody_is_called_early_or_too_often(
    promises: list[tuple[float, list[Answer]]], steps: list[float]
) -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        begin = sandbox.clock.freeze()
        for due_in, script in promises:
            world.receiver.script += script
            world.promise(sandbox, due_in, text=str(due_in))
        for step in (0.0, *steps):
            sandbox.clock.travel(step)
            await world.courier.settle(sandbox.id)
            age = sandbox.clock.now() - begin
            assert all(float(body) <= age + 1e-6 for _, body in world.receiver.received)
        for callback in sandbox.callbacks:
            due = callback.due_at is not None and callback.due_at <= sandbox.clock.now()
            assert (callback.attempts > 0) == due
            assert callback.attempts <= 3
        await world.courier.close(grace=0.01)

    run(story)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"data": {"state": 1}}', {"data": {"state": 1}}),
        (b"[1]", {"body": "[1]"}),
        (b"done \xff", {"body": "done \ufffd"}),
        (b"", {"body": ""}),
        (
            b'{"data": [{"image": "%s"}]}' % (b"a" * 3000),
            {"data": [{"image": f"{'a' * 80}… (3000 characters)"}]},
        ),
    ],
)
def test_what_a_callback_says_is_kept_as_fields(body: bytes, fields: dict[str, Any]) -> None:
    assert told(body) == fields
