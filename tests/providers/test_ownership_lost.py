import httpx
import pytest

from mockserver import MockServer, RunningSandbox


def test_a_request_that_no_provider_claims_is_in_the_journal_of_whoever_it_names(
    sandbox: RunningSandbox, server: MockServer
) -> None:
    key = sandbox.ailab.api_key
    httpx.post(
        f"{server.url}/api/cutot/portrait/avatar-extraction", headers={"ailabapi-api-key": key}, verify=False
    )
    assert "the nearest is POST /api/cutout/portrait/avatar-extraction" in sandbox.journal.last.notes[0]
    assert key not in str(sandbox.journal.last)


def test_a_request_that_is_refused_before_its_key_is_looked_up_is_in_the_journal_of_whoever_it_names(
    sandbox: RunningSandbox, server: MockServer
) -> None:
    scope = f"TC3-HMAC-SHA256 Credential={sandbox.tencent_bda.secret_id}/d/bda/tc3_request"
    httpx.post(server.url, headers={"authorization": scope}, verify=False)
    httpx.options(
        f"{server.url}/api/cutout/x", headers={"ailabapi-api-key": sandbox.ailab.api_key}, verify=False
    )
    assert [one.provider for one in sandbox.journal] == ["tencent_bda", "ailab"]


@pytest.mark.parametrize("sign", ["0" * 32, "{id}" + "0" * 24])
def test_a_signature_is_not_taken_for_the_name_of_a_file(
    server: MockServer, sandbox: RunningSandbox, sign: str
) -> None:
    other = server.sandbox()
    before = len(server.default.journal)
    headers = {"x-access-api-sign": sign.format(id=other.id)}
    httpx.post(f"{server.url}/watermark/acces", headers=headers, data={"appId": sandbox.processimage.app_id})
    assert (len(sandbox.journal), len(other.journal), len(server.default.journal)) == (1, 0, before)
