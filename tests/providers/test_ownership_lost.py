import httpx

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
