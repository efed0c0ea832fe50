"""What becomes of callbacks whose sandbox, server or loop comes to its end first."""

import asyncio
import logging

import pytest
from courier_world import URL, World, run, standings

from mockserver.callbacks import Callback, Standing
from mockserver.courier import SETTLE_TIMEOUT, Message, Route
from mockserver.sandbox import Sandbox


@pytest.mark.parametrize("forget", ["reset", "drop"])
def test_what_a_sandbox_has_forgotten_is_not_delivered(forget: str) -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        world.promise(sandbox)
        world.empty(sandbox, forget)
        await world.travel(sandbox, 100.0)
        assert world.receiver.received == []

    run(story)


def test_when_there_is_nothing_to_tell_nothing_is_sent() -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        world.promise(sandbox, text="nothing")
        await world.travel(sandbox, 100.0)
        assert world.receiver.received == []
        assert standings(sandbox) == [(Standing.GIVEN_UP, 0)]

    run(story)


def test_what_a_loop_leaves_behind_is_reported_and_its_clock_still_travels(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    sandbox = world.registry.mint()

    async def story() -> None:
        world.promise(sandbox)
        await asyncio.sleep(0)

    run(story)
    sandbox.clock.travel(1.0)
    assert standings(sandbox) == [(Standing.UNDELIVERED, 0)]
    assert "stopped before the callback" in caplog.text


@pytest.mark.parametrize("forget", ["reset", "drop"])
def test_a_clock_that_waits_for_a_receiver_that_hangs_goes_on_when_all_is_emptied(forget: str) -> None:
    async def story() -> None:
        hangs = asyncio.Event()
        world = World(hangs)
        sandbox = world.registry.mint()
        world.promise(sandbox)
        travel = asyncio.create_task(world.travel(sandbox, 1.0))
        while not world.receiver.received:
            await asyncio.sleep(0)
        world.empty(sandbox, forget)
        async with asyncio.timeout(SETTLE_TIMEOUT / 2):
            await travel
        hangs.set()

    run(story)


@pytest.mark.parametrize("forget", ["reset", "drop"])
def test_a_sandbox_that_is_emptied_hurries_no_clock_of_another(forget: str) -> None:
    async def story() -> None:
        hangs = asyncio.Event()
        world = World(hangs)
        waits, other = world.registry.mint(), world.registry.mint()
        for sandbox in (waits, other):
            world.promise(sandbox)
        travel = asyncio.create_task(world.travel(waits, 1.0))
        while not world.receiver.received:
            await asyncio.sleep(0)
        world.empty(other, forget)
        await world.courier.settle(other.id)
        assert not travel.done()
        hangs.set()
        await world.travel(waits, 100.0)
        assert standings(waits) == [(Standing.DELIVERED, 2)]
        await travel

    run(story)


@pytest.mark.parametrize("forget", ["reset", "drop"])
def test_an_attempt_leaves_nothing_in_a_sandbox_that_was_emptied_meanwhile(forget: str) -> None:
    async def story() -> None:
        release = asyncio.Event()
        world = World(release)
        sandbox = world.registry.mint()
        world.promise(sandbox, 0.0)
        while not world.receiver.received:
            await asyncio.sleep(0)
        world.empty(sandbox, forget)
        release.set()
        await world.courier.settle(sandbox.id)
        assert list(sandbox.journal) == []
        assert list(sandbox.callbacks) == []

    run(story)


@pytest.mark.parametrize("forget", ["reset", "drop"])
def test_nothing_is_posted_for_a_sandbox_that_was_emptied_while_the_message_was_made(forget: str) -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()

        async def prepare(sandbox: Sandbox, callback: Callback) -> Message | None:
            world.empty(sandbox, forget)
            return Message(body=b"", headers={})

        world.courier.register("picwish", Route(prepare=prepare, delays=(0.0,), timeout=1.0, accepted=bool))
        world.promise(sandbox, 0.0)
        await world.courier.settle(sandbox.id)
        assert world.receiver.received == []

    run(story)


def test_our_own_mistake_is_logged_and_ends_the_callback(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        world = World()

        async def broken(sandbox: Sandbox, callback: Callback) -> Message | None:
            raise ZeroDivisionError

        world.courier.register("picwish", Route(prepare=broken, delays=(0.0,), timeout=1.0, accepted=bool))
        sandbox = world.registry.mint()
        world.promise(sandbox)
        await world.travel(sandbox, 1.0)
        assert standings(sandbox) == [(Standing.GIVEN_UP, 0)]

    run(story)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("forget", ["reset", "drop"])
def test_what_waits_in_a_sandbox_that_was_emptied_ends(forget: str) -> None:
    async def story() -> None:
        world = World()
        sandbox = world.registry.mint()
        sandbox.clock.freeze()
        world.promise(sandbox)
        world.empty(sandbox, forget)
        while world.courier.pending:
            await asyncio.sleep(0)

    run(story)


class TestShutdown:
    def test_what_is_due_is_delivered_first(self) -> None:
        async def story() -> None:
            world = World()
            sandbox = world.registry.mint()
            world.promise(sandbox, 0.0)
            await world.courier.close()
            assert standings(sandbox) == [(Standing.DELIVERED, 1)]

        run(story)

    def test_what_cannot_be_delivered_is_reported(self, caplog: pytest.LogCaptureFixture) -> None:
        async def story() -> None:
            world = World(asyncio.Event(), 500)
            sandbox = world.registry.mint()
            for due_in in (0.0, 0.0, 50.0):  # one hangs, one is to be tried again, one is not due yet
                world.promise(sandbox, due_in)
            await world.courier.close(grace=0.01)
            assert [callback.standing for callback in sandbox.callbacks] == [Standing.UNDELIVERED] * 3
            assert sum("stopped before" in note for entry in sandbox.journal for note in entry.notes) == 3

        with caplog.at_level(logging.WARNING):
            run(story)
        assert caplog.text.count(URL) == 3

    def test_closing_what_never_began_is_no_error(self) -> None:
        asyncio.run(World().courier.close())
