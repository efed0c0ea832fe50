"""What lies ahead in a sandbox, and the clock's step to it."""

import hashlib
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from mockserver import RunningSandbox, fixtures
from mockserver.clock import Clock, Due
from mockserver.providers import PROVIDERS
from mockserver.registry import Registry
from mockserver.state.memory import MemoryState

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()


@pytest.fixture
def frozen(sandbox: RunningSandbox) -> RunningSandbox:
    sandbox.clock.freeze()
    sandbox.configure({"picwish": {"qps": None}, "processimage": {"limited_term_hours": None}})
    return sandbox


def begin(sandbox: RunningSandbox, **fields: str) -> str:
    """The id of a new PicWish task."""
    answer = httpx.post(
        f"{sandbox.picwish.url}/api/tasks/visual/segmentation",
        headers={"X-API-KEY": sandbox.picwish.api_key},
        files={"image_file": PORTRAIT},
        data=fields,
    )
    task_id: str = answer.json()["data"]["task_id"]
    return task_id


def data_of(sandbox: RunningSandbox, task_id: str) -> dict[str, Any]:
    url = f"{sandbox.picwish.url}/api/tasks/visual/segmentation/{task_id}"
    data: dict[str, Any] = httpx.get(url, headers={"X-API-KEY": sandbox.picwish.api_key}).json()["data"]
    return data


def state_of(sandbox: RunningSandbox, task_id: str) -> int:
    state: int = data_of(sandbox, task_id)["state"]
    return state


def test_nothing_lies_ahead_of_a_sandbox_but_the_end_of_its_limited_uses(sandbox: RunningSandbox) -> None:
    (only,) = sandbox.due()
    assert only.what == "processimage: the limited-term uses expire"
    assert only.at == pytest.approx(sandbox.born + 720 * 3600)
    before = sandbox.clock.freeze()
    assert sandbox.clock.next() is None, "no request has brought that about"
    assert sandbox.clock.now() == before


def test_where_nothing_is_due_the_clock_stays(frozen: RunningSandbox) -> None:
    before = frozen.clock.now()
    assert frozen.clock.next() is None
    assert frozen.clock.now() == before


def test_step_by_step_a_task_goes_through_its_states(frozen: RunningSandbox) -> None:
    task_id = begin(frozen)
    seen = [state_of(frozen, task_id)]
    for _ in range(4):
        reached = frozen.clock.next()
        assert reached is not None
        assert task_id in reached.what
        seen.append(state_of(frozen, task_id))
    assert seen == [0, 2, 3, 4, 1]


def test_what_is_due_next_has_a_name_and_happens_then(frozen: RunningSandbox) -> None:
    task_id = begin(frozen)
    frozen.clock.travel(2)
    link = data_of(frozen, task_id)["image"]  # found, so its file is published
    path = urlsplit(link).path
    assert [one.what for one in frozen.due()] == [
        f"task {task_id} is forgotten",
        f"the link to {path} expires",
        f"the result file at {path} is gone",
    ]
    frozen.clock.next()
    assert httpx.get(link).status_code == 200
    frozen.clock.next()
    assert httpx.get(link).status_code == 403


@pytest.mark.parametrize("real", [1_700_000_000.0, 1_763_663_678.123456, 1_999_999_999.999999])
def test_a_clock_that_runs_has_passed_the_moment_when_it_answers(real: float) -> None:
    sandbox = Registry(MemoryState(), PROVIDERS, real=lambda: real).mint()
    asset = sandbox.assets.publish("/a.png", "digest", media_type="image/png", lifetime=86400.1)
    assert sandbox.clock.next() == Due(at=asset.expires_at, what="the result file at /a.png is gone")
    assert sandbox.clock.now() >= asset.expires_at
    assert sandbox.clock.now() == pytest.approx(asset.expires_at, abs=1e-5)
    assert not sandbox.assets.alive(asset)
    assert sandbox.clock.next() is None


def test_a_step_never_goes_back() -> None:
    clock = Clock(MemoryState(), "one", real=lambda: 1000.0, ahead=lambda: [Due(at=1.0, what="long ago")])
    clock.next()
    assert clock.now() >= 1000.0


def test_a_token_a_cached_answer_and_a_result_lie_ahead(frozen: RunningSandbox) -> None:
    access, salt = frozen.processimage, "12345678"
    sign = hashlib.md5((access.app_id + salt + access.app_secret).encode()).hexdigest()
    signed = {"x-access-api-sign": sign}
    fields = {"appId": access.app_id, "salt": salt}
    token = httpx.post(f"{access.url}/watermark/token", headers=signed, data=fields).json()["data"]["token"]
    answer = httpx.post(
        f"{access.url}/watermark/access",
        headers={"x-access-api-token": token},
        files={"imageFile": fixtures.path("watermarked.jpg").read_bytes()},
    ).json()
    assert answer["httpCode"] == 200, answer
    ahead = [(round(one.at - frozen.clock.now()), one.what.partition("/")[0]) for one in frozen.due()]
    assert ahead == [
        (1800, "processimage: a token begins its five minutes of grace"),
        (2100, "processimage: a token expires"),
        (18000, "processimage: a cached answer expires"),
        (18300, "the result file at "),
    ]
