"""A mistaken request is in the journal of whoever it names, who would look nowhere else."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockserver import MockServer, RunningSandbox
from mockserver.providers.ownership import bare, whose

WRONG_PATHS = (
    "/ailab/api/cutout/portrait/avatar",
    "/picwish/api/tasks/visual/scale",
    "/tencent_bda/v3",
    "/processimage/watermark/acess",
)


@pytest.fixture
def stranger(server: MockServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, verify=False, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture
def everywhere(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """Requests with a credential of the sandbox in each documented place, and in others."""
    secret_id, app_id = sandbox.tencent_bda.secret_id, sandbox.processimage.app_id
    api_key = sandbox.picwish.api_key
    basic = base64.b64encode(f"user:{api_key}".encode()).decode()
    return [
        {"headers": {"ailabapi-api-key": sandbox.ailab.api_key}},
        {"headers": {"x-api-key": api_key}},
        {"headers": {"Authorization": f"Bearer {api_key}"}},
        {"headers": {"Authorization": f"Basic {basic}"}},
        {"headers": {"Cookie": f"a=b; key={api_key}"}},
        {"headers": {"Authorization": f"TC3-HMAC-SHA256 Credential={secret_id}/2026-01-01/bda/tc3_request"}},
        {"params": {"SecretId": secret_id}},
        {"params": {"OSSAccessKeyId": sandbox.picwish.oss_access_key_id}},
        {"params": {"appId": app_id}},
        {"data": {"SecretId": secret_id}},
        {"files": {"imageFile": b"x" * 100_000, "appId": (None, app_id)}},
        {"json": {"key": api_key}},
    ]


@pytest.mark.parametrize("path", WRONG_PATHS)
def test_a_request_for_a_wrong_path_is_in_the_journal_of_whoever_it_names(
    stranger: httpx.Client, sandbox: RunningSandbox, everywhere: list[dict[str, Any]], path: str
) -> None:
    for request in everywhere:
        before = len(sandbox.journal)
        stranger.post(path, **request)
        assert len(sandbox.journal) == before + 1, request
    assert all("no operation at POST" in exchange.notes[0] for exchange in sandbox.journal)


@pytest.mark.parametrize("path", WRONG_PATHS)
def test_a_request_that_names_nobody_is_with_the_strangers(
    stranger: httpx.Client, server: MockServer, path: str
) -> None:
    stranger.post(path, data={"appId": "mockapp0nobody00"}, headers={"x-api-key": "nobody"})
    assert "no operation at POST" in server.strangers.last.notes[0]


@pytest.mark.parametrize("provider", ["ailab", "picwish"])
def test_the_key_of_another_provider_is_told(
    stranger: httpx.Client, sandbox: RunningSandbox, provider: str
) -> None:
    path, header, key = {
        "ailab": ("/api/cutout/portrait/avatar-extraction", "ailabapi-api-key", sandbox.picwish.api_key),
        "picwish": ("/api/tasks/visual/segmentation", "x-api-key", sandbox.ailab.api_key),
    }[provider]
    other = "picwish" if provider == "ailab" else "ailab"
    assert stranger.post(path, headers={header: key}).status_code == 401
    assert sandbox.journal.last.notes == [f"{header} holds a credential of this sandbox, but for {other}"]
    assert stranger.post(path, headers={"x-custom": key}).status_code == 401
    assert f"for {other} came in the header x-custom" in sandbox.journal.last.notes[0]


@pytest.mark.parametrize("place", ["query", "cookie", "basic", "path"])
def test_a_key_in_another_place_than_a_header_is_told(
    stranger: httpx.Client, sandbox: RunningSandbox, place: str
) -> None:
    key = sandbox.picwish.api_key
    basic = base64.b64encode(f":{key}".encode()).decode()
    request: dict[str, Any] = {
        "query": {"params": {"key": key}},
        "cookie": {"headers": {"cookie": f"key={key}"}},
        "basic": {"headers": {"authorization": f"Basic {basic}"}},
        "path": {},
    }[place]
    path = f"/api/tasks/visual/segmentation/{key if place == 'path' else 'task'}"
    assert stranger.get(path, **request).status_code == 401
    assert "the key of this sandbox came in the" in sandbox.journal.last.notes[0]


def test_the_keys_of_a_sandbox_that_was_dropped_are_explained(
    server: MockServer, stranger: httpx.Client
) -> None:
    gone = server.sandbox()
    keys: dict[str, Any] = dict.fromkeys(("Action", "Signature", "Version"), "x")
    keys |= {"Timestamp": "1", "Nonce": "1", "SecretId": gone.tencent_bda.secret_id}
    app_id = {"appId": (None, gone.processimage.app_id)}
    requests: list[tuple[str, dict[str, Any]]] = [
        ("/api/cutout/portrait/avatar-extraction", {"headers": {"ailabapi-api-key": gone.ailab.api_key}}),
        ("/api/tasks/visual/segmentation", {"headers": {"x-api-key": gone.picwish.api_key}}),
        ("/", {"data": keys}),
        ("/watermark/access", {"files": app_id, "headers": {"x-access-api-sign": "x"}}),
    ]
    gone.drop()
    for path, request in requests:
        stranger.post(path, **request)
        assert f"this belonged to sandbox {gone.id}" in server.strangers.last.notes[-1], path


@pytest.mark.parametrize("dressed", ["k", "Bearer k", "BEARER   k", "'k'", '"k"', "Token 'k'", "Basic k"])
def test_a_key_is_bare_without_scheme_and_quotes(dressed: str) -> None:
    assert bare(dressed) == "k"


def test_a_result_file_names_its_sandbox(server: MockServer, sandbox: RunningSandbox) -> None:
    scope = {"headers": [], "query_string": b"", "path": f"/a/1-{sandbox.id}{'0' * 24}-1.png"}
    found = whose(server.app.engine.registry, scope)
    assert found is not None
    assert found.id == sandbox.id
