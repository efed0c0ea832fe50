"""Work that a clock has jumped over counts as done when it was due."""

import json
from typing import Any

import pytest
from watermark_caller import RECTANGLE, Caller
from watermark_receiver import Receiver

from mockserver import RunningSandbox
from mockserver.providers.processimage import quota


@pytest.fixture
def sandbox(sandbox: RunningSandbox) -> RunningSandbox:
    """Its clock stands still, so that nothing happens before a test lets it."""
    sandbox.clock.freeze()
    return sandbox


@pytest.fixture
def asked(receiver: Receiver) -> dict[str, str]:
    """The parameters of an asynchronous request."""
    return {"rectangles": RECTANGLE, "sync": "true", "callback": receiver.url}


def told(receiver: Receiver) -> list[Any]:
    return [json.loads(request.body) for request in receiver.requests]


def test_its_cache_entry_and_its_file_count_from_then(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver, asked: dict[str, str]
) -> None:
    caller.send(**asked)
    sandbox.clock.travel(hours=4, seconds=1)
    caller.send(**asked)
    sandbox.clock.travel(hours=1)
    caller.send(**asked)
    sandbox.clock.travel(1)
    bodies = told(receiver)
    assert [body["httpCode"] for body in bodies] == [200, 304, 200]
    old, new = bodies[0]["data"]["url"], bodies[2]["data"]["url"]
    sandbox.clock.travel(minutes=4, seconds=58)
    assert caller.http.get(old).status_code == 200
    sandbox.clock.travel(1)
    assert [caller.http.get(url).status_code for url in (old, new)] == [404, 200]


def test_of_work_of_long_ago_neither_file_nor_cache_entry_is_left(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver, asked: dict[str, str]
) -> None:
    caller.send(**asked)
    sandbox.clock.travel(hours=6)
    [body] = told(receiver)
    assert caller.http.get(body["data"]["url"]).status_code == 404
    caller.send(**asked)
    sandbox.clock.travel(1)
    assert [body["httpCode"] for body in told(receiver)] == [200, 200]


def test_it_takes_the_uses_of_then(
    caller: Caller, sandbox: RunningSandbox, receiver: Receiver, asked: dict[str, str]
) -> None:
    sandbox.set("processimage", long_term=5, limited_term=5, limited_term_hours=1)
    caller.send(**asked)
    sandbox.clock.travel(hours=2)
    [body] = told(receiver)
    assert (body["longTermUsageCount"], body["limitedTermUsageCount"]) == (5, 4)
    assert quota.look(sandbox).remaining == 5
