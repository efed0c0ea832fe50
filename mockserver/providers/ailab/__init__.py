"""AILabTools Head Extraction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockserver.providers import access
from mockserver.providers.base import Provider
from mockserver.settings import Setting

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from mockserver.providers.base import Engine

DEFAULT_KEY = "mock-ailab-key-of-the-default-sandbox"
SETTINGS = (
    Setting(
        name="qps", kind="count", default=None, meaning="Requests per second; beyond it EXCEEDING_LIMITS."
    ),
    Setting(name="balance", kind="count", default=1_000_000, meaning="Credits; one for each success."),
    Setting(name="locked", kind="switch", default=False, meaning="The user is locked: ERROR_USER_LOCKED."),
    Setting(
        name="envelope",
        kind="choice",
        default="3",
        choices=("1", "2", "3", "4"),
        meaning="Which generation of the public response fields: 1 and 2 have error_code_str, 3 is that of "
        "the operation's own pages, 4 of the general page since 2026-04-01.",
    ),
    Setting(
        name="status_column",
        kind="choice",
        default="since_2026_01_08",
        choices=("since_2026_01_08", "before_2026_01_08"),
        meaning="Which HTTP statuses the error codes have: the code table moved 48 of them on that day.",
    ),
    Setting(
        name="no_head",
        kind="choice",
        default="error",
        choices=("error", "empty_elements", "null_data"),
        meaning="What an image without a head answers: 422 ERROR_NO_FACE_IN_FILE, or a success with "
        "no element, or with data null.",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Access(access.Access):
    """How a client reaches this provider in one sandbox."""

    url: str
    api_key: str


def claims(scope: Mapping[str, Any]) -> bool:
    """Whether a request is for this provider, by its documented paths."""
    path: str = scope["path"]
    return path.startswith(("/api/cutout/", "/cutout/segmentHead/"))


def mint(sandbox_id: str) -> Mapping[str, str]:
    """An API key, visibly fake."""
    if sandbox_id == "default":
        return {"api_key": DEFAULT_KEY}
    return {"api_key": f"mock-ailab-key-{sandbox_id}-{secrets.token_hex(8)}"}


def app(engine: Engine) -> Starlette:
    """The Starlette application of this provider."""
    from mockserver.providers.ailab.wire import app as build

    return build(engine)


def example(access: Access) -> str:
    """Cut a head out with curl."""
    from mockserver.fixtures import path

    header = f"ailabapi-api-key: {access.api_key}"
    url = f"{access.url}/api/cutout/portrait/avatar-extraction"
    return f"curl -s -H '{header}' -F 'image=@{path('portrait.jpg')}' {url}"


PROVIDER = Provider(
    name="ailab",
    title="AILabTools Head Extraction",
    hosts=("www.ailabapi.com", "ai-result-rapidapi.ailabtools.com"),
    claims=claims,
    settings=SETTINGS,
    keys=("api_key",),
    operations=("avatar-extraction", "result"),
    mint=mint,
    access=Access,
    app=app,
    example=example,
)
