"""Two tenants on one server, whatever each of them does, never see anything of each other."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mockserver import MockServer, RunningSandbox, fixtures
from mockserver.fixtures.edges import sized

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
SMALL = sized(120, 150)
KNOWN = "https://images.example.com/known.png"
TASKS = "/api/tasks/visual/segmentation"
SALT = "12345678"
WHO = st.sampled_from([0, 1])


@dataclass
class Tenant:
    """A sandbox, and what its own actions should have left in it."""

    sandbox: RunningSandbox
    exchanges: int = 0
    used: dict[str, int] = field(default_factory=lambda: {"ailab": 0, "picwish": 0, "processimage": 0})
    tasks: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    cached: bool = False
    knows: bool = False
    travelled: float = 0.0
    struck: int = 0


class Machine(RuleBasedStateMachine):
    """Two tenants; what one does is tried with what the other has."""

    server: ClassVar[MockServer]
    client: ClassVar[httpx.Client]

    def __init__(self) -> None:
        super().__init__()
        self.tenants = [Tenant(sandbox=self.new()) for _ in range(2)]

    def new(self) -> RunningSandbox:
        sandbox = self.server.sandbox(picwish={"qps": None, "polls": 2}, processimage={"qps": None})
        sandbox.clock.freeze()
        self.born = sandbox.clock.now()
        return sandbox

    def send(self, who: int, method: str, url: str, **content: Any) -> httpx.Response:
        self.tenants[who].exchanges += 1
        return self.client.request(method, url, **content)

    def picwish(self, who: int) -> tuple[str, dict[str, str]]:
        access = self.tenants[who].sandbox.picwish
        return access.url + TASKS, {"X-API-KEY": access.api_key}

    def processimage(self, who: int, path: str, image: bytes | None, **fields: str) -> dict[str, Any]:
        access = self.tenants[who].sandbox.processimage
        digest = "" if image is None else hashlib.md5(image).hexdigest()
        sign = hashlib.md5((access.app_id + digest + SALT + access.app_secret).encode()).hexdigest()
        files: dict[str, Any] = {"imageFile": image} if image is not None else {}
        answer = self.send(
            who,
            "POST",
            access.url + path,
            headers={"x-access-api-sign": sign},
            data={"appId": access.app_id, "salt": SALT, **fields},
            files=files,
        ).json()
        assert isinstance(answer, dict)
        return answer

    @rule(who=WHO)
    def begin_a_task(self, who: int) -> None:
        url, headers = self.picwish(who)
        answer = self.send(who, "POST", url, headers=headers, files={"image_file": SMALL})
        self.tenants[who].tasks.append(answer.json()["data"]["task_id"])
        self.tenants[who].used["picwish"] += 1

    @rule(who=WHO, asks=WHO, place=st.integers(0, 9))
    def ask_for_a_task(self, who: int, asks: int, place: int) -> None:
        tasks = self.tenants[who].tasks
        if not tasks:
            return
        url, headers = self.picwish(asks)
        answer = self.send(asks, "GET", f"{url}/{tasks[place % len(tasks)]}", headers=headers)
        assert answer.status_code == (200 if asks == who else 404)
        if asks == who and (link := answer.json()["data"].get("image")):
            self.tenants[who].links.append(link)

    @rule(who=WHO)
    def cut_a_head_out(self, who: int) -> None:
        access = self.tenants[who].sandbox.ailab
        answer = self.send(
            who,
            "POST",
            f"{access.url}/api/cutout/portrait/avatar-extraction",
            headers={"ailabapi-api-key": access.api_key},
            files={"image": PORTRAIT},
        )
        self.tenants[who].used["ailab"] += 1
        self.tenants[who].links.append(answer.json()["data"]["elements"][0]["image_url"])

    @rule(who=WHO, place=st.integers(0, 9))
    def download(self, who: int, place: int) -> None:
        links = self.tenants[who].links
        if links:
            answer = self.send(who, "GET", links[place % len(links)])
            assert answer.status_code == 200 or self.tenants[who].travelled >= 3600

    @rule(who=WHO)
    def clear_a_picture(self, who: int) -> None:
        tenant = self.tenants[who]
        answer = self.processimage(
            who, "/watermark/access", SMALL, rectangles='[{"x":1,"y":1,"w":20,"h":20}]'
        )
        assert answer["httpCode"] == (304 if tenant.cached else 200), answer
        tenant.used["processimage"] += not tenant.cached
        tenant.cached = True

    @rule(who=WHO)
    def get_a_token(self, who: int) -> None:
        answer = self.processimage(who, "/watermark/token", None)
        self.tenants[who].tokens.append(answer["data"]["token"])

    @rule(who=WHO)
    def cut_out_a_known_url(self, who: int) -> None:
        url, headers = self.picwish(who)
        fields = {"image_url": (None, KNOWN), "sync": (None, "1")}
        answer = self.send(who, "POST", url, headers=headers, files=fields)
        done = answer.json()["data"]["state"] == 1
        assert done == self.tenants[who].knows
        self.tenants[who].used["picwish"] += done

    @rule(who=WHO)
    def know_a_url(self, who: int) -> None:
        self.tenants[who].sandbox.know_url(KNOWN, SMALL)
        self.tenants[who].knows = True

    @rule(who=WHO)
    def fail_once(self, who: int) -> None:
        self.tenants[who].sandbox.fail("ailab", "error.ERROR_USER_LOCKED")
        for other in (1 - who, who):
            access = self.tenants[other].sandbox.ailab
            answer = self.send(
                other,
                "POST",
                f"{access.url}/api/cutout/portrait/avatar-extraction",
                headers={"ailabapi-api-key": access.api_key},
                files={"image": b"broken"},
            )
            assert ("LOCKED" in answer.text) == (other == who)
        self.tenants[who].struck += 1

    @rule(who=WHO, seconds=st.sampled_from([1.0, 600.0, 3600.0]))
    def travel(self, who: int, seconds: float) -> None:
        tenant = self.tenants[who]
        tenant.sandbox.clock.travel(seconds)
        tenant.travelled += seconds
        tenant.cached = tenant.cached and tenant.travelled < 18000
        if tenant.travelled >= 3600:
            tenant.tasks, tenant.links = [], []

    @rule(who=WHO)
    def reset(self, who: int) -> None:
        sandbox = self.tenants[who].sandbox
        sandbox.reset()
        sandbox.configure({"picwish": {"qps": None, "polls": 2}, "processimage": {"qps": None}})
        sandbox.clock.freeze()
        self.tenants[who] = Tenant(sandbox=sandbox)

    @rule(who=WHO)
    def drop(self, who: int) -> None:
        former = self.tenants[who].sandbox
        key = former.picwish.api_key
        former.drop()
        self.tenants[who] = Tenant(sandbox=self.new())
        answer = self.client.get(f"{self.server.url}{TASKS}/x", headers={"X-API-KEY": key})
        assert answer.status_code == 401

    @invariant()
    def each_holds_what_it_did_itself_and_nothing_else(self) -> None:
        for tenant in self.tenants:
            journal = list(tenant.sandbox.journal)
            assert {exchange.sandbox for exchange in journal} <= {tenant.sandbox.id}
            assert len(journal) == tenant.exchanges
            assert sum(bool(exchange.faults) for exchange in journal) == tenant.struck
            used = {name: tenant.sandbox.account(name).used for name in tenant.used}
            assert used == tenant.used
            assert (KNOWN in tenant.sandbox.known_urls()) == tenant.knows

    @invariant()
    def a_token_opens_its_own_sandbox_alone(self) -> None:
        for who, tenant in enumerate(self.tenants):
            assert all(token[:8] == tenant.sandbox.id for token in tenant.tokens), who

    def teardown(self) -> None:
        for tenant in self.tenants:
            tenant.sandbox.drop()


@pytest.mark.usefixtures("server")
def test_two_sandboxes_never_see_anything_of_each_other(server: MockServer) -> None:
    class Running(Machine):
        pass

    with httpx.Client() as client:
        Running.server, Running.client = server, client
        run_state_machine_as_test(Running, settings=settings(max_examples=25, stateful_step_count=30))


def test_many_threads_with_a_sandbox_each_disturb_nobody() -> None:
    script = Path(__file__).parents[1] / "benchmarks" / "isolation.py"
    command = [sys.executable, str(script), "--threads", "64", "--seconds", "3"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "differences: 0, requests that belong to nobody: 0" in ran.stdout
