"""The fixtures, and what a project can do to them."""

import pytest

from mockserver import MockServer


def test_the_fixtures(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import os

        from mockserver import MockServer, RunningSandbox

        seen = []

        def test_server(mockserver: MockServer, sandbox: RunningSandbox):
            assert isinstance(mockserver, MockServer) and isinstance(sandbox, RunningSandbox)
            assert sandbox.ailab.url == mockserver.url
            seen.append(sandbox.id)

        def test_another_sandbox(sandbox):
            assert sandbox.id not in seen

        def test_providers(sandbox, ailab, tencent_bda, picwish, processimage):
            assert ailab == sandbox.ailab and tencent_bda == sandbox.tencent_bda
            assert picwish == sandbox.picwish and processimage == sandbox.processimage

        def test_environment(mockserver_environment, picwish):
            assert os.environ["MOCKSERVER_PICWISH_API_KEY"] == picwish.api_key
            assert mockserver_environment.items() <= os.environ.items()

        def test_the_environment_is_put_back():
            assert "MOCKSERVER_PICWISH_API_KEY" not in os.environ
            assert "MOCKSERVER_URL" not in os.environ
        """
    )
    project.runpytest().assert_outcomes(passed=5)


def test_a_project_sets_the_server_and_all_sandboxes(project: pytest.Pytester) -> None:
    project.makeconftest(
        """
        import pytest

        @pytest.fixture(scope="session")
        def mockserver_options():
            return {"max_sandboxes": 3}

        @pytest.fixture
        def mockserver_settings():
            return {"ailab": {"balance": 4}}
        """
    )
    project.makepyfile(
        """
        def test_options(mockserver, sandbox):
            assert mockserver.app.engine.registry.most == 3
            assert sandbox.settings("ailab")["balance"] == 4
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_a_sandbox_of_the_project_is_that_of_the_other_fixtures(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from client import cut_out

        @pytest.fixture
        def sandbox(mockserver):
            return mockserver.sandbox(ailab={"balance": 1})

        def test_same(sandbox, ailab):
            assert ailab == sandbox.ailab
            cut_out(ailab, field="img")
        """
    )
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["AIL-IMAGE-03: *"])


def test_fixtures_of_the_project_win(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from client import cut_out

        @pytest.fixture
        def sandbox(tmp_path):
            return tmp_path / "sandbox"

        @pytest.fixture
        def picwish():
            return "a fish"

        @pytest.fixture
        def ailab(ailab):
            return {"client of": ailab}

        def test_theirs(sandbox, picwish, tmp_path):
            assert sandbox == tmp_path / "sandbox"
            assert picwish == "a fish"

        def test_ours(ailab, tencent_bda, mockserver_sandbox, mockserver_environment):
            assert ailab == {"client of": mockserver_sandbox.ailab}
            assert mockserver_environment["MOCKSERVER_TENCENT_BDA_SECRET_ID"] == tencent_bda.secret_id
            cut_out(ailab["client of"], field="img")
        """
    )
    result = project.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["AIL-IMAGE-03: *"])


def test_sandboxes_that_a_test_mints_are_judged_and_dropped(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        minted = []

        def test_two_tenants(mockserver):
            minted.extend(mockserver.sandbox() for _ in range(2))
            cut_out(minted[0].ailab)
            cut_out(minted[1].ailab, field="img")

        def test_they_are_gone(sandbox):
            assert [one.alive for one in minted] == [False, False]
            assert sandbox.alive
        """
    )
    result = project.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["AIL-IMAGE-03: *", "*::test_two_tenants (sandbox 2)"])


def test_a_sandbox_of_many_tests_is_judged_after_each(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from client import cut_out

        minted = []

        @pytest.fixture(scope="class")
        def shared(mockserver):
            minted.append(mockserver.sandbox())
            yield minted[0].ailab
            assert minted[0].alive

        class TestShared:
            def test_honest(self, shared):
                cut_out(shared)

            def test_careless(self, shared):
                cut_out(shared, field="img")

            def test_honest_again(self, shared):
                cut_out(shared)

            def test_without(self):
                pass

        def test_it_ends_with_its_fixture():
            assert not minted[0].alive
        """
    )
    result = project.runpytest("-v")
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["*::test_careless FAILED*", "*::test_honest_again PASSED*"])


