"""`mockserver exec` on a terminal: Ctrl+C, Ctrl+Z, shells within shells, and a terminal that goes away."""

import shutil
import sys
from collections.abc import Callable, Iterator

import pytest
from exec_world import COUNTS, EXEC, Terminal

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
CTRL_C, CTRL_D, CTRL_Z = "\x03", "\x04", "\x1a"
BASH = ("bash", "--norc", "--noprofile", "--noediting", "-i")
Open = Callable[..., Terminal]


@pytest.fixture
def terminal(environ: dict[str, str]) -> Iterator[Open]:
    opened: list[Terminal] = []

    def run(*program: str) -> Terminal:
        opened.append(Terminal(*program, environ={**environ, "PS1": "> "}))
        return opened[-1]

    yield run
    for one in opened:
        one.hang_up()
        one.popen.kill()
        one.popen.wait()


def test_ctrl_c_reaches_the_command_once(terminal: Open) -> None:
    run = terminal(*EXEC, "--", sys.executable, "-c", COUNTS)
    run.until("ready")
    run.type(CTRL_C)
    run.until("SIGINT\r\n")
    run.type(CTRL_D)
    run.until("SIGINT\r\n")
    assert "SIGINT" not in run.rest()
    assert "No provider was called" in run.shown
    assert "Traceback" not in run.shown
    assert run.code() == 9


def test_ctrl_z_stops_it_and_a_shell_continues_it(terminal: Open) -> None:
    shell = terminal(*BASH)
    shell.until("> ")
    shell.type(f"{' '.join(EXEC)} --quiet -- sh -c 'echo ready; exec cat'\n")
    shell.until("ready\r\n")
    for line in ("one", "two"):
        shell.type(f"{line}\n")
        shell.until(f"{line}\r\n{line}\r\n")
        shell.type(CTRL_Z)
        shell.until("Stopped")
        shell.until("> ")
        shell.type("fg\n")
        shell.until("exec cat'\r\n")
    shell.type(CTRL_D)
    shell.type("echo code $?\n")
    shell.until("code 0")
    shell.type("exit 0\n")
    assert shell.code() == 0


def test_a_shell_as_the_command_controls_its_own_jobs(terminal: Open) -> None:
    run = terminal(*EXEC, "--", *BASH)
    run.until("> ")
    run.type("echo ready; cat\n")
    run.until("ready\r\n")
    run.type("one\n")
    run.until("one\r\none\r\n")
    run.type(CTRL_Z)
    run.until("Stopped")
    run.until("> ")
    run.type("fg\n")
    run.until("cat\r\n")
    run.type("two\n")
    run.until("two\r\ntwo\r\n")
    run.type(CTRL_C)
    run.until("> ")
    run.type("exit 3\n")
    assert "No provider was called" in run.rest()
    assert "no job control" not in run.shown
    assert run.code() == 3


def test_a_terminal_that_goes_away_ends_all_of_it(terminal: Open) -> None:
    run = terminal(*EXEC, "--", "sh", "-c", "sleep 600 & echo ready; wait")
    run.until("ready")
    run.hang_up()
    assert run.code() == 129
