"""What a client does while an answer, a clock or a callback is still to come."""

import hashlib

import httpx
import pytest

from mockserver import MockServer, RunningSandbox, fixtures

PORTRAIT = fixtures.path("portrait.jpg").read_bytes()
MARKED = fixtures.path("watermarked.jpg").read_bytes()
TASKS = "/api/tasks/visual/segmentation"


@pytest.fixture
def frozen(server: MockServer) -> RunningSandbox:
    sandbox = server.sandbox(picwish={"qps": 2})
    sandbox.clock.freeze()
    return sandbox


def ids(sandbox: RunningSandbox) -> list[str]:
    return [finding.rule.id for finding in sandbox.findings()]


def test_a_test_that_steps_from_state_to_state_hammers_nothing(frozen: RunningSandbox) -> None:
    with httpx.Client(base_url=frozen.picwish.url, headers={"X-API-KEY": frozen.picwish.api_key}) as client:
        task = client.post(TASKS, files={"image_file": PORTRAIT}).json()["data"]["task_id"]
        for _ in range(10):
            frozen.clock.next()
            if client.get(f"{TASKS}/{task}").json()["data"]["state"] == 1:
                break
        else:
            raise AssertionError("it never ended")
    assert ids(frozen) == []


def test_a_result_with_another_ending_is_a_changed_link(server: MockServer) -> None:
    sandbox = server.sandbox()
    access, salt = sandbox.processimage, "12345678"
    signed = access.app_id + hashlib.md5(MARKED).hexdigest() + salt + access.app_secret
    answer = httpx.post(
        f"{access.url}/watermark/access",
        headers={"x-access-api-sign": hashlib.md5(signed.encode()).hexdigest()},
        data={"appId": access.app_id, "salt": salt},
        files={"imageFile": MARKED},
    ).json()
    link = answer["data"]["url"].rpartition(".")[0] + ".png"
    assert httpx.get(link).status_code == 404
    assert ids(sandbox) == ["PRO-LINK-16"]


def test_who_has_no_credits_does_not_ask_again_and_again(server: MockServer) -> None:
    sandbox = server.sandbox(ailab={"balance": 0})
    with httpx.Client(base_url=sandbox.ailab.url) as client:
        for _ in range(4):
            answer = client.post(
                "/api/cutout/portrait/avatar-extraction",
                headers={"ailabapi-api-key": sandbox.ailab.api_key},
                files={"image": PORTRAIT},
            )
            assert answer.json()["error_detail"]["code"] == "ERROR_NOT_ENOUGH_CREDITS"
            sandbox.clock.travel(seconds=1)
    assert ids(sandbox) == ["AIL-RETRY-07"]
