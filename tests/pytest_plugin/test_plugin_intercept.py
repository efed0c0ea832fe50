"""The fixture for clients whose hosts are hard-coded."""

import pytest

from mockserver import MockServer

pytest.importorskip("trustme", reason="needs the extra tls")

TESTS = """
    import os

    import httpx
    import pytest
    from client import IMAGE

    HOST = "https://www.ailabapi.com"

    def test_the_real_host(ailab, sandbox, mockserver_intercept):
        with httpx.Client(headers={"ailabapi-api-key": ailab.api_key}) as client:
            url = f"{HOST}/api/cutout/portrait/avatar-extraction"
            link = client.post(url, files={"image": IMAGE}).json()["data"]["elements"][0]["image_url"]
        assert link.startswith("https://ai-result-rapidapi.ailabtools.com/")
        assert httpx.get(link).headers["content-type"] == "image/png"
        assert len(sandbox.journal) == 2

    def test_any_other_host(mockserver_intercept):
        with pytest.raises(httpx.ProxyError):
            httpx.get("https://images.example.com/")
        assert [one.host for one in mockserver_intercept.refused] == ["images.example.com"]

    def test_the_environment_is_put_back():
        assert "mockserver" not in os.environ.get("SSL_CERT_FILE", "")
"""


def test_a_client_of_the_real_hosts_is_answered(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest()
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*Not let through, as no provider is there: images.example.com:443"])


def test_a_shared_server_may_intercept(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    with MockServer(intercept=True) as server:
        project.runpytest(f"--mockserver-url={server.url}").assert_outcomes(passed=3)


def test_a_shared_server_that_does_not_says_what_to_do(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    with MockServer() as server:
        result = project.runpytest(f"--mockserver-url={server.url}")
    result.assert_outcomes(errors=2, passed=1)
    result.stdout.fnmatch_lines(["*--intercept*"])
    result.stdout.no_fnmatch_line("*pytest_plugin*.py*")
