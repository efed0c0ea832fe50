"""PicWish segmentation, with results behind presigned links of Alibaba Cloud OSS."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.providers import access
from mockserver.providers.base import Provider
from mockserver.settings import Setting

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from mockserver.clock import Due
    from mockserver.providers.base import Engine
    from mockserver.sandbox import Sandbox

DEFAULT_KEY = "mock-picwish-key-of-the-default-sandbox"
CLAIMED = re.compile(r"/+(api/+tasks|tasks/+output)/")
STAGES = ("0", "2", "3", "4")
"""The states on the way of a task."""
SETTINGS = (
    Setting(name="qps", kind="count", default=2, meaning="Requests per second; beyond it 429."),
    Setting(
        name="qps_counts",
        kind="choice",
        default="tasks",
        choices=("tasks", "requests"),
        meaning="What qps counts: tasks alone, as the FAQ has it, or queries of tasks, too.",
    ),
    Setting(
        name="balance",
        kind="count",
        default=1_000_000,
        meaning="Credits, one for each task, given back when it is found to have failed; none left: 401, "
        "service not enabled.",
    ),
    Setting(
        name="enabled", kind="switch", default=True, meaning="Whether the service was opened; if not: 401."
    ),
    Setting(
        name="async_enabled",
        kind="switch",
        default=True,
        meaning="Whether tasks may be asynchronous, which has to be asked for by one revision of the "
        "documents; if not, a request without sync=1 is refused with 400.",
    ),
    Setting(
        name="seconds",
        kind="seconds",
        default=1.0,
        stages=STAGES,
        meaning="How long an asynchronous task takes, in sandbox time, in all or in each state; above 30 it "
        "ends in state -8, and so does a synchronous one, which otherwise takes no sandbox time.",
    ),
    Setting(
        name="polls",
        kind="count",
        default=None,
        stages=STAGES,
        meaning="How many queries an asynchronous task takes, in all or in each state, whatever the time; "
        "None: it takes `seconds`. Without these queries it stays pending, and calls nobody back.",
    ),
    Setting(
        name="end",
        kind="choice",
        default="1",
        choices=("1", "-1", "-2", "-3", "-5", "-7", "-8"),
        meaning="The state that tasks end in, when nothing worse happens to them.",
    ),
    Setting(
        name="links",
        kind="choice",
        default="v1",
        choices=("v1", "v4"),
        meaning="How result links are signed: OSS version 1, as in the documents, or 4, as seen since 2024.",
    ),
    Setting(
        name="result_fields",
        kind="choice",
        default="documented",
        choices=("documented", "observed"),
        meaning="Which fields an answer about a task has: the documented ones, or those of live answers: "
        "no message, but sizes, times, state_detail and foreground_rect.",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Access(access.Access):
    """How a client reaches this provider in one sandbox; a client needs no more than `url` and `api_key`.

    The other two are the keys that result links are signed with."""

    url: str
    api_key: str
    oss_access_key_id: str
    oss_access_key_secret: str


def claims(scope: Mapping[str, Any]) -> bool:
    """Whether a request is for this provider, by its documented paths; slashes may be repeated."""
    return CLAIMED.match(scope["path"]) is not None


def mint(sandbox_id: str) -> Mapping[str, str]:
    """An API key, and the keys of the storage behind result links; all visibly fake."""
    if sandbox_id == "default":
        return {
            "api_key": DEFAULT_KEY,
            "oss_access_key_id": "mock_oss_id_of_the_default_sandbox",
            "oss_access_key_secret": "mock-oss-secret-of-the-default-sandbox",
        }
    return {
        "api_key": f"mock-picwish-key-{sandbox_id}-{secrets.token_hex(8)}",
        "oss_access_key_id": f"mock_oss_id_{sandbox_id}",
        "oss_access_key_secret": f"mock-oss-secret-{secrets.token_hex(12)}",
    }


def app(engine: Engine) -> Starlette:
    """The Starlette application of this provider."""
    from mockserver.providers.picwish.wire import app as build

    return build(engine)


def example(access: Access) -> str:
    """Cut a subject out with curl."""
    from mockserver.fixtures import path

    form = f"-F sync=1 -F 'image_file=@{path('portrait.jpg')}'"
    return f"curl -s -H 'X-API-KEY: {access.api_key}' {form} {access.url}/api/tasks/visual/segmentation"


def due(sandbox: Sandbox) -> Iterable[Due]:
    """What is ahead of the tasks of a sandbox."""
    from mockserver.providers.picwish import links
    from mockserver.providers.picwish.records import Tasks

    return [*Tasks(sandbox).due(), *links.due(sandbox)]


PROVIDER = Provider(
    name="picwish",
    title="PicWish segmentation",
    hosts=(
        "techsz.aoscdn.com",
        "techhk.aoscdn.com",
        "wxtechsz.oss-cn-shenzhen.aliyuncs.com",
        "wxtechhk.oss-cn-hongkong.aliyuncs.com",
        "picwishhk.oss-cn-hongkong.aliyuncs.com",
    ),
    claims=claims,
    settings=SETTINGS,
    keys=("api_key", "oss_access_key_id"),
    operations=("segmentation", "query", "result"),
    mint=mint,
    access=Access,
    app=app,
    example=example,
    due=due,
)
