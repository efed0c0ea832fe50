"""`mockserver exec`, and a server, in a process that was started without some of stdin, stdout and stderr."""

import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from exec_world import EXEC

from mockserver.cli import stderr

MISSING = [set(some) for count in (1, 2, 3) for some in combinations((0, 1, 2), count)]
OPEN = """
import os, sys
found = []
for number in range(3):
    try:
        found.append(number if os.fstat(number) else None)
    except OSError:
        pass
with open(sys.argv[1], "w") as file:
    file.write(str(found))
os._exit(5)
"""
SERVES = """
import sys, httpx
from mockserver import MockServer
with MockServer() as server, open(sys.argv[1], "w") as file:
    file.write(str(httpx.get(server.url + "/_mock/health").status_code))
"""


def closed(missing: set[int], command: list[str], environ: dict[str, str]) -> int:
    """The exit code of a command that is started without some file descriptors."""
    ends = " ".join(f"{number}{'<' if number == 0 else '>'}&-" for number in sorted(missing))
    quiet = "" if 2 in missing else "2>/dev/null"
    script = f'exec "$@" {quiet} {ends}'
    return subprocess.run(
        ["sh", "-c", script, "sh", *command], env=environ, stdout=subprocess.DEVNULL, timeout=30
    ).returncode


@pytest.mark.parametrize("missing", MISSING, ids=str)
def test_a_command_misses_the_streams_that_were_missing_and_is_judged_nevertheless(
    tmp_path: Path, environ: dict[str, str], missing: set[int]
) -> None:
    found, report = tmp_path / "found.txt", tmp_path / "report.json"
    command = [*EXEC, "--report", str(report), "--", sys.executable, "-c", OPEN, str(found)]
    assert closed(missing, command, environ) == 5
    assert json.loads(found.read_text()) == [number for number in range(3) if number not in missing]
    assert json.loads(report.read_text())


@pytest.mark.parametrize("missing", [{0, 1}, {0, 1, 2}], ids=str)
def test_a_server_runs_in_a_process_without_streams(
    tmp_path: Path, environ: dict[str, str], missing: set[int]
) -> None:
    told = tmp_path / "told.txt"
    assert closed(missing, [sys.executable, "-c", SERVES, str(told)], environ) == 0
    assert told.read_text() == "200"


def test_what_is_said_without_stderr_is_without_colour_and_not_too_wide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    stderr.say("nobody hears it")
    assert not stderr.has_colour()
    assert stderr.columns() == stderr.USUAL


def test_a_command_line_without_streams_ends_with_its_usual_code(environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "mockserver"]
    assert closed({0, 1, 2}, [*command, "--version"], environ) == 0
    assert closed({0, 1, 2}, [*command, "no-such-command"], environ) == 2
