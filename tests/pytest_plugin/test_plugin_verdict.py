"""A test whose client broke a rule fails, and one that failed by itself is explained."""

import json
import sys

import pytest


def test_a_broken_must_rule_fails_a_test_that_passed(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        def test_careless(ailab):
            cut_out(ailab, field="img")
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ test_careless _*",
            "AIL-IMAGE-03: Send one image, as a file",
            "MUST   AIL-IMAGE-03  Send one image, as a file",
            "*the part 'img' is not read; the nearest documented one is image*",
            'Where this is meant: @pytest.mark.mockserver(allow=["AIL-IMAGE-03"])',
            "test_a_broken_must_rule_fails_a_test_that_passed.py:3: AIL-IMAGE-03",
            "FAILED *::test_careless - Failed: AIL-IMAGE-03:*",
        ]
    )
    assert str(result.stdout).count("the part 'img' is not read") == 1
    result.stdout.no_fnmatch_line("*pytest_plugin*.py*")  # no line of this package, but the evidence alone
    result.stdout.no_fnmatch_line("*[Tt]raceback*")


def test_the_failure_is_placed_at_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        def test_careless(ailab):
            cut_out(ailab, field="img")
        """
    )
    result = project.runpytest("--tb=line")
    result.stdout.fnmatch_lines(["*test_the_failure_is_placed_at_the_test.py:3: *AIL-IMAGE-03*"])


def test_a_mistake_in_a_fault_is_shown_where_the_test_made_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_faulty(sandbox):
            sandbox.fail("picwish", "state.-99")
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *UnknownBehaviour: picwish has no behaviour 'state.-99'; did you mean *"])
    result.stdout.no_fnmatch_line("*mockserver/*.py*")


def test_an_honest_client_passes(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        def test_honest(ailab):
            assert cut_out(ailab).status_code == 200
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_a_test_that_failed_by_itself_is_explained(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        def test_wrong_key(ailab):
            assert cut_out(ailab, key="of-another-account").status_code == 200

        def test_wrong_field(ailab):
            assert cut_out(ailab, field="img").status_code == 200

        def test_other_things(sandbox):
            assert 1 == 2
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*_ test_wrong_key _*",
            "E*assert 401 == 200",
            "*- mock server -*",
            "No request came with the keys of this test's sandbox.",
            "*401  error.ERROR_USER_NOT_EXISTS",
            "*no sandbox has this API key",
            "*_ test_wrong_field _*",
            "E*assert 400 == 200",
            "*- mock server -*",
            "MUST   AIL-IMAGE-03*",
            "*_ test_other_things _*",
            "No request came with the keys of this test's sandbox.",
        ]
    )


def test_a_fixture_that_failed_is_explained(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from client import cut_out

        @pytest.fixture
        def head(ailab):
            assert cut_out(ailab, field="img").status_code == 200

        def test_head(head):
            pass
        """
    )
    result = project.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E*assert 400 == 200", "*- mock server -*", "MUST   AIL-IMAGE-03*"])


@pytest.mark.parametrize(
    ("arguments", "ini", "marker", "failed"),
    [
        ([], "", "", {"test_must"}),
        (["--mockserver-fail-on=should"], "", "", {"test_must", "test_should"}),
        (["--mockserver-fail-on=never"], "", "", set()),
        ([], "mockserver_fail_on = should", "", {"test_must", "test_should"}),
        (["--mockserver-fail-on=must"], "mockserver_fail_on = never", "", {"test_must"}),
        ([], "mockserver_fail_on = never", "fail_on='should'", {"test_must", "test_should"}),
        ([], "", "allow=['AIL-IMAGE-03'], fail_on='should'", {"test_should"}),
        ([], "mockserver_allow =\n    AIL-IMAGE-03  # our proxy renames it\n    AIL-KEY-02", "", set()),
    ],
)
def test_how_strict_it_is_can_be_said(
    project: pytest.Pytester, arguments: list[str], ini: str, marker: str, failed: set[str]
) -> None:
    with (project.path / "pytest.ini").open("a") as file:
        file.write(f"\n{ini}\n")
    project.makepyfile(
        f"""
        import pytest
        from client import cut_out, download

        pytestmark = pytest.mark.mockserver({marker})

        def test_must(ailab):
            cut_out(ailab, field="img")

        def test_should(ailab):
            download(ailab)
        """
    )
    result = project.inline_run(*arguments)
    passed, _, broken = result.listoutcomes()
    assert {one.nodeid.rpartition("::")[2] for one in broken} == failed
    assert len(passed) == 2 - len(failed)


