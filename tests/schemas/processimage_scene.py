"""processimage.cn with a client whose requests and answers are judged by the schemas."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from json_texts import places
from schema_world import of_provider, request_of

from mockserver import MockServer, RunningSandbox

BEHAVIOURS = of_provider("processimage", "test_processimage_behaviours")
CALLER = of_provider("processimage", "watermark_caller")
RECEIVER = of_provider("processimage", "watermark_receiver")
OPERATIONS = ("access", "token", "refresh", "page", "result")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The world in which behaviours are caused, what came of it, and when it began."""

    world: Any
    server: MockServer
    answers: list[httpx.Response]
    began: float

    def wrong_answers(self) -> list[tuple[str, list[str]]]:
        """Where answers break their schemas."""
        judged = [(judge(answer), answer) for answer in self.answers]
        found = [(name, places("processimage", name, body(name, answer))) for name, answer in judged if name]
        return [(name, wrong) for name, wrong in found if wrong]

    def wrong_callbacks(self) -> list[list[str]]:
        """Where callbacks break their schema."""
        told = [json.loads(one.body) for one in self.world.receiver.requests]
        return [wrong for one in told if (wrong := places("processimage", "callback", one))]

    def wrong_requests(self) -> list[str]:
        """Where requests break their schemas."""
        strangers = [one for one in self.server.strangers if one.received_at >= self.began]
        exchanges = [*self.world.sandbox.journal, *strangers]
        asked = [one for one in exchanges if one.provider == "processimage" and one.operation in OPERATIONS]
        found = [places("processimage", f"{one.operation}.request", request_of(one)) for one in asked]
        return list(dict.fromkeys(place for each in found for place in each))


def judge(answer: httpx.Response) -> str | None:
    """The schema for an answer, by what was asked and by how it went."""
    path, method = answer.request.url.path, answer.request.method
    if method in ("HEAD", "OPTIONS"):
        return None
    if path.startswith("/watermark/targetImages/"):
        return "result.response" if answer.status_code == 200 else "result.error"
    names = {
        "/watermark/access": "access",
        "/watermark/token": "token",
        "/watermark/token/refresh": "refresh",
    }
    if path not in names or not is_json(answer):
        return "page.response" if answer.status_code == 200 else "error"
    return f"{names[path]}.response" if answer.json().get("httpCode") in (200, 304) else "error"


def is_json(answer: httpx.Response) -> bool:
    return answer.headers["content-type"].startswith("application/json")


def body(name: str, answer: httpx.Response) -> Any:
    """A body as its schema sees it."""
    if name == "result.response":
        return base64.b64encode(answer.content).decode()
    return answer.json() if is_json(answer) else answer.text


@contextmanager
def receiving() -> Iterator[Any]:
    with RECEIVER.Server(("127.0.0.1", 0), RECEIVER.Handler) as server:
        receiver = RECEIVER.Receiver(server.server_port)
        server.RequestHandlerClass = type("Handler", (RECEIVER.Handler,), {"receiver": receiver})
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


@contextmanager
def opened(server: MockServer, sandbox: RunningSandbox) -> Iterator[Scene]:
    sandbox.set("processimage", qps=None)
    access, answers = sandbox.processimage, list[httpx.Response]()
    hooks = {"response": [answers.append]}
    with (
        receiving() as receiver,
        httpx.Client(base_url=server.url, verify=False, timeout=30, event_hooks=hooks) as http,
    ):
        caller = CALLER.Caller(http=http, app_id=access.app_id, app_secret=access.app_secret)
        world = BEHAVIOURS.World(caller=caller, sandbox=sandbox, receiver=receiver)
        yield Scene(world=world, server=server, answers=answers, began=time.time())
