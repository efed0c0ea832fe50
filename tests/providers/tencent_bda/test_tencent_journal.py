"""What the journal tells of an exchange, and what it must not."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from signer import V1, Tc3, code, compact

from mockserver import MockServer, RunningSandbox


@pytest.fixture
def text(sandbox: RunningSandbox, server: MockServer) -> Any:
    """The whole journal of the sandbox and that of strangers, as text."""

    def text() -> str:
        state = server.app.engine.state
        logs = [state.entries(space, "journal").entries for space in (sandbox.id, "strangers")]
        return b"\n".join(entry for log in logs for entry in log).decode()

    return text


def secrets(sandbox: RunningSandbox) -> Mapping[str, str]:
    access = sandbox.tencent_bda
    return {
        "secret id": access.secret_id,
        "secret key": access.secret_key,
        "temporary id": access.temporary_secret_id,
        "temporary key": access.temporary_secret_key,
        "token": access.token,
    }


def test_no_secret_is_in_any_journal(sandbox: RunningSandbox, tc3: Tc3, v1: V1, text: Any) -> None:
    access = sandbox.tencent_bda
    url = access.url
    key: Any = {"secret_id": access.temporary_secret_id, "secret_key": access.temporary_secret_key}
    token = {"X-TC-Token": access.token}
    params = {**v1.params, "Token": access.token}
    for headers in (token, {"X-TC-Token": access.secret_key}):
        replace(tc3, **key, headers=headers).send(url)
        replace(tc3, **key, headers=headers, also_sign=("x-tc-token",), signed_body=b"").send(url)
    for method in ("GET", "POST"):
        old = replace(v1, **key, params={**params, "Image": "AAAA"}, method=method)
        for one in (old, replace(old, secret_key="wrong"), replace(old, params={"Nonce": "x"})):
            one.send(url)
        replace(old, params={**params, "Image": "A" * 40_000}).send(url)
    for header in (access.secret_key, f"Bearer {access.secret_key}", f"SKIP {access.secret_id}"):
        tc3.send(url, Authorization=header)
    httpx.put(url, headers={"Authorization": access.secret_key}, params={"Token": access.token})
    httpx.get(f"{url}/tencent_bda/x", params={"SecretId": access.secret_id})
    written = text()
    assert [name for name, secret in secrets(sandbox).items() if f'"{secret}' in written] == []
    assert [name for name, secret in secrets(sandbox).items() if secret in written] == []


def test_a_signature_mismatch_is_explained(
    sandbox: RunningSandbox, tc3: Tc3, content: dict[str, Any]
) -> None:
    signed = replace(tc3, signed_body=compact(content))
    assert code(signed.send(sandbox.tencent_bda.url)) == "AuthFailure.SignatureFailure"
    entry = sandbox.journal.last
    explanation = entry.explanation
    assert explanation is not None
    assert explanation["canonical_request"] == tc3.canonical_request
    assert explanation["string_to_sign"] == tc3.string_to_sign
    assert explanation["expected_signature"] == tc3.signature
    assert explanation["received_signature"] == signed.signature
    assert explanation["cause"] == "body"
    difference = explanation["first_difference"]
    assert (difference["in"], difference["line"]) == ("canonical request", 8)
    assert difference["signed"] == signed.canonical_request.split("\n")[7]
    assert entry.notes[0].startswith("signature mismatch, cause body: ")


def test_a_mismatch_of_megabytes_is_explained(
    sandbox: RunningSandbox, tc3: Tc3, content: dict[str, Any]
) -> None:
    large = {**content, "Image": "A" * (5 * 1024 * 1024)}
    sent = replace(tc3, body=json.dumps(large).encode(), signed_body=compact(large))
    assert code(sent.send(sandbox.tencent_bda.url)) == "AuthFailure.SignatureFailure"
    explanation = sandbox.journal.last.explanation
    assert explanation is not None
    assert explanation["cause"] == "body"


def test_a_success_is_told_without_its_megabytes(sandbox: RunningSandbox, tc3: Tc3) -> None:
    tc3.send(sandbox.tencent_bda.url)
    entry = sandbox.journal.last
    assert entry.operation == "SegmentCustomizedPortraitPic"
    assert entry.fields["SegmentationOptions"] == {"Head": True}
    assert entry.fields["Image"].endswith("characters)")
    assert (entry.files[0].width, entry.files[0].height) == (120, 150)
    assert entry.response["size"] > 10_000
    assert "text" not in entry.response


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"x" * 100_000: 1}).encode(),
        json.dumps({f"x{number}": number for number in range(50_000)}).encode(),
        json.dumps({"SegmentationOptions": {f"x{number}": True for number in range(50_000)}}).encode(),
        json.dumps({"Image": ["x" * 1000] * 5000}).encode(),
        b'{"Image":' * 700 + b"1" + b"}" * 700,
    ],
    ids=["long name", "many names", "many options", "long list", "deep"],
)
def test_an_entry_stays_small(sandbox: RunningSandbox, tc3: Tc3, body: bytes) -> None:
    replace(tc3, body=body).send(sandbox.tencent_bda.url)
    assert len(sandbox.journal) == 1
    assert len(str(sandbox.journal.last)) < 20_000


def test_an_older_request_is_told_by_its_parameters(sandbox: RunningSandbox, v1: V1) -> None:
    replace(v1, method="GET", params={"SegmentationOptions.Head": "True"}).send(sandbox.tencent_bda.url)
    entry = sandbox.journal.last
    assert entry.fields["Action"] == "SegmentCustomizedPortraitPic"
    assert entry.fields["SecretId"].startswith("AKIDmo…")
    assert "SecretId=AKIDmo…" in entry.query