def test_what_a_test_says_of_its_outcome_holds(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import unittest

        import pytest
        from client import cut_out

        @pytest.mark.xfail(strict=True)
        def test_known_to_break_it(ailab):
            cut_out(ailab, field="img")

        def test_skips_itself(ailab):
            cut_out(ailab, field="img")
            pytest.skip("later")

        def test_expects_a_mistake(ailab):
            with pytest.raises(KeyError):
                cut_out(ailab).json()["nothing"]

        @pytest.mark.parametrize("field", ["image", "img"])
        def test_each(ailab, field):
            cut_out(ailab, field=field)

        @pytest.mark.usefixtures("mockserver_environment")
        class Case(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _ailab(self, ailab):
                self.ailab = ailab

            def test_careless(self):
                cut_out(self.ailab, field="img")

            def test_honest(self):
                self.assertEqual(cut_out(self.ailab).status_code, 200)

            def test_failed_by_itself(self):
                self.assertEqual(cut_out(self.ailab, field="img").status_code, 200)
        """
    )
    result = project.runpytest("-rA")
    result.assert_outcomes(passed=3, failed=3, skipped=1, xfailed=1)
    result.stdout.fnmatch_lines_random(
        [
            "FAILED *::test_each[[]img] - Failed: AIL-IMAGE-03*",
            "FAILED *::Case::test_careless - Failed: AIL-IMAGE-03*",
            "FAILED *::Case::test_failed_by_itself - Assert*",
            "XFAIL *::test_known_to_break_it*",
        ]
    )


def test_subtests_are_judged_with_their_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        def test_fields(ailab, subtests):
            for field in ("image", "image"):
                with subtests.test(field):
                    cut_out(ailab, field=field)
            cut_out(ailab, field="img")

        def test_that_fail(ailab, subtests):
            with subtests.test("wrong"):
                assert cut_out(ailab, field="img").status_code == 200
        """
    )
    result = project.runpytest("--mockserver-report=reports")
    result.stdout.fnmatch_lines(
        [
            "*_ test_fields _*",
            "AIL-IMAGE-03: Send one image, as a file",
            "*_ test_that_fail [[]wrong] _*",
            "*- mock server -*",
            "MUST   AIL-IMAGE-03*",
        ]
    )
    report = json.loads((project.path / "reports" / "report.json").read_text())
    assert [one["judged"] for one in report["subjects"]] == [3, 1]


def test_asynchronous_tests_are_judged(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from client import cut_out

        @pytest.mark.asyncio
        async def test_asyncio(ailab):
            cut_out(ailab, field="img")

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        async def test_anyio(ailab, anyio_backend):
            cut_out(ailab, field="img")
        """
    )
    project.runpytest().assert_outcomes(failed=2)


def test_asynchronous_tests_need_no_mark_in_auto_mode(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        async def test_careless(ailab):
            cut_out(ailab, field="img")

        async def test_honest(ailab):
            cut_out(ailab)
        """
    )
    project.runpytest("-o", "asyncio_mode=auto").assert_outcomes(failed=1, passed=1)


def test_each_run_of_a_test_that_is_run_again_stands_alone(project: pytest.Pytester) -> None:
    project.makeconftest(
        """
        from _pytest.runner import runtestprotocol

        def pytest_runtest_protocol(item, nextitem):
            runtestprotocol(item, nextitem=nextitem, log=False)
            item._initrequest()
            for report in runtestprotocol(item, nextitem=nextitem, log=False):
                item.ihook.pytest_runtest_logreport(report=report)
            return True
        """
    )
    project.makepyfile(
        """
        from client import cut_out

        runs = []

        def test_flaky(ailab, sandbox):
            runs.append(len(sandbox.journal))
            cut_out(ailab, field="image" if len(runs) > 1 else "img")
            assert runs[-1] == 0
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_what_fixtures_do_after_the_test_is_not_judged(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from client import cut_out

        @pytest.fixture
        def untidy(ailab):
            yield
            cut_out(ailab, field="img")

        def test_tidy(untidy):
            pass
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_the_debugger_is_entered_where_a_client_broke_a_rule(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        def test_careless(ailab):
            cut_out(ailab, field="img")
        """
    )
    result = project.run(
        sys.executable, "-m", "pytest", "--pdb", "-p", "no:xdist", stdin=b"quit\n", timeout=20
    )
    result.stdout.fnmatch_lines(["*AIL-IMAGE-03*", "*(Pdb)*"])
    assert result.ret == pytest.ExitCode.INTERRUPTED
