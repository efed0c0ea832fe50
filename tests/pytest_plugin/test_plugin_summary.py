"""What is said when a run ends, and what is written."""

import json
from xml.etree import ElementTree

import pytest

TESTS = """
    from client import cut_out, download

    def test_honest(ailab):
        cut_out(ailab)

    def test_should(ailab):
        download(ailab)

    def test_must(ailab):
        cut_out(ailab, field="img")

    def test_other():
        pass
"""


def test_findings_and_coverage_are_told(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*= mock server =*",
            "1 MUST rule broken in 1 of the 3 tests judged; 1 SHOULD *",
            "MUST   AIL-IMAGE-03  *",
            "SHOULD AIL-KEY-02  *",
            "ailab  [[]*] * met *",
            'Where this is meant: @pytest.mark.mockserver(allow=[[]"AIL-KEY-02"]*',
            "*= short test summary info =*",
        ]
    )
    result.stdout.no_fnmatch_line("tencent_bda *")  # which nobody called


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [(["-q"], ["mock server: 1 MUST rule broken in 1 of the 3 tests judged; *"]), (["-qq"], [])],
)
def test_the_quieter_the_less(project: pytest.Pytester, quiet: list[str], expected: list[str]) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest(*quiet, "--tb=no")
    result.stdout.fnmatch_lines(expected)
    result.stdout.no_fnmatch_line("ailab *")
    assert len([line for line in result.outlines if "mock server" in line]) == len(expected)


def test_who_does_not_use_it_hears_nothing_of_it(project: pytest.Pytester) -> None:
    project.makepyfile("def test_one(): pass\ndef test_two(): assert 0")
    result = project.runpytest("-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line("*mock server*")
    result.stdout.no_fnmatch_line("*provider*")


def test_that_nothing_was_called_is_told(project: pytest.Pytester) -> None:
    project.makepyfile("def test_one(ailab): pass")
    result = project.runpytest()
    result.stdout.fnmatch_lines(["*= mock server =*", "No provider was called*"])


def test_strangers_count_for_the_coverage(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        def test_wrong_key(ailab):
            assert cut_out(ailab, key="another").json()["error_code"] != 0
        """
    )
    result = project.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["ailab  [[]*] 1 of * met *"])


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_a_report_is_written(project: pytest.Pytester, workers: list[str]) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest("--mockserver-report=reports/mock", *workers)
    result.stdout.fnmatch_lines([f"written: reports/mock/{name}" for name in ("report.html", "report.json")])
    folder = project.path / "reports" / "mock"
    report = json.loads((folder / "report.json").read_text())
    assert report["verdict"]["must_rules_broken"] == 1
    subjects = {one["name"].rpartition("::")[2]: one for one in report["subjects"]}
    assert {name: one["passed"] for name, one in subjects.items()} == {
        "test_honest": True,
        "test_should": True,
        "test_must": True,
    }
    assert subjects["test_must"]["failed_by"] == ["AIL-IMAGE-03"]
    assert report["coverage"]["providers"]["ailab"]["by_request"]["met"] > 2
    assert ElementTree.parse(folder / "junit.xml").getroot().tag == "testsuites"
    assert "<!doctype html>" in (folder / "report.html").read_text().lower()


def test_a_report_is_written_even_when_nothing_is_said(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    project.runpytest("--mockserver-report=reports", "-p", "no:terminal")
    assert (project.path / "reports" / "report.json").exists()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("file/reports", "cannot write the report: *: *file/reports/report.html"),
        ("report.pdf", "a report ends in .html, *; not report.pdf"),
    ],
)
def test_where_no_report_can_be_written_no_test_is_run(project: pytest.Pytester, path: str, why: str) -> None:
    project.makepyfile(TESTS)
    (project.path / "file").touch()
    result = project.runpytest(f"--mockserver-report={path}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --mockserver-report: {why}"])
    result.stderr.no_fnmatch_line("*Errno*")


@pytest.mark.parametrize("quiet", [[], ["-q"], ["-qq"]])
def test_a_report_that_is_lost_fails_the_run(project: pytest.Pytester, quiet: list[str]) -> None:
    project.makepyfile(
        """
        from pathlib import Path

        def test_in_the_way(ailab):
            Path("reports").rmdir()
            Path("reports").touch()
        """
    )
    result = project.runpytest("--mockserver-report=reports", *quiet)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stderr.fnmatch_lines(["ERROR: --mockserver-report: *reports*"])
    result.stdout.no_fnmatch_line("written: *")


def test_what_was_written_is_told_with_q_as_well(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    result = project.runpytest("-q", "--mockserver-report=reports")
    result.stdout.fnmatch_lines(["mock server: *", "written: reports/report.html"])


STRANGERS = """
    import pytest
    from client import cut_out

    def test_right(ailab):
        cut_out(ailab)

    @pytest.mark.parametrize("key", ["my-real-key", "another"])
    def test_wrong(ailab, key):
        cut_out(ailab, key=key)
"""
LAST = "2 requests came with no test's keys, so they were not judged, the last in*"


@pytest.mark.parametrize("workers", [[], ["-n2"]])
def test_requests_that_were_not_judged_are_told(project: pytest.Pytester, workers: list[str]) -> None:
    project.makepyfile(STRANGERS)
    result = project.runpytest("--mockserver-report=reports", *workers)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["No rule broken; *", LAST, "  *::test_wrong[[]*: 401 POST"])
    [note] = json.loads((project.path / "reports" / "report.json").read_text())["notes"]
    assert note.startswith("2 requests came with no test's keys")


def test_requests_that_were_not_judged_are_told_with_q_as_well(project: pytest.Pytester) -> None:
    project.makepyfile(STRANGERS)
    project.runpytest("-q").stdout.fnmatch_lines(["mock server: No rule broken; *", f"mock server: {LAST}"])


def test_where_all_requests_came_from_strangers_no_test_was_judged(project: pytest.Pytester) -> None:
    project.makepyfile(STRANGERS)
    result = project.runpytest("-k", "test_wrong and another")
    result.stdout.fnmatch_lines(
        ["No test was judged; 1 of *", "1 request came with no test's keys, so it was not judged, in*"]
    )


def test_what_a_failure_has_shown_the_summary_only_names(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    shown = project.runpytest("--tb=short")
    assert str(shown.stdout).count("the part 'img' is not read") == 1
    hidden = project.runpytest("--tb=no")
    assert str(hidden.stdout).count("the part 'img' is not read") == 1


def test_reports_of_others_stay_plain(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    project.runpytest("--junitxml=plain.xml").assert_outcomes(passed=3, failed=1)
    [failure] = ElementTree.parse(project.path / "plain.xml").iter("failure")
    assert failure.attrib["message"].startswith("Failed: AIL-IMAGE-03: Send one image, as a file")
    assert "pytest_plugin" not in (failure.text or "")


def test_tests_that_skip_or_fail_as_expected_are_in_the_report(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from client import cut_out

        def test_skips(ailab):
            cut_out(ailab)
            pytest.skip("later")

        @pytest.mark.xfail
        def test_fails(ailab):
            cut_out(ailab, field="img")
            assert 0
        """
    )
    project.runpytest("--mockserver-report=reports").assert_outcomes(skipped=1, xfailed=1)
    report = json.loads((project.path / "reports" / "report.json").read_text())
    assert {one["name"].rpartition("::")[2]: one["passed"] for one in report["subjects"]} == {
        "test_skips": None,
        "test_fails": None,
    }


def test_to_collect_tests_is_no_reason_to_replace_a_report(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    project.runpytest("--mockserver-report=reports", "--collect-only")
    assert not (project.path / "reports").exists()
