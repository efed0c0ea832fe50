"""The provider's application alone: mounted anywhere, on a shared state, and after mishaps."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from mockserver.fixtures.edges import sized
from mockserver.providers import picwish
from mockserver.providers.base import Engine
from mockserver.providers.picwish.records import MOST, Tasks
from mockserver.providers.picwish.wire import PATH
from mockserver.sandbox import Sandbox
from mockserver.state.memory import MemoryState
from mockserver.state.spool import Spool

SMALL = sized(200, 250)
FILES = {"image_file": SMALL}


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine.of(picwish.PROVIDER)
    yield engine
    engine.close()


@pytest.fixture
def sandbox(engine: Engine) -> Sandbox:
    sandbox = engine.registry.mint(picwish={"qps": None})
    sandbox.clock.freeze()
    return sandbox


@pytest.fixture
def app(engine: Engine) -> ASGIApp:
    return picwish.PROVIDER.app(engine)


def call(app: ASGIApp, sandbox: Sandbox, method: str, url: str, **options: Any) -> httpx.Response:
    """One request to an application in this process; what it leaves in the background ends with it."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        headers = {"X-API-KEY": sandbox.credentials("picwish")["api_key"]}
        async with httpx.AsyncClient(transport=transport, base_url="http://mock", verify=False) as client:
            return await client.request(method, url, headers=headers, **options)

    return asyncio.run(request())


def begin(app: ASGIApp, sandbox: Sandbox, **options: Any) -> str:
    task_id: str = call(app, sandbox, "POST", PATH, **{"files": FILES, **options}).json()["data"]["task_id"]
    return task_id


def queries_of(sandbox: Sandbox, task_id: str) -> int:
    task = Tasks(sandbox).find(task_id)
    assert task is not None
    return task.queries


def state_after(app: ASGIApp, sandbox: Sandbox, task_id: str, seconds: float) -> int:
    sandbox.clock.travel(seconds)
    state: int = call(app, sandbox, "GET", f"{PATH}/{task_id}").json()["data"]["state"]
    return state


@pytest.mark.parametrize("prefix", ["", "/cutouts", "/v1/picwish"])
def test_it_can_be_mounted_anywhere(engine: Engine, sandbox: Sandbox, prefix: str) -> None:
    app = Starlette(routes=[Mount(prefix or "/", app=picwish.PROVIDER.app(engine))])
    answer = call(app, sandbox, "POST", prefix + PATH, files=FILES, data={"sync": "1"})
    link = answer.json()["data"]["image"]
    assert link.startswith(f"http://mock{prefix}/tasks/output/segmentation/")
    assert call(app, sandbox, "GET", link).content.startswith(b"\x89PNG")
    assert call(app, sandbox, "GET", prefix + PATH).json()["message"] == "Not found"


def test_a_task_goes_on_in_another_process(engine: Engine, sandbox: Sandbox, app: ASGIApp) -> None:
    task_id = begin(app, sandbox)
    other = Engine.of(picwish.PROVIDER, state=engine.state)
    assert state_after(picwish.PROVIDER.app(other), sandbox, task_id, 1) == 1
    other.close()
    assert state_after(app, sandbox, task_id, 1) == 1
    assert sandbox.account("picwish").used == 1


def test_an_image_url_is_fetched_again_in_another_process(
    engine: Engine, sandbox: Sandbox, app: ASGIApp
) -> None:
    sandbox.know_url("http://example.com/a.jpg", SMALL)
    task_id = begin(app, sandbox, files={"image_url": (None, "http://example.com/a.jpg")})
    other = Engine.of(picwish.PROVIDER, state=engine.state)
    assert state_after(picwish.PROVIDER.app(other), sandbox, task_id, 1) == 1
    other.close()


def test_an_image_that_was_fetched_is_not_fetched_again(
    engine: Engine, sandbox: Sandbox, app: ASGIApp
) -> None:
    sandbox.know_url("http://example.com/a.jpg", SMALL)
    task_id = begin(app, sandbox, files={"image_url": (None, "http://example.com/a.jpg")})
    sandbox.state.remove(sandbox.id, "urls", "http://example.com/a.jpg")
    other = Engine.of(picwish.PROVIDER, state=engine.state)
    assert state_after(picwish.PROVIDER.app(other), sandbox, task_id, 1) == 1
    other.close()


def test_a_query_that_is_cancelled_leaves_the_work_to_another_one(
    sandbox: Sandbox, app: ASGIApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"X-API-KEY": sandbox.credentials("picwish")["api_key"]}

    async def story() -> int:
        released = asyncio.Event()

        async def fetch(*_: object, **__: object) -> bytes:
            await released.wait()
            return SMALL

        monkeypatch.setattr("mockserver.outbound.Outbound.fetch", fetch)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://mock", verify=False, headers=headers
        ) as client:
            answer = await client.post(PATH, files={"image_url": (None, "http://127.0.0.1/a.jpg")})
            task_id = answer.json()["data"]["task_id"]
            sandbox.clock.travel(1)
            leaving, staying = (asyncio.create_task(client.get(f"{PATH}/{task_id}")) for _ in range(2))
            while queries_of(sandbox, task_id) < 2:
                await asyncio.sleep(0)
            leaving.cancel()
            await asyncio.wait([leaving])
            released.set()
            state: int = (await staying).json()["data"]["state"]
            return state

    assert asyncio.run(story()) == 1


