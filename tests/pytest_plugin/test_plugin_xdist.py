"""Many processes: a server in each, or one for all."""

import json

import pytest

from mockserver import MockServer

TESTS = """
    import pytest
    from client import cut_out

    @pytest.mark.mockserver(ailab={"balance": 1})
    @pytest.mark.parametrize("number", range(16))
    def test_alone(ailab, sandbox, number):
        sandbox.clock.freeze()
        assert [cut_out(ailab).json()["error_code"] == 0 for _ in range(2)] == [True, False]
        assert len(sandbox.journal) == 2

    @pytest.mark.parametrize("number", range(4))
    def test_careless(ailab, number):
        cut_out(ailab, field="img")
"""


def test_each_worker_has_a_server_and_the_results_come_together(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest_subprocess("-n2", "--mockserver-report=reports")
    result.assert_outcomes(passed=16, failed=4)
    result.stdout.fnmatch_lines(
        [
            "AIL-IMAGE-03: Send one image, as a file",
            "1 MUST rule broken in 4 of the 20 tests judged; * met",
            "ailab  [[]*] 4 of * met *",
            "written: reports/report.html",
        ]
    )
    report = json.loads((project.path / "reports" / "report.json").read_text())
    assert len(report["subjects"]) == 20
    assert sum(one["judged"] for one in report["subjects"]) == 36


def test_eight_workers_on_one_server_do_not_disturb_one_another(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(TESTS)
    with MockServer(control_token="a-token-of-tests") as server:
        monkeypatch.setenv("MOCKSERVER_CONTROL_TOKEN", "a-token-of-tests")
        url = f"--mockserver-url={server.url}"
        result = project.runpytest_subprocess("-n8", url)
        result.assert_outcomes(passed=16, failed=4)
        result.stdout.fnmatch_lines(
            ["1 MUST rule broken in 4 of the 20 tests judged; * met", "ailab  [[]*] 4 of * met *"]
        )
        assert server.app.engine.registry.ids() == ["default"]


def test_a_worker_that_crashes_takes_nothing_else_along(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import os

        import pytest
        from client import cut_out

        @pytest.mark.parametrize("number", range(4))
        def test_careless(ailab, number):
            cut_out(ailab, field="img")

        def test_crash(ailab):
            os._exit(3)
        """
    )
    result = project.runpytest_subprocess("-n2")
    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(["1 MUST rule broken in 4 *"])
