"""The marker `mockserver`: how a test's sandbox is set."""

import pytest


def test_markers_set_the_sandbox_and_the_closest_counts(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.mockserver(qps=7, picwish={"polls": 3}, balance=5)

        @pytest.fixture
        def mockserver_settings():
            return {"ailab": {"balance": 9, "no_head": "null_data"}}

        @pytest.mark.mockserver(picwish={"qps": 1})
        class TestPicwish:
            @pytest.mark.mockserver(qps=None, ailab={"balance": 2})
            def test_all_three(self, sandbox):
                assert sandbox.settings("ailab")["balance"] == 2
                assert sandbox.settings("ailab")["no_head"] == "null_data"
                assert sandbox.settings("picwish")["polls"] == 3
                assert sandbox.settings("picwish")["qps"] is None
                assert sandbox.settings("tencent_bda")["qps"] is None

            def test_two(self, sandbox):
                assert sandbox.settings("picwish")["qps"] == 1
                assert sandbox.settings("ailab")["qps"] == 7
                assert sandbox.settings("ailab")["balance"] == 5
        """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_within_a_marker_a_provider_counts_before_all(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.mockserver(picwish={"qps": 1}, qps=2)
        def test_both(sandbox):
            assert (sandbox.settings("picwish")["qps"], sandbox.settings("ailab")["qps"]) == (1, 2)
        """
    )
    project.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("qsp=1", "no provider has a setting 'qsp'; did you mean qps?"),
        ("picwish=3", "picwish is a provider, and takes a dict of settings; not 3"),
        ("7", "it takes names, such as qps=None; not 7"),
        ("allow=['AIL-IMAGE-3']", "there is no rule 'AIL-IMAGE-3'; did you mean AIL-IMAGE-03?"),
        ("allow=['nothing']", "there is no rule 'nothing'; there are ANY-*, AIL-*"),
        ("allow='AIL-IMAGE-03'", "allow is a list of ids of rules, such as *; not 'AIL-IMAGE-03'"),
        ("fail_on='shall'", "fail_on is 'shall'; it can be 'must', 'should', 'never'"),
    ],
)
def test_a_marker_that_cannot_be_meant_says_what_is_possible(
    project: pytest.Pytester, marker: str, said: str
) -> None:
    project.makepyfile(
        f"""
        import pytest

        @pytest.mark.mockserver({marker})
        def test_marked(ailab):
            pass

        def test_not_marked(sandbox):
            pass
        """
    )
    result = project.runpytest()
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*ERROR at setup of test_marked*", f"@pytest.mark.mockserver: {said}"])
    result.stdout.no_fnmatch_line("*[Tt]raceback*")
    result.stdout.no_fnmatch_line("*pytest_plugin*.py*")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ailab": {"balanse": 1}}, "*ailab has no setting 'balanse'; did you mean balance? it has *"),
        ({"ailab": {"balance": "much"}}, "*ailab balance cannot be 'much'; it can be a whole number*"),
        ({"ialab": {}}, "*there is no provider 'ialab'; there are ailab, *"),
    ],
)
def test_settings_that_cannot_be_say_what_is_possible(
    project: pytest.Pytester, settings: dict[str, object], said: str
) -> None:
    project.makepyfile(
        f"""
        import pytest

        @pytest.fixture
        def mockserver_settings():
            return {settings!r}

        def test_set(ailab):
            pass
        """
    )
    result = project.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([said])
    result.stdout.no_fnmatch_line("*pytest_plugin*.py*")


def test_an_ini_file_that_cannot_be_meant_says_so(project: pytest.Pytester) -> None:
    project.makepyfile("def test_one(sandbox): pass")
    result = project.runpytest("-o", "mockserver_allow=AIL-IMAGE-3")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: mockserver_allow: there is no rule 'AIL-IMAGE-3'; did you mean AIL-IMAGE-03?"]
    )


def test_a_wrong_level_in_the_ini_file_ends_the_run(project: pytest.Pytester) -> None:
    result = project.runpytest("-o", "mockserver_fail_on=shall")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*mockserver_fail_on is 'shall'; it can be must, should, never*"])


def test_pytest_tells_of_the_marker(project: pytest.Pytester) -> None:
    result = project.runpytest("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.mockserver([*][*]settings, allow=*qps=None*"])


def test_the_marker_is_known_to_strict_projects(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.mockserver(qps=None)
        def test_marked(sandbox):
            pass
        """
    )
    project.runpytest("--strict-markers").assert_outcomes(passed=1)


def test_a_marker_of_somebody_else_is_left_alone(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.mockserver("http://somewhere", port=80)
        def test_of_another_plugin(request):
            assert request.node.get_closest_marker("mockserver").args == ("http://somewhere",)
        """
    )
    project.runpytest().assert_outcomes(passed=1)
