"""A client that gave up on a late answer, and asked again, pays twice; one that looks first does not."""

import httpx
import pytest

from mockserver import MockServer, fixtures

TASKS = "/api/tasks/visual/segmentation"


@pytest.mark.parametrize(("again", "rules"), [(True, ["PIC-CHARGE-10"]), (False, [])])
def test_a_charged_call_that_was_given_up_is_not_repeated(
    server: MockServer, again: bool, rules: list[str]
) -> None:
    sandbox = server.sandbox(picwish={"qps": None})
    sandbox.fail("picwish", "http.delay", seconds=600)
    files = {"image_file": fixtures.path("portrait.jpg").read_bytes()}
    with httpx.Client(base_url=sandbox.picwish.url, headers={"X-API-KEY": sandbox.picwish.api_key}) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post(TASKS, files=files, timeout=0.3)
        if again:
            assert client.post(TASKS, files=files).status_code == 200
        else:
            assert client.get(f"{TASKS}/not-known").json()["status"] == 404
    assert [finding.rule.id for finding in sandbox.findings() if "CHARGE" in finding.rule.id] == rules