def broken(*_: object) -> None:
    raise ZeroDivisionError


def test_a_mistake_of_the_server_is_the_providers_own_error_and_told(
    sandbox: Sandbox, app: ASGIApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mockserver.imaging.studio.Studio.subject", broken)
    answer = call(app, sandbox, "POST", PATH, files=FILES, data={"sync": "1"})
    assert (answer.status_code, answer.json()) == (500, {"status": 500, "message": "Internal server error"})
    assert "not of the client" in sandbox.journal.last.notes[0]
    assert "ZeroDivisionError" in caplog.text
    assert sandbox.account("picwish").used == 0


def test_a_mistake_in_the_background_ends_the_task_and_is_told(
    sandbox: Sandbox, app: ASGIApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mockserver.imaging.studio.Studio.subject", broken)
    task_id = begin(app, sandbox)
    assert state_after(app, sandbox, task_id, 1) == -1
    assert "not of the client" in sandbox.journal.last.notes[0]
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    assert state_after(app, sandbox, task_id, 1) == -1


ROOM = 4 * 200 * 250 + 70_000
"""Bytes for one picture, its matte and its result, and not for two."""


def test_a_result_that_made_room_for_newer_ones_is_made_again_by_a_query() -> None:
    state = MemoryState(Spool(capacity=ROOM))
    engine = Engine.of(picwish.PROVIDER, state=state)
    sandbox, app = engine.registry.mint(picwish={"qps": None}), picwish.PROVIDER.app(engine)
    sandbox.clock.freeze()
    task_id = begin(app, sandbox)
    assert state_after(app, sandbox, task_id, 1) == 1
    source = Tasks(sandbox).find(task_id)
    assert source is not None
    assert source.outcome is not None
    assert source.digest is not None
    state.keep("other", bytes(ROOM - 1))
    link = call(app, sandbox, "GET", f"{PATH}/{task_id}").json()["data"]["image"]
    assert call(app, sandbox, "GET", link).status_code == 404
    assert "make room" in sandbox.journal.last.notes[0]
    state.keep(source.digest, SMALL)
    link = call(app, sandbox, "GET", f"{PATH}/{task_id}").json()["data"]["image"]
    assert call(app, sandbox, "GET", link).status_code == 200
    assert sandbox.account("picwish").used == 1
    engine.close()
    state.close()


def test_base64_of_a_result_that_cannot_be_made_again_is_an_error_that_says_so(
    engine: Engine, sandbox: Sandbox, app: ASGIApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"return_type": "2", "sync": "1"}
    task_id = call(app, sandbox, "POST", PATH, files=FILES, data=data).json()["data"]["task_id"]
    monkeypatch.setattr(engine.state, "kept", lambda digest: False)
    monkeypatch.setattr(engine.state, "blob", lambda digest: None)
    answer = call(app, sandbox, "GET", f"{PATH}/{task_id}")
    assert answer.status_code == 500
    assert "make room" in sandbox.journal.last.notes[0]


def test_the_oldest_tasks_go_first(sandbox: Sandbox, app: ASGIApp) -> None:
    task_id = begin(app, sandbox)
    task = Tasks(sandbox).find(task_id)
    assert task is not None
    for number in range(MOST):
        sandbox.state.write(sandbox.id, "picwish.tasks", f"{number}", {}, limit=MOST)
    assert call(app, sandbox, "GET", f"{PATH}/{task_id}").status_code == 404
    Tasks(sandbox).add(task)
    assert len(sandbox.state.keys(sandbox.id, "picwish.tasks")) == MOST


def test_a_sandbox_that_was_dropped_does_not_come_back(
    engine: Engine, sandbox: Sandbox, app: ASGIApp
) -> None:
    task_id = begin(app, sandbox)
    task = Tasks(sandbox).find(task_id)
    engine.registry.drop(sandbox.id)
    assert task is not None
    assert not Tasks(sandbox).end(task_id, task.standing(0), 0)
    assert Tasks(sandbox).find(task_id) is None


def test_the_default_sandbox_has_the_printed_keys(engine: Engine) -> None:
    default = engine.registry.default
    assert engine.registry.find("picwish", picwish.DEFAULT_KEY) is default
    assert set(default.credentials("picwish")) == {"api_key", "oss_access_key_id", "oss_access_key_secret"}
    assert all("mock" in key for key in default.credentials("picwish").values())


def test_each_sandbox_has_keys_of_its_own(engine: Engine) -> None:
    minted = [engine.registry.mint().credentials("picwish") for _ in range(20)]
    for name in ("api_key", "oss_access_key_id", "oss_access_key_secret"):
        assert len({credentials[name] for credentials in minted}) == 20


@pytest.mark.parametrize(
    ("path", "claimed"),
    [
        (PATH, True),
        (f"/{PATH}//x", True),
        ("/api/tasks/visual/scale", True),
        ("/tasks/output/segmentation/x.png", True),
        ("/api/cutout/portrait", False),
        ("/api/tasksx/", False),
        ("/tasks", False),
        ("/", False),
    ],
)
def test_it_claims_its_documented_paths(path: str, claimed: bool) -> None:
    assert picwish.claims({"path": path}) is claimed
