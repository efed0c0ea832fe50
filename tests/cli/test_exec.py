"""`mockserver exec` with real commands: what they find, what they print, and their exit codes."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from exec_world import CURL, EXEC, NODE, PYTHON, Execute

from mockserver import MockServer, fixtures
from mockserver.cli import main

PORTRAIT = str(fixtures.path("portrait.jpg"))


def test_a_command_has_its_own_input_and_output(execute: Execute) -> None:
    ran = execute("--", "sh", "-c", "cat; echo trouble >&2", stdin="through\n\x00and through")
    assert ran.stdout == "through\n\x00and through"
    assert "\ntrouble\n" in ran.stderr
    assert ran.stderr.startswith("mockserver: http://127.0.0.1:")
    assert ran.returncode == 0


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 255", 255), ("kill -9 $$", 137)],
)
def test_the_exit_code_is_that_of_the_command(execute: Execute, script: str, code: int) -> None:
    assert execute("sh", "-c", script).returncode == code


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("no-such-command", 127, "there is no such command on the PATH"),
        ("./no/such/command", 127, "there is no such file"),
        ("npm test --all", 127, "words of their own, without quotes"),
        ("./plain", 126, "it is not executable; try chmod +x ./plain"),
        (".", 126, "it is a directory"),
    ],
)
def test_a_command_that_cannot_be_run_is_told_without_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plain").write_text("echo hello\n")
    ran = CliRunner().invoke(main, ["exec", "--", name])
    assert ran.exit_code == code
    assert ran.output.startswith(f"mockserver: cannot run {name}: ")
    assert told in ran.output
    assert len(ran.output.splitlines()) == 1


def test_a_script_without_its_interpreter_cannot_be_run(execute: Execute, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(0o755)
    ran = execute(script)
    assert ran.returncode == 127
    assert f"mockserver: cannot run {script}: No such file or directory\n" in ran.stderr


def test_what_print_env_lists_is_what_a_command_finds(execute: Execute) -> None:
    listed = execute("--print-env", "--env", "OWN={url}").stdout
    found = execute("--env", "OWN={url}", "--", "env").stdout
    names = {line.split()[0] for line in listed.splitlines() if not line.startswith("#")}
    values = dict(line.partition("=")[::2] for line in found.splitlines())
    assert {"MOCKSERVER_URL", "MOCKSERVER_SANDBOX", "MOCKSERVER_AILAB_API_KEY", "OWN"} <= names
    assert all(values[name] for name in names)
    assert values["OWN"] == values["MOCKSERVER_URL"]
    assert {name for name in values if name.startswith("MOCKSERVER_")} == names - {"OWN"}


def test_print_env_says_first_that_it_has_no_values(execute: Execute) -> None:
    first, *_ = execute("--print-env").stdout.splitlines()
    assert first.startswith("# Names alone: the values are made when CMD runs")


def test_a_template_can_hold_more_than_a_field(execute: Execute) -> None:
    template = 'SETTINGS={{"key": "{processimage.app_id}", "url": "{ailab.url}/api"}}'
    found = json.loads(execute("--env", template, "--", "printenv", "SETTINGS").stdout)
    assert found["key"].startswith("mockapp0")
    assert found["url"].endswith("/api")


def test_the_control_token_is_handed_on(execute: Execute) -> None:
    ask = 'curl -s $MOCKSERVER_URL/_mock/sandboxes/$MOCKSERVER_SANDBOX -H "Authorization: Bearer $TOKEN"'
    ran = execute("--env", "TOKEN={token}", "--", "sh", "-c", ask, MOCKSERVER_CONTROL_TOKEN="some-token")
    assert '"providers": {' in ran.stdout


def test_where_a_proxy_is_set_the_server_is_reached_directly(execute: Execute) -> None:
    proxy = {"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "http://127.0.0.1:1"}
    ask = ("sh", "-c", "curl -s $MOCKSERVER_URL/_mock/health; echo $NO_PROXY")
    assert execute(*ask, **proxy, no_proxy="intranet").stdout.endswith("}\nintranet,127.0.0.1\n")


@pytest.mark.parametrize("client", [CURL, PYTHON, NODE], ids=["curl", "python", "node"])
def test_a_client_in_any_language_cuts_out(execute: Execute, client: tuple[str, ...]) -> None:
    if shutil.which(client[0]) is None:
        pytest.skip(f"there is no {client[0]} here")
    ran = execute("--", *client, PORTRAIT=PORTRAIT)
    assert '"error_code":0' in ran.stdout
    assert ran.returncode == 0
    assert " of 31 met" in ran.stderr


def test_files_that_it_was_given_open_are_open_for_the_command(environ: dict[str, str]) -> None:
    read, write = os.pipe()
    with open(read) as ours:
        subprocess.run(
            [*EXEC, "--quiet", "--", "sh", "-c", f"echo through > /dev/fd/{write}"],
            env=environ,
            pass_fds=[write],
            check=True,
        )
        os.close(write)
        assert ours.read() == "through\n"


def test_no_file_of_its_own_is_open_for_the_command(execute: Execute) -> None:
    assert execute("ls", "/proc/self/fd").stdout.split() == ["0", "1", "2", "3"]  # the last one is that of ls


def test_a_port_that_is_taken_is_told(execute: Execute) -> None:
    with MockServer() as server:
        ran = execute("--port", str(server.port), "--", "true")
    assert ran.returncode == 1
    assert "choose another --port" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_who_does_not_read_what_it_tells_gets_the_exit_code_all_the_same(environ: dict[str, str]) -> None:
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run([*EXEC, "--", "sh", "-c", "exit 7"], env=environ, stderr=write)
    os.close(write)
    assert ran.returncode == 7
