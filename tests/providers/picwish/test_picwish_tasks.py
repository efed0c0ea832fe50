"""Asynchronous tasks: how they go on by time and by polls, how they end, and how long they are kept."""

import re
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from other_side import OtherSide
from picwish_world import KEY, SMALL, SOURCE, World

from mockserver import MockServer
from mockserver.fixtures.edges import sized
from mockserver.providers.picwish.records import Tasks
from mockserver.providers.picwish.wire import PATH
from mockserver.tasks import TABLE, State

HOUR = 3600
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def states(world: World, task_id: str, *steps: float) -> list[int]:
    return [world.after(task_id, step)["state"] for step in steps]


def test_a_task_is_a_uuid_that_carries_its_sandbox(world: World) -> None:
    task_id = world.begin()
    assert UUID.fullmatch(task_id)
    assert task_id.startswith(world.sandbox.id)


def test_creating_a_task_answers_nothing_but_its_id(world: World) -> None:
    answer = world.post()
    assert answer.json() == {
        "status": 200,
        "message": "success",
        "data": {"task_id": answer.json()["data"]["task_id"]},
    }


@pytest.mark.parametrize("sync", ["0", "", None])
def test_a_request_is_asynchronous_unless_sync_is_1(world: World, sync: str | None) -> None:
    assert set(world.post(**({} if sync is None else {"sync": sync})).json()["data"]) == {"task_id"}
    assert "picwish.mode.async" in world.sandbox.journal.last.behaviours


def test_by_default_a_task_takes_a_second(world: World) -> None:
    task_id = world.frozen().begin()
    assert states(world, task_id, 0, 0.1, 0.1, 0.1, 0.6) == [0, 2, 3, 4, 4]
    assert states(world, task_id, 0.1, 0, 5) == [1, 1, 1]


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.7, 1.1, 7, 29.9, 30.0])
def test_a_task_is_done_when_exactly_its_seconds_have_passed(world: World, seconds: float) -> None:
    task_id = world.frozen().set(seconds=seconds).begin()
    assert world.after(task_id, seconds)["state"] == 1


@pytest.mark.parametrize("seconds", [30.1, 31, 4000])
def test_a_task_of_more_than_30_seconds_times_out_after_30(world: World, seconds: float) -> None:
    task_id = world.frozen().set(seconds=seconds).begin()
    created = int(world.sandbox.clock.now())
    assert world.after(task_id, 29.9)["state"] not in (1, -8)
    assert world.after(task_id, 0.1) == {
        "created_at": created,
        "processed_at": int(world.sandbox.clock.now() - 30 + min(0.3 * seconds, 30)),
        "progress": 0,
        "state": -8,
        "task_id": task_id,
    }


@pytest.mark.parametrize("polls", [0, 1, 2, 3, 5, 8])
def test_by_polls_a_task_takes_so_many_and_knows_no_time(world: World, polls: int) -> None:
    task_id = world.frozen().set(polls=polls, seconds=100).begin()
    for _ in range(max(polls, 1) - 1):
        assert world.after(task_id, 100)["state"] in (0, 2, 3, 4)
    assert states(world, task_id, 0, 0) == [1, 1]


@pytest.mark.parametrize("settings", [{}, {"polls": 4}])
def test_the_times_of_a_task_are_whole_seconds_in_order(world: World, settings: dict[str, Any]) -> None:
    task_id = world.frozen().set(**settings).begin()
    created = int(world.sandbox.clock.now())
    for _ in range(6):
        data = world.after(task_id, 0.3)
        assert data["created_at"] == created
        assert created <= data.get("processed_at", created) <= data.get("completed_at", created + 9)
    assert created + 1 <= data["completed_at"] <= created + 2


def test_progress_never_falls_and_ends_at_100(world: World) -> None:
    task_id = world.frozen().set(seconds=10).begin()
    progress = [world.after(task_id, 0.5)["progress"] for _ in range(21)]
    assert progress == sorted(progress)
    assert progress[-2:] == [100, 100]
    assert max(progress[:19]) < 100


@pytest.mark.parametrize(("seconds", "state"), [(0, 0), (1, 2), (2, 3), (3, 4), (10, 1)])
def test_an_answer_shows_the_fields_of_its_state(world: World, seconds: float, state: int) -> None:
    task_id = world.frozen().set(seconds=10).begin(output_type="1")
    data = world.after(task_id, seconds)
    assert data["state"] == state
    assert tuple(data) == TABLE[State(state)].shows


@pytest.mark.parametrize("name", ["-1", "-2", "-3", "-5", "-7", "-8"])
@pytest.mark.parametrize("settings", [{}, {"polls": 4}], ids=["time", "polls"])
def test_a_fault_lets_an_asynchronous_task_end_in_any_failure(
    world: World, name: str, settings: dict[str, Any]
) -> None:
    world.frozen().set(**settings).sandbox.fail("picwish", f"state.{name}")
    task_id = world.begin()
    assert world.sandbox.journal.last.fault == f"picwish.state.{name}"
    found = states(world, task_id, 0.15, *[0.25] * 7)
    assert found[0] == 2 or "polls" in settings
    assert found[-1] == int(name)
    assert found == [one for one in found if one >= 0] + [int(name)] * sum(one < 0 for one in found)
    assert tuple(world.query(task_id)) == TABLE[State(int(name))].shows
    assert states(world, world.begin(), *[0.5] * 5)[-1] == 1


