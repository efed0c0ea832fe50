"""The README is short and true: its examples run, its commands exist, its tables are complete."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mockserver import MockServer, fixtures
from mockserver.cli import main
from mockserver.damage.table import DAMAGES
from mockserver.providers import PROVIDERS
from mockserver.tasks import diagram

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
CONTROL = next(block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "/_mock/" in block)
SHELL = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("example", PYTHON, ids=lambda example: re.findall(r"def (\w+)", example)[0])
def test_an_example_runs(example: str) -> None:
    namespace: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), namespace)
    for name, value in list(namespace.items()):
        if name.startswith("test_") and callable(value):
            value()


def test_the_first_screen_shows_what_it_is_and_both_commands_and_an_example() -> None:
    screen = "\n".join(README.splitlines()[:45])
    assert "mockserver serve" in screen
    assert "pytest" in screen
    assert PYTHON[0] in screen


def test_there_are_two_commands_that_set_everything_up() -> None:
    setup = [line for line in SHELL if line.startswith("python3 -m venv")]
    assert [line.rpartition("&& ")[2] for line in setup] == [".venv/bin/mockserver serve", ".venv/bin/pytest"]


def test_the_sample_images_command_writes_images(tmp_path: Path) -> None:
    command = next(line for line in SHELL if "mockserver.fixtures" in line)
    arguments = command.split()[1:-1]
    subprocess.run([sys.executable, *arguments, tmp_path / "images"], check=True, capture_output=True)
    assert (tmp_path / "images" / "portrait.jpg").exists()


@pytest.mark.parametrize("command", [line for line in SHELL if "benchmarks/" in line])
def test_a_benchmark_exists_and_teaches(command: str) -> None:
    script = Path(__file__).parents[1] / command.split()[1]
    shown = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=True)
    assert "benchmarks/" in shown.stdout


def test_the_diagram_is_drawn_from_the_table() -> None:
    assert f"```mermaid\n{diagram()}\n```" in README


def test_the_page_of_curl_runs_line_by_line(server: MockServer, tmp_path: Path) -> None:
    (tmp_path / "fixtures").mkdir()
    shutil.copy(fixtures.path("portrait.jpg"), tmp_path / "fixtures")
    script = CONTROL.replace("http://127.0.0.1:8765", server.url)
    shell = ["bash", "-eu", "-o", "pipefail", "-c", script]
    ran = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert '"kind":' not in ran.stdout, "no control call was refused"
    assert '"error_code":0' in (tmp_path / "answer.json").read_text()
    assert "ERROR_USER_LOCKED" in ran.stdout
    assert (tmp_path / "head.png").read_bytes().startswith(b"\x89PNG")
    assert "\n404\n" in ran.stdout
    assert "SHOULD AIL-LINK-10" in ran.stdout
    assert (tmp_path / "coverage.html").read_text().startswith("<!DOCTYPE html>")
    assert '"version": "1.2"' in (tmp_path / "journal.har").read_text()
    assert f'"dropped": "{json.loads((tmp_path / "sandbox.json").read_text())["id"]}"' in ran.stdout


@pytest.mark.parametrize("name", ["catalogue", "settings", "faults"])
def test_a_page_of_the_docs_is_what_its_command_prints(name: str) -> None:
    printed = CliRunner().invoke(main, [name, "--markdown"])
    page = (ROOT / "docs" / f"{name}.md").read_text()
    assert page == printed.output, f"run: mockserver {name} --markdown > docs/{name}.md"
    assert f"(docs/{name}.md)" in README


def test_a_page_tells_every_setting_and_every_damage() -> None:
    settings = CliRunner().invoke(main, ["settings"]).output
    for provider in PROVIDERS:
        assert f"{provider.name}: {provider.title}" in settings
        assert all(f"  {setting.name}: " in settings for setting in provider.settings)
    assert settings.count("picwish") > 1
    one = CliRunner().invoke(main, ["settings", "picwish"]).output
    assert "picwish: " in one
    assert "ailab: " not in one
    faults = CliRunner().invoke(main, ["faults"]).output
    assert all(f"  {damage}: " in faults for damage in DAMAGES)
    assert max(map(len, [*settings.splitlines(), *faults.splitlines()])) <= 100
