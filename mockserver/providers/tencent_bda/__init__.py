"""Tencent Cloud BDA, SegmentCustomizedPortraitPic."""

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

SETTINGS = (
    Setting(
        name="qps", kind="count", default=None, meaning="Requests per second; beyond it RequestLimitExceeded."
    ),
    Setting(
        name="balance",
        kind="count",
        default=None,
        meaning="Uses left, one for each success; none left: ResourceUnavailable.InArrears.",
    ),
    Setting(
        name="activated",
        kind="switch",
        default=True,
        meaning="Whether the service was opened in the console; if not: ResourceUnavailable.NotExist.",
    ),
    Setting(
        name="mask_image",
        kind="choice",
        default="jpeg",
        choices=("jpeg", "float32"),
        meaning="What MaskImage is: the greyscale JPEG of the published sample, or the floats of the "
        "prose (little-endian, 0 to 255, a row after the other).",
    ),
    Setting(
        name="options_required",
        kind="choice",
        default="at_least_one",
        choices=("at_least_one", "more_than_one"),
        meaning="How many options must be true: as the official sample, or as the prose has it.",
    ),
    Setting(
        name="wrong_version",
        kind="choice",
        default="InvalidAction",
        choices=("InvalidAction", "NoSuchVersion"),
        meaning="What a wrong Version answers: the code that was seen, or the one in the code table.",
    ),
    Setting(
        name="credential_service",
        kind="choice",
        default="any",
        choices=("any", "bda"),
        meaning="Which service the credential scope may name. The official Node SDK takes it from the "
        "endpoint's first label, which is not bda when the endpoint is a local one.",
    ),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Access(access.Access):
    """How a client reaches this provider in one sandbox; SDKs want the `endpoint`.

    There is a permanent key, and a temporary one that needs its token."""

    url: str
    secret_id: str
    secret_key: str
    temporary_secret_id: str
    temporary_secret_key: str
    token: str

    @property
    def endpoint(self) -> str:
        """Host and port."""
        return self.url.partition("//")[2]


def claims(scope: Mapping[str, Any]) -> bool:
    """Whether a request is for this provider: anything at /, but a GET only when it speaks of an action, a
    signature or the like; a browser's does not."""
    if scope["path"] != "/":
        return False
    if scope["method"] not in ("GET", "HEAD"):
        return True
    query = scope["query_string"]
    return any(name in query for name in (b"Action=", b"SecretId=", b"Signature=")) or any(
        name.startswith(b"x-tc-") or (name == b"authorization" and value.startswith(b"TC3-"))
        for name, value in scope["headers"]
    )


def mint(sandbox_id: str) -> Mapping[str, str]:
    """A permanent and a temporary key, visibly fake."""
    fixed = sandbox_id == "default"

    def secret(kind: str) -> str:
        return f"mock-{kind}-of-the-default-sandbox" if fixed else f"mock-{kind}-{secrets.token_hex(12)}"

    return {
        "secret_id": f"AKIDmock{sandbox_id}",
        "secret_key": secret("secret-key"),
        "temporary_secret_id": f"AKIDmocktemporary{sandbox_id}",
        "temporary_secret_key": secret("temporary-secret-key"),
        "token": secret("token"),
    }


def app(engine: Engine) -> Starlette:
    """The Starlette application of this provider."""
    from mockserver.providers.tencent_bda.wire import app as build

    return build(engine)


PROVIDER = Provider(
    name="tencent_bda",
    title="Tencent Cloud BDA SegmentCustomizedPortraitPic",
    hosts=("bda.tencentcloudapi.com", "bda.*.tencentcloudapi.com"),
    claims=claims,
    settings=SETTINGS,
    keys=("secret_id", "temporary_secret_id"),
    operations=("SegmentCustomizedPortraitPic",),
    mint=mint,
    access=Access,
    app=app,
)
