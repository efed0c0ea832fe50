"""How a request finds the provider, and what a sandbox hands out for it."""

import re
from dataclasses import replace

import httpx
import pytest
from signer import V1, Tc3, code

from mockserver import MockServer, RunningSandbox
from mockserver.providers.tencent_bda import PROVIDER, claims


def scope(method: str, path: str = "/", query: bytes = b"", **headers: str) -> dict[str, object]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"method": method, "path": path, "query_string": query, "headers": pairs}


@pytest.mark.parametrize(
    ("request_scope", "claimed"),
    [
        (scope("POST"), True),
        (scope("PUT"), True),
        (scope("GET"), False),
        (scope("HEAD"), False),
        (scope("GET", accept="text/html", authorization="Basic x"), False),
        (scope("GET", query=b"Action=X"), True),
        (scope("GET", query=b"SecretId=AKID"), True),
        (scope("GET", x_tc_timestamp="1"), True),
        (scope("GET", authorization="TC3-HMAC-SHA256 x"), True),
        (scope("POST", "/elsewhere"), False),
    ],
)
def test_a_request_at_the_root_is_claimed_by_what_it_says(
    request_scope: dict[str, object], claimed: bool
) -> None:
    assert claims(request_scope) == claimed


def test_a_browser_gets_the_front_page(server: MockServer) -> None:
    assert "providers" in httpx.get(server.url).json()


@pytest.mark.parametrize("host", ["bda.tencentcloudapi.com", "bda.ap-beijing.tencentcloudapi.com"])
def test_a_documented_host_leads_here(tc3: Tc3, sandbox: RunningSandbox, host: str) -> None:
    assert code(replace(tc3, host=host).send(sandbox.tencent_bda.url)) == "success"


def test_a_prefix_leads_here(tc3: Tc3, v1: V1, sandbox: RunningSandbox) -> None:
    url = f"{sandbox.tencent_bda.url}/tencent_bda/"
    assert code(httpx.post(url, content=tc3.body, headers={**tc3.sent_headers})) != "success"
    headers = tc3.sent_headers | {"Authorization": tc3.authorization}
    assert code(httpx.post(url, content=tc3.body, headers=headers)) == "success"
    assert code(httpx.post(url, data=v1.sent, headers={"Host": v1.host})) == "success"


@pytest.mark.parametrize("path", ["/tencent_bda/x", "/tencent_bda//", "/tencent_bda/v2/"])
def test_another_path_is_not_found(server: MockServer, path: str) -> None:
    response = httpx.post(server.url + path)
    assert response.status_code == 404
    assert response.json()["Response"]["Error"]["Code"] == "ResourceNotFound"
    assert server.strangers.last.status == 404


def test_credentials_are_visibly_fake_and_never_shared(server: MockServer) -> None:
    one, other = server.sandbox().tencent_bda, server.sandbox().tencent_bda
    for name in ("secret_id", "secret_key", "temporary_secret_id", "temporary_secret_key", "token"):
        values = getattr(one, name), getattr(other, name)
        assert all("mock" in value for value in values)
        assert values[0] != values[1]
    assert one.secret_id.startswith("AKID")
    assert f"http://{one.endpoint}" == one.url


def test_the_default_sandbox_has_fixed_credentials() -> None:
    assert PROVIDER.mint("default") == PROVIDER.mint("default")
    assert PROVIDER.mint("a") != PROVIDER.mint("a")


def test_two_sandboxes_do_not_meet(server: MockServer, tc3: Tc3, sandbox: RunningSandbox) -> None:
    other = server.sandbox(tencent_bda={"balance": 0})
    assert code(tc3.send(sandbox.tencent_bda.url)) == "success"
    assert len(other.journal) == 0
    theirs = replace(tc3, secret_id=other.tencent_bda.secret_id)
    assert code(theirs.send(other.tencent_bda.url)) == "AuthFailure.SignatureFailure"
    assert len(sandbox.journal) == 1
    assert len(other.journal) == 1


def test_every_setting_says_what_it_means() -> None:
    for setting in PROVIDER.settings:
        assert re.match(r"[A-Z].+\.", setting.meaning, re.DOTALL)
        assert setting.accepts(setting.default)
