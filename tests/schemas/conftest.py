"""Requests of the providers, as the tests of the providers themselves make them."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from schema_world import of_provider

from mockserver import MockServer, RunningSandbox
from mockserver.fixtures.edges import sized


@pytest.fixture
def ailab(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    """Plain HTTP with the sandbox's key."""
    access = sandbox.ailab
    headers = {"ailabapi-api-key": access.api_key}
    with httpx.Client(base_url=access.url, headers=headers, verify=False, timeout=30) as client:
        yield client


@pytest.fixture
def tencent(server: MockServer, sandbox: RunningSandbox) -> Any:
    """Honest requests to Tencent Cloud, to be changed."""
    signer, world = (of_provider("tencent_bda", name) for name in ("signer", "tencent_world"))
    access = sandbox.tencent_bda
    key = {"host": access.endpoint, "secret_id": access.secret_id, "secret_key": access.secret_key}
    image = base64.b64encode(sized(120, 150)).decode()
    content = {"SegmentationOptions": {"Head": True}, "Image": image}
    query = "SegmentationOptions.Head=True&SegmentationOptions.Body=False"
    return world.World(
        server=server,
        sandbox=sandbox,
        tc3=signer.Tc3(**key, body=json.dumps(content).encode()),
        tc3_get=signer.Tc3(**key, method="GET", content_type=signer.FORM_TYPE, query=query),
        v1=signer.V1(**key, params=signer.flat(content)),
    )
