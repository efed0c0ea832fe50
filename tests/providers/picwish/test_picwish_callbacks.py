"""Callbacks: posted when a task ends, tried again, and never before the end."""

import pytest
from other_side import OtherSide
from picwish_world import World

from mockserver.callbacks import Callback, Standing
from mockserver.fixtures.edges import sized

MODES = pytest.mark.parametrize("sync", ["0", "1"])


def only(world: World) -> Callback:
    (callback,) = world.sandbox.callbacks
    return callback


def begun(world: World, receiver: OtherSide, **fields: str) -> str:
    """The id of a new task that calls back."""
    return world.begin(callback_url=f"{receiver.url}/done?order=7", **fields)


def test_a_task_calls_back_when_it_ends_and_not_before(world: World, other_side: OtherSide) -> None:
    task_id = begun(world.frozen(), other_side)
    world.sandbox.clock.travel(0.99)
    assert other_side.received == []
    world.sandbox.clock.travel(0.01)
    (received,) = other_side.received
    assert received.path == "/done?order=7"
    assert received.headers["Content-Type"] == "application/json; charset=utf-8"
    assert received.json == {"status": 200, "message": "success", "data": world.query(task_id)}
    assert b"\\u0026" in received.body
    assert only(world).standing is Standing.DELIVERED


@pytest.mark.parametrize("seconds", [1, 100, 5 * 3600])
def test_a_task_that_nobody_queries_ends_by_its_callback(
    world: World, other_side: OtherSide, seconds: float
) -> None:
    begun(world.frozen(), other_side)
    world.sandbox.clock.travel(seconds)
    data = other_side.received[0].json["data"]
    assert data["completed_at"] - data["created_at"] == 1
    assert world.client.get(data["image"]).status_code == 200
    assert world.sandbox.account("picwish").used == 1


def test_a_synchronous_task_calls_back_too(world: World, other_side: OtherSide) -> None:
    data = world.frozen().cut(callback_url=other_side.url, output_type="1")
    world.sandbox.clock.travel(0)
    assert [received.json["data"] for received in other_side.received] == [data]


def test_the_journal_says_how_the_task_has_ended_and_why(world: World, other_side: OtherSide) -> None:
    world.post(b"broken", callback_url=other_side.url)
    world.sandbox.clock.travel(5)
    exchange = world.sandbox.journal.last
    assert exchange.behaviours == ["picwish.state.-7", "picwish.callback.delivered"]
    assert exchange.notes == ["not a JPEG, PNG, BMP, GIF, WebP or TIFF file"]


@MODES
@pytest.mark.parametrize(("name", "image"), [("-7", b"broken"), ("-1", None), ("-8", None)])
def test_a_failure_calls_back_too(
    world: World, other_side: OtherSide, sync: str, name: str, image: bytes | None
) -> None:
    if image is None:
        world.sandbox.fail("picwish", f"state.{name}")
    world.post(image or sized(100, 120), sync=sync, callback_url=other_side.url)
    world.sandbox.clock.travel(5)
    assert [received.json["data"]["state"] for received in other_side.received] == [int(name)]
    assert "message" in other_side.received[0].json


def test_a_task_of_more_than_30_seconds_calls_back_after_30(world: World, other_side: OtherSide) -> None:
    begun(world.frozen().set(seconds=100), other_side)
    world.sandbox.clock.travel(29)
    assert other_side.received == []
    world.sandbox.clock.travel(1)
    assert other_side.received[0].json["data"]["state"] == -8


def test_by_polls_the_last_one_lets_it_call_back(world: World, other_side: OtherSide) -> None:
    task_id = begun(world.frozen().set(polls=3), other_side)
    for _ in range(2):
        world.query(task_id)
        world.sandbox.clock.travel(500)
    assert other_side.received == []
    assert only(world).due_at is None
    data = world.query(task_id)
    world.sandbox.clock.travel(0)
    assert [received.json["data"] for received in other_side.received] == [data]
    world.query(task_id)
    world.sandbox.clock.travel(500)
    assert len(other_side.received) == 1


def test_its_links_are_signed_when_it_is_sent(world: World, other_side: OtherSide) -> None:
    begun(world.frozen(), other_side)
    world.sandbox.clock.travel(1800)
    link = other_side.received[0].json["data"]["image"]
    world.sandbox.clock.travel(3500)
    assert world.client.get(link).status_code == 200


@pytest.mark.parametrize("refusal", [500, 404, 302, 0])
def test_it_is_tried_again_after_10_and_60_seconds(world: World, refusal: int) -> None:
    with OtherSide(script=[refusal, refusal, refusal, refusal]) as receiver:
        begun(world.frozen(), receiver)
        counts = []
        for seconds in (1, 9.9, 0.1, 49.9, 0.1, 1000):
            world.sandbox.clock.travel(seconds)
            counts.append(len(receiver.received))
    assert counts == [1, 1, 2, 2, 3, 3]
    assert len({received.body for received in receiver.received}) == 1
    assert (only(world).standing, only(world).attempts) == (Standing.GIVEN_UP, 3)
    refused = [one for one in world.sandbox.journal if one.operation == "callback"]
    assert [one.behaviours for one in refused] == [["picwish.state.1", "picwish.callback.refused"]] * 3
    assert all(one.notes for one in refused)


def test_once_it_is_taken_it_is_not_sent_again(world: World) -> None:
    with OtherSide(script=[503, 204]) as receiver:
        begun(world.frozen(), receiver)
        for _ in range(10):
            world.sandbox.clock.travel(20)
    assert len(receiver.received) == 2
    assert only(world).standing is Standing.DELIVERED


def test_nobody_at_the_url_costs_the_task_nothing(world: World) -> None:
    task_id = world.frozen().begin(callback_url="http://127.0.0.1:9/")
    assert world.after(task_id, 100)["state"] == 1
    assert only(world).standing is Standing.GIVEN_UP


def test_a_host_that_is_not_allowed_is_never_called(world: World) -> None:
    task_id = world.frozen().begin(callback_url="http://callback.example/")
    assert world.after(task_id, 100)["state"] == 1
    assert "not loopback and not an allowed host" in str(only(world).last)


def test_a_receiver_that_hangs_holds_up_no_query(world: World) -> None:
    with OtherSide(script=["hang"]) as receiver:
        task_id = world.set(seconds=0.02).begin(callback_url=receiver.url)
        while not receiver.received:  # it falls due in real time, and hangs from then on
            world.query(task_id)
        assert world.query(task_id)["state"] == 1
        assert only(world).standing is Standing.PENDING


def test_a_dropped_sandbox_calls_nobody(world: World, other_side: OtherSide) -> None:
    # So short that it is due by the real clock, too, which the sandbox's is when it has been dropped.
    begun(world.frozen().set(seconds=0.001), other_side)
    world.server.app.engine.registry.drop(world.sandbox.id)
    world.sandbox.clock.travel(100)
    world.client.get("/_mock/health")
    assert other_side.received == []


def test_its_links_are_at_the_origin_of_the_create_call(world: World, other_side: OtherSide) -> None:
    files = {"image_file": sized(100, 120)}
    fields = {"callback_url": other_side.url}
    host = {"Host": "techhk.aoscdn.com"}
    world.frozen().client.post("/api/tasks/visual/segmentation", headers=host, files=files, data=fields)
    world.sandbox.clock.travel(1)
    assert other_side.received[0].json["data"]["image"].startswith("http://techhk.aoscdn.com/tasks/output/")
