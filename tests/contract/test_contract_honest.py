"""No finding, ever: any order of correct calls of the reference clients, and the official SDKs."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from ailabtools.client import AILabClient
from callback_hook import Hook
from contract_world import BOX, OTHER, PICTURE, URL, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rule_clients import sdk_call

from contract_tests.clients.processimage import Cleared
from mockserver import MockServer
from mockserver.contract import findings
from mockserver.contract.rules import Level

HOUR = 3600.0
MARGIN = 60.0


class Worker:
    """A client of all four that does things right: it keeps the pace, downloads what it was given, in time,
    asks for tasks while they are known, and uses a token for its life."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ailab, self.tencent = world.ailab, world.tencent
        self.picwish, self.processimage = world.picwish, world.processimage
        self.tasks: dict[str, float] = {}
        self.failed: list[str] = []
        self.results: list[tuple[float, Callable[[], object]]] = []
        self.token = ("", 0.0)

    @property
    def now(self) -> float:
        return self.world.sandbox.clock.now()

    def paced(self) -> None:
        self.world.travel(0.5)

    def keep(self, lives: float, download: Callable[[], object]) -> None:
        self.results.append((self.now + lives - MARGIN, download))

    def extract_heads(self, image: bytes) -> None:
        self.paced()
        for head in self.ailab.heads(image):
            self.keep(24 * HOUR, lambda head=head: self.ailab.download(head))  # type: ignore[misc]

    def extract_masks(self, image: bytes) -> None:
        self.paced()
        self.ailab.heads(image, mask=True)

    def segment(self, image: bytes) -> None:
        self.paced()
        self.tencent.segment(image, ["Head", "Body"])

    def cut_out(self, image: bytes) -> None:
        self.paced()
        self.keep_result(self.picwish.cut_out(image, output_type="1").image)

    def cut_out_url(self, image: bytes) -> None:
        self.paced()
        self.keep_result(self.picwish.cut_out(URL, format="jpg", bg_color="00ff00").image)

    def create(self, image: bytes) -> None:
        self.paced()
        task = self.picwish.create(image, type="person")
        self.tasks[task] = self.now + HOUR - MARGIN

    def wait(self, image: bytes) -> None:
        for task in self.living_tasks()[-1:]:
            self.paced()
            self.picwish.download(str(self.picwish.wait(task).image))

    def query(self, image: bytes) -> None:
        for task in self.living_tasks()[:1]:
            self.paced()
            result = self.picwish.query(task)
            if result is not None:
                self.picwish.download(str(result.image))

    def show_later(self, image: bytes) -> None:
        """A page that shows its tasks again, some time after it was shown before."""
        self.world.travel(30.0)
        for task in [*self.living_tasks()[-1:], *self.failed[-1:]]:
            self.paced()
            self.world.query(task)

    def fail(self, image: bytes) -> None:
        """A task that two workers wait for, each until it has failed."""
        self.paced()
        self.world.sandbox.fail("picwish", "state.-8")
        task = self.picwish.create(image)
        self.failed.append(task)
        waiting = 2
        while waiting:
            self.paced()
            waiting -= self.world.query(task).json()["data"]["state"] < 0

    def wait_as_told(self, image: bytes) -> None:
        """A Retry-After is waited for, twice."""
        self.paced()
        self.world.sandbox.fail("ailab", "http.status", status=503, retry_after=20, times=2)
        while self.world.cut_heads(image).status_code == 503:
            self.world.travel(20.0)

    def slow_down(self, image: bytes) -> None:
        self.world.sandbox.fail("tencent_bda", "error.RequestLimitExceeded", times=3)
        for _ in range(4):
            self.world.travel(1.0)
            self.world.segment()

    def send_again_what_was_not_done(self, image: bytes) -> None:
        """A request whose connection was lost before anything was done for it."""
        self.paced()
        self.world.sandbox.fail("processimage", "connection.close", at="request")
        with pytest.raises(httpx.TransportError):
            self.world.clear(image)
        self.clear(image)

    def ask_again_what_was_lost(self, image: bytes) -> None:
        """A query whose answer got lost."""
        for task in self.living_tasks()[-1:]:
            self.paced()
            self.world.sandbox.fail("picwish", "connection.reset", operation="query")
            with pytest.raises(httpx.TransportError):
                self.world.query(task)
            self.wait(image)

    def living_tasks(self) -> list[str]:
        return [task for task, until in self.tasks.items() if self.now < until]

    def keep_result(self, link: str | None) -> None:
        assert link is not None
        self.keep(HOUR, lambda: self.picwish.download(link))

    def clear(self, image: bytes) -> None:
        self.paced()
        self.keep_cleared(self.processimage.clear(image, [BOX]))

    def begin(self, image: bytes) -> None:
        self.paced()
        self.processimage.begin(image, self.world.hook.url, [BOX], show="true")

    def call_with_token(self, image: bytes) -> None:
        self.paced()
        token, until = self.token
        if self.now >= until:
            token, until = self.token = self.world.token(), self.now + HOUR / 2 - MARGIN
            self.paced()
        body = self.world.clear(image, headers={"x-access-api-token": token}).json()
        assert body["httpCode"] in (200, 304)
        self.world.http.get(body["data"]["url"])

    def keep_cleared(self, cleared: Cleared) -> None:
        if cleared.cached:
            self.processimage.download(cleared)
        elif cleared.url is not None:
            self.keep(5 * HOUR, lambda: self.processimage.download(cleared))

    def download(self, image: bytes) -> None:
        for until, download in self.results[-1:]:
            if self.now < until:
                download()

    def travel(self, image: bytes) -> None:
        self.world.travel(7.0)

    def travel_far(self, image: bytes) -> None:
        self.world.sandbox.clock.travel(hours=2)

    def freeze(self, image: bytes) -> None:
        self.world.sandbox.clock.freeze()

    def unfreeze(self, image: bytes) -> None:
        self.world.sandbox.clock.unfreeze()


