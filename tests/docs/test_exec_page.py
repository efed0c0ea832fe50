"""The commands of the page about `mockserver exec`, and the README's job, run in a Node project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pages import blocks, commands, text

from mockserver import fixtures

PAGE = "docs/exec.md"
BIN = Path(sys.executable).parent
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A Node project as the page has it, and a sample image."""
    [package], [test] = blocks(PAGE, "json"), blocks(PAGE, "js")
    (tmp_path / "package.json").write_text(package)
    (tmp_path / "heads.test.mjs").write_text(test)
    shutil.copy(fixtures.path("portrait.jpg"), tmp_path)
    return tmp_path


def run(command: str, project: Path) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
    own["PATH"] = f"{BIN}{os.pathsep}{own['PATH']}"
    return subprocess.run(["bash", "-ec", command], cwd=project, env=own, capture_output=True, text=True)


def job() -> list[str]:
    [workflow] = blocks("README.md", "yaml")
    described: Any = yaml.safe_load(workflow)
    return [step["run"] for step in described["jobs"]["test"]["steps"] if "run" in step]


COMMANDS = [*commands("README.md"), *commands(PAGE), *job()]


@needs_npm
@pytest.mark.parametrize("command", dict.fromkeys(one for one in COMMANDS if "mockserver exec" in one))
def test_a_command_passes_and_tells_what_was_met(command: str, project: Path) -> None:
    ran = run(command, project)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "No rule broken; 3 of 31 behaviours met" in ran.stderr
    assert ("report.html" in command) == (project / "report.html").exists()


def test_the_variables_of_the_page_are_those_that_are_set() -> None:
    command = [sys.executable, "-m", "mockserver", "exec", "--print-env"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    table = "".join(line for line in text(PAGE).splitlines() if line.startswith("|"))
    names = re.findall(r"^MOCKSERVER_(\w+)", printed, re.MULTILINE)
    assert len(names) > 10
    assert [name for name in names if f"`{name}`" not in table] == []