def test_a_download_that_fails_ends_a_task_before_its_time(world: World) -> None:
    world.frozen().sandbox.fail("picwish", "state.-3")
    task_id = world.begin()
    assert states(world, task_id, 0.19, 0.01) == [2, -3]


@pytest.mark.parametrize("state", [1, -7])
def test_a_task_is_kept_for_an_hour_after_its_end(world: World, state: int) -> None:
    task_id = world.frozen().set(seconds=10).begin(SMALL if state == 1 else b"broken")
    assert world.after(task_id, HOUR + 9.9)["state"] == state
    world.sandbox.clock.travel(0.2)
    assert world.client.get(f"{PATH}/{task_id}").json() == {"status": 404, "message": "Task not found"}


def test_a_task_that_nobody_polls_to_its_end_is_kept_as_if_it_took_30_seconds(world: World) -> None:
    task_id = world.frozen().set(polls=5).begin()
    assert world.after(task_id, HOUR + 29)["state"] == 0
    world.sandbox.clock.travel(2)
    assert world.client.get(f"{PATH}/{task_id}").status_code == 404


def test_by_polls_the_hour_begins_with_the_poll_that_ends_it(world: World) -> None:
    task_id = world.frozen().set(polls=2).begin()
    assert states(world, task_id, 0, 3000, 3000) == [0, 1, 1]
    world.sandbox.clock.travel(601)
    assert world.client.get(f"{PATH}/{task_id}").status_code == 404


def test_a_synchronous_task_can_be_queried_for_an_hour(world: World) -> None:
    data = world.frozen().cut(output_type="1")
    assert world.after(data["task_id"], 0) == data
    assert world.after(data["task_id"], HOUR - 1)["completed_at"] == data["completed_at"]
    world.sandbox.clock.travel(2)
    assert world.client.get(f"{PATH}/{data['task_id']}").status_code == 404


def test_a_synchronous_task_waits_for_its_work_alone(world: World) -> None:
    assert world.frozen().set(seconds=30).cut()["state"] == 1
    assert world.set(polls=20).cut()["state"] == 1
    assert world.set(seconds=30.1, polls=None).cut()["state"] == -8


def test_tasks_of_one_sandbox_are_unknown_to_another(world: World, server: MockServer) -> None:
    task_id = world.begin()
    other = server.sandbox()
    answer = world.client.get(f"{PATH}/{task_id}", headers={KEY: other.picwish.api_key})
    assert (answer.status_code, answer.json()["message"]) == (404, "Task not found")


def test_a_reset_forgets_tasks(world: World) -> None:
    task_id = world.begin()
    world.sandbox.reset()
    assert world.client.get(f"{PATH}/{task_id}").status_code == 404


def test_settings_that_change_later_leave_a_task_as_it_is(world: World) -> None:
    task_id = world.frozen().begin()
    world.set(seconds=20, polls=3)
    assert world.after(task_id, 1)["state"] == 1


def test_an_image_url_is_fetched_in_the_background(world: World, other_side: OtherSide) -> None:
    url = other_side.serve("/photo.jpg", SMALL)
    task_id = world.begin(None, image_url=url)
    world.sandbox.clock.travel(2)
    assert world.query(task_id)["state"] == 1


def test_a_slow_image_url_keeps_a_task_preparing_until_its_end(world: World, other_side: OtherSide) -> None:
    task_id = world.frozen().set(seconds=10).begin(None, image_url=other_side.serve("/hang", SMALL))
    first = [world.after(task_id, 1) for _ in range(9)]
    assert [data["state"] for data in first] == [2] * 9
    assert [data["progress"] for data in first] == [10, *[19] * 8]
    threading.Timer(0.05, other_side.released.set).start()
    assert world.after(task_id, 1)["state"] == 1


def test_by_polls_a_slow_image_url_is_waited_for(world: World, other_side: OtherSide) -> None:
    task_id = world.set(polls=5).begin(None, image_url=other_side.serve("/hang", SMALL))
    assert states(world, task_id, 0, 0) == [0, 2]
    threading.Timer(0.05, other_side.released.set).start()
    assert states(world, task_id, 0, 0, 0) == [3, 4, 1]


def test_an_image_url_that_fails_ends_a_task_at_the_time_of_a_failed_download(
    world: World, other_side: OtherSide
) -> None:
    task_id = world.frozen().set(seconds=10).begin(None, image_url=other_side.url + "/nothing")
    assert world.after(task_id, 10)["state"] == -3
    assert "answered 404" in world.sandbox.journal.last.notes[0]


