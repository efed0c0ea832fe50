"""No order of requests, polls, time jumps and faults brings a task out of its table, or back."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from picwish_states import reachable
from picwish_world import KEY, SMALL, SOURCE, World

from mockserver import MockServer
from mockserver.providers.picwish.wire import PATH
from mockserver.tasks import TABLE, State

HOUR = 3600
FAILURES = ("-1", "-2", "-3", "-5", "-7", "-8")
SOURCES = {"good": SMALL, "broken": b"broken"}
STEPS = st.sampled_from([0.0, 0.1, 0.25, 1.0, 5.0, 29.0, 31.0, 900.0, 3500.0]) | st.floats(0, 4000)


@dataclass
class Known:
    """What a client knows of a task: when it made it, and the last it heard."""

    created_at: float
    state: State = State.QUEUED
    progress: int = 0
    last: dict[str, object] | None = None


class Machine(RuleBasedStateMachine):
    """A client with many tasks at once in a sandbox whose time stands still but for jumps."""

    server: ClassVar[MockServer]

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = self.server.sandbox(picwish={"qps": None})
        access = self.sandbox.picwish
        self.client = httpx.Client(base_url=access.url, headers={KEY: access.api_key}, verify=False)
        self.world = World(server=self.server, sandbox=self.sandbox, client=self.client).frozen()
        self.sandbox.know_url(SOURCE, SMALL)
        self.tasks: dict[str, Known] = {}
        self.links: list[str] = []

    @rule(
        source=st.sampled_from(["good", "broken", "url", "no url"]),
        sync=st.sampled_from("01"),
        seconds=st.sampled_from([0.0, 0.5, 1.0, 10.0, 30.0, 31.0]),
        polls=st.none() | st.integers(0, 6),
        fault=st.none() | st.sampled_from(FAILURES),
    )
    def create(self, source: str, sync: str, seconds: float, polls: int | None, fault: str | None) -> None:
        self.world.set(seconds=seconds, polls=polls)
        if fault:
            self.sandbox.fail("picwish", f"state.{fault}")
        url = {"url": SOURCE, "no url": "http://127.0.0.1:9/"}.get(source)
        fields = {"image_url": url} if url else {}
        answer = self.world.post(SOURCES.get(source), sync=sync, **fields)
        data = answer.json()["data"]
        self.tasks[data["task_id"]] = Known(created_at=self.sandbox.clock.now())
        if sync == "1":
            self.heard(data)

    @rule(place=st.integers(0, 50))
    def query(self, place: int) -> None:
        if not self.tasks:
            return
        task_id = list(self.tasks)[place % len(self.tasks)]
        answer = self.client.get(f"{PATH}/{task_id}")
        age = self.sandbox.clock.now() - self.tasks[task_id].created_at
        if answer.status_code == 404:
            assert age >= HOUR
        else:
            assert answer.status_code == 200
            self.heard(answer.json()["data"])

    @rule(seconds=STEPS)
    def travel(self, seconds: float) -> None:
        self.sandbox.clock.travel(seconds)

    @rule(place=st.integers(0, 50))
    def download(self, place: int) -> None:
        if not self.links:
            return
        link = self.links[place % len(self.links)]
        (expires,) = parse_qs(urlsplit(link).query)["Expires"]
        alive = self.sandbox.clock.now() <= int(expires)
        assert self.client.get(link).status_code == (200 if alive else 403)

    @invariant()
    def each_task_that_was_not_seen_to_fail_costs_one_credit(self) -> None:
        charged = sum(not task.state.failed for task in self.tasks.values())
        assert self.sandbox.account("picwish").used == charged

    def heard(self, data: dict[str, object]) -> None:
        """Hold what an answer says against the table and against what was heard before."""
        task, state = self.tasks[str(data["task_id"])], State(int(str(data["state"])))
        shown = [name for name in TABLE[state].shows if name != "mask"]
        assert list(data) == shown
        assert state in reachable(task.state)
        progress = int(str(data["progress"]))
        assert progress == (0 if state.failed else 100) if state.ended else task.progress <= progress < 100
        times = [data[name] for name in ("created_at", "processed_at", "completed_at") if name in data]
        assert times == sorted(times, key=str)
        assert data["created_at"] == int(task.created_at)
        if task.last is not None and task.state.ended:
            assert {**data, "image": None} == {**task.last, "image": None}
        task.state, task.progress, task.last = state, progress, data
        if state is State.DONE:
            self.links.append(str(data["image"]))
            assert self.client.get(self.links[-1]).status_code == 200

    def teardown(self) -> None:
        self.client.close()


def test_the_arrows_of_the_table_lead_everywhere() -> None:
    assert set(reachable(State.QUEUED)) == set(State)


def test_tasks_never_leave_their_table(server: MockServer) -> None:
    class Running(Machine):
        pass

    Running.server = server
    run_state_machine_as_test(
        Running, settings=settings(max_examples=30, stateful_step_count=25, deadline=None)
    )
