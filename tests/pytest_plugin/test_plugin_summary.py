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
            "1 MUST rule broken in 1 of 3 tests; 1 SHOULD *",
            "MUST   AIL-IMAGE-03  *",
            "SHOULD AIL-KEY-02  *",
            "ailab  [[]*] * met *",
            "*= short test summary info =*",
        ]
    )
    result.stdout.no_fnmatch_line("tencent_bda *")  # which nobody called


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [(["-q"], ["mock server: 1 MUST rule broken in 1 of 3 tests; *"]), (["-qq"], [])],
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


def test_a_report_that_cannot_be_written_is_told(project: pytest.Pytester) -> None:
    project.makepyfile(TESTS)
    (project.path / "file").touch()
    result = project.runpytest("--mockserver-report=file/reports")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["--mockserver-report: *file/reports*"])


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
