"""`mockserver exec` and signals: they reach the command, and nothing is left behind."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM, Signals

import pytest
from exec_world import COUNTS, EXEC, Start

WAITS = "echo ready; sleep 600"
LEAVES = "sleep 600 & sleep 601 & echo ready; wait"


def port_is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("number", [SIGINT, SIGTERM, SIGHUP])
def test_a_signal_for_it_alone_reaches_the_command(start: Start, number: Signals) -> None:
    executed = start("--", sys.executable, "-c", COUNTS)
    executed.signal(number)
    code, output, errors = executed.end()
    assert output.split() == [number.name] * 2
    assert code == 9
    assert "Traceback" not in errors
    assert "No provider was called" in errors


def test_an_interrupt_of_the_whole_group_reaches_the_command_once(start: Start) -> None:
    executed = start("--", sys.executable, "-c", COUNTS, start_new_session=True)
    executed.signal_group(SIGINT)
    code, output, errors = executed.end()
    assert output.split() == ["SIGINT"] * 2
    assert code == 9
    assert "Traceback" not in errors


def test_a_command_that_a_signal_ends_has_the_code_of_a_shell(start: Start) -> None:
    executed = start("--", sys.executable, "-c", "import signal; print('ready', flush=True); signal.pause()")
    executed.signal(SIGTERM)
    code, _, errors = executed.end()
    assert code == 128 + SIGTERM
    assert "No provider was called" in errors


@pytest.mark.parametrize(("before", "code"), [("trap '' HUP", 0), (":", 129)])
def test_what_it_was_started_to_ignore_the_command_ignores(
    environ: dict[str, str], before: str, code: int
) -> None:
    script = f"{before}; exec {' '.join(EXEC)} -- sh -c 'kill -HUP $$'"
    assert subprocess.run(["sh", "-c", script], env=environ, capture_output=True).returncode == code


@pytest.mark.skipif(sys.platform != "linux", reason="who is orphaned is known on Linux alone")
def test_what_a_killed_guard_leaves_behind_is_killed(start: Start) -> None:
    executed = start("--", "sh", "-c", "setsid sleep 600 & echo $!; wait")
    orphan = Path("/proc") / executed.first
    pid = executed.popen.pid
    [guard] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert orphan.exists()
    os.kill(int(guard), SIGKILL)
    code, _, errors = executed.end()
    assert code == 128 + SIGKILL
    assert "Traceback" not in errors
    assert not orphan.exists()


@pytest.mark.parametrize(
    ("flags", "script"), [((), WAITS), (("--intercept",), LEAVES)], ids=["serving", "intercepting"]
)
def test_a_killed_one_leaves_no_process_no_port_and_no_file(
    start: Start, tmp_path: Path, flags: tuple[str, ...], script: str
) -> None:
    executed = start(*flags, "--", "sh", "-c", script)
    assert port_is_open(executed.port)
    executed.signal(SIGKILL)
    executed.end()  # whose output ends when nobody holds it any more
    assert not port_is_open(executed.port)
    assert [*(tmp_path / "temporary").iterdir()] == []


def test_what_the_command_leaves_running_is_ended_and_told(start: Start) -> None:
    executed = start("--", "sh", "-c", "sleep 600 & trap '' TERM; (sleep 601) & echo ready")
    code, _, errors = executed.end()
    assert code == 0
    assert "mockserver: ended what the command had left running: sleep" in errors


def test_what_ends_by_itself_is_not_spoken_of(start: Start) -> None:
    executed = start("--", "sh", "-c", "(while kill -0 $$ 2>&-; do :; done; echo ended) & echo ready")
    code, output, errors = executed.end()
    assert (code, output) == (0, "ended\n")
    assert "left running" not in errors


def test_nothing_is_left_in_temporary_folders(start: Start, tmp_path: Path) -> None:
    executed = start("--intercept", "--", "sh", "-c", "ls $SSL_CERT_FILE")
    assert Path(executed.first).parent.parent == tmp_path / "temporary"
    assert executed.end()[0] == 0
    assert os.listdir(tmp_path / "temporary") == []