def test_a_test_may_drop_empty_or_stop_what_it_was_given(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from client import cut_out

        def test_dropped(sandbox):
            cut_out(sandbox.ailab, field="img")
            sandbox.drop()

        def test_reset(sandbox):
            cut_out(sandbox.ailab, field="img")
            sandbox.reset()

        def test_stopped(mockserver, sandbox):
            cut_out(sandbox.ailab)
            mockserver.stop()
        """
    )
    project.runpytest().assert_outcomes(passed=3)


def test_a_shared_server_is_used_and_left_clean(project: pytest.Pytester, server: MockServer) -> None:
    project.makepyfile(
        """
        from client import cut_out
        from mockserver import RemoteSandbox, RemoteServer

        def test_remote(mockserver: RemoteServer, sandbox: RemoteSandbox, ailab, tencent_bda):
            assert isinstance(mockserver, RemoteServer) and isinstance(sandbox, RemoteSandbox)
            mockserver.sandbox()
            assert cut_out(ailab).status_code == 200

        def test_careless(ailab):
            cut_out(ailab, field="img")

        def test_explained(sandbox):
            assert cut_out(sandbox.ailab, key="another").status_code == 200
        """
    )
    before = server.app.engine.registry.ids()
    result = project.runpytest(f"--mockserver-url={server.url}")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["AIL-IMAGE-03: *", "No request came *", "ailab * met *"])
    assert {*server.app.engine.registry.ids()} <= {*before}


def test_the_shared_server_can_be_named_by_the_environment(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile(
        """
        from mockserver import RemoteServer

        def test_remote(mockserver, sandbox):
            assert isinstance(mockserver, RemoteServer)
        """
    )
    with MockServer(control_token="a-token-of-tests") as server:
        monkeypatch.setenv("MOCKSERVER_URL", server.url)
        monkeypatch.setenv("MOCKSERVER_CONTROL_TOKEN", "a-token-of-tests")
        project.runpytest().assert_outcomes(passed=1)
        project.runpytest("--mockserver-url=").assert_outcomes(failed=1)


def test_a_shared_server_that_is_not_there_is_said(project: pytest.Pytester) -> None:
    project.makepyfile("def test_one(ailab): pass\ndef test_two(ailab): pass")
    result = project.runpytest("--mockserver-url=http://127.0.0.1:9")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["--mockserver-url=http://127.0.0.1:9: no mock server answers *"])


def test_a_server_that_is_not_there_is_told_by_the_variable_that_named_it(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makepyfile("def test_one(ailab): pass")
    monkeypatch.setenv("MOCKSERVER_URL", "http://127.0.0.1:9")
    result = project.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["MOCKSERVER_URL=http://127.0.0.1:9: no mock server answers *"])
    result.stdout.no_fnmatch_line("*pytest_plugin*.py*")


def test_pytest_tells_of_the_fixtures(project: pytest.Pytester) -> None:
    result = project.runpytest("--fixtures", "-v")
    result.stdout.fnmatch_lines_random(
        [
            "mockserver [[]session scope] *",
            "sandbox -- *",
            "    A fresh sandbox, whose client is judged when the test ends: a RunningSandbox *",
            "    PicWish in the test's sandbox: `url` and `api_key`, for the header X-API-KEY.",
        ]
    )


def test_a_server_of_the_project_takes_the_place_of_ours(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from client import cut_out
        from mockserver import MockServer

        @pytest.fixture(scope="module")
        def mockserver():
            with MockServer() as server:
                yield server

        def test_honest(ailab, mockserver):
            assert ailab.url == mockserver.url
            cut_out(ailab)

        def test_careless(ailab):
            cut_out(ailab, field="img")

        def test_wrong_key(ailab):
            assert cut_out(ailab, key="another").status_code == 200
        """
    )
    result = project.runpytest()
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["AIL-IMAGE-03: *", "ailab *] 3 of * met *"])