def test_a_task_that_a_fault_dooms_fetches_nothing(world: World, other_side: OtherSide) -> None:
    url = other_side.serve("/photo.jpg", SMALL)
    world.sandbox.fail("picwish", "state.-2", times=2)
    task_id = world.begin(None, image_url=url)
    assert world.after(task_id, 2)["state"] == -2
    assert world.cut(None, image_url=url)["state"] == -2
    assert other_side.asked == []


def queries_of(world: World, task_id: str) -> int:
    """How many queries of a task have come, answered or not."""
    task = Tasks(world.sandbox).find(task_id)
    assert task is not None
    return task.queries


def in_background(*requests: Callable[[], object]) -> list[threading.Thread]:
    threads = [threading.Thread(target=request) for request in requests]
    for thread in threads:
        thread.start()
    return threads


def test_queries_that_wait_for_the_same_end_are_charged_once(world: World, other_side: OtherSide) -> None:
    task_id = world.frozen().begin(None, image_url=other_side.serve("/hang", SMALL))
    world.sandbox.clock.travel(1)
    answers: list[dict[str, Any]] = []
    waiting = in_background(*[lambda: answers.append(world.query(task_id))] * 5)
    while queries_of(world, task_id) < 5:
        world.client.get("/_mock/health")
    other_side.released.set()
    for thread in waiting:
        thread.join()
    assert [answer["state"] for answer in answers] == [1] * 5
    assert world.sandbox.account("picwish").used == 1


def test_time_that_passes_while_a_synchronous_task_is_worked_on_is_told(
    world: World, other_side: OtherSide
) -> None:
    url = other_side.serve("/hang", SMALL)
    answers: list[dict[str, Any]] = []
    waiting = in_background(lambda: answers.append(world.frozen().cut(None, image_url=url)))
    assert other_side.hangs.wait(10)
    world.sandbox.clock.travel(5)
    other_side.released.set()
    waiting[0].join()
    assert answers[0]["completed_at"] - answers[0]["created_at"] == 5


@pytest.mark.parametrize("sync", ["0", "1"])
def test_many_tasks_at_once_all_succeed_and_are_charged_once(world: World, sync: str) -> None:
    images = [sized(120, 150, seed=seed) for seed in range(6)]
    answers: list[httpx.Response] = []

    def request(image: bytes) -> None:
        answers.append(world.post(image, sync=sync))

    for thread in in_background(*(partial(request, image) for image in images)):
        thread.join()
    world.sandbox.clock.travel(2)
    tasks = [answer.json()["data"]["task_id"] for answer in answers]
    assert [world.query(task)["state"] for task in tasks * 2] == [1] * 12
    assert world.sandbox.account("picwish").used == 6


def test_a_failure_costs_nothing(world: World) -> None:
    task_id = world.begin(b"broken")
    assert world.after(task_id, 2)["state"] == -7
    assert world.sandbox.account("picwish").used == 0


def test_the_last_credit_buys_one_task(world: World) -> None:
    world.frozen().set(balance=1)
    task_id = world.begin()
    assert world.after(task_id, 2)["state"] == 1
    for sync in "01":
        answer = world.post(sync=sync)
        assert answer.json() == {"status": 401, "message": "Service is not enabled"}


def test_tasks_that_go_on_at_once_share_no_credit(world: World) -> None:
    world.frozen().set(balance=2)
    answers = [world.post() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 401]


def test_a_task_that_failed_gives_its_credit_back(world: World) -> None:
    world.frozen().set(balance=1)
    task_id = world.begin(b"broken")
    assert world.post().status_code == 401
    assert world.after(task_id, 2)["state"] == -7
    assert world.cut(b"broken")["state"] == -7
    assert world.cut()["state"] == 1


@pytest.mark.parametrize("end", ["-1", "-2", "-3", "-5", "-7", "-8"])
@pytest.mark.parametrize("sync", [False, True])
def test_a_sandbox_can_be_set_to_end_every_task_so(world: World, end: str, sync: bool) -> None:
    world.frozen().set(end=end, polls=1)
    for _ in range(2):
        data = world.cut() if sync else world.query(world.begin())
        assert data["state"] == int(end)
    assert world.sandbox.journal.last.faults == []


def test_each_state_of_a_task_can_last_its_own_time(world: World) -> None:
    world.frozen().set(seconds={"0": 2, "4": 10})
    task_id = world.begin()
    assert [world.after(task_id, step)["state"] for step in (1, 1, 9, 1)] == [0, 4, 4, 1]


def test_each_state_of_a_task_can_last_its_own_polls(world: World) -> None:
    world.frozen().set(polls={2: 1, 3: 2})
    task_id = world.begin()
    assert [world.query(task_id)["state"] for _ in range(5)] == [2, 3, 3, 1, 1]


def test_a_known_url_stands_for_its_bytes(world: World) -> None:
    world.sandbox.know_url(SOURCE, SMALL)
    assert world.cut(None, image_url=SOURCE)["state"] == 1
    task_id = world.begin(None, image_url=SOURCE)
    assert world.after(task_id, 1)["state"] == 1
