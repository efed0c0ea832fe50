import pytest
from click.testing import CliRunner

from mockserver.cli import main


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.output


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_the_commands(flag: str) -> None:
    code, shown = run(flag)
    assert code == 0
    assert "serve" in shown


def test_help_tells_what_each_command_does_in_whole_sentences() -> None:
    _, shown = run("--help")
    told = shown.partition("Commands:\n")[2].splitlines()
    assert len(told) >= 8
    assert all(line.endswith(".") and not line.endswith("..") for line in told)


def test_help_of_serve_teaches_by_example() -> None:
    _, shown = run("serve", "--help")
    for expected in ("--host", "--port", "--allow-host", "mockserver serve --port 0", "127.0.0.1"):
        assert expected in shown
    for expected in ("--control-token", "MOCKSERVER_CONTROL_TOKEN", "--max-sandboxes", "--idle"):
        assert expected in shown


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_cannot_be_is_refused_with_what_can(port: str) -> None:
    code, shown = run("serve", "--port", port)
    assert code == 2
    assert "--port" in shown


def test_the_version_is_that_of_the_package() -> None:
    code, shown = run("--version")
    assert code == 0
    assert shown.startswith("mockserver, version ")


def test_a_host_that_is_not_here_is_told_with_what_to_do() -> None:
    code, shown = run("serve", "--host", "192.0.2.1", "--port", "0", "--control-token", "token")
    assert code == 1
    assert "choose another --host" in shown


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_an_address_that_others_reach_needs_a_token(host: str) -> None:
    code, shown = run("serve", "--host", host, "--port", "0")
    assert code == 2
    assert f"others can reach {host}" in shown
    assert "(--control-token TOKEN, or MOCKSERVER_CONTROL_TOKEN in the environment)" in shown
    assert "control_token=" not in shown


def test_a_host_with_more_around_it_is_refused_by_serve_too() -> None:
    code, shown = run("serve", "--allow-host", "http://foo.example/")
    assert code == 2
    assert "a host, not a URL: foo.example" in shown


@pytest.mark.parametrize("token", ["", " ", "two\nlines"])
def test_a_token_that_no_header_can_carry_is_refused(token: str) -> None:
    code, shown = run("serve", "--control-token", token)
    assert code == 2
    assert "at least one character" in shown


@pytest.mark.parametrize(("option", "value"), [("--max-sandboxes", "0"), ("--idle", "0"), ("--idle", "soon")])
def test_a_bound_that_cannot_be_is_refused(option: str, value: str) -> None:
    code, shown = run("serve", option, value)
    assert code == 2
    assert option in shown


def test_faults_of_a_provider_are_those_that_it_can_be_made_to_answer() -> None:
    _, everywhere = run("faults")
    code, shown = run("faults", "picwish")
    assert code == 0
    assert set(everywhere.splitlines()) <= set(shown.splitlines())
    assert "its operations are segmentation, query, result" in shown
    assert "  state.-8: strikes the outcome of a task\n" in shown
    assert "ERROR_USER_LOCKED" not in shown
    assert max(map(len, shown.splitlines())) <= 100


def test_help_of_exec_teaches_by_example() -> None:
    _, shown = run("exec", "--help")
    for expected in (
        "mockserver exec -- npm test",
        "pytest",
        "go test",
        "sh -c 'curl",
        "--fail picwish.state.-8",
    ):
        assert expected in shown
