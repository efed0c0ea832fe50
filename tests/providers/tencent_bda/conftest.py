"""A running server, a fresh sandbox, and clients of it."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from signer import FORM_TYPE, V1, Answer, Call, Tc3, answer, flat
from tencent_world import World

from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.files import jpeg
from mockserver.fixtures.portraits import portrait


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A small JPEG of one person, 120x150."""
    return jpeg(portrait(4, width=120, height=150, noise=0))


@pytest.fixture(scope="session")
def content(picture: bytes) -> dict[str, Any]:
    """Parameters of a call that succeeds."""
    image = base64.b64encode(picture).decode()
    return {"SegmentationOptions": {"Head": True}, "Image": image}


@pytest.fixture
def tc3(sandbox: RunningSandbox, content: Mapping[str, Any]) -> Tc3:
    """An honest TC3 POST that succeeds."""
    access = sandbox.tencent_bda
    body = json.dumps(content).encode()
    return Tc3(host=access.endpoint, secret_id=access.secret_id, secret_key=access.secret_key, body=body)


@pytest.fixture
def tc3_get(tc3: Tc3) -> Tc3:
    """An honest TC3 GET of a call without an image: it passes everything but the last check."""
    query = "SegmentationOptions.Head=True&SegmentationOptions.Body=False"
    return Tc3(
        host=tc3.host,
        secret_id=tc3.secret_id,
        secret_key=tc3.secret_key,
        method="GET",
        content_type=FORM_TYPE,
        query=query,
    )


@pytest.fixture
def v1(sandbox: RunningSandbox, content: Mapping[str, Any]) -> V1:
    """An honest HmacSHA1 POST that succeeds."""
    access = sandbox.tencent_bda
    return V1(
        host=access.endpoint,
        secret_id=access.secret_id,
        secret_key=access.secret_key,
        params=flat(content),
    )


@pytest.fixture
def call(sandbox: RunningSandbox, tc3: Tc3) -> Call:
    """Send parameters with an honest TC3 POST; answers what is in Response."""

    def call(content: object, **headers: str) -> Answer:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return answer(replace(tc3, body=body, headers=headers).send(sandbox.tencent_bda.url))

    return call


@pytest.fixture
def world(server: MockServer, sandbox: RunningSandbox, tc3: Tc3, tc3_get: Tc3, v1: V1) -> World:
    return World(server=server, sandbox=sandbox, tc3=tc3, tc3_get=tc3_get, v1=v1)
