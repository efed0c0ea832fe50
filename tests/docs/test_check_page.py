"""The commands of the page about grading run, on the client that it shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import blocks, commands

from mockserver import MockServer

PAGE = "docs/check.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    [acme] = blocks(PAGE, "py")
    (tmp_path / "acme.py").write_text(acme)
    return tmp_path


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
    own["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}"
    return subprocess.run(["bash", "-ec", command], cwd=folder, env=own, capture_output=True, text=True)


def test_the_client_of_the_page_is_graded(folder: Path) -> None:
    whole, some, expected, listed = (one for one in commands(PAGE) if one.startswith("mockserver check"))
    graded = run(whole, folder)
    assert graded.returncode == 1
    failed = re.findall(r"^FAIL +\w+ +(PIC-\S+)", graded.stdout, re.MULTILINE)
    assert {"PIC-WORLD-01", "PIC-WORLD-02"} <= {*failed}
    assert (folder / "grades.html").read_text().startswith("<!DOCTYPE html>")
    assert "PIC-KEY-02" in run(some, folder).stdout
    (folder / "known.txt").write_text("".join(f"{one}  # known\n" for one in dict.fromkeys(failed)))
    assert run(expected, folder).returncode == 0
    assert "PIC-STATE-01" in run(listed, folder).stdout


@pytest.mark.parametrize(
    "command", [one for one in commands("docs/verify.md") if one.startswith("mockserver")]
)
def test_a_mock_server_is_right(server: MockServer, folder: Path, command: str) -> None:
    ran = run(command.replace("http://127.0.0.1:8765", server.url), folder)
    assert ran.returncode == 0, ran.stdout