CALLS = (
    Worker.extract_heads,
    Worker.extract_masks,
    Worker.segment,
    Worker.cut_out,
    Worker.cut_out_url,
    Worker.create,
    Worker.wait,
    Worker.query,
    Worker.show_later,
    Worker.fail,
    Worker.wait_as_told,
    Worker.slow_down,
    Worker.send_again_what_was_not_done,
    Worker.ask_again_what_was_lost,
    Worker.clear,
    Worker.begin,
    Worker.call_with_token,
    Worker.download,
    Worker.travel,
    Worker.travel_far,
    Worker.freeze,
    Worker.unfreeze,
)
DAYS = st.lists(st.tuples(st.sampled_from(CALLS), st.sampled_from((PICTURE, OTHER))), max_size=25)
SETTINGS = st.fixed_dictionaries(
    {
        "picwish": st.fixed_dictionaries(
            {},
            optional={
                "links": st.sampled_from(("v1", "v4")),
                "polls": st.sampled_from((None, 0, 3)),
                "qps_counts": st.sampled_from(("tasks", "requests")),
                "result_fields": st.sampled_from(("documented", "observed")),
            },
        ),
        "ailab": st.fixed_dictionaries({"envelope": st.sampled_from(("1", "2", "3", "4"))}),
        "processimage": st.fixed_dictionaries({"http_status": st.sampled_from(("observed", "as_http_code"))}),
    }
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=DAYS, chosen=SETTINGS)
def test_any_order_of_correct_calls_gives_no_finding(
    server: MockServer, hook: Hook, day: list[Any], chosen: dict[str, Any]
) -> None:
    sandbox = server.sandbox(**chosen)
    sandbox.know_url(URL, PICTURE)
    with httpx.Client(base_url=sandbox.ailab.url) as http, ExitStack() as stack:
        worker = Worker(World(sandbox=sandbox, http=http, hook=hook, stack=stack))
        for call, image in day:
            call(worker, image)
        found = findings.findings(sandbox)
        assert found == [], found.text()


@pytest.mark.parametrize("options", [{}, {"returnForm": "mask"}])
def test_the_official_sdk_of_ailab_gives_no_finding(world: World, options: dict[str, str]) -> None:
    async def call() -> Any:
        access = world.sandbox.ailab
        client = AILabClient(access.api_key, base_url=access.url)
        try:
            return [
                await client.cutout.cutoutAvatarExtraction({"image": PICTURE, **options}) for _ in range(3)
            ]
        finally:
            await client.aclose()

    for answer in asyncio.run(call()):
        world.http.get(answer["data"]["elements"][0]["image_url"])
    assert world.found() == []


def test_the_official_sdk_of_tencent_gives_no_finding(world: World) -> None:
    for _ in range(3):
        sdk_call(world)
    assert len(world.sandbox.journal) == 3
    assert world.found() == []


def test_correct_clients_side_by_side_give_no_finding(world: World) -> None:
    def work(image: bytes) -> None:
        heads = world.ailab.heads(image)
        world.ailab.download(heads[0])
        world.tencent.segment(image, ["Head"])
        result = world.picwish.cut_out(image)
        assert result.image is not None
        world.picwish.download(result.image)
        world.processimage.download(world.processimage.clear(image, [BOX]))

    with ThreadPoolExecutor(6) as pool:
        for future in [pool.submit(work, image) for image in (PICTURE, OTHER) * 6]:
            future.result()
    assert len(world.sandbox.journal) == 12 * 7
    assert world.found() == []


def test_a_token_that_expired_and_is_renewed_is_no_breach(world: World) -> None:
    access, salt = world.sandbox.processimage, "12345678"
    sign = hashlib.md5((access.app_id + salt + access.app_secret).encode()).hexdigest()

    def token() -> str:
        answer = httpx.post(
            f"{access.url}/watermark/token",
            headers={"x-access-api-sign": sign},
            data={"appId": access.app_id, "salt": salt},
        )
        got: str = answer.json()["data"]["token"]
        return got

    def clear(with_token: str) -> int:
        code: int = httpx.post(
            f"{access.url}/watermark/access",
            headers={"x-access-api-token": with_token},
            files={"imageFile": PICTURE},
        ).json()["httpCode"]
        return code

    first = token()
    assert clear(first) == 200
    world.sandbox.clock.travel(minutes=40)
    assert clear(first) == 401
    assert clear(token()) in (200, 304)
    assert [one for one in world.sandbox.findings() if one.rule.level is Level.MUST] == []
