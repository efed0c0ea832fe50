"""processimage.cn watermark removal."""

from __future__ import annotations

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

NAME = "processimage"
UTC_OFFSET = 8 * 3600
"""The operator's days and times are those of UTC+8, in seconds."""
LOCAL_NETWORKS = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
PLANNED = {"0": None, "52002": "status.52002", "52003": "status.52003", "52004": "status.52004"}
"""The failures that work can be made to end in, by the setting `end`."""
SETTINGS = (
    Setting(name="qps", kind="count", default=2, meaning="Requests per second; beyond it httpCode 429."),
    Setting(
        name="long_term",
        kind="count",
        default=1000,
        meaning="Uses that do not expire; None stands for a thousand million.",
    ),
    Setting(
        name="limited_term",
        kind="count",
        default=500,
        meaning="Uses that expire, and are taken first; None stands for a thousand million.",
    ),
    Setting(
        name="limited_term_hours",
        kind="count",
        default=720,
        meaning="Hours after which the limited-term uses expire, counted from the sandbox's birth or reset; "
        "None for never.",
    ),
    Setting(
        name="seconds",
        kind="seconds",
        default=1.0,
        meaning="How long the work of an asynchronous request takes; above 30 any work ends in 52003.",
    ),
    Setting(
        name="end",
        kind="choice",
        default="0",
        choices=tuple(PLANNED),
        meaning="The processStatus that work ends in, when nothing worse happens to it; 0 stands for any "
        "success.",
    ),
    Setting(
        name="ip_whitelist",
        kind="networks",
        default=LOCAL_NETWORKS,
        meaning="Addresses and networks that may get and use tokens; loopback and private networks.",
    ),
    Setting(
        name="sources",
        kind="choice",
        default="all",
        choices=("all", "file_only"),
        meaning="Where the picture may come from: file, URL and base64 by the document; or the file alone, "
        "without which the published server answers 401.",
    ),
    Setting(
        name="offset_keys",
        kind="choice",
        default="by_name",
        choices=("by_name", "by_position"),
        meaning="What a key of offset changes: the side that it names, or the first key x, the second y, the "
        "third w, the fourth h, as the published server does, where fewer than four are an error 500.",
    ),
    Setting(
        name="offset_with_rectangles",
        kind="choice",
        default="ignored",
        choices=("ignored", "applied"),
        meaning="Whether an offset changes given rectangles, too: not by the document; by the published "
        "server.",
    ),
    Setting(
        name="ocr_only_status",
        kind="choice",
        default="52006",
        choices=("52006", "0"),
        meaning="The processStatus of ocrOnly: as the status table and the published server have it, or as "
        "the document's sample, which also has processCount.",
    ),
    Setting(
        name="http_status",
        kind="choice",
        default="observed",
        choices=("observed", "as_http_code"),
        meaning="The HTTP status of errors: 200 save for 415 and 500, as the published server does, or the "
        "same as httpCode. A cached answer has HTTP 200 either way: a 304 could carry no body.",
    ),
    Setting(
        name="count_field",
        kind="choice",
        default="allUsedCount",
        choices=("allUsedCount", "callSuccessful"),
        meaning="What the count of charged calls is called: as in the document, or the published server.",
    ),
    Setting(
        name="cache_text",
        kind="choice",
        default="documented",
        choices=("documented", "observed"),
        meaning="The httpMsg of a cached answer: the document's, or the published server's, without prefix.",
    ),
    Setting(
        name="charged",
        kind="choice",
        default="documented",
        choices=("documented", "observed"),
        meaning="What costs a use: processStatus 0, 52005 and 52006 by the document, 0 by the published "
        "server.",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Access(access.Access):
    """How a client reaches this provider in one sandbox."""

    url: str
    app_id: str
    app_secret: str


def claims(scope: Mapping[str, Any]) -> bool:
    """Whether a request is for this provider, by its documented path."""
    path: str = scope["path"]
    return path == "/watermark" or path.startswith("/watermark/")


def mint(sandbox_id: str) -> Mapping[str, str]:
    """An appId of 16 characters and an appSecret of 32, visibly fake."""
    if sandbox_id == "default":
        return {"app_id": "mockapp00default", "app_secret": "mock-secret-for-default-sandbox!"}
    return {"app_id": f"mockapp0{sandbox_id}", "app_secret": f"mock-secret-{secrets.token_hex(10)}"}


def app(engine: Engine) -> Starlette:
    """The Starlette application of this provider."""
    from mockserver.providers.processimage.wire import app as build

    return build(engine)


def example(access: Access) -> str:
    """Clear a picture of the text in it with curl."""
    import hashlib

    from mockserver.fixtures import path

    image, salt = path("watermarked.jpg"), "12345678"
    signed = access.app_id + hashlib.md5(image.read_bytes()).hexdigest() + salt + access.app_secret
    sign = hashlib.md5(signed.encode()).hexdigest()
    form = f"-F appId={access.app_id} -F salt={salt} -F 'imageFile=@{image}'"
    return f"curl -s -H 'x-access-api-sign: {sign}' {form} {access.url}/watermark/access"


def due(sandbox: Sandbox) -> Iterable[Due]:
    """What is ahead of the tokens, the cache and the uses of a sandbox."""
    from mockserver.providers.processimage import cache, quota, tokens

    return [*tokens.due(sandbox), *cache.due(sandbox), *quota.due(sandbox)]


PROVIDER = Provider(
    name=NAME,
    title="processimage.cn watermark removal",
    hosts=("www.processimage.cn", "processimage.cn"),
    claims=claims,
    settings=SETTINGS,
    keys=("app_id",),
    operations=("access", "token", "refresh", "result"),
    mint=mint,
    access=Access,
    app=app,
    example=example,
    due=due,
)
