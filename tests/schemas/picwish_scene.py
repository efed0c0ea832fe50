"""PicWish with a client whose requests and answers are judged by the schemas."""

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from schema_world import Violation, of_provider, parse_xml, request_of, violations

from mockserver import MockServer, RunningSandbox

CAUSES = of_provider("picwish", "picwish_causes")
WORLD = of_provider("picwish", "picwish_world")
OTHER_SIDE = of_provider("picwish", "other_side").OtherSide
OPERATIONS = ("segmentation", "query", "result")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The world in which behaviours are caused, what came of it, and when it began."""

    world: Any
    answers: list[httpx.Response]
    began: float

    def found(self) -> list[tuple[str, list[Violation]]]:
        """What the schemas find in the answers, by schema; nothing where is no body."""
        judged = ((judge(answer), answer) for answer in self.answers)
        return [(name, violations("picwish", name, body(name, answer))) for name, answer in judged if name]

    def wrong_requests(self) -> list[str]:
        """Where requests break their schemas."""
        strangers = [one for one in self.world.server.strangers if one.received_at >= self.began]
        exchanges = [*self.world.sandbox.journal, *strangers]
        asked = [one for one in exchanges if one.provider == "picwish" and one.operation in OPERATIONS]
        found = [violations("picwish", f"{one.operation}.request", request_of(one)) for one in asked]
        return list(dict.fromkeys(violation.path for each in found for violation in each))


def judge(answer: httpx.Response) -> str | None:
    """The schema for an answer, by who was asked and by how it went."""
    path, method = answer.request.url.path, answer.request.method
    download, refused = path.startswith("/tasks/output/"), answer.status_code >= 400
    if method in ("HEAD", "OPTIONS") or answer.status_code in (206, 304):
        return None
    if refused:
        return "result.error" if download else "error"
    if download:
        return "result.response"
    if method == "GET":
        return "query.response"
    is_json = answer.headers["content-type"].startswith("application/json")
    return "segmentation.response" if is_json else "segmentation.file"


def body(name: str, answer: httpx.Response) -> Any:
    """A body as its schema sees it."""
    if name in ("result.response", "segmentation.file"):
        return base64.b64encode(answer.content).decode()
    return parse_xml(answer.content) if name == "result.error" else answer.json()


@contextmanager
def opened(server: MockServer, sandbox: RunningSandbox) -> Iterator[Scene]:
    sandbox.set("picwish", qps=None)
    access, answers = sandbox.picwish, list[httpx.Response]()
    client = httpx.Client(
        base_url=access.url,
        headers={WORLD.KEY: access.api_key},
        verify=False,
        timeout=30,
        event_hooks={"response": [answers.append]},
    )
    with client:
        world = WORLD.World(server=server, sandbox=sandbox, client=client)
        yield Scene(world=world, answers=answers, began=time.time())
