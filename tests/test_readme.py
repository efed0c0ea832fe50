"""The README is short and true: its examples run, its commands exist, its tables are complete."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.providers import PROVIDERS
from mockserver.tasks import diagram

README = (Path(__file__).parents[1] / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
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


def test_every_setting_is_in_the_table() -> None:
    for provider in PROVIDERS:
        for setting in provider.settings:
            assert f"| `{setting.name}` |" in README
            for choice in setting.choices:
                assert f"`{choice}`" in README
